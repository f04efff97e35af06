"""The morning: an export in, the sheets of the day out, and nobody printed twice."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest
from cli_cases import HEADING, OFFICE, ROWS, run, run_at_once

from ektp_sched.days import open_office
from ektp_sched.days.committed import finish
from ektp_sched.days.record import record_all
from ektp_sched.days.signature import Signature
from ektp_sched.errors import (
    AskedError,
    FolderError,
    LedgerError,
    TooManyRejectsError,
)
from ektp_sched.ledger import NewAct, breaks
from ektp_sched.ledger.state import state_of
from ektp_sched.morning import morning as days_morning
from ektp_sched.morning import today
from ektp_sched.output.languages import language
from ektp_sched.output.view.parts import Items
from ektp_sched.telling.morning import document_of, sections_of
from ektp_sched.trust.checker import Folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from subprocess import CompletedProcess

    from ektp_sched.ledger import Act
    from ektp_sched.morning import Morning

pytestmark = pytest.mark.slow

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, MONDAY = (
    f"2017-09-{day}" for day in (12, 13, 14, 15, 18)
)


def office(folder: Path, rows: Iterable[str] = ROWS, text: str = OFFICE) -> Path:
    """Make an office folder with one export."""
    (folder / "exports").mkdir(parents=True)
    (folder / "office.toml").write_text(text)
    drop(folder, TUESDAY, rows)
    return folder


def drop(folder: Path, day: str, rows: Iterable[str], heading: str = HEADING) -> Path:
    """Drop an export as the registry makes it."""
    path = folder / "exports" / f"{day}.csv"
    path.write_text("\n".join([heading, *rows, ""]))
    noon = 43_200 + 86_400 * date.fromisoformat(day).toordinal() - 86_400 * 719_163
    os.utime(path, (noon, noon))
    return path


def morning(folder: Path, day: str, **options: Any) -> Morning:
    given = {"by": "Maria", "days": 10, "report": False, **options}
    return today(open_office(folder), on=date.fromisoformat(day), **given)


def command(
    folder: Path, day: str, *options: object, killed_at: int | None = None
) -> CompletedProcess[str]:
    given = ("--on", day, "--by", "Maria", "--days", 10, "--no-report")
    env = {} if killed_at is None else {"EKTP_TEST_KILLED_AT": str(killed_at)}
    return run("today", folder, *given, *options, env=env)


def all_printed(folder: Path, day: str) -> None:
    signature = Signature(by="Yosef", day=date.fromisoformat(day), confirmed=True)
    record_all(open_office(folder), [], signature)


def acts(folder: Path) -> list[Act]:
    with open_office(folder).ledger.reading() as reader:
        return reader.acts(live=False)


def printed_on(folder: Path, day: str, of: str | None = None) -> list[str]:
    plan = folder / "plans" / (of or day) / "plan.csv"
    rows = pl.read_csv(plan, infer_schema=False)
    return rows.filter(pl.col("day") == day)["application_id"].to_list()


def proven(folder: Path, day: str, before: str | None = None) -> None:
    """Check a plan folder with the checker, and against all that it was made of."""
    out = folder / "plans" / day
    check = Folder(out)
    check.run()
    assert not check.wrong, check.wrong[:5]
    given: list[object] = ["--promises", out / "told.csv"]
    if before is not None:
        given += ["--previous", folder / "plans" / before, "--done", out / "done.csv"]
    export = json.loads((out / "summary.json").read_bytes())["source"]
    done = run(
        *("verify", out, "--backlog", folder / "exports" / export),
        *("--office", out / "office.toml", *given),
    )
    assert done.returncode == 0, done.stdout + done.stderr


def tick(sheet: Path, marks: dict[str, tuple[str, str]]) -> None:
    """Fill in a CSV sheet where it lies: Printed and Spoilt of some applications."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = csv.reader(file)
    at = {name: heading.index(name) for name in ("Application ID", "Printed", "Spoilt")}
    for row in rows:
        printed, spoilt = marks.get(row[at["Application ID"]], ("", ""))
        row[at["Printed"]], row[at["Spoilt"]] = printed, spoilt
    with sheet.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *rows])


