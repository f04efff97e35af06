"""What was printed goes into the ledger once, and is set right in the open."""

from __future__ import annotations

import csv
import json
import shutil
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest
from cli_cases import HEADING, OFFICE, ROWS, run
from hypothesis import given
from hypothesis import strategies as st

from ektp_sched.backlog.reasons import in_words
from ektp_sched.days import open_office
from ektp_sched.days.corrections import accept, reprint, undo
from ektp_sched.days.notes import (
    record_counts,
    record_outage,
    record_priorities,
    record_priority,
    record_told,
)
from ektp_sched.days.record import record, record_all, record_handed_over
from ektp_sched.days.signature import OTHER, REASONS, Signature, code_of
from ektp_sched.days.supplies import Down, blanks_left, outages
from ektp_sched.errors import AskedError, InputError, LedgerError, UsageError
from ektp_sched.ledger import NewAct, personal
from ektp_sched.ledger.chain import breaks
from ektp_sched.ledger.state import State, state_of
from ektp_sched.morning import today

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from subprocess import CompletedProcess

    from ektp_sched.days import OfficeFolder

pytestmark = pytest.mark.slow

TUESDAY, WEDNESDAY = "2017-09-12", "2017-09-13"
STOCK = 1000
BLANKS = f'[cards."KTP-el"]\ndefault = true\nstock = {STOCK}\n'


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office on its first day, with the sheets of Tuesday."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "exports").mkdir()
    (folder / "office.toml").write_text(OFFICE + BLANKS)
    (folder / "exports/one.csv").write_text("\n".join([HEADING, *ROWS, ""]))
    morning(folder, TUESDAY)
    return folder


@pytest.fixture
def office(opened: Path, tmp_path: Path) -> Path:
    return shutil.copytree(opened, tmp_path / "office")


def morning(folder: Path, day: str, *more: object) -> None:
    done = run(*("today", folder, "--on", day, "--by", "Maria", "--no-report", *more))
    assert done.returncode == 0, done.stderr


def said(
    folder: Path, *words: object, day: str = TUESDAY, by: str = "Sri"
) -> CompletedProcess[str]:
    return run("record", folder, *words, "--on", day, "--by", by)


def told(folder: Path, *words: object, day: str = TUESDAY) -> dict[str, Any]:
    done = said(folder, *words, "--json", day=day)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def state(folder: Path) -> State:
    with open_office(folder).ledger.reading() as reader:
        assert breaks(reader.connection) == []
        return state_of(reader)


def results(folder: Path) -> dict[str, str]:
    known = state(folder)
    named = known.results.join(known.people, on="person")
    return dict(named.select("application_id", "result").iter_rows())


def left(folder: Path, day: str = WEDNESDAY) -> int:
    office = open_office(folder)
    with office.ledger.reading() as reader:
        blanks = blanks_left(office.office, reader, date.fromisoformat(day))
    return blanks["KTP-el"]


def sheet(folder: Path, printer: str = "printer-1", kind: str = "csv") -> Path:
    return folder / f"plans/{TUESDAY}/batches/{TUESDAY}/{printer}.{kind}"


def on_sheet(folder: Path, printer: str = "printer-1") -> list[str]:
    with sheet(folder, printer).open(encoding="utf-8-sig", newline="") as file:
        return [row["Application ID"] for row in csv.DictReader(file)]


def marked(folder: Path, marks: dict[tuple[int, str], str], to: Path) -> Path:
    """Fill in a copy of a sheet: row and heading → what is written there."""
    with sheet(folder).open(encoding="utf-8-sig", newline="") as file:
        rows = [*csv.DictReader(file)]
    for (row, heading), text in marks.items():
        rows[row][heading] = text
    with to.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, [*rows[0]])
        table.writeheader()
        table.writerows(rows)
    return to


def listed(path: Path, *rows: Sequence[str]) -> Path:
    path.write_text("\n".join(",".join(row) for row in rows) + "\n", "utf-8")
    return path


# Sheets, lists and logs


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_sheet_as_it_lies_is_all_printed(office: Path, kind: str) -> None:
    people = on_sheet(office)
    before = sheet(office, kind=kind)
    document = told(office, before)
    assert document["readings"][0]["read_as"] == "all-but-marked"
    assert document["recorded"]["printed"] == len(people)
    assert results(office) == dict.fromkeys(people, "printed")
    prints = state(office).results
    assert prints["plan"].unique().to_list() == [1]
    assert prints["printer"].unique().to_list() == ["printer-1"]
    assert prints["day"].unique().to_list() == [date(2017, 9, 12)]
    assert left(office) == STOCK - len(people)


def test_what_is_marked_is_not_printed_and_its_reason_can_be_erased(
    office: Path, tmp_path: Path
) -> None:
    people = on_sheet(office)
    marks = {(0, "Spoilt"): "Warga minta nama diganti", (1, "Printed"): "belum"}
    document = told(office, marked(office, marks, tmp_path / "printer-1.csv"))
    assert (document["recorded"]["spoilt"], document["recorded"]["unprinted"]) == (1, 1)
    assert results(office) == {
        people[0]: "spoilt",
        people[1]: "unprinted",
    } | dict.fromkeys(people[2:], "printed")
    with open_office(office).ledger.reading() as reader:
        spoilt = reader.facts("prints").filter(pl.col("result") == "spoilt")
        acts = json.dumps([str(act) for act in reader.acts()])
    assert spoilt["reason"].to_list() == [OTHER]
    assert spoilt["remark"].null_count() == 0
    assert "nama diganti" not in acts
    assert left(office) == STOCK - len(people) + 1


