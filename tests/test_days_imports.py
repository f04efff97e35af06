"""An export beside the ledger: what is taken, what waits, and that nobody is lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from offices import RANKED, small
from strategies import FEW, HALF

from ektp_sched.backlog import from_frame
from ektp_sched.backlog.records import AHEAD, FIELDS, RECORDS, with_records
from ektp_sched.ledger import Ledger, NewAct, personal
from ektp_sched.ledger.state import state_of
from ektp_sched.morning.imports import as_used, compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched import Backlog
    from ektp_sched.ledger import Act
    from ektp_sched.ledger.state import State
    from ektp_sched.morning.imports import Imported

pytestmark = pytest.mark.slow

DAY = date(2017, 9, 12)
OFFICE = small(
    9,
    urgency=RANKED | {"urgent": {"target_days": 10}},
    status={"printable": ["READY"], "done": ["PRINTED"]},
)
STRICTEST = ["emergency", "urgent", "routine"]
WORDS: dict[str, list[Any]] = {
    "waiting_since": ["2017-01-01", "2017-03-01", "2017-05-01"],
    "urgency": STRICTEST,
    "area": ["Alak", "Maulafa"],
    "due_on": [None, "2017-10-01", "2017-11-01"],
    "recorded_at": [None, "2017-01-01T08:00:00.000000", "2017-01-02T08:00:00.000000"],
    "promised_on": [None, "2017-10-05", "2017-10-06"],
    "pinned_on": [None, "2017-09-20", "2017-09-25"],
}
"""Values of each field, as texts; the first of two that are dates is the earlier."""
USUAL = {name: values[-1] for name, values in WORDS.items()} | {"status": "READY"}

Row = dict[str, str | None]


def export(people: dict[str, Row]) -> Backlog:
    """Return what a registry exports; beside these somebody who never changes."""
    rows = [{"application_id": name, **row} for name, row in people.items()]
    rows.append({"application_id": "Z", **USUAL})
    schema = dict.fromkeys(("application_id", *USUAL), pl.String)
    return from_frame(pl.DataFrame(rows, schema), OFFICE, provisional=True)


@dataclass
class Life:
    """An office whose ledger takes one export after another."""

    ledger: Ledger
    day: date = DAY
    acts: list[Act] = field(default_factory=list)

    def state(self) -> State:
        with self.ledger.writing() as writer:
            return state_of(writer)

    def take(self, backlog: Backlog) -> Imported:
        with self.ledger.writing() as writer:
            imported = compare(backlog, state_of(writer), OFFICE, self.day)
            act = NewAct(kind="import", day=self.day, by="Maria")
            self.acts.append(writer.append(act, imported.facts, imported.people))
        return imported

    def act(
        self, kind: str, facts: dict[str, list[dict[str, Any]]], **more: Any
    ) -> Act:
        frames = {name: pl.DataFrame(rows) for name, rows in facts.items()}
        with self.ledger.writing() as writer:
            return writer.append(
                NewAct(kind=kind, day=self.day, by="Maria", **more), frames
            )

    def accept(self, name: str, word: str, value: str | None) -> Act:
        key = {"person": self.person(name), "field": word}
        cleared = {**key, "export": None, "used": None}
        return self.act(
            "accept", {"overrides": [{**key, "value": value}], "withheld": [cleared]}
        )

    def person(self, name: str) -> int:
        people = self.state().people.filter(pl.col("application_id") == name)
        return int(people["person"][-1])

    def used(
        self, backlog: Backlog, state: State | None = None
    ) -> tuple[dict[str, Row], pl.DataFrame]:
        """Return what is used of each person as texts, and the records."""
        used, records = as_used(backlog, state or self.state(), OFFICE)
        again = with_records(backlog, records)
        assert again.frame.equals(used.frame), "records alone make it of the export"
        return words_of(used.frame), records


def words_of(frame: pl.DataFrame) -> dict[str, Row]:
    dates = pl.selectors.date().dt.to_string("iso")
    stamp = pl.selectors.datetime().dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    rows = frame.with_columns(dates, stamp).iter_rows(named=True)
    return {row.pop("application_id"): row for row in rows}


@pytest.fixture
def life() -> Iterator[Life]:
    with TemporaryDirectory() as folder:
        yield Life(new_ledger(folder))


@cache
def empty() -> bytes:
    """Return a ledger without any act, whose tables take long to make."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with at_place(path).writing():
            pass
        return path.read_bytes()