def test_a_week_of_mornings(tmp_path: Path) -> None:
    """The registry lags, a sheet is ticked, a day is missed, and nobody has two cards.

    The truth about every card is kept here.
    """
    folder, rows, cards = office(tmp_path), [*ROWS], Counter[str]()
    assert command(folder, TUESDAY).returncode == 0
    sheets = sorted((folder / "plans" / TUESDAY / "batches" / TUESDAY).glob("*.csv"))
    on_sheets = printed_on(folder, TUESDAY)
    spoilt = on_sheets[0]
    for sheet in sheets:
        tick(sheet, {spoilt: ("", "chip")} if spoilt in sheet.read_text() else {})
    tick(sheets[-1], {on_sheets[-1]: ("x", "")})
    whole = pl.read_csv(sheets[-1], infer_schema=False)["Application ID"].to_list()
    unticked = {*whole} - {on_sheets[-1]}
    cards.update({*on_sheets} - {spoilt} - unticked)

    rows.append("NEW,2017-09-12,emergency,Warga Baru")
    drop(folder, WEDNESDAY, rows)
    asked = command(folder, WEDNESDAY)
    assert asked.returncode == 1
    assert TUESDAY in asked.stderr
    assert "spoilt 1" in asked.stderr
    assert command(folder, WEDNESDAY, "--open", "exclude").returncode == 0
    now = printed_on(folder, WEDNESDAY)
    assert "NEW" in now
    assert not {*now} & ({*cards} | unticked)
    assert spoilt in printed_on(folder, WEDNESDAY) + printed_on(
        folder, THURSDAY, WEDNESDAY
    )
    all_printed(folder, WEDNESDAY)
    cards.update(now)

    # On Thursday nobody runs it; on Friday the registry has dropped some of Wednesday.
    rows = [row for row in rows if row.split(",")[0] not in now[:2]]
    drop(folder, FRIDAY, rows)
    assert command(folder, FRIDAY).returncode == 1
    thursday = {*printed_on(folder, THURSDAY, WEDNESDAY)}
    assert command(folder, FRIDAY, "--open", "plan").returncode == 0
    again = printed_on(folder, FRIDAY)
    assert not {*again} & {*cards}
    assert thursday <= {*printed(folder, FRIDAY)}
    all_printed(folder, FRIDAY)
    cards.update(again)

    same = command(folder, MONDAY)
    assert same.returncode == 0, same.stderr
    cards.update(printed_on(folder, MONDAY))
    assert max(cards.values()) == 1
    proven(folder, TUESDAY)
    for day, before in zip(
        (WEDNESDAY, FRIDAY, MONDAY), (TUESDAY, WEDNESDAY, FRIDAY), strict=True
    ):
        proven(folder, day, before)
    with open_office(folder).ledger.reading() as reader:
        assert not breaks(reader.connection)


def printed(folder: Path, day: str) -> list[str]:
    plan = pl.read_csv(folder / "plans" / day / "plan.csv", infer_schema=False)
    return plan["application_id"].to_list()


def test_undisturbed_nothing_moves(tmp_path: Path) -> None:
    folder = office(tmp_path)
    morning(folder, TUESDAY)
    all_printed(folder, TUESDAY)
    drop(folder, WEDNESDAY, ROWS)
    came = morning(folder, WEDNESDAY)
    before, now = (
        pl.read_csv(folder / "plans" / day / "plan.csv", infer_schema=False).select(
            "application_id", "day", "printer", "batch", "position"
        )
        for day in (TUESDAY, WEDNESDAY)
    )
    assert now.equals(before.filter(pl.col("day") != TUESDAY))
    with open_office(folder).ledger.reading() as reader:
        planned = reader.facts("planned")
    assert came.place is not None
    assert planned.filter(pl.col("act") == came.place.act).is_empty()


def test_number_day_and_head_stand_on_the_sheets(tmp_path: Path) -> None:
    folder = office(tmp_path)
    came = morning(folder, TUESDAY, report=True)
    assert came.place is not None
    out, mark = came.place.path, came.plan.mark
    assert mark is not None
    assert acts(folder)[-1].hash.startswith(mark.head.replace("-", ""))
    summary = json.loads((out / "summary.json").read_bytes())
    assert summary["ledger"] == {
        "plan": 1,
        "act": acts(folder)[-1].number,
        "rests_on": acts(folder)[-1].number - 1,
        "head": mark.head,
    }
    for path in (out / "plan.xlsx", *came.sheets()["path"].to_list()):
        book = openpyxl.load_workbook(path)
        for sheet in book:
            words = [
                str(cell.value) for row in sheet.iter_rows(max_row=8) for cell in row
            ]
            assert any(mark.head in word and "Plan 1" in word for word in words), path
    assert mark.head in (out / "report.html").read_text("utf-8")