def test_a_day_is_handed_in_by_its_folder(office: Path) -> None:
    people = _all_on_sheets(office)
    signed = ("--on", TUESDAY, "--by", "Sri", "--lang", "en")
    done = run("record", f"plans/{TUESDAY}", *signed, cwd=office)
    assert done.returncode == 0, done.stderr
    assert results(office) == dict.fromkeys(people, "printed")
    assert str(len(people)) in done.stdout
    days = f"plans/{TUESDAY}/batches/{TUESDAY}"
    again = run("record", ".", days, *signed, "--json", cwd=office)
    assert json.loads(again.stdout)["act"] is None


def test_of_a_sheet_that_is_ticked_the_rest_is_not_known(
    office: Path, tmp_path: Path
) -> None:
    people = on_sheet(office)
    path = marked(office, {(0, "Printed"): "x"}, tmp_path / "printer-1.csv")
    document = told(office, path, day=WEDNESDAY)
    assert document["readings"][0]["read_as"] == "ticked-only"
    assert document["recorded"]["open"] == len(people) - 1
    evening = told(office, path, day=TUESDAY)
    assert evening["recorded"]["open"] == len(people) - 1
    assert evening["readings"][0]["open"] == len(people) - 1
    assert results(office) == {people[0]: "printed"}
    unknown = state(office).unknown(date(2017, 9, 13))
    assert unknown.height >= len(people) - 1


def test_handed_over_says_so_once(office: Path, tmp_path: Path) -> None:
    path = marked(office, {(0, "Handed over"): "x"}, tmp_path / "printer-1.csv")
    assert told(office, path)["recorded"]["handed"] == 1
    assert state(office).handed.height == 1
    assert told(office, path)["act"] is None
    person = on_sheet(office)[0]
    again = listed(tmp_path / "given.csv", ["application_id"], [person])
    assert told(office, "--handed-over", again)["act"] is None


def test_a_card_handed_over_was_printed(office: Path, tmp_path: Path) -> None:
    people = on_sheet(office)
    given_out = listed(tmp_path / "given.csv", ["application_id"], people[:1])
    assert told(office, "--handed-over", given_out)["recorded"]["printed"] == 1
    assert results(office) == {people[0]: "printed"}
    waiting = sorted({row.split(",")[0] for row in ROWS} - {*_all_on_sheets(office)})
    wrong = listed(tmp_path / "wrong.csv", ["application_id"], [waiting[0]])
    refused = said(office, "--handed-over", wrong)
    assert refused.returncode == 2
    assert "row 2" in refused.stderr
    assert waiting[0] not in refused.stderr


def test_a_card_handed_over_and_so_printed_is_something_new(
    office: Path, tmp_path: Path
) -> None:
    path = listed(tmp_path / "given.csv", ["application_id"], on_sheet(office)[:1])
    told(office, "--handed-over", path)
    with pytest.raises(AskedError, match="--rest"):
        today(open_office(office), on=date.fromisoformat(TUESDAY))


def test_no_card_is_handed_over_before_it_is_printed(
    office: Path, tmp_path: Path
) -> None:
    person = on_sheet(office)[0]
    heading = ("application_id", "printed_at")
    early = listed(tmp_path / "early.csv", heading, (person, "2017-09-11"))
    for _ in range(2):  # of a card on a sheet, then of one that is printed
        refused = said(office, "--handed-over", early, day=WEDNESDAY)
        assert refused.returncode == 2
        assert "row 2" in refused.stderr
        assert state(office).handed.is_empty()
        told(office, "--all")
    right = listed(tmp_path / "right.csv", heading, (person, TUESDAY))
    assert told(office, "--handed-over", right, day=WEDNESDAY)["act"]


def test_a_card_handed_over_keeps_its_print(office: Path, tmp_path: Path) -> None:
    path = listed(tmp_path / "l.csv", ["application_id"], ["Z99"])
    act = told(office, path, "--reason", "reserve")["act"]
    told(office, "--handed-over", path)
    refused = said(office, "--undo", act, "--reason", "misclick")
    assert refused.returncode == 2
    assert state(office).handed.height == 1


def _all_on_sheets(folder: Path) -> list[str]:
    return [*on_sheet(folder, "printer-1"), *on_sheet(folder, "printer-2")]


def test_a_log_may_spoil_a_card_and_print_it_after(
    office: Path, tmp_path: Path
) -> None:
    person = on_sheet(office)[0]
    log = listed(
        tmp_path / "log.csv",
        ["application_id", "printed_at", "printer", "result", "operator"],
        [person, TUESDAY, "printer-1", "gagal", "Maria"],
        [person, TUESDAY, "printer-1", "ok", "Maria"],
    )
    document = told(office, log)
    assert document["readings"][0]["read_as"] == "log"
    assert results(office) == {person: "printed"}
    assert state(office).results["operator"].to_list() == ["Maria"]
    assert left(office) == STOCK - 2
    assert told(office, log)["act"] is None
    assert left(office) == STOCK - 2


