"""One person at the counter: what the ledger knows, asked of it for nobody else.

What it says is what `ektp_sched.ledger.state.state_of` says of that person.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.counter.asking import PERSONS, asked_of
from ektp_sched.signs import ID_FORM, queue_number, whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from ektp_sched.counter.asking import Ask, Rules

_SEEN: Final = (
    *("waiting_since", "ready_on", "urgency", "due_on", "card", "area"),
    *("recorded_at", "promised_on", "pinned_on", "status"),
)
"""What an export says of an application."""

_TEXTS: Final = frozenset({"day", "result"})
"""Columns of prints and places that are none of numbers, of those asked for here."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person stands on the sheets; the day None if nowhere."""

    day: date | None
    printer: str | None
    batch: int | None
    position: int | None
    plan: int | None


@dataclass(frozen=True, slots=True)
class Print:
    """What became of a card: ``printed``, ``spoilt``, ``unprinted`` or ``open``."""

    result: str
    day: date
    printer: str | None
    operator: str | None
    reason: str | None
    plan: int | None


@dataclass(frozen=True, slots=True)
class Waits:
    """What an export says and waits to be accepted, and what is used meanwhile."""

    field: str
    export: str
    used: str | None
    day: date


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided in place of the export, by the kind of act."""

    kind: str
    field: str
    value: str
    day: date
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of one person.

    Parameters
    ----------
    on
        The day on which it is asked.
    known
        Whether anything is.
    forgotten
        Whether the ledger was made to forget anybody, who may be the one asked for.
    application_id, queue_number
        None where there is none.
    state
        ``ready``, ``held``, ``rejected`` or ``gone``, as the last export has it; None
        where no export ever had the person.
    fields
        What counts of the export: withheld words as they were before, decisions in
        place of the export's.
    day_of_waiting
        On that day, or on the day of the card; the first is 1.
    target_days
        In which a case of that class should be printed.
    withheld, decisions
        What waits to be accepted, and what was decided.
    place
        On the sheets; None if never on any.
    unprinted
        Code of the reason why the last plan has no place.
    prints
        What became of cards, by day; the last word is the last.
    handed
        Day on which the card was given to its owner.
    promised_on
        The first date told.
    before
        What became of the card before, where this one is printed anew.
    planned_to
        Last day of the last plan.
    """

    on: date
    known: bool
    forgotten: bool = False
    application_id: str | None = None
    queue_number: str | None = None
    state: str | None = None
    fields: Mapping[str, str | None] = field(default_factory=dict)
    day_of_waiting: int | None = None
    target_days: int | None = None
    withheld: Sequence[Waits] = ()
    decisions: Sequence[Decision] = ()
    place: Place | None = None
    unprinted: str | None = None
    prints: Sequence[Print] = ()
    handed: date | None = None
    promised_on: date | None = None
    before: Sequence[Print] = ()
    planned_to: date | None = None

    @property
    def shown_id(self) -> str | None:
        """Return the id; None where it is the number of a person."""
        named = self.application_id
        return None if named is None or whole_number(named) else named

    @property
    def days_late(self) -> int | None:
        """Return by how many days the date told is missed; None if it is not.

        By the day of the card, or of the plan, or so far.
        """
        if self.promised_on is None:
            return None
        day = self.on
        if self.prints and self.prints[-1].result == "printed":
            day = self.prints[-1].day
        elif self.place is not None and self.place.day is not None:
            day = max(day, self.place.day)
        late = (day - self.promised_on).days
        return late if late > 0 else None


def status_of(
    folder: str | PathLike[str],
    who: str,
    *,
    on: date | None = None,
    ledger: str | None = None,
) -> Standing:
    """Return what is known of one person.

    Parameters
    ----------
    folder
        The office folder.
    who
        A queue number, an application_id, or the number of a person (NIK), of which
        the office's key makes the id.
    on
        The day; the system's if left out.
    ledger
        Address of the ledger; see `ektp_sched.ledger.database.address`.

    Raises
    ------
    ektp_sched.errors.AskedError
        Two people share the queue number.
    ektp_sched.errors.FolderError
        There is no office in the folder.
    ektp_sched.errors.LedgerError
        There is no ledger, or it cannot be read.
    """
    place = Path(folder)
    with asked_of(place, who, ledger) as asked:
        ask, undone = asked.ask, asked.undone
        cards = [_Card.of(ask, ref, text, undone) for ref, text in asked.people]
        known = sorted((card for card in cards if card), key=lambda card: card.since)
        if not known:
            (forgets,) = ask("SELECT COUNT(*) AS n FROM acts WHERE kind = 'forget'")
            return Standing(
                on=on or date.today(), known=False, forgotten=forgets["n"] > 0
            )
        return _standing(ask, known, undone, asked.rules, place, on or date.today())


