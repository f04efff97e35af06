"""One person at the counter: what all acts add up to, and whom no sentence names."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_sched.backlog.identity import key_path
from ektp_sched.cli.app import run
from ektp_sched.cli.counter import answered
from ektp_sched.counter.history import history_of
from ektp_sched.counter.status import status_of
from ektp_sched.counter.text import status_lines
from ektp_sched.days.folder import open_office
from ektp_sched.errors import EktpSchedError
from ektp_sched.ledger import Ledger, NewAct, address, personal
from ektp_sched.ledger.state import state_of
from ektp_sched.output.languages import language
from ektp_sched.signs import made_id, queue_number
from ektp_sched.words import in_language

if TYPE_CHECKING:
    import sqlalchemy as sa

    from ektp_sched.ledger import Reader, Writer
    from ektp_sched.ledger.state import State

DAY = date(2017, 9, 12)
NIKS = ("9900000000000011", "9900000000000021", "9900000000000031")
KEY = bytes(range(32))
IDS = [made_id(nik, KEY) for nik in NIKS]
DAYS = st.integers(0, 9).map(lambda n: DAY + timedelta(days=n))
OFFICE = """
name = "Example"
language = "en"
[urgency.emergency]
target_days = 3
rank = 0
[urgency.routine]
target_days = 30
default = true
[[servers]]
id = "server-1"
cards_per_day = 20
[[printers]]
id = "printer-1"
cards_per_day = 10
[identity]
from = "NIK"
"""
SEEN = {"state": "ready", "urgency": "routine", "card": "KTP-el", "area": "Alak"}


@cache
def _empty() -> Path:
    """Return a folder with an office and a ledger in which three people are."""
    folder = Path(mkdtemp())
    (folder / "office.toml").write_text(OFFICE, encoding="utf-8")
    (folder / "identity.key").write_text(KEY.hex(), encoding="ascii")
    _begin(Ledger(address(folder)))
    return folder


def _begin(ledger: Ledger) -> None:
    with ledger.writing() as writer:
        people = personal(pl.Series(IDS), "application")
        seen = pl.DataFrame({"person": people.refs}).with_columns(
            **{name: pl.lit(value) for name, value in SEEN.items()},
            waiting_since=pl.lit(DAY - timedelta(days=40)),
        )
        writer.append(NewAct(kind="import", day=DAY, by="x"), {"seen": seen}, people)


def _office(folder: Path) -> Path:
    shutil.copytree(_empty(), folder / "office")
    return folder / "office"


def _write(writer: Writer, kind: str, table: str, /, **row: Any) -> int:
    plan = None
    if kind == "plan":
        plans = [act.plan or 0 for act in writer.acts("plan", live=False)]
        plan = 1 + max(plans, default=0)
    new = NewAct(kind=kind, day=DAY, by="x", plan=plan, reason="drawn")
    return writer.append(new, {table: pl.DataFrame([row], strict=False)}).number


PRINTERS = st.sampled_from(["printer-1", "printer-2"])
PLACES = st.fixed_dictionaries(
    {"day": DAYS, "printer": PRINTERS, "batch": st.just(1), "position": st.just(7)}
)
ROWS = {
    ("import", "seen"): st.fixed_dictionaries(
        {
            **{name: st.just(value) for name, value in SEEN.items()},
            "state": st.sampled_from(["ready", "held"]),
            "waiting_since": DAYS,
        }
    ),
    ("import", "gone"): st.just({}),
    ("plan", "planned"): st.one_of(st.just({"day": None}), PLACES),
    ("prints", "prints"): st.fixed_dictionaries(
        {
            "day": DAYS,
            "printer": PRINTERS,
            "result": st.sampled_from(["printed", "spoilt", "unprinted", "open"]),
        }
    ),
    ("told", "told"): st.fixed_dictionaries({"promised_on": DAYS}),
    ("handed", "handed"): st.fixed_dictionaries({"day": DAYS}),
    ("import", "withheld"): st.fixed_dictionaries(
        {
            "field": st.just("waiting_since"),
            "export": st.none() | DAYS.map(date.isoformat),
            "used": st.just("2017-09-01"),
        }
    ),
    ("priority", "overrides"): st.fixed_dictionaries(
        {
            "field": st.just("urgency"),
            "value": st.sampled_from([None, "emergency", ""]),
        }
    ),
    ("reprint", "overrides"): st.just(
        {"field": "waiting_since", "value": "2017-09-14"}
    ),
}
FACTS: st.SearchStrategy[Any] = st.one_of(
    [
        st.tuples(st.just(kinds), st.sampled_from(IDS), rows)
        for kinds, rows in ROWS.items()
    ]
)
ACTS = st.lists(FACTS | st.integers(2, 30), max_size=25)


def _append(writer: Writer, drawn: Any) -> None:
    """Append facts of the newest application of an id, or undo an act."""
    if isinstance(drawn, int):
        if drawn <= writer.number and drawn not in writer.undone:
            writer.append(NewAct(kind="undo", day=DAY, by="x", undoes=drawn))
        return
    (kind, table), text, row = drawn
    if kind == "reprint":
        again = personal(pl.Series([text]), "application")
        facts = {table: pl.DataFrame([{"person": again.refs[0], **row}])}
        writer.append(NewAct(kind=kind, day=DAY, by="x"), facts, again)
        return
    person = int(writer.refs_of(pl.Series([text]))[0])
    _write(writer, kind, table, person=person, **row)


def _of(frame: pl.DataFrame, person: int) -> dict[str, Any] | None:
    rows = frame.filter(pl.col("person") == person).drop("person")
    return rows.row(0, named=True) if rows.height else None


def _as_state(folder: Path, state: State, person: int, text: str) -> None:
    standing = status_of(folder, text, on=DAY)
    seen = _of(state.seen, person)
    assert standing.state == (seen and seen["state"])
    given = _of(state.given, person)
    place = standing.place and (
        standing.place.day,
        standing.place.printer,
        standing.place.plan,
    )
    assert place == (given and (given["day"], given["printer"], given["plan"]))
    result = _of(state.results, person)
    last = standing.prints[-1] if standing.prints else None
    assert (last and (last.result, last.day, last.printer)) == (
        result and (result["result"], result["day"], result["printer"])
    )
    handed, told = _of(state.handed, person), _of(state.told, person)
    assert standing.handed == (handed and handed["day"])
    assert standing.promised_on == (told and told["promised_on"])
    waits = {(w.field, w.export, w.used) for w in standing.withheld}
    names = ("field", "export", "used")
    mine = state.withheld.filter(pl.col("person") == person).select(names)
    assert waits == {*mine.iter_rows()}
    decided = {(d.field, d.value) for d in standing.decisions}
    mine = state.overrides.filter(pl.col("person") == person).select("field", "value")
    assert decided == {*mine.iter_rows()}


ALWAYS_SAID = ("gone", "planned", "told", "prints", "handed")
ALSO = ("seen", "withheld", "overrides")  # which may say what was known


def _as_acts(folder: Path, reader: Reader, text: str) -> None:
    """What is said of a person is what acts say, undone ones too, in their order."""
    events = history_of(folder, text)
    numbers = [event.act for event in events]
    assert numbers == sorted({*numbers})
    assert [e.act for e in events if e.undone] == [
        number for number in numbers if number in reader.undone
    ]
    people = reader.people(live=False).filter(pl.col("application_id") == text)

    def acts_of(*tables: str) -> set[int]:
        facts = [reader.facts(table, live=False) for table in tables]
        return {
            act
            for table in facts
            for act in table.join(people, on="person", how="semi")["act"]
        }

    undoing = {act.number for act in reader.acts("undo", live=False)}
    assert acts_of(*ALWAYS_SAID) <= {*numbers}
    assert {*numbers} - undoing <= acts_of(*ALWAYS_SAID, *ALSO)
    undoes = {a.number: a.undoes for a in reader.acts("undo", live=False)}
    assert all(undoes[act] in numbers for act in numbers if act in undoing)
    assert all(event.what for event in events)


@given(acts=ACTS)
def test_the_counter_says_what_all_acts_add_up_to(acts: list[Any]) -> None:
    with TemporaryDirectory() as scratch:
        folder = _office(Path(scratch))
        ledger = Ledger(address(folder))
        for act in acts:
            with ledger.writing() as writer:
                _append(writer, act)
        with ledger.reading() as reader:
            state = state_of(reader)
            for text in IDS:
                _as_acts(folder, reader, text)
        named = state.people.filter(
            pl.col("person").is_in(
                pl.concat(
                    [
                        getattr(state, name)["person"]
                        for name in ("seen", "given", "results", "overrides")
                    ]
                ).implode()
            )
        )
        newest = named.unique("application_id", keep="last", maintain_order=True)
        for person, text in newest.select("person", "application_id").iter_rows():
            _as_state(folder, state, person, text)


def test_a_person_is_known_by_id_queue_number_and_number_of_identity(
    tmp_path: Path,
) -> None:
    folder = _office(tmp_path)
    asked = (IDS[1], queue_number(IDS[1]), queue_number(IDS[1]).lower(), NIKS[1])
    answers = [status_of(folder, who, on=DAY) for who in asked]
    assert len({answer.application_id for answer in answers}) == 1
    assert answers[0].application_id == IDS[1]
    assert answers[0].day_of_waiting == 41
    assert answers[0].target_days == 30
    # The same is said through the address of a database.
    through = status_of(folder, NIKS[1], on=DAY, ledger="sqlite:///ledger.db")
    assert through == answers[0]


def test_both_databases_answer_alike(
    tmp_path: Path, ledger_url: sa.URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _office(tmp_path)
    expected = [status_of(folder, queue_number(text), on=DAY) for text in IDS]
    _begin(Ledger(ledger_url))
    address_said = ledger_url.render_as_string(hide_password=False)
    monkeypatch.setenv("EKTP_LEDGER", address_said)
    asked = [status_of(folder, queue_number(text), on=DAY) for text in IDS]
    assert asked == expected
    assert asked[0].known
    assert not status_of(folder, "O'Brien:x").known


def test_nobody_is_said_to_be_unknown_and_perhaps_forgotten(tmp_path: Path) -> None:
    folder = _office(tmp_path)
    assert not status_of(folder, "9900000000000999").known
    assert not status_of(folder, "9900000000000999").forgotten
    with Ledger(address(folder)).writing() as writer:
        writer.append(NewAct(kind="forget", day=DAY, by="x"))
    assert status_of(folder, "9900000000000999").forgotten
    assert len(status_lines(status_of(folder, "9900000000000999"))) == 2


@pytest.mark.parametrize("lang", ["en", "id"])
def test_sentences_say_the_days_and_no_number_of_identity(
    tmp_path: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _office(tmp_path)
    with Ledger(address(folder)).writing() as writer:
        person = int(writer.refs_of(pl.Series([IDS[0]]))[0])
        day = DAY + timedelta(days=3)
        place = {"day": day, "printer": "printer-1", "batch": 2, "position": 31}
        _write(writer, "plan", "planned", person=person, **place)
        _write(writer, "told", "told", person=person, promised_on=DAY)
        row = {"field": "waiting_since", "export": "2017-06-01", "used": "2017-08-03"}
        _write(writer, "import", "withheld", person=person, **row)
    asked = [str(folder), NIKS[0], "--lang", lang, "--on", DAY.isoformat()]
    assert answered(asked) == 0
    shown = capsys.readouterr().out
    words = language(lang)
    for date_said in (day, DAY, date(2017, 6, 1), date(2017, 8, 3)):
        assert words.long_date(date_said) in shown
    assert "printer-1" in shown
    assert queue_number(IDS[0]) in shown
    assert NIKS[0] not in shown
    # The same through the front door, and as JSON.
    assert run(["status", *asked]) == 0
    assert capsys.readouterr().out == shown
    assert answered([*asked, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["text"] == shown.splitlines()
    assert document["days_late"] == 3
    assert document["place"]["day"] == day.isoformat()


@pytest.mark.parametrize("lang", ["en", "id"])
def test_a_history_says_who_did_what_and_why(
    tmp_path: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _office(tmp_path)
    with Ledger(address(folder)).writing() as writer:
        person = int(writer.refs_of(pl.Series([IDS[0]]))[0])
        remark = personal(pl.Series(["mother in hospital"]), "remark")
        act = NewAct(
            kind="priority",
            day=DAY,
            by="Sri",
            approved_by="Kadis",
            reason="other",
            remark=int(remark.refs[0]),
        )
        row = {"person": person, "field": "urgency", "value": "emergency"}
        given_by = writer.append(act, {"overrides": pl.DataFrame([row])}, remark).number
        place = {"day": DAY, "printer": "printer-1", "batch": 2, "position": 31}
        _write(writer, "plan", "planned", person=person, **place)
        writer.append(NewAct(kind="undo", day=DAY, by="Sri", undoes=given_by))
    asked = [str(folder), queue_number(IDS[0]), "--lang", lang, "--history"]
    assert answered(asked) == 0
    shown = capsys.readouterr().out
    for word in ("Sri", "Kadis", "mother in hospital", "emergency", "printer-1"):
        assert word in shown
    assert answered([*asked, "--json"]) == 0
    history = json.loads(capsys.readouterr().out)["history"]
    kinds = ["import", "priority", "plan", "undo"]
    assert [event["kind"] for event in history] == kinds
    assert [event["undone"] for event in history] == [False, True, False, False]
    assert history_of(folder, "nobody") == ()


def test_an_id_that_is_a_number_of_identity_is_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _office(tmp_path)
    with Ledger(address(folder)).writing() as writer:
        people = personal(pl.Series([NIKS[2]]), "application")
        row = {"person": people.refs[0], **SEEN, "waiting_since": DAY}
        new = NewAct(kind="import", day=DAY, by="x")
        writer.append(new, {"seen": pl.DataFrame([row])}, people)
    assert answered([str(folder), NIKS[2], "--json"]) == 0
    shown = capsys.readouterr().out
    assert NIKS[2] not in shown
    assert json.loads(shown)["application_id"] is None


@pytest.mark.parametrize(
    "rest", [["--help"], [], ["a", "b", "c"], ["--on=soon", "a"], ["--lang", "fr", "a"]]
)
def test_what_is_not_plain_goes_the_way_of_all_commands(rest: list[str]) -> None:
    assert answered(rest) is None


def test_an_unknown_person_and_a_missing_ledger_have_their_codes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _office(tmp_path)
    assert answered([str(folder), "nobody"]) == 1
    assert "nobody" not in capsys.readouterr().out
    (folder / "ledger.db").write_bytes(b"no database at all, but long enough" * 99)
    assert answered([str(folder), "nobody"]) == 2
    (folder / "ledger.db").unlink()
    assert answered([str(folder), "nobody"]) == 2
    assert answered([str(tmp_path), "nobody"]) == 2
    assert "office.toml" in capsys.readouterr().err


def test_the_ledger_is_where_the_counter_looks(tmp_path: Path) -> None:
    """Names that the counter spells out, as it does not load their modules."""
    folder = open_office(_office(tmp_path))
    assert folder.ledger.url.database == str(folder.path / "ledger.db")
    assert key_path(folder.office) == folder.path / "identity.key"


@given(day=st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_days_are_said_as_everywhere(day: date) -> None:
    from ektp_sched.words import in_full

    for code in ("en", "id"):
        assert in_language(in_full(day), code) == language(code).long_date(day)


def test_whom_no_export_has_gets_no_new_day(tmp_path: Path) -> None:
    folder = _office(tmp_path)
    with Ledger(address(folder)).writing() as writer:
        person = int(writer.refs_of(pl.Series([IDS[0]]))[0])
        place = {"day": DAY, "printer": "printer-1", "batch": 1, "position": 1}
        _write(writer, "plan", "planned", person=person, **place)
        spoilt = {"result": "spoilt", "day": DAY, "printer": "printer-1"}
        _write(writer, "prints", "prints", person=person, **spoilt)
    *_, next_day = status_lines(status_of(folder, IDS[0], on=DAY))
    with Ledger(address(folder)).writing() as writer:
        _write(writer, "import", "gone", person=person)
    *_, gone = status_lines(status_of(folder, IDS[0], on=DAY))
    assert "new day" in in_language(next_day, "en")
    assert gone != next_day
    assert "export" in in_language(gone, "en")


def test_a_card_printed_anew_is_one_decision(tmp_path: Path) -> None:
    folder = _office(tmp_path)
    with Ledger(address(folder)).writing() as writer:
        person = int(writer.refs_of(pl.Series([IDS[0]]))[0])
        before = len(status_lines(status_of(folder, IDS[0], on=DAY)))
        values = {"waiting_since": str(DAY), "due_on": "", "pinned_on": ""}
        rows = [{"person": person, "field": f, "value": v} for f, v in values.items()]
        new = NewAct(kind="reprint", day=DAY, by="x", reason="lost-card")
        writer.append(new, {"overrides": pl.DataFrame(rows)})
    assert len(status_lines(status_of(folder, IDS[0], on=DAY))) == before + 1


def test_every_word_of_a_decision_is_known(tmp_path: Path) -> None:
    folder = _office(tmp_path)
    with Ledger(address(folder)).writing() as writer:
        person = int(writer.refs_of(pl.Series([IDS[0]]))[0])
        for field in ("due_on", "promised_on", "urgency"):
            row = {"field": field, "value": ""}
            _write(writer, "accept", "overrides", person=person, **row)
    lines = status_lines(status_of(folder, IDS[0], on=DAY))
    assert len(lines) >= 4
    with pytest.raises(EktpSchedError):
        status_of(tmp_path, IDS[0])