def test_good_rows_count_and_each_bad_one_is_named(
    office: Path, tmp_path: Path
) -> None:
    people = _all_on_sheets(office)
    log = listed(
        tmp_path / "log.csv",
        ["application_id", "printed_at", "printer", "result"],
        [people[0], TUESDAY, "printer-1", "ok"],
        ["BKR4T-9WXHD", TUESDAY, "printer-1", "ok"],
        ["Z99", TUESDAY, "printer-1", "ok"],
        [people[1], "2017-09-20", "printer-1", "ok"],
        [people[2], TUESDAY, "printer-9", "ok"],
    )
    done = said(office, log)
    assert done.returncode == 0
    assert results(office) == {people[0]: "printed"}
    rejects = pl.read_csv(next((office / "rejects").glob("*.csv")))
    assert dict(rejects.select("row", "reason").iter_rows()) == {
        3: "unknown-number-in-ledger",
        4: "unknown-in-ledger",
        5: "day-to-come",
        6: "unknown-printer: must be one of printer-1, printer-2",
    }
    assert all(in_words(reason) != reason for reason in rejects["reason"])
    assert "Z99" not in done.stdout + done.stderr
    names = sorted(path.name for path in (office / "rejects").iterdir())
    said(office, log)
    assert sorted(path.name for path in (office / "rejects").iterdir()) == names


def test_a_file_of_which_no_row_can_be_used_is_refused(
    office: Path, tmp_path: Path
) -> None:
    before = state(office).number
    done = said(office, listed(tmp_path / "l.csv", ["application_id"], ["Z99"]))
    assert done.returncode == 2
    assert "row 2" in done.stderr
    assert state(office).number == before


def test_a_card_from_the_reserve_costs_a_blank_and_is_never_planned(
    office: Path, tmp_path: Path
) -> None:
    path = listed(tmp_path / "l.csv", ["application_id"], ["Z99"])
    document = told(office, path, "--reason", "reserve")
    assert document["recorded"]["off_sheet"] == 1
    assert left(office) == STOCK - 1
    assert told(office, path, "--reason", "reserve")["act"] is None
    told(office, "--all")
    export = "\n".join([HEADING, *ROWS, "Z99,2017-01-10,emergency,Warga", ""])
    (office / "exports/two.csv").write_text(export)
    morning(office, WEDNESDAY)
    plan = pl.read_csv(office / f"plans/{WEDNESDAY}/plan.csv", infer_schema=False)
    assert "Z99" not in plan["application_id"].to_list()


def test_a_card_from_the_reserve_that_two_record_at_once_is_one(
    office: Path, tmp_path: Path
) -> None:
    folder = open_office(office)
    path = listed(tmp_path / "l.csv", ["application_id"], ["Z99"])
    tuesday = date.fromisoformat(TUESDAY)
    signature = Signature(by="Sri", day=tuesday, reason="reserve", confirmed=True)
    with ThreadPoolExecutor() as pool:
        with folder.ledger.writing() as writer:
            second = pool.submit(record, folder, [path], signature)
            wait([second], timeout=2)  # it has read, and waits to write
            stranger = personal(pl.Series(["Z99"]), "application")
            prints = pl.DataFrame(
                {"person": stranger.refs, "result": ["printed"], "day": [tuesday]}
            )
            act = NewAct(kind="prints", day=tuesday, by="Maria")
            writer.append(act, {"prints": prints}, stranger, confirmed=True)
        assert second.result().act is None
    assert left(office) == STOCK - 1


def test_whoever_is_named_needs_no_list(office: Path, tmp_path: Path) -> None:
    folder, by = open_office(office), Signature.of("Sri", date.fromisoformat(TUESDAY))
    person, *_ = on_sheet(office, "printer-2")
    first = record_handed_over(folder, [person], by)
    assert first.counts == {"handed": 1, "printed": 1, "known": 0}
    known = state(office)
    result = known.results.join(known.people, on="person").row(0, named=True)
    assert (result["application_id"], result["result"]) == (person, "printed")
    assert result["printer"] == "printer-2"
    again = record_handed_over(folder, [person], by)
    assert (again.act, again.counts["known"]) == (None, 1)


def test_a_name_is_never_the_path_of_a_list(office: Path, tmp_path: Path) -> None:
    folder = open_office(office)
    path = listed(tmp_path / "l.csv", ["application_id"], on_sheet(office)[:1])
    by = Signature.of("Sri", reason="lost-card", approved_by="Kadis")
    for verb in (record_handed_over, reprint, accept):
        with pytest.raises(InputError):
            verb(folder, [str(path)], by)
    assert record_handed_over(folder, [path], by).counts["handed"] == 1