def new_ledger(folder: str) -> Ledger:
    path = Path(folder) / "ledger.db"
    path.write_bytes(empty())
    return at_place(path)


def at_place(path: Path) -> Ledger:
    return Ledger(sa.URL.create("sqlite+pysqlite", database=str(path)))


def ahead(name: str, new: str | None, old: str | None) -> bool:
    """Say whether a change puts somebody ahead, as people would."""
    if name not in AHEAD or new is None:
        return False
    if name == "urgency":
        assert old is not None
        return STRICTEST.index(new) < STRICTEST.index(old)
    return old is None or new < old


ROWS: st.SearchStrategy[Row] = st.fixed_dictionaries(
    {n: st.sampled_from(v) for n, v in WORDS.items()}
)
STATES = st.sampled_from(["READY", "READY", "READY", "PROCESSING", "broken", "gone"])


@dataclass
class Expected:
    """What is known of each person, concluded one by one."""

    exported: dict[str, Row] = field(default_factory=dict)
    used: dict[str, Row] = field(default_factory=dict)
    planned: dict[str, Row] = field(default_factory=dict)  # used by the last plan
    state: dict[str, str] = field(default_factory=lambda: {"Z": "ready"})
    withheld: set[tuple[str, str]] = field(default_factory=set)
    accepted: set[tuple[str, str]] = field(default_factory=set)

    def see(self, name: str, row: Row) -> None:
        self.exported[name] = row
        used = self.used.setdefault(name, {**row})
        for key, value in row.items():
            what, before = (name, key), used[key]
            if what not in self.withheld | self.accepted:
                before = self.planned.get(name, used)[key]
            if ahead(key, value, before):
                used[key] = before
                self.withheld.add(what)
                continue
            used[key] = value
            self.withheld.discard(what)
            if value is None:
                self.accepted.discard(what)

    def accept(self, name: str, key: str) -> None:
        self.used[name][key] = self.exported[name][key]
        self.withheld.discard((name, key))
        self.accepted.add((name, key))

    def plan(self) -> None:
        self.planned = {name: {**row} for name, row in self.used.items()}

    def exports(self, data: st.DataObject) -> Backlog:
        """Draw the next export."""
        people = {}
        for name in "ABC":
            was = self.exported.get(name)
            row = was if was and data.draw(st.booleans()) else data.draw(ROWS)
            status = data.draw(STATES)
            if status != "gone":
                people[name] = {**row, "status": status}
                self.state[name] = {"READY": "ready"}.get(status, "held")
            elif name in self.state:
                self.state[name] = "gone"
            if status == "READY":
                self.see(name, row)
            elif status == "broken":
                people[name] |= {"status": "READY", "waiting_since": "30-2"}
                self.state[name] = "rejected"
        return export(people)