@dataclass(frozen=True, slots=True)
class _Card:
    """The facts of one application; of a card printed anew there are several."""

    text: str
    since: int  # act that first names it
    facts: Mapping[str, Sequence[Mapping[str, Any]]]

    @classmethod
    def of(cls, ask: Ask, ref: int, text: str, undone: frozenset[int]) -> _Card | None:
        """Return all facts in the order of acts; None for what names nobody.

        Whom only an act named that is undone is nobody, as for `Reader.people`.
        """
        named = ask("SELECT act FROM commitments WHERE ref = :ref", ref=ref)
        if not named or named[0]["act"] in undone:
            return None
        facts = {
            table: ask(
                f'SELECT * FROM {table} WHERE person = :ref ORDER BY act, "row"',
                ref=ref,
            )
            for table in PERSONS
        }
        if not any(facts.values()):
            return None  # a remark
        live = {
            table: [row for row in rows if row["act"] not in undone]
            for table, rows in facts.items()
        }
        return cls(text, named[0]["act"], live)

    def last(self, table: str) -> Mapping[str, Any] | None:
        """Return the last word of a table."""
        return self.facts[table][-1] if self.facts[table] else None

    @property
    def _last_word(self) -> int:
        """Return the place of the print that holds; only of several it is asked."""
        words = self.facts["prints"]
        if len(words) < 2:
            return 0
        import polars as pl

        from ektp_sched.ledger.state import last_words

        def table(rows: Sequence[Mapping[str, Any]], *names: str) -> pl.DataFrame:
            schema = {n: pl.String if n in _TEXTS else pl.Int64 for n in names}
            return pl.DataFrame([{n: row[n] for n in names} for row in rows], schema)

        prints = table(words, "person", "day", "result", "plan", "act", "row")
        places = table(self.facts["planned"][-1:], "person", "day", "act")
        return int(last_words(prints.with_row_index("at"), places)["at"].item())

    @property
    def prints(self) -> list[Print]:
        """Return what became of it, in order; what holds comes last."""
        words, last = self.facts["prints"], self._last_word
        rows = sorted(words, key=lambda row: (row["day"], row["result"] != "open"))
        rows.sort(key=lambda row: row is words[last])
        return [
            Print(
                row["result"],
                date.fromisoformat(row["day"]),
                row["printer"],
                row["operator"],
                row["reason"],
                row["plan"],
            )
            for row in rows
        ]


def _standing(
    ask: Ask,
    cards: Sequence[_Card],
    undone: frozenset[int],
    rules: Rules,
    folder: Path,
    on: date,
) -> Standing:
    """Put together what is known of the last of a person's cards."""
    *earlier, card = cards
    acts = {
        act["number"]: act
        for number in {row["act"] for rows in card.facts.values() for row in rows}
        for act in ask(
            "SELECT number, day, kind, reason, plan FROM acts WHERE number = :number",
            number=number,
        )
    }
    seen, gone = card.last("seen"), card.last("gone")
    state = None if seen is None else seen["state"]
    if seen is not None and gone is not None and gone["act"] > seen["act"]:
        state = "gone"
    withheld = [
        Waits(
            row["field"],
            row["export"],
            row["used"],
            date.fromisoformat(acts[row["act"]]["day"]),
        )
        for row in _fields(card, "withheld")
        if row["export"] is not None
    ]
    decisions = [
        Decision(
            acts[row["act"]]["kind"],
            row["field"],
            row["value"],
            date.fromisoformat(acts[row["act"]]["day"]),
            acts[row["act"]]["reason"],
        )
        for row in _fields(card, "overrides")
        if row["value"] is not None
    ]
    fields = {
        **({} if seen is None else {name: seen[name] for name in _SEEN}),
        **{each.field: each.used for each in withheld},
        **{each.field: each.value or None for each in decisions},
    }
    planned, prints = card.last("planned"), card.prints
    place = None if planned is None else _place(planned, acts[planned["act"]]["plan"])
    last = _last_plan(ask, undone)
    day = prints[-1].day if prints and prints[-1].result == "printed" else on
    told, handed = card.facts["told"], card.last("handed")
    return Standing(
        on=on,
        known=True,
        application_id=card.text,
        queue_number=queue_number(card.text) if re.match(ID_FORM, card.text) else None,
        state=state,
        fields=fields,
        day_of_waiting=_days(fields.get("waiting_since"), day),
        target_days=rules.targets.get(fields.get("urgency") or ""),
        withheld=withheld,
        decisions=decisions,
        place=place,
        unprinted=None if last is None else _unprinted(folder, last, card.text),
        prints=prints,
        handed=None if handed is None else date.fromisoformat(handed["day"]),
        promised_on=date.fromisoformat(told[0]["promised_on"]) if told else None,
        before=[each for card in earlier for each in card.prints],
        planned_to=None if last is None else _last_day(last),
    )


def _fields(card: _Card, table: str) -> list[Mapping[str, Any]]:
    """Return the last word of each field."""
    return [*{row["field"]: row for row in card.facts[table]}.values()]


def _place(row: Mapping[str, Any], plan: int | None) -> Place:
    day = None if row["day"] is None else date.fromisoformat(row["day"])
    return Place(day, row["printer"], row["batch"], row["position"], plan)


def _days(since: str | None, day: date) -> int | None:
    return None if since is None else (day - date.fromisoformat(since)).days + 1


def _last_plan(ask: Ask, undone: frozenset[int]) -> Mapping[str, Any] | None:
    """Return what the act of the last plan says of its folder."""
    plans = ask("SELECT number, detail FROM acts WHERE plan IS NOT NULL ORDER BY plan")
    live = [plan for plan in plans if plan["number"] not in undone]
    return json.loads(live[-1]["detail"]) if live else None


def _last_day(plan: Mapping[str, Any]) -> date | None:
    if "start" not in plan or "days" not in plan:
        return None
    return date.fromisoformat(plan["start"]) + timedelta(days=plan["days"] - 1)


def _unprinted(folder: Path, plan: Mapping[str, Any], text: str) -> str | None:
    """Return why the last plan has no day, as its folder says."""
    file = folder / str(plan.get("path")) / "unprinted.csv"
    if not file.is_file():
        return None
    content = file.read_bytes()
    at = content.find(f"\n{text},".encode())
    end = content.find(b"\n", at + 1)
    line = content[at:end].decode().strip()
    return line.rpartition(",")[2] or None if at >= 0 else None