def test_a_priority_needs_no_list_and_somebody_who_authorised_it(office: Path) -> None:
    folder, day = open_office(office), date.fromisoformat(TUESDAY)
    person, *_ = on_sheet(office)
    alone = Signature.of("Sri", day, reason="anaknya sakit", approved_by=" sri ")
    with pytest.raises(LedgerError):
        record_priority(folder, [person], alone, urgency="emergency")
    by = replace(alone, approved_by="Kadis")
    for urgency in (None, "at once"):
        with pytest.raises(UsageError):
            record_priority(folder, [person], by, urgency=urgency)
    due = date(2017, 9, 20)
    assert record_priority(folder, [person], by, urgency="emergency") == (1, 0)
    assert record_priority(folder, [person], by, urgency="emergency") == (0, 1)
    assert record_priority(folder, [person], by, due_on=due) == (1, 0)
    known = state(office)
    decided = known.overrides.join(known.people, on="person")
    assert {*decided.select("application_id", "field", "value").iter_rows()} == {
        (person, "urgency", "emergency"),
        (person, "due_on", due.isoformat()),
    }
    with folder.ledger.reading() as reader:
        assert [act.approved_by for act in reader.acts("priority")] == ["Kadis"] * 2


def test_an_act_is_not_taken_up_again_whose_people_another_act_has_named(
    office: Path, tmp_path: Path
) -> None:
    folder = open_office(office)
    path = listed(tmp_path / "l.csv", ["application_id"], ["Z99"])
    signature = Signature(
        by="Sri", day=date.fromisoformat(TUESDAY), reason="reserve", confirmed=True
    )
    first = record(folder, [path], signature).act
    assert first is not None
    undone = undo(folder, first, signature)
    assert undone is not None
    again = undo(folder, undone, signature)  # nobody else knows them
    assert again is not None
    given_out = record_handed_over(folder, [path], signature).act
    assert given_out is not None
    with pytest.raises(LedgerError):
        undo(folder, again, signature)  # it would take back who was handed a card
    undo(folder, given_out, signature)
    last = undo(folder, again, signature)
    assert last is not None
    record(folder, [path], signature)
    with pytest.raises(LedgerError):
        undo(folder, last, signature)
    known = state(office).people.filter(application_id="Z99")
    assert known.height == 1


def test_all_but_those_listed(office: Path, tmp_path: Path) -> None:
    people = _all_on_sheets(office)
    rest = listed(
        tmp_path / "rest.csv",
        ["application_id", "result", "reason"],
        [people[0], "rusak", "macet"],
        [people[1], "", ""],
    )
    document = told(office, "--all", "--except", rest)
    assert document["sheets_of"] == TUESDAY
    assert document["recorded"]["printed"] == len(people) - 2
    assert results(office) == {
        people[0]: "spoilt",
        people[1]: "unprinted",
    } | dict.fromkeys(people[2:], "printed")
    with open_office(office).ledger.reading() as reader:
        reasons = reader.facts("prints").drop_nulls("reason")["reason"].to_list()
    assert reasons == ["jam"]
    assert told(office, "--all")["act"] is None


def test_whoever_is_excepted_and_on_no_sheet_stops_all_of_it(
    office: Path, tmp_path: Path
) -> None:
    rest = listed(tmp_path / "rest.csv", ["application_id"], ["Z99"])
    done = said(office, "--all", "--except", rest)
    assert done.returncode == 2
    assert TUESDAY in done.stderr
    assert results(office) == {}
    people = on_sheet(office)
    told(office, sheet(office))
    rest = listed(tmp_path / "rest.csv", ["application_id"], people[:1])
    assert said(office, "--all", "--except", rest).returncode == 2
    assert results(office) == dict.fromkeys(people, "printed")


@given(st.data(), st.sampled_from(["sheet", "sheet", "folder", "list"]))
def test_the_same_twice_adds_nothing(
    opened: Path, tmp_path: Path, data: st.DataObject, way: str
) -> None:
    office = shutil.copytree(opened, tmp_path / "again", dirs_exist_ok=True)
    shutil.copy2(opened / "ledger.db", office / "ledger.db")
    size = len(on_sheet(office))
    words = st.sampled_from(["", "x", "belum"])
    spoilt = st.sampled_from(["", "x", "macet", "nama salah eja"])
    marks = {}
    for row in range(size):
        text = data.draw(words)
        marks[row, "Printed"] = text
        marks[row, "Spoilt"] = "" if text == "belum" else data.draw(spoilt)
    path = marked(office, marks, tmp_path / "printer-1.csv")
    if way == "folder":
        path = sheet(office).parent
    elif way == "list":
        path = listed(
            tmp_path / "l.csv", ["application_id"], *([p] for p in on_sheet(office))
        )
    folder = open_office(office)
    by = Signature(by="Sri", day=date(2017, 9, 13), confirmed=True)
    record(folder, [path], by)
    once = _everything(folder)
    again = record(folder, [path], by)
    assert again.act is None
    assert again.counts["known"] + again.counts["open"] > 0
    assert _everything(folder) == once


# Corrections


def test_what_no_plan_rests_on_is_corrected_by_a_later_word(
    office: Path, tmp_path: Path
) -> None:
    told(office, sheet(office))
    people = on_sheet(office)
    path = marked(office, {(0, "Spoilt"): "x"}, tmp_path / "printer-1.csv")
    document = told(office, path)
    assert (document["recorded"]["corrected"], document["recorded"]["known"]) == (
        1,
        len(people) - 1,
    )
    assert results(office)[people[0]] == "spoilt"
    assert left(office) == STOCK - len(people)