@HALF
@given(st.data())
def test_nobody_is_put_ahead_unless_somebody_accepts_it(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        life, expected = Life(new_ledger(folder)), Expected()
        for plan in range(data.draw(st.integers(1, 5))):
            backlog = expected.exports(data)
            life.take(backlog)
            state = life.state()
            again = compare(backlog, state, OFFICE, DAY)
            assert not again.is_new, "the same export says nothing new"
            ids = state.people.join(state.seen, on="person")
            states = dict(ids.select("application_id", "state").iter_rows())
            assert states == expected.state
            assert state.seen.height == state.people.height, "nobody is lost"
            used, _ = life.used(backlog, state)
            del used["Z"]
            for name, row in used.items():
                assert {key: row[key] for key in WORDS} == expected.used[name]
            withheld = sorted(w for w in expected.withheld if w[0] in used)
            if data.draw(st.booleans()) and withheld:
                name, key = data.draw(st.sampled_from(withheld))
                life.accept(name, key, expected.exported[name][key])
                expected.accept(name, key)
                used, records = life.used(backlog)
                assert used[name][key] == expected.exported[name][key]
                whose = (pl.col("application_id") == name) & (pl.col("field") == key)
                assert records.filter(whose)["because"].to_list() == ["accepted"]
            if data.draw(st.booleans()):
                life.act("plan", {}, plan=plan + 1)
                expected.plan()


@FEW
@given(st.data())
def test_an_import_that_is_undone_leaves_what_was_known_before(
    data: st.DataObject,
) -> None:
    with TemporaryDirectory() as folder:
        life = Life(new_ledger(folder))
        first, second = (
            export(data.draw(st.dictionaries(st.sampled_from("ABC"), ROWS)))
            for _ in range(2)
        )
        life.take(first)
        before = life.state()
        life.take(second)
        after = life.state()
        life.act("undo", {}, undoes=life.acts[-1].number)
        undone = life.state()
        for name in ("people", "seen", "withheld", "overrides", "results"):
            assert getattr(undone, name).equals(getattr(before, name)), name
        life.take(second)
        whose = [
            each.people.join(each.seen, on="person", how="left")
            .drop("person", "since")
            .sort("application_id")
            for each in (life.state(), after)
        ]
        assert whose[0].equals(whose[1])


def test_counts_say_what_an_export_brings(life: Life) -> None:
    usual = {"area": "Alak", **USUAL}
    first = life.take(export(dict.fromkeys("ABCD", usual)))
    assert first.counts == {"new": 5, "changed": 0, "gone": 0, "back": 0, "withheld": 0}
    life.take(export(dict.fromkeys("BCD", usual)))
    later = usual | {"waiting_since": "2017-06-01"}
    sooner = usual | {"waiting_since": "2017-02-01", "urgency": "urgent"}
    third = life.take(export({"A": usual, "B": later, "C": sooner, "E": usual}))
    assert third.counts == {"new": 1, "changed": 2, "gone": 1, "back": 1, "withheld": 1}


def test_old_stands_beside_new_since_the_last_plan(life: Life) -> None:
    usual = {**USUAL, "area": "Alak"}
    life.take(export({"A": usual, "B": usual, "C": usual}))
    life.act("plan", {}, plan=1)
    backlog = export(
        {
            "A": usual | {"area": "Maulafa"},
            "B": usual | {"waiting_since": "2017-01-01"},
            "C": usual,
        }
    )
    life.take(backlog)
    _, records = life.used(backlog)
    assert records.columns == [*RECORDS]
    moved = ("2017-05-01", "2017-01-01", "2017-05-01", "withheld")
    assert records.rows() == [
        ("A", "area", "Alak", "Maulafa", "Maulafa", "taken"),
        ("B", "ready_on", *moved),
        ("B", "waiting_since", *moved),
    ]
    life.act("plan", {}, plan=2)
    _, records = life.used(backlog)
    assert set(records["because"]) == {"withheld"}, "a change is told once"


def test_what_was_decided_here_goes_before_the_export(life: Life) -> None:
    usual = {**USUAL, "area": "Alak"}
    life.take(export({"A": usual}))
    urgent = {"person": life.person("A"), "field": "urgency", "value": "emergency"}
    act = life.act("priority", {"overrides": [urgent]})
    backlog = export({"A": usual | {"urgency": "urgent"}})
    life.take(backlog)
    planned, records = life.used(backlog)
    assert planned["A"]["urgency"] == "emergency"
    assert records.filter(pl.col("field") == "urgency").rows() == [
        ("A", "urgency", "urgent", "urgent", "emergency", "priority")
    ]
    life.act("undo", {}, undoes=act.number)
    planned, _ = life.used(backlog)
    assert planned["A"]["urgency"] == "routine", "what the export says waits still"


@pytest.mark.parametrize("now", ["emergency", "urgent"])
def test_a_priority_that_is_taken_back_is_said_once(life: Life, now: str) -> None:
    """What put a person behind is gone: the export's is used, or what waits on it."""
    usual = {**USUAL, "area": "Alak", "urgency": "urgent"}
    life.take(export({"A": usual}))
    mild = {"person": life.person("A"), "field": "urgency", "value": "routine"}
    act = life.act("priority", {"overrides": [mild]})
    backlog = export({"A": usual | {"urgency": now}})
    life.take(backlog)
    life.act("plan", {}, plan=1)
    undo = life.act("undo", {}, undoes=act.number)
    planned, records = life.used(backlog)
    assert planned["A"]["urgency"] == "urgent"
    assert records.rows() == [("A", "urgency", "routine", now, "urgent", "undone")]
    life.act("undo", {}, undoes=undo.number)
    _, records = life.used(backlog)
    assert records["because"].to_list() == ["priority"]
    life.act("undo", {}, undoes=act.number)
    life.act("plan", {}, plan=2)
    planned, records = life.used(backlog)
    assert planned["A"]["urgency"] == "urgent"
    assert "undone" not in {*records["because"]}


def test_a_card_printed_anew_waits_since_its_own_date(life: Life) -> None:
    usual = {**USUAL, "area": "Alak", "due_on": "2017-09-01"}
    backlog = export({"A": usual})
    life.take(backlog)
    first = life.person("A")

    new = personal(pl.Series(["A"]), "application")
    person = int(new.refs[0])
    overrides = [
        {"person": person, "field": "waiting_since", "value": "2017-09-11"},
        {"person": person, "field": "due_on", "value": ""},
    ]
    with life.ledger.writing() as writer:
        writer.append(
            NewAct(kind="reprint", day=DAY, by="Maria"),
            {"overrides": pl.DataFrame(overrides)},
            new,
        )
    imported = life.take(backlog)
    assert imported.counts["new"] == 1
    assert imported.counts["gone"] == 0
    assert life.state().seen["person"].to_list().count(first) == 1
    planned, records = life.used(backlog)
    assert planned["A"]["waiting_since"] == "2017-09-11"
    assert planned["A"]["ready_on"] == "2017-09-11"
    assert planned["A"]["due_on"] is None
    assert set(records["because"]) == {"reprint"}
    assert not life.take(backlog).is_new


def test_an_export_tells_which_cards_of_earlier_sheets_were_printed(life: Life) -> None:
    usual = {**USUAL, "area": "Alak"}
    life.take(export(dict.fromkeys("ABCDE", usual)))
    places = [
        {
            "person": life.person(name),
            "day": DAY + timedelta(days=after),
            "printer": "printer-1",
            "batch": 1,
            "position": 1,
        }
        for name, after in (("A", 0), ("B", 0), ("C", 0), ("D", 0), ("E", 1))
    ]
    life.act("plan", {"planned": places}, plan=1)
    word = {"person": life.person("D"), "result": "spoilt", "day": DAY}
    life.act("prints", {"prints": [word]})
    life.day = DAY + timedelta(days=1)
    backlog = export({"B": usual | {"status": "PRINTED"}, "C": usual})
    prints = life.take(backlog).facts["prints"]
    assert sorted(prints.select("person", "reason", "result").rows()) == sorted(
        [
            (life.person("A"), "export-dropped", "printed"),
            (life.person("B"), "export-done", "printed"),
        ]
    )
    assert set(prints["day"]) == {DAY}
    assert set(prints["printer"]) == {"printer-1"}
    assert life.state().unknown(life.day)["person"].to_list() == [life.person("C")]
    assert "prints" not in life.take(backlog).facts


def test_a_card_left_open_is_printed_once_the_registry_has_it(life: Life) -> None:
    usual = {**USUAL, "area": "Alak"}
    life.take(export({"A": usual, "B": usual}))
    word = {"result": "open", "day": DAY, "printer": "printer-1"}
    opened = [{"person": life.person(name), **word} for name in "AB"]
    life.act("prints", {"prints": opened})
    life.day = DAY + timedelta(days=3)
    prints = life.take(export({"B": usual})).facts["prints"]
    assert prints.select("person", "day", "reason").rows() == [
        (life.person("A"), DAY, "export-dropped")
    ]


def test_a_class_that_the_office_has_no_longer_is_not_used(life: Life) -> None:
    usual = {**USUAL, "area": "Alak"}
    life.take(export({"A": usual}))
    backlog = export({"A": usual | {"urgency": "urgent"}})
    life.take(backlog)
    gone = {"person": life.person("A"), "field": "urgency", "value": "kilat"}
    life.act("priority", {"overrides": [gone]})
    planned, records = life.used(backlog)
    assert planned["A"]["urgency"] == "urgent"
    assert records.is_empty()


def test_fields_are_those_of_a_table_of_seen() -> None:
    from ektp_sched.ledger.tables import FACTS

    columns = [column.name for column in FACTS["seen"].columns]
    assert columns == ["act", "row", "person", "state", *FIELDS]


def test_a_card_printed_anew_by_mistake_is_the_one_before_again(life: Life) -> None:
    """Else the card that is printed would be planned once more."""
    backlog = export({"A": {**USUAL, "area": "Alak"}})
    life.take(backlog)
    first = life.person("A")
    new = personal(pl.Series(["A"]), "application")
    with life.ledger.writing() as writer:
        act = writer.append(NewAct(kind="reprint", day=DAY, by="Maria"), {}, new)
    assert life.person("A") == int(new.refs[0])
    life.act("undo", {}, undoes=act.number)
    assert life.person("A") == first
    assert not life.take(backlog).is_new
