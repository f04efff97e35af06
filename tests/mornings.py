"""A registry, an office and its operators, morning after morning.

The truth is kept here person by person, and no part of the program takes part: who
waits, who has a card in hand, what each sheet came to, and what was said of it.
`expected` concludes once more what yesterday means today, from what the registry and
the operators say alone.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st
from strategies import START, Row, documents, rows

import ektp_sched as ek
from ektp_sched.errors import AskedError
from ektp_sched.office import calendar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from strategies import Document

    from ektp_sched import Backlog, Office, Plan

READY, HELD, PRINTED, BROKEN, GONE = "READY", "PROCESSING", "PRINTED", "broken", "gone"
"""What the registry has of a person: a status, a row that cannot be read, nothing."""

_MARKED = ("x", "v", "1", "ya")
_UNMARKED = ("tidak", "belum", "0", "-")
_COLUMNS = (
    *("application_id", "waiting_since", "ready_on", "urgency", "due_on", "card"),
    *("area", "recorded_at", "promised_on", "status"),
)


@dataclass
class Person:
    """Somebody who was recorded once, and the truth about the card."""

    row: Row
    status: str = READY
    cards: int = 0  # valid ones in hand
    risked: bool = False  # the office chose to print again without knowing
    learns_on: date | None = None  # when the registry knows of the card
    drops: bool = False  # and whether it then drops the row


@dataclass(frozen=True)
class Morning:
    """One run of the program, and all that it was given."""

    start: date
    days: int
    office: Office
    export: Backlog
    previous: Plan | None
    told: dict[str, str]  # result by id, as said since the previous plan
    choice: str | None
    broken: list[str]  # rows of the export that cannot be read
    plan: Plan
    folder: Path


@dataclass(frozen=True)
class Expected:
    """What yesterday means today."""

    state: dict[str, str]  # of those planned before
    planned: set[str]
    given: dict[str, tuple[Any, ...]]
    carried: dict[str, str]
    left: dict[str, str]
    counts: dict[str, int]


def expected(
    export: Backlog,
    office: Office,
    start: date,
    previous: Plan,
    told: dict[str, str],
    choice: str | None,
    broken: Iterable[str],
) -> Expected:
    """Conclude person by person what became of the previous plan."""
    ready = set(export.frame["application_id"])
    rest = dict(export.held.select("application_id", "status").iter_rows())
    finished = {name for name, status in rest.items() if status == PRINTED}
    here = ready | (rest.keys() - finished) | set(broken)
    columns = ("application_id", "day", "printer", "batch", "position")
    slots = {n: slot for n, *slot in previous.assignments.select(columns).iter_rows()}
    before = set(previous.backlog.frame["application_id"])
    known = previous.backlog.known
    remembered: dict[str, str] = {}
    if known is not None:
        pairs = known.carried.select("application_id", "result").iter_rows()
        remembered = dict(pairs)
    on_sheet = {n for n, slot in slots.items() if slot[0] < start} | set(remembered)

    def state(name: str) -> str:
        word = told.get(name, remembered.get(name))
        unknown = name in on_sheet and word in (None, "open")
        again = word in ("spoilt", "unprinted")
        if word == "printed" or (name in finished and not again):
            return "printed"
        if name not in here | finished:
            return "printed" if unknown else "gone"
        if name not in ready:
            return "held"
        return "open" if unknown and choice != "plan" else "waiting"

    def why_left(name: str, word: str) -> str:
        if told.get(name) == "spoilt" and (word == "gone" or name in finished):
            return "spoilt-gone" if word == "gone" else "spoilt-done"
        return "gone" if word == "gone" else "held" if name in rest else "rejected"

    states = {name: state(name) for name in before | remembered.keys()}
    planned = {n for n in ready if states.get(n, "waiting") == "waiting"}
    carried = {
        name: "printed" if word == "printed" else "open"
        for name, word in states.items()
        if name in here
        and (
            word in ("printed", "open")
            or (word == "held" and name in on_sheet and name not in told)
        )
    }
    opened = calendar(office, start, 366).open.tolist()
    first = start + timedelta(days=opened.index(True)) if any(opened) else None
    given = {}
    for name in planned:
        slot: list[Any] = slots.get(name, [None] * 4)
        given[name] = (first, None, None, None) if name in on_sheet else tuple(slot)
    waiting = planned & before
    again = waiting & on_sheet
    count = Counter(states[name] for name in before)
    return Expected(
        state={name: states[name] for name in before},
        planned=planned,
        given=given,
        carried=carried,
        left={
            name: why_left(name, word)
            for name, word in states.items()
            if name in before and word in ("gone", "held")
        },
        counts={
            "planned_before": len(before),
            **{k: count[k] for k in ("printed", "open", "waiting", "held", "gone")},
            "new": len(planned - before),
            "spoilt": sum(told.get(name) == "spoilt" for name in waiting),
            "unprinted": sum(told.get(name) == "unprinted" for name in again),
            "replanned": sum(name not in told for name in again),
            "returned": len((planned - before) & on_sheet),
            "carried_printed": sum(word == "printed" for word in carried.values()),
            "carried_open": sum(word == "open" for word in carried.values()),
        },
    )


@dataclass
class Life:
    """An office through the mornings."""

    data: st.DataObject
    root: Path
    start: date = START
    document: Document = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    morning: Morning | None = None
    told: dict[str, str] = field(default_factory=dict)
    handed_in: list[Path] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)  # on sheets, and nothing was said
    number: int = 0

    def draw(self, values: st.SearchStrategy[Any] | Sequence[Any]) -> Any:
        """Draw from a strategy, or one of some values."""
        if not isinstance(values, st.SearchStrategy):
            values = st.sampled_from(values)
        return self.data.draw(values)

    # The registry

    def open_office(self) -> None:
        """Draw an office that prints something every day, and who waits for it."""
        self.document = self.draw(documents(self.start, 7, most=2))
        self.document["outages"] = []
        self.document["calendar"] |= {"closed": [], "share": {}}
        for resource in (*self.document["servers"], *self.document["printers"]):
            resource["cards_per_day"] = self.draw([3, 4, 2])
            for key in ("from", "to"):
                resource.pop(key, None)
        self.document["status"] = {"printable": [READY], "done": [PRINTED]}
        people = self.draw(rows(self.document, self.start, 7, least=6, most=12))
        self.people = {row["application_id"]: Person(row) for row in people}

    def pass_night(self) -> None:
        """Let the registry learn, lose, find, hold and hear of people."""
        for person in self.people.values():
            if person.learns_on is not None and person.learns_on <= self.start:
                person.learns_on = None
                person.status = GONE if person.drops else PRINTED
        events = ("vanish", "return", "hold", "break", "release", "urgent", "new")
        for event in self.draw(st.lists(st.sampled_from(events), max_size=4)):
            # Most that can go wrong goes wrong with those of whom nothing is known.
            near = self.unsaid if self.unsaid and self.draw(st.booleans()) else None
            if event == "new":
                self._newcomers()
            elif self.people:
                names = near or sorted(self.people)
                self._change(event, self.people[self.draw(names)])

    def _newcomers(self) -> None:
        for row in self.draw(rows(self.document, self.start, 7, most=3)):
            self.number += 1
            name = f"{row['application_id']}-{self.number}"
            self.people[name] = Person(row | {"application_id": name})

    def _change(self, event: str, person: Person) -> None:
        is_there = person.status in (READY, HELD, BROKEN)
        if event == "vanish" and is_there:
            # One whose card the registry would have learned of stays away for good.
            person.status, person.learns_on = GONE, None
        elif event == "return" and person.status == GONE and not person.cards:
            person.status = READY
        elif event in ("hold", "break") and is_there:
            person.status = HELD if event == "hold" else BROKEN
        elif event == "release" and is_there:
            person.status = READY
        elif event == "urgent":
            person.row["urgency"] = self.draw(sorted(self.document["urgency"]))

    def export(self) -> Path:
        """Write what the registry says this morning."""
        path = self.root / f"export-{self.start}-{self.number}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(_COLUMNS)
            for person in self.people.values():
                if person.status == GONE:
                    continue
                row = person.row | {"status": person.status}
                if person.status == BROKEN:
                    row |= {"status": READY, "waiting_since": "31/02/2017"}
                table.writerow([row[name] for name in _COLUMNS])
            # An export is never empty.
            table.writerow(["held", START, START, *[""] * 6, HELD])
        return path

    def broken(self) -> list[str]:
        return [n for n, person in self.people.items() if person.status == BROKEN]

    # The office

    def edit_office(self) -> None:
        """Count the stock anew, and learn of another outage."""
        for card in self.document["cards"].values():
            if "stock" in card:
                card["stock"] = self.draw(st.integers(0, 12))
        resources = [*self.document["servers"], *self.document["printers"]]
        if self.draw(st.booleans()):
            down = {
                "resource": self.draw([each["id"] for each in resources]),
                "from": self.start,
                "to": self.start + timedelta(days=self.draw([0, 1, 5])),
                "share": self.draw([0, 1]),
            }
            self.document["outages"] = [down]

    def run(self) -> Morning:
        """Plan this morning, and answer what is asked."""
        office = ek.Office.model_validate(self.document)
        export = ek.read_backlog(self.export(), office, max_rejects=1)
        days = self.draw([4, 6, 3, 9, 1])
        before = self.morning
        if before is None:
            plan = ek.plan(export, office, start=self.start, days=days)
            choice = None
        else:
            plan, choice = self._replan(before, export, office, days)
        if choice == "plan":
            for name in plan.backlog.frame["application_id"]:
                if self.people[name].cards:
                    self.people[name].risked = True
        self.number += 1
        folder = self.root / f"plan-{self.number}"
        plan.save(folder, xlsx=False, report=False)
        self.morning = Morning(
            start=self.start,
            days=days,
            office=office,
            export=export,
            previous=None if before is None else before.plan,
            told=self.told,
            choice=choice,
            broken=self.broken(),
            plan=plan,
            folder=folder,
        )
        self.told, self.handed_in = {}, []
        return self.morning

    def _replan(
        self, before: Morning, export: Backlog, office: Office, days: int
    ) -> tuple[Plan, str | None]:
        """Plan with what is known; what must be asked is asked, and nothing else."""
        given: dict[str, Any] = {"start": self.start, "days": days}
        given["previous"] = self.draw([before.folder, before.plan])
        if any(path.is_relative_to(before.folder) for path in self.handed_in):
            given["previous"] = before.folder
        given["done"] = [
            path for path in self.handed_in if not path.is_relative_to(before.folder)
        ]
        whole = expected(
            export, office, self.start, before.plan, self.told, None, self.broken()
        )
        if whole.counts["gone"] * 50 > whole.counts["planned_before"]:
            with pytest.raises(AskedError):
                ek.plan(export, office, **given, open="exclude")
            given["gone"] = "accept"
        choice = None
        if whole.counts["open"]:
            with pytest.raises(AskedError):
                ek.plan(export, office, **given)
            choice = self.draw(["exclude", "exclude", "plan"])
        elif self.draw(st.booleans()):
            choice = self.draw(["exclude", "plan"])
        return ek.plan(export, office, **given, open=choice), choice

    # The operators

    def pass_days(self, days: int) -> None:
        """Print from the sheets of some days, and hand in what is to be handed in."""
        assert self.morning is not None
        end = self.start + timedelta(days=days)
        listed: list[tuple[str, str, date]] = []
        rows = self.morning.plan.assignments.to_dicts()
        for (day, printer), part in groupby(rows, lambda r: (r["day"], r["printer"])):
            if day >= end:
                break
            names = [row["application_id"] for row in part]
            results = self._print(names, day)
            how = self.draw(["marked", "ticked", "lost", "list", "in place"])
            sheet = self.morning.folder / f"batches/{day}/{printer}.csv"
            if how == "list":
                listed += [(n, r, day) for n, r in results.items()]
            elif how == "ticked" and "printed" in results.values():
                self._hand_in(sheet, self._ticked(results), day, in_place=False)
            elif how in ("marked", "in place"):
                marks = self._marked(results)
                in_place = how == "in place" and bool(marks)
                self._hand_in(sheet, marks, day, in_place=in_place)
        listed += self._late_words(end - timedelta(days=1))
        if listed:
            self._list(listed)
        self.unsaid = [
            row["application_id"]
            for row in rows
            if row["day"] < end and row["application_id"] not in self.told
        ]
        self.start = end

    def _print(self, names: list[str], day: date) -> dict[str, str]:
        """Return what a sheet truly came to; nobody has two cards by it."""
        is_worked = self.draw([True, True, True, False])
        kinds = ("printed",) * 5 + ("spoilt", "unprinted")
        results = {}
        for name in names:
            results[name] = self.draw(kinds) if is_worked else "unprinted"
            if results[name] != "printed":
                continue
            person = self.people[name]
            person.cards += 1
            assert person.cards == 1 or person.risked, f"{name} is printed twice"
            lag = self.draw([0, 0, 1, 2, 3])
            person.learns_on = day + timedelta(days=1 + lag)
            person.drops = self.draw(st.booleans())
        return results

    def _ticked(self, results: dict[str, str]) -> dict[str, tuple[str, str]]:
        """Tick some of what was printed, one at least; the rest is open."""
        printed = [name for name, result in results.items() if result == "printed"]
        ticked = {printed[0], *self.draw(st.sets(st.sampled_from(printed)))}
        marks = {}
        for name, result in results.items():
            if name in ticked:
                marks[name] = ("printed", self.draw(_MARKED))
                self.told[name] = "printed"
            elif result == "spoilt":
                marks[name] = ("spoilt", "ribbon tore")
                self.told[name] = "spoilt"
        return marks

    def _marked(self, results: dict[str, str]) -> dict[str, tuple[str, str]]:
        """Mark all that was not printed well."""
        marks = {}
        for name, result in results.items():
            self.told[name] = result
            if result == "spoilt":
                marks[name] = ("spoilt", "ribbon tore")
            elif result == "unprinted":
                marks[name] = ("printed", self.draw(_UNMARKED))
        return marks

    def _hand_in(
        self,
        sheet: Path,
        marks: dict[str, tuple[str, str]],
        day: date,
        *,
        in_place: bool,
    ) -> None:
        """Fill in a sheet where it lies, or a copy of it."""
        with sheet.open(encoding="utf-8", newline="") as file:
            heading, *lines = csv.reader(file)
        at = {"printed": heading.index("Printed"), "spoilt": heading.index("Spoilt")}
        for line in lines:
            name = line[heading.index("Application ID")].removeprefix("'")
            if name in marks:
                column, text = marks[name]
                line[at[column]] = text
        filled = sheet
        if not in_place:
            filled = self.root / f"filled-{day}-{sheet.name}"
        with filled.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([heading, *lines])
        self.handed_in.append(filled)

    def _late_words(self, day: date) -> list[tuple[str, str, date]]:
        """Say at last what became of somebody who was carried as open or printed."""
        assert self.morning is not None
        known = self.morning.plan.backlog.known
        if known is None or known.carried.is_empty():
            return []
        words = []
        for name in known.carried["application_id"]:
            person = self.people[name]
            if self.draw([False, False, True]):
                if person.cards and self.draw([False, False, True]):
                    # Found spoilt when it was to be handed over.
                    person.cards, person.learns_on = 0, None
                    words.append((name, "spoilt", day))
                else:
                    word = "printed" if person.cards else "unprinted"
                    words.append((name, word, day))
        return words

    def _list(self, words: list[tuple[str, str, date]]) -> None:
        path = self.root / f"list-{self.start}-{self.number}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(["application_id", "result", "printed_at", "reason"])
            for name, result, day in words:
                reason = "ribbon tore" if result == "spoilt" else ""
                table.writerow([name, result, day, reason])
                self.told[name] = result
        self.handed_in.append(path)