def test_what_a_plan_rests_on_needs_a_second_name(office: Path, tmp_path: Path) -> None:
    told(office, "--all")
    morning(office, WEDNESDAY)
    people = on_sheet(office)
    path = marked(office, {(0, "Spoilt"): "x"}, tmp_path / "printer-1.csv")
    day = WEDNESDAY
    alone = said(office, path, day=day)
    assert results(office)[people[0]] == "printed"
    assert alone.returncode == 0
    rejects = pl.read_csv(next((office / "rejects").glob("*.csv")))
    assert rejects["reason"].to_list() == ["needs-second-name"]
    same = said(
        office, path, "--approved-by", "  sri ", "--reason", "misclick", day=day
    )
    assert results(office)[people[0]] == "printed"
    assert same.returncode == 0
    other = told(
        office, path, "--approved-by", "Maria", "--reason", "misclick", day=day
    )
    assert results(office)[people[0]] == "spoilt"
    with open_office(office).ledger.reading() as reader:
        act = reader.acts("prints")[-1]
    assert act.number == other["act"]
    assert (act.by, act.approved_by, act.reason) == ("Sri", "Maria", "misclick")


@pytest.mark.parametrize(
    "way",
    ["sheet", "all", "reserve", "count", "outage", "priority", "told", "handed"],
)
def test_undoing_restores_all_as_it_was(office: Path, tmp_path: Path, way: str) -> None:
    folder = open_office(office)
    by = Signature(by="Sri", day=date(2017, 9, 12), confirmed=True)
    whim = replace(by, reason="reserve")
    before = _everything(folder)
    heading = ["application_id", "urgency", "due_on", "reason", "by"]
    listed(tmp_path / "card.csv", ["application_id"], on_sheet(office)[:1])
    listed(tmp_path / "reserve.csv", ["application_id"], ["Z99"])
    listed(tmp_path / "told.csv", ["application_id", "ready_by"], ["A20", WEDNESDAY])
    line = ["A20", "emergency", "2017-09-20", "sakit keras", "Kadis"]
    listed(tmp_path / "p.csv", heading, line)
    if way == "sheet":
        record(folder, [sheet(office)], by)
    elif way == "all":
        record_all(folder, [], by)
    elif way == "reserve":
        record(folder, [tmp_path / "reserve.csv"], whim)
    elif way == "count":
        record_counts(folder, {None: 900}, by)
    elif way == "outage":
        record_outage(folder, Down("server-1", by.day, None, 0), by)
    elif way == "priority":
        record_priorities(folder, tmp_path / "p.csv", by)
    elif way == "told":
        record_told(folder, tmp_path / "told.csv", by)
    else:
        record_handed_over(folder, [tmp_path / "card.csv"], by)
    after = _everything(folder)
    assert after != before
    number = state(office).number
    with pytest.raises(LedgerError):
        undo(folder, number, by)  # without a reason
    act = undo(folder, number, whim)
    assert act == number + 1
    assert undo(folder, number, whim) is None
    assert _everything(folder) == before
    assert undo(folder, act, whim) == act + 1
    assert _everything(folder) == after


def _everything(folder: OfficeFolder) -> list[object]:
    """All that the acts add up to, blanks and outages too."""
    names = ("people", "seen", "withheld", "overrides", "given", "results")
    day = date(2017, 9, 13)
    with folder.ledger.reading() as reader:
        whole = state_of(reader)
        return [
            *(getattr(whole, name).rows() for name in (*names, "handed", "told")),
            blanks_left(folder.office, reader, day),
            outages(reader),
        ]


def test_acts_that_others_rest_on_are_not_undone(office: Path) -> None:
    number = told(office, "--all")["act"]
    morning(office, WEDNESDAY)
    reason = ("--reason", "misclick")
    alone = said(office, "--undo", number, *reason, day=WEDNESDAY)
    assert alone.returncode == 2
    assert "--approved-by" in alone.stderr
    for act in (1, 999, state(office).number):
        refused = said(office, "--undo", act, *reason, "--approved-by", "Maria")
        assert refused.returncode == 2
    second = ("--approved-by", "Maria")
    assert told(office, "--undo", number, *reason, *second, day=WEDNESDAY)["act"]
    assert results(office) == {}


def test_a_card_is_printed_anew_as_an_application_of_its_own(office: Path) -> None:
    told(office, "--all")
    person = on_sheet(office)[0]
    signed = ("--reason", "lost-card", "--approved-by", "Maria")
    assert said(office, "--reprint", person).returncode == 2
    assert said(office, "--reprint", "A20", *signed).returncode == 2  # has no card
    assert told(office, "--reprint", person, *signed)["cards"] == 1
    assert told(office, "--reprint", person, *signed)["act"] is None
    known = state(office)
    assert known.people.filter(application_id=person).height == 2
    own = known.overrides.filter(field="waiting_since")
    assert own["value"].to_list() == [TUESDAY]
    morning(office, WEDNESDAY)
    plan = pl.read_csv(office / f"plans/{WEDNESDAY}/plan.csv", infer_schema=False)
    assert plan["application_id"].to_list().count(person) == 1