def test_the_same_day_again(tmp_path: Path) -> None:
    folder = office(tmp_path)
    first = morning(folder, TUESDAY)
    again = morning(folder, TUESDAY)
    assert again.again
    assert again.place == first.place
    assert len(acts(folder)) == 3  # begin, import, plan
    all_printed(folder, TUESDAY)
    with pytest.raises(AskedError, match="--rest"):
        morning(folder, TUESDAY)


def test_what_was_said_yesterday_is_one_line_today(tmp_path: Path) -> None:
    """Bad rows and withheld changes are told once, then counted."""
    bad = ("B1,31-31-31,,", "B2,2017-13-01,,")
    ahead = [row.replace("A20,2017-05", "A20,2017-01") for row in ROWS]
    assert ahead != ROWS
    folder = office(tmp_path, [*ROWS, bad[0]])
    given = {"open": "exclude", "max_rejects": 0.5}
    first = morning(folder, TUESDAY, **given)
    assert first.rejects["is_new"].to_list() == [True]
    drop(folder, WEDNESDAY, [bad[1], *ahead, bad[0]])
    second = morning(folder, WEDNESDAY, **given)
    assert second.rejects.select("reason", "is_new").rows() == [
        ("bad-date: no-such-day", True),
        ("bad-date: two-digit-year", False),
    ]
    withheld = second.records.filter(because="withheld", field="waiting_since")
    assert withheld["is_new"].all()
    some = ("--open", "exclude", "--max-rejects", "0.5", "--lang", "en")
    text = command(folder, WEDNESDAY, *some).stdout
    assert "A20:" not in text
    assert "row 2" not in text
    assert "rejects.csv" in text
    assert "records.csv" in text
    drop(folder, THURSDAY, [*ahead, *bad])
    third = morning(folder, THURSDAY, **given)
    assert not third.rejects["is_new"].any()
    assert not third.records.filter(because="withheld")["is_new"].any()


def test_without_a_newer_export_the_last_serves(tmp_path: Path) -> None:
    folder = office(tmp_path)
    morning(folder, TUESDAY)
    all_printed(folder, TUESDAY)
    came = morning(folder, WEDNESDAY)
    assert came.imported is None
    assert [act.kind for act in acts(folder)].count("import") == 1
    assert not {*printed(folder, WEDNESDAY)} & {*printed_on(folder, TUESDAY)}
    text = run("today", folder, "--on", WEDNESDAY, "--lang", "en").stdout
    assert "plan 2" in text


def test_the_newest_export_is_taken(tmp_path: Path) -> None:
    folder = office(tmp_path, ROWS[:3])
    drop(folder, WEDNESDAY, ROWS)
    here = folder / "antrean.csv"
    here.write_text("\n".join([HEADING, *ROWS[:7], ""]))
    assert morning(folder, WEDNESDAY).plan.backlog.planned == 7
    os.utime(here, (0, 0))
    shutil.rmtree(folder / "plans")
    (folder / "ledger.db").unlink()
    assert morning(folder, WEDNESDAY).plan.backlog.planned == len(ROWS)
    shutil.rmtree(folder / "exports")
    here.unlink()
    with pytest.raises(FolderError, match="no export"):
        morning(folder, THURSDAY)


def test_a_cut_export_is_asked_about_and_changes_nothing(tmp_path: Path) -> None:
    folder = office(tmp_path)
    morning(folder, TUESDAY)
    all_printed(folder, TUESDAY)
    before = acts(folder)
    drop(folder, WEDNESDAY, ROWS[:8])
    with pytest.raises(AskedError, match="gone"):
        morning(folder, WEDNESDAY)
    assert acts(folder) == before
    morning(folder, WEDNESDAY, gone="accept")
    proven(folder, WEDNESDAY, TUESDAY)


def test_another_key_is_refused(tmp_path: Path) -> None:
    own = '[identity]\nfrom = "nik"\n[columns]\nTGL = "waiting_since"\n'
    own += '[dates]\nformat = "%m/%d/%Y"\n'
    rows = [f"99{n:014d},0{1 + n % 8}/1{n % 10}/2017" for n in range(1, 21)]
    folder = office(tmp_path, text=own.join(OFFICE.split("[urgency", 1)[:1]) + OFFICE)
    (folder / "office.toml").write_text(OFFICE + own)
    (folder / "identity.key").write_text("ab" * 32 + "\n")
    drop(folder, TUESDAY, rows, "nik,TGL")
    morning(folder, TUESDAY)
    all_printed(folder, TUESDAY)
    morning(folder, WEDNESDAY)
    assert not {*printed(folder, WEDNESDAY)} & {*printed_on(folder, TUESDAY)}
    proven(folder, WEDNESDAY, TUESDAY)
    (folder / "identity.key").write_text("cd" * 32 + "\n")
    with pytest.raises(LedgerError, match="another key"):
        morning(folder, THURSDAY, open="plan")


