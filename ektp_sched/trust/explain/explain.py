"""Why an application has its day: codes and figures, no sentences.

Counts and limits are read off the plan and the accepted rows; nothing is
solved again.  So what could move it is said as facts of this plan: who stands
before it, where something is free, what the day's prices are.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from ektp_sched.backlog.identity import id_of_number, ids_of, is_number
from ektp_sched.backlog.inputs import as_backlog, as_day
from ektp_sched.backlog.known import GIVEN
from ektp_sched.backlog.numbers import plain_ids
from ektp_sched.backlog.statuses import already_printed, means_printed
from ektp_sched.errors import UsageError
from ektp_sched.office import calendar
from ektp_sched.office.inputs import as_office
from ektp_sched.rules import SUPPLIES
from ektp_sched.rules.nearest import letters
from ektp_sched.trust.explain.ahead import (
    Person,
    cards_ahead,
    cards_to_move,
    least_pressing,
)
from ektp_sched.trust.explain.limits import (
    Held,
    find_room,
    idle_shifts,
    may_be_held,
)
from ektp_sched.trust.explain.model import (
    Carried,
    Changed,
    Explanation,
    Given,
    Move,
    Price,
    Slot,
)
from ektp_sched.trust.facts import read_facts
from ektp_sched.words import said
from ektp_sched.yesterday.changes import changes

if TYPE_CHECKING:
    from ektp_sched.backlog import Backlog
    from ektp_sched.backlog.inputs import BacklogLike, DayLike
    from ektp_sched.documents import Plan
    from ektp_sched.office import Office
    from ektp_sched.office.inputs import OfficeLike
    from ektp_sched.trust.explain.ahead import Ahead
    from ektp_sched.trust.explain.limits import Room
    from ektp_sched.trust.explain.model import IdleShift, Limit

_PLACES = 6
_DATES = ("waiting_since", "ready_on", "due_on", "promised_on", "pinned_on")


def explain(
    plan: Plan,
    backlog: BacklogLike,
    office: OfficeLike,
    application_id: str,
    *,
    day: DayLike | None = None,
) -> Explanation:
    """Say why an application has its day, or none.

    Parameters
    ----------
    plan
        Just made, or read back from its folder.
    backlog, office
        What was planned, and the rules.
    application_id
        An id, or a queue number where the backlog has them, or the number of
        the person where the office has the key from which ids are made.
    day
        Day whose prices are wanted; by default the application's own.

    Returns
    -------
    Explanation
        Codes and figures; nothing personal, and no other application's id.

    Raises
    ------
    UsageError
        The day lies outside the plan, or it is the number of a person and the
        key is not there.
    """
    office = as_office(office)
    backlog = as_backlog(backlog, office)
    day = None if day is None else as_day(day, "day")
    made = id_of_number(application_id, office)
    wanted = made or _as_read(application_id)
    row = _find(backlog.frame, wanted)
    plan = replace(plan, backlog=backlog)
    if row is None:
        answer = _not_planned(plan, office, wanted)
        if answer.outcome == "unknown" and made is None:
            _require_key(application_id, office)
        return answer
    _require_within(plan, day)
    person = Person.of(row, office)
    case = _Case(plan, backlog, office, person)
    slot = case.slot
    asked = day if day is not None or slot is None else slot.day
    return Explanation(
        application_id=row["application_id"],
        outcome="unprinted" if slot is None else "printed",
        rule=case.rule(),
        urgency=row["urgency"],
        target_days=person.target,
        class_rank=office.class_rank(row["urgency"]),
        area_rank=office.area_rank.get(row["area"] or ""),
        card=row["card"],
        area=row["area"],
        **{name: row[name] for name in _DATES},
        slot=slot,
        ahead=case.ahead(),
        printers=person.printers,
        limits=case.binding(),
        prices=case.prices(day),
        shifts=case.shifts(),
        only_shift=bool(case.shifts()) and not case.worked_by_calendar(),
        idle=case.idle(),
        holds=() if case.held is None else case.held.by_rules(),
        supplies=() if case.held is None else case.held.supplies(),
        moves=case.moves(),
        last_day=plan.start + timedelta(days=plan.days - 1),
        priced=plan.prices is not None,
        priced_on=asked,
        closed=asked is not None and not case.open_on(asked),
        given=_given(plan, row["application_id"]),
        records=_records(backlog, row["application_id"]),
    )


def _as_read(application_id: str) -> str:
    """Return an id as it is read from a cell."""
    return str(plain_ids(pl.Series([application_id], dtype=pl.String))[0] or "")


def _require_key(asked: str, office: Office) -> None:
    """Refuse a person's number that only the office's key can look up."""
    if office.identity is None or not is_number(asked):
        return
    msg = said(
        "a number of identity (NIK) can only be looked up with --office, where the "
        "key lies beside the office file; or give the queue number",
        "NIK hanya dapat dicari dengan --office, sebab kuncinya ada di samping berkas "
        "kantor; atau sebutkan nomor antreannya",
    )
    raise UsageError(msg)


def _require_within(plan: Plan, day: date | None) -> None:
    last = plan.start + timedelta(days=plan.days - 1)
    if day is not None and not plan.start <= day <= last:
        msg = said(
            "day {day} lies outside the plan; name one from {start} to {last}",
            "hari {day} di luar rencana; sebutkan hari dari {start} sampai {last}",
            day=str(day),
            start=str(plan.start),
            last=str(last),
        )
        raise UsageError(msg)


def _find(frame: pl.DataFrame, wanted: str) -> dict[str, Any] | None:
    """Return the row with an id, or the only one with a queue number."""
    name = ids_of(pl.Series([wanted], dtype=pl.String), frame)[0]
    rows = frame.filter(pl.col("application_id") == name)
    return rows.row(0, named=True) if rows.height == 1 else None


def _given(plan: Plan, name: str) -> Given | None:
    """Return what the previous plan gave an application, if anything."""
    backlog, known = plan.backlog, plan.backlog.known
    if known is None:
        return None
    whose = pl.col("application_id") == name
    moved = changes(plan).filter(whose)
    days, because = (None, None)
    if not moved.is_empty():
        days, because = moved.select("days", "because").row(0)
    elif not plan.assignments.filter(whose).is_empty():
        days = 0
    own = (backlog.frame["application_id"] == name).arg_true()
    if own.is_empty():
        return None if moved.is_empty() else Given(moved["was"][0], because=because)
    day, printer, batch, position = known.given.select(*GIVEN).row(int(own[0]))
    if day is None:
        return None
    return Given(day, printer, batch, position, days, because)


def _records(backlog: Backlog, name: str) -> tuple[Changed, ...]:
    """Return what of an application's record has changed or is not the export's."""
    if backlog.records is None:
        return ()
    rows = backlog.records.filter(pl.col("application_id") == name)
    names = ("field", "was", "is", "used", "because")
    return tuple(Changed(*row) for row in rows.select(names).iter_rows())


def _carried(backlog: Backlog, wanted: str) -> Explanation | None:
    """Say since when somebody is not planned, and which sheet says so."""
    known = backlog.known
    row = None if known is None else _find(known.carried, wanted)
    if row is None:
        return None
    told = Carried(row["result"], row["date"], row["source"])
    return Explanation(row["application_id"], "carried", carried=told)


def _not_planned(plan: Plan, office: Office, wanted: str) -> Explanation:
    backlog = plan.backlog
    if (carried := _carried(backlog, wanted)) is not None:
        return carried
    held = _find(backlog.held, wanted)
    if held is not None:
        name, status = held["application_id"], held["status"]
        cell = pl.Series([status], dtype=pl.String)
        outcome = "done" if already_printed(cell, office).any() else "held"
        perhaps = outcome == "held" and means_printed(cell).any()
        rule = "status-means-done" if perhaps else "status"
        given = _given(plan, name)
        return Explanation(name, outcome, rule=rule, status=status, given=given)
    left = None if backlog.known is None else _find(backlog.known.left, wanted)
    if left is not None:
        given = Given(left["was"], because=left["because"])
        return Explanation(
            left["application_id"], "left", rule=left["because"], given=given
        )
    ids = pl.concat([backlog.frame["application_id"], backlog.held["application_id"]])
    alike = ids.filter(
        ids.str.replace_all(r"[^\p{L}\p{N}]", "").str.to_lowercase() == letters(wanted)
    )
    hint = str(alike[0]) if len(alike) == 1 and wanted else None
    return Explanation(wanted, "unknown", hint=hint, rejected=backlog.rejected)


class _Case:
    """One application in one plan."""

    def __init__(
        self, plan: Plan, backlog: Backlog, office: Office, person: Person
    ) -> None:
        self.plan, self.backlog, self.office, self.person = (
            plan,
            backlog,
            office,
            person,
        )
        self.room: Room = find_room(plan, office, person.printers)
        self.slot = self._slot()
        ready = (person.row["ready_on"] - plan.start).days
        self.first = min(max(0, ready), plan.days)
        end = plan.days if self.slot is None else (self.slot.day - plan.start).days
        self.end = max(self.first, end)
        self.held: Held | None = self._weigh()

    def _weigh(self) -> Held | None:
        """Lay it against limits on cards, where any could have kept it."""
        pinned, card = self.person.row["pinned_on"], self.person.row["card"]
        fixed = pinned is not None and pinned >= self.plan.start
        if fixed or not self.person.printers or not (days := self._earlier()):
            return None
        if not may_be_held(self.office, card):
            return None
        facts = read_facts(self.plan, self.backlog, self.office)
        return Held(facts, self.person.row["application_id"], days, self.room)

    def _slot(self) -> Slot | None:
        wanted = self.person.row["application_id"]
        rows = self.plan.assignments.filter(pl.col("application_id") == wanted)
        if rows.is_empty():
            return None
        names = Slot.__dataclass_fields__
        return Slot(**{name: rows[name][0] for name in names})

    def _day(self, offset: int) -> date:
        return self.plan.start + timedelta(days=offset)

    def open_on(self, day: date) -> bool:
        """Return whether the office works on a day, if only by a shift."""
        return bool(self.room.limits.open[(day - self.plan.start).days])

    def worked_by_calendar(self) -> bool:
        """Return whether the calendar alone opens its day."""
        slot = self.slot
        return slot is None or bool(calendar(self.office, slot.day, 1).open[0])

    def shifts(self) -> tuple[str, ...]:
        """Return the shifts that are worked on its day."""
        if self.slot is None:
            return ()
        own_day = (self.slot.day - self.plan.start).days
        return tuple(name for name, day in self.room.worked if day == own_day)

    def idle(self) -> tuple[IdleShift, ...]:
        """Return the shifts that would have made room earlier."""
        if self.rule() not in ("capacity", "ready", "first-day"):
            return ()
        return idle_shifts(self.office, self.room, self.first, self.end)

    def _earlier(self) -> list[int]:
        """Return the days on which it could have been printed before its own."""
        days = np.flatnonzero(self.room.possible[self.first : self.end])
        return [self.first + int(day) for day in days]

    def rule(self) -> str:
        """Return what decides its day."""
        row, slot = self.person.row, self.slot
        if slot is None:
            wanted = pl.col("application_id") == row["application_id"]
            reasons = self.plan.unprinted.filter(wanted)["reason"]
            return str(reasons[0]) if len(reasons) else "capacity"
        if row["pinned_on"] == slot.day:
            return "pin"
        if not self._earlier():
            return "ready" if self.first else "first-day"
        if not self.room.free[self.first : self.end].any():
            return "capacity"
        reason = None if self.held is None else self.held.reason()
        return "exchange" if reason is None else reason

    def ahead(self) -> tuple[Ahead, ...]:
        """Count the cards before it on printers that it could use."""
        before = pl.col("printer").is_in(self.person.printers)
        if (slot := self.slot) is not None:
            here = (pl.col("day") == slot.day) & (pl.col("printer") == slot.printer)
            same = pl.col("batch") == slot.batch
            here &= (pl.col("batch") < slot.batch) | (
                same & (pl.col("position") < slot.position)
            )
            before &= (pl.col("day") < slot.day) | here
        cards = self.plan.assignments.filter(before).select("application_id", "day")
        horizon = self.plan.start, self._day(self.plan.days - 1)
        return cards_ahead(cards, self.backlog, self.office, self.person, horizon)

    def binding(self) -> tuple[Limit, ...]:
        """Return what was full on the days before its own."""
        if self.rule() != "capacity":
            return ()
        return self.room.binding(self.first, self.end)

    def prices(self, day: date | None) -> tuple[Price, ...]:
        """Return the prices of a day that are not zero."""
        if self.plan.prices is None or not self.person.printers:
            return ()
        if self.slot is None:
            machines = [*self.person.printers, *self.room.servers()]
            wanted = self._day(self.first) if day is None else day
        else:
            machines = [self.slot.printer, self.slot.server]
            wanted = self.slot.day if day is None else day
        changes = (pl.col("one_more").fill_null(0) != 0) | (
            pl.col("one_less").fill_null(0) != 0
        )
        concerned = pl.col("resource").is_in(machines) & changes
        rows = self.plan.prices.filter(concerned)
        if day is None and self.slot is None:
            first = rows.filter(pl.col("day") >= wanted)["day"].min()
            wanted = first if isinstance(first, date) else wanted
        return tuple(
            Price(*row)
            for row in rows.filter(pl.col("day") == wanted)
            .select("resource", "day", "tier", "rank", "one_more", "one_less")
            .iter_rows()
        )

    def moves(self) -> tuple[Move, ...]:
        """Return what could bring it forward."""
        rule = self.rule()
        moves: list[Move] = []
        if rule in ("exchange", *(each.lack for each in SUPPLIES)):
            free = np.flatnonzero(self.room.free[self.first : self.end])
            if len(free):
                moves.append(Move("free", self._day(self.first + int(free[0]))))
        if rule == "capacity" and (days := self._earlier()):
            goal = self._day(days[-1])
            moves.append(Move("cards", goal, cards=self._cards(goal)))
            moves += self._pressure(goal)
        if rule in ("capacity", "exchange") and self.person.row["due_on"] is None:
            moves.append(Move("due"))
        return tuple(moves)

    def _cards(self, goal: date) -> int:
        """Return how many cards more a day needs for it and who comes before it."""
        if (slot := self.slot) is None:
            left = self.plan.unprinted.filter(pl.col("reason") == "capacity")
            able = self.backlog.frame.filter(self._printable())["application_id"]
            rows = left.filter(pl.col("application_id").is_in(able.implode())).select(
                "application_id", day=pl.lit(self._day(self.plan.days))
            )
        else:
            rows = self._printed_on(slot.day)
        other = pl.col("application_id") != self.person.row["application_id"]
        rivals = rows.filter(other)
        return cards_to_move(rivals, self.backlog, self.office, self.person, goal)

    def _printable(self) -> pl.Expr:
        """Return which applications some printer of its own could print."""
        own_printers = set(self.person.printers)
        kinds = self.backlog.frame.select("card", "area").unique().rows()
        able = [
            pl.col("card").eq_missing(pl.lit(card, dtype=pl.String))
            & pl.col("area").eq_missing(pl.lit(area, dtype=pl.String))
            for card, area in kinds
            if own_printers & set(self.office.eligible(card, area))
        ]
        return pl.any_horizontal(able)

    def _printed_on(self, day: date) -> pl.DataFrame:
        """Return the cards of a day on printers that could print it."""
        printers = pl.col("printer").is_in(self.person.printers)
        rows = self.plan.assignments.filter((pl.col("day") == day) & printers)
        return rows.select("application_id", "day")

    def _pressure(self, goal: date) -> list[Move]:
        """Return the least pressure of its rank on its printers, and its own."""
        printed, person = self._printed_on(goal), self.person
        least = least_pressing(printed, self.backlog, self.office, person)
        own = (goal - person.row["waiting_since"]).days + 1, person.target
        if least is None or least[0] * own[1] <= own[0] * least[1]:
            return []
        needed, has = (round(days / target, _PLACES) for days, target in (least, own))
        return [Move("pressure", goal, own=has, needed=needed)]