def test_a_print_is_not_taken_back_beneath_a_card_printed_anew(office: Path) -> None:
    """Else two cards would wait: that on the day's sheet, and the one printed anew."""
    before = state(office).standing(date.fromisoformat(TUESDAY))
    printed = told(office, "--all")["act"]
    signed = ("--reason", "misclick", "--approved-by", "Maria")
    anew = told(office, "--reprint", on_sheet(office)[0], *signed)["act"]
    refused = said(office, "--undo", printed, *signed)
    assert refused.returncode == 2
    assert f"act {anew} " in refused.stderr
    assert state(office).standing(date.fromisoformat(TUESDAY)).is_empty()
    back = told(office, "--undo", anew, *signed)["act"]
    assert told(office, "--undo", printed, *signed)["act"]
    assert state(office).standing(date.fromisoformat(TUESDAY)).equals(before)
    assert said(office, "--undo", back, *signed).returncode == 2  # has no card


def test_a_sheet_of_before_is_about_the_card_before(office: Path) -> None:
    told(office, "--all")
    person = on_sheet(office)[0]
    signed = ("--reason", "lost-card", "--approved-by", "Maria")
    told(office, "--reprint", person, *signed, day=WEDNESDAY)
    assert told(office, sheet(office), day=WEDNESDAY)["act"] is None
    known = state(office)
    both = known.people.filter(application_id=person)["person"]
    assert known.results.filter(pl.col("person").is_in(both.implode())).height == 1


def test_what_is_withheld_is_accepted_by_two(office: Path) -> None:
    told(office, "--all")
    rows = [row.replace("2017-05-14", "2017-01-14") for row in ROWS]
    changed = [row.split(",")[0] for row in rows if row not in ROWS]
    assert changed
    (office / "exports/two.csv").write_text("\n".join([HEADING, *rows, ""]))
    morning(office, WEDNESDAY)
    assert state(office).withheld.height == len(changed)
    assert said(office, "--accept", changed[0]).returncode == 2
    signed = ("--reason", "wrong-data", "--approved-by", "Maria")
    assert told(office, "--accept", changed[0], *signed, day=WEDNESDAY)["values"] == 1
    known = state(office)
    assert known.withheld.height == len(changed) - 1
    assert known.overrides["value"].to_list() == ["2017-01-14"]
    assert told(office, "--accept", changed[0], *signed, day=WEDNESDAY)["act"] is None
    nobody = said(office, "--accept", "A20", *signed, day=WEDNESDAY)
    assert nobody.returncode == 2


# Counts, outages, priorities, dates told


def test_what_is_accepted_in_place_of_a_priority_is_said(
    office: Path, tmp_path: Path
) -> None:
    heading = ["application_id", "due_on", "reason", "by"]
    row = ["A20", "2017-10-20", "reserve", "Kadis"]
    told(office, "--priority", listed(tmp_path / "p.csv", heading, row))
    told(office, "--all")
    rows = [f"{row},{'2017-10-02' if row[:3] == 'A20' else ''}" for row in ROWS]
    lines = [f"{HEADING},due_on", *rows, ""]
    (office / "exports/two.csv").write_text("\n".join(lines))
    morning(office, WEDNESDAY)
    signed = ("--reason", "wrong-data", "--approved-by", "Maria")
    both = said(office, "--accept", "A20", *signed, "--lang", "en", day=WEDNESDAY)
    assert "due on 2017-10-20" in both.stdout
    used = state(office).overrides
    assert used.select("field", "value").rows() == [("due_on", "2017-10-02")]


def test_a_count_says_how_many_there_should_be(office: Path) -> None:
    told(office, "--all")
    used = len(_all_on_sheets(office))
    document = told(office, "--count", f"KTP-el={STOCK - used - 3}", day=WEDNESDAY)
    assert document["counts"] == [
        {
            "card": "KTP-el",
            "blanks": STOCK - used - 3,
            "expected": STOCK - used,
            "on_sheets": None,
        }
    ]
    assert told(office, "--count", STOCK - used - 3, day=WEDNESDAY)["act"] is None
    assert left(office, "2017-09-14") == STOCK - used - 3
    for wrong in ("KIA=3", "KTP-el=many", "=3", "-1"):
        refused = said(office, f"--count={wrong}", day=WEDNESDAY)
        assert refused.returncode == 2


def test_a_count_after_the_sheets_are_made_leaves_that_morning_alone(
    office: Path,
) -> None:
    cards = len(_all_on_sheets(office))
    again = ("today", office, "--on", TUESDAY, "--by", "Maria", "--json")
    short = said(office, "--count", cards - 2, "--json")
    (counted,) = json.loads(short.stdout)["counts"]
    assert counted["on_sheets"] == cards
    assert " 2 " in said(office, "--count", cards - 2, "--lang", "en").stdout
    same = json.loads(run(*again).stdout)
    assert (same["again"], same["blanks"]) == (True, {"KTP-el": cards - 2})
    # Half of them printed, the same count means the same.
    told(office, sheet(office))
    (late,) = told(office, "--count", cards + 5)["counts"]
    assert late["on_sheets"] == cards
    rest = run("today", office, "--rest", *again[2:])
    assert json.loads(rest.stdout)["out"] is None
    told(office, "--all")
    assert left(office) == 5
    morning(office, WEDNESDAY)