def test_evidence_that_the_ledger_sealed_is_not_edited(tmp_path: Path) -> None:
    folder = office(tmp_path)
    morning(folder, TUESDAY)
    all_printed(folder, TUESDAY)
    plan = folder / "plans" / TUESDAY / "office.toml"
    plan.write_text(plan.read_text().replace("30", "31"))
    with pytest.raises(FolderError, match="sealed"):
        morning(folder, WEDNESDAY)


def test_a_restored_ledger_is_told_of_later_plans(tmp_path: Path) -> None:
    folder = office(tmp_path)
    morning(folder, TUESDAY)
    all_printed(folder, TUESDAY)
    shutil.copy(folder / "ledger.db", folder / "backup")
    drop(folder, WEDNESDAY, [*ROWS, "NEW,2017-09-12,emergency,Warga Baru"])
    came = morning(folder, WEDNESDAY)
    assert came.plan.mark is not None
    shutil.move(folder / "backup", folder / "ledger.db")

    with pytest.raises(FolderError, match="plan 2"):
        morning(folder, THURSDAY)
    sheet = came.sheets()["path"][0]
    handed_in = run("record", folder, sheet, "--on", THURSDAY, "--by", "Maria")
    assert handed_in.returncode == 0, handed_in.stdout + handed_in.stderr
    with pytest.raises(AskedError, match=WEDNESDAY):
        morning(folder, THURSDAY)
    last = morning(folder, THURSDAY, open="exclude")
    assert last.place is not None
    assert last.place.number == 3
    assert not {*printed(folder, THURSDAY)} & {*printed_on(folder, WEDNESDAY)}
    proven(folder, THURSDAY, WEDNESDAY)


def test_a_head_on_paper_that_the_ledger_has_not_is_refused(tmp_path: Path) -> None:
    folder = office(tmp_path)
    came = morning(folder, TUESDAY)
    assert came.plan.mark is not None
    head = came.plan.mark.head
    all_printed(folder, TUESDAY)
    with pytest.raises(LedgerError, match="00000"):
        morning(folder, WEDNESDAY, heads=(head, "00000-00000-00000-00000"))
    morning(folder, WEDNESDAY, heads=(head.upper(),))


def test_what_comes_while_a_plan_is_made_is_in_the_plan(tmp_path: Path) -> None:
    folder = office(tmp_path)
    place = open_office(folder)
    counted: list[int] = []

    def meanwhile(stage: str, _: float) -> None:
        if not counted and stage == "solve":
            day = date.fromisoformat(TUESDAY)
            with place.ledger.writing() as writer:
                act = writer.append(NewAct(kind="count", day=day, by="Yosef"))
            counted.append(act.number)

    came = morning(folder, TUESDAY, progress=meanwhile)
    assert came.plan.mark is not None
    assert came.plan.mark.rests_on >= counted[0]
    assert [act.kind for act in acts(folder)].count("plan") == 1


def test_a_killed_morning_is_completed(tmp_path: Path) -> None:
    """Before a change of its folder with some number: what the ledger has, is done."""
    decided = []
    for number in (6, 30, *range(57, 61)):
        folder = office(tmp_path / f"{number}")
        done = command(folder, TUESDAY, killed_at=number)
        assert done.returncode < 0
        decided.append("plan" in [act.kind for act in acts(folder)])
        finish(open_office(folder))
        there = (folder / "plans" / TUESDAY / "summary.json").is_file()
        assert there == decided[-1]
        came = morning(folder, TUESDAY)
        assert came.again == there
        kinds = [act.kind for act in acts(folder)]
        assert kinds == ["begin", "import", "plan"]
        assert [path.name for path in (folder / "plans").iterdir()] == [TUESDAY]
        proven(folder, TUESDAY)
    assert {*decided} == {True, False}