def test_an_outage_until_further_notice_ends_with_the_next_word(office: Path) -> None:
    told(office, "--outage", "server-1", "--from", WEDNESDAY)
    assert told(office, "--outage", "server-1", "--from", WEDNESDAY)["act"] is None
    told(office, "--outage", "server-1", "--from", "2017-09-15", "--left", "1")
    back = ("--outage", "server-1", "--from", "2017-09-15", "--left", "1")
    assert told(office, *back)["act"] is None
    told(office, "--all")
    morning(office, WEDNESDAY)
    plan = pl.read_csv(office / f"plans/{WEDNESDAY}/plan.csv", try_parse_dates=True)
    assert plan["day"].min() == date(2017, 9, 15)
    half = ("--outage", "server-1", "--from", "2017-09-20", "--left")
    assert told(office, *half, "50%")["act"]
    assert told(office, *half, "0,5")["act"] is None
    for wrong in (
        ("--outage", "server-9"),
        ("--outage", "server-1", "--left", "1.5"),
        ("--outage", "server-1", "--from", WEDNESDAY, "--to", TUESDAY),
        ("--to", TUESDAY, "--all"),
    ):
        assert said(office, *wrong).returncode == 2


def test_a_priority_says_why_where_it_can_be_erased(
    office: Path, tmp_path: Path
) -> None:
    heading = ["application_id", "urgency", "reason", "by"]
    row = ["A20", "emergency", "sakit keras", "Kadis"]
    path = listed(tmp_path / "p.csv", heading, row)
    assert told(office, "--priority", path) == {
        "schema_version": 1,
        "day": TUESDAY,
        "new": 1,
        "known": 0,
    }
    assert told(office, "--priority", path)["new"] == 0
    with open_office(office).ledger.reading() as reader:
        (act,) = reader.acts("priority")
    assert (act.by, act.approved_by, act.reason) == ("Sri", "Kadis", OTHER)
    assert act.remark is not None
    told(office, "--all")
    morning(office, WEDNESDAY)
    records = pl.read_csv(office / f"plans/{WEDNESDAY}/records.csv")
    assert records.select("application_id", "used", "because").rows() == [
        ("A20", "emergency", "priority")
    ]
    own = [["A19", *row[1:]], ["A18", *row[1:3], " sri"]]
    lone = listed(tmp_path / "own.csv", heading, *own)
    refused = said(office, "--priority", lone)
    assert refused.returncode == 2
    assert "row 3" in refused.stderr
    assert told(office, "--priority", lone, "--approved-by", "Maria")["new"] == 2
    with open_office(office).ledger.reading() as reader:
        names = [act.approved_by for act in reader.acts("priority")]
    assert names == ["Kadis", "Kadis", "Maria"]
    stranger = listed(tmp_path / "q.csv", heading, ["Z99", *row[1:]])
    refused = said(office, "--priority", stranger)
    assert refused.returncode == 2
    assert "row 2" in refused.stderr


def test_of_dates_told_the_first_is_kept(office: Path, tmp_path: Path) -> None:
    heading = ["application_id", "ready_by"]
    path = listed(tmp_path / "promises.csv", heading, ["A20", "2017-10-02"], ["Z9", ""])
    assert told(office, "--told", path)["new"] == 1
    assert told(office, "--told", path)["act"] is None
    later = listed(tmp_path / "later.csv", heading, ["A20", "2017-10-20"])
    assert told(office, "--told", later)["new"] == 1
    dates = state(office).told["promised_on"].to_list()
    assert dates == [date(2017, 10, 2)]
    strange = listed(tmp_path / "s.csv", heading, ["Z99", "2017-10-02"])
    assert told(office, "--told", strange)["strangers"] == 1


def test_a_card_that_is_there_stays_whatever_another_sheet_says(
    office: Path, tmp_path: Path
) -> None:
    told(office, "--outage", "printer-1", "--to", TUESDAY)
    assert (
        run(
            "today", office, "--rest", "--no-report", "--on", TUESDAY, "--by", "M"
        ).returncode
        == 0
    )
    person = on_sheet(office)[0]  # of the void sheet, and perhaps of a later one
    told(office, sheet(office))
    marks = dict.fromkeys(
        ((row, "Printed") for row in range(len(on_sheet(office)))), "belum"
    )
    other = office / f"plans/{TUESDAY}/2/batches/{TUESDAY}/printer-2.csv"
    if other.exists():
        text = other.read_text("utf-8-sig").splitlines()
        column = text[0].split(",").index("Printed")
        rows = [line.split(",") for line in text[1:]]
        for row in rows:
            row[column] = "belum"
        late = tmp_path / "printer-2.csv"
        late.write_text("\n".join([text[0], *map(",".join, rows), ""]), "utf-8")
        told(office, late)
    assert results(office)[person] == "printed"
    # A list that is about no sheet of its day says that the card is no good.
    day = ("application_id", "printed_at", "result")
    path = listed(tmp_path / "bad.csv", day, (person, WEDNESDAY, "rusak"))
    told(office, path, day=WEDNESDAY)
    assert results(office)[person] == "spoilt"
    # Its own sheet takes the word back.
    assert told(office, marked(office, marks, tmp_path / "printer-1.csv"))["act"]
    assert person not in {n for n, r in results(office).items() if r == "printed"}


# Sheets that a ledger does not know, or no longer


def test_a_plan_that_a_restored_ledger_does_not_know_is_taken_in(
    office: Path, tmp_path: Path
) -> None:
    told(office, "--all")
    shutil.copy2(office / "ledger.db", tmp_path / "older.db")
    morning(office, WEDNESDAY)
    plan = pl.read_csv(office / f"plans/{WEDNESDAY}/plan.csv", infer_schema=False)
    people = plan.filter(day=WEDNESDAY)["application_id"].to_list()
    for file in office.glob("ledger.db*"):
        file.unlink()
    shutil.copy2(tmp_path / "older.db", office / "ledger.db")
    document = told(office, office / f"plans/{WEDNESDAY}", day=WEDNESDAY)
    assert document["adopted"] == [2]
    assert document["recorded"]["printed"] == len(people)
    assert set(people) <= results(office).keys()
    assert state(office).results.sort("act")["plan"].to_list()[-1] == 2
    assert "adopted" not in told(office, office / f"plans/{WEDNESDAY}", day=WEDNESDAY)


def test_the_void_sheets_of_a_plan_that_is_taken_in_are_void_again(
    office: Path, tmp_path: Path
) -> None:
    def voids() -> list[tuple[Any, ...]]:
        with open_office(office).ledger.reading() as reader:
            return reader.facts("voids").select("plan", "day", "printer").rows()

    copy = tmp_path / "copy.zip"
    assert run("ledger", "backup", office, copy).returncode == 0
    told(office, "--outage", "printer-1", "--to", TUESDAY)
    assert run("today", office, "--rest", "--on", TUESDAY, "--by", "M").returncode == 0
    before = voids()
    assert before == [(1, date(2017, 9, 12), "printer-1")]
    back = ("ledger", "restore", office, copy, "--force", "--by", "Sri")
    assert run(*back).returncode == 0
    assert voids() == []
    assert told(office, sheet(office))["adopted"] == [2]
    assert voids() == before


def test_cards_of_a_void_sheet_are_recorded_and_it_is_said(office: Path) -> None:
    told(office, "--outage", "printer-1", "--to", TUESDAY)
    done = run(
        "today", office, "--rest", "--no-report", "--on", TUESDAY, "--by", "Maria"
    )
    assert done.returncode == 0, done.stderr
    with open_office(office).ledger.reading() as reader:
        void = reader.facts("voids").select("plan", "day", "printer").rows()
    assert (1, date(2017, 9, 12), "printer-1") in void
    people = on_sheet(office)
    document = told(office, sheet(office))
    assert document["void"] == [
        {"plan": 1, "day": TUESDAY, "printer": "printer-1", "cards": len(people)}
    ]
    assert results(office) == dict.fromkeys(people, "printed")


# Bad input


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--all", "--count", "3"),
        ("--all", "--by", "  "),
        ("--except", "x.csv"),
        ("missing.csv",),
        ("--reprint", "Z99", "--reason", "lost-card", "--approved-by", "Maria"),
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(
    office: Path, words: Sequence[str]
) -> None:
    before = state(office).number
    done = run("record", office, *words, "--on", TUESDAY)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Z99" not in done.stderr
    assert state(office).number == before


def test_without_a_ledger_none_is_made(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text(OFFICE + BLANKS)
    for words in (("--all",), ("--count", "3"), ("--undo", "1", "--reason", "x")):
        done = said(tmp_path, *words)
        assert done.returncode == 2
        assert "today" in done.stderr
    assert not (tmp_path / "ledger.db").exists()


def test_a_sheet_filled_in_as_a_workbook(office: Path, tmp_path: Path) -> None:
    path = shutil.copy(sheet(office, kind="xlsx"), tmp_path / "renamed.xlsx")
    book = openpyxl.load_workbook(path)
    boxes = next(row for row in book.worksheets[0] if row[-1].value == "☐")
    boxes[-1].value = "pita putus"
    book.save(path)
    document = told(office, path)
    assert document["recorded"]["spoilt"] == 1
    with open_office(office).ledger.reading() as reader:
        prints = reader.facts("prints")
    assert prints.filter(result="spoilt")["reason"].to_list() == ["ribbon"]
    assert prints["plan"].unique().to_list() == [1]


@given(st.sampled_from([*REASONS]), st.sampled_from([" ", "  ", "\t"]))
def test_a_code_is_itself_however_it_is_written(code: str, blank: str) -> None:
    assert code_of(blank + code.upper() + blank) == code
    assert code_of(code + " and more that is nobody's code") == OTHER


def test_the_second_name_is_another_name() -> None:
    for name, is_other in (("SRI ", False), ("sri", False), ("", False), ("Ani", True)):
        signed = Signature(by="Sri", day=date(2017, 9, 12), approved_by=name)
        assert signed.has_second_name == is_other