def test_a_card_from_the_reserve_is_not_printed_once_more(tmp_path: Path) -> None:
    """Nobody else was printed since, and the last plan does not know the person."""
    folder = office(tmp_path, ROWS[:6])
    morning(folder, TUESDAY)
    all_printed(folder, TUESDAY)
    log = folder / "noon.csv"
    log.write_text("application_id,result\nRESERVE,printed\n")
    given = ("--on", WEDNESDAY, "--by", "Yosef", "--reason", "reserve")
    assert run("record", folder, log, *given).returncode == 0
    morning(folder, WEDNESDAY)
    all_printed(folder, WEDNESDAY)
    morning(folder, THURSDAY)
    drop(folder, FRIDAY, [*ROWS[:6], "RESERVE,2017-09-01,emergency,Warga Cadangan"])
    came = morning(folder, FRIDAY)
    assert "RESERVE" not in printed(folder, FRIDAY)
    assert came.plan.backlog.planned == 0
    proven(folder, FRIDAY, THURSDAY)


def test_two_at_once_make_one_plan(tmp_path: Path) -> None:
    folder = office(tmp_path)
    words = ("today", folder, "--days", 10, "--on", TUESDAY, "--by", "Maria")
    both = run_at_once(*[(*words, "--no-report", "--json")] * 2)
    assert [each.returncode for each in both] == [0, 0]
    said = [json.loads(each.stdout) for each in both]
    assert [each["plan"] for each in said] == [1, 1]
    kinds = [act.kind for act in acts(folder)]
    assert kinds == ["begin", "import", "plan"]
    proven(folder, TUESDAY)


@pytest.mark.parametrize("step", ["take_in", "made_of"])
def test_a_plan_that_somebody_makes_meanwhile_is_the_plan(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it comes before this one's state is read, or while it is planned."""
    folder = office(tmp_path)
    own = getattr(days_morning, step)

    def meanwhile(*given: Any, **options: Any) -> Any:
        monkeypatch.undo()
        done = own(*given, **options)
        morning(folder, TUESDAY)
        return done

    monkeypatch.setattr(days_morning, step, meanwhile)
    made = morning(folder, TUESDAY)
    assert made.again
    assert made.place is not None
    assert made.place.number == 1
    assert [act.kind for act in acts(folder)] == ["begin", "import", "plan"]
    proven(folder, TUESDAY)


def test_an_export_with_many_bad_rows_changes_nothing(tmp_path: Path) -> None:
    folder = office(tmp_path)
    morning(folder, TUESDAY)
    before = acts(folder)
    drop(folder, WEDNESDAY, [*ROWS[:10], *(f"B{n},31-31-31,," for n in range(9))])
    with pytest.raises(TooManyRejectsError, match="rejects"):
        morning(folder, WEDNESDAY, open="exclude")
    assert acts(folder) == before
    (rows,) = (folder / "rejects").glob("*.csv")
    assert pl.read_csv(rows).height == 9


def test_rules_that_contradict_each_other_make_no_plan(tmp_path: Path) -> None:
    folder = office(tmp_path, [])
    pinned = [f"A{n},2017-01-01,2017-09-13" for n in range(9)]
    drop(folder, TUESDAY, pinned, "application_id,waiting_since,pinned_on")
    done = command(folder, TUESDAY)
    assert done.returncode == 1
    assert "2017-09-13" in done.stderr or "13 Sep" in done.stderr
    assert [act.kind for act in acts(folder)] == ["begin", "import"]
    assert not [*(folder / "plans").glob("*")]


def test_whom_the_export_drops_was_printed_though_left_open(tmp_path: Path) -> None:
    folder = office(tmp_path)
    morning(folder, TUESDAY)
    dropped, *others = printed_on(folder, TUESDAY)
    morning(folder, WEDNESDAY, open="exclude")
    drop(folder, THURSDAY, [row for row in ROWS if not row.startswith(dropped)])
    morning(folder, THURSDAY, open="plan")
    with open_office(folder).ledger.reading() as reader:
        state = state_of(reader)
    results = dict(
        state.people.join(state.results, on="person")
        .select("application_id", "result")
        .iter_rows()
    )
    assert results[dropped] == "printed"
    assert {results[name] for name in others} == {"unprinted"}
    assert {*others} <= {*printed(folder, THURSDAY)}
    proven(folder, THURSDAY, WEDNESDAY)


def test_what_is_read_of_a_morning_needs_no_screen(tmp_path: Path) -> None:
    came = morning(office(tmp_path), TUESDAY)
    for code in ("en", "id"):
        sections = {each.name: each for each in sections_of(came, language(code))}
        assert {"morning", "sheets", "proof"} <= {*sections}
        (sheets,) = sections["sheets"].parts
        assert isinstance(sheets, Items)
        for line, row in zip(sheets.items, came.sheets().rows(), strict=True):
            assert all(str(cell) in line for cell in row)
    assert document_of(came)["plan"] == 1
