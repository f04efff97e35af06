"""What kept a card from a day: machines, supplies, rules, and shifts left idle."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.office import capacity
from ektp_sched.people.blanks import blanks_of
from ektp_sched.people.people import MISSING
from ektp_sched.people.standing import left_of
from ektp_sched.rules import HOLDING, PRINTER_SUPPLIES, STOCK, holding_back, told_apart
from ektp_sched.trust.counts.moves import FREE, Moves
from ektp_sched.trust.explain.model import IdleShift, Limit, RuleHold, SupplyHold
from ektp_sched.trust.verify.shifts import ShiftRules, known_uses, read_shifts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.documents import Plan
    from ektp_sched.office import Capacity, Office
    from ektp_sched.trust.facts import Facts


@dataclass(frozen=True, slots=True)
class Room:
    """A plan's use of capacity, as one card's printers see it."""

    start: date  # first day of the plan
    # days on which one of its printers and a server of that work, (days,)
    possible: Bools
    free: Bools  # those on which both, and the reserve, leave room for a card more
    limits: Capacity  # of the horizon
    # which of its printers have room and a server with room, shape (P, days)
    takes: Bools
    # left_printer, left_server: cards not used, shapes (P, days) and (S, days)
    left_printer: Ints
    left_server: Ints
    # cards that the reserve still allows, shape (days,); None without
    left_total: Ints | None
    own_printers: Bools  # which printers can print the card, shape (P,)
    # id and day offset of the shifts that are worked, by day and id
    worked: tuple[tuple[str, int], ...]

    def servers(self) -> tuple[str, ...]:
        """Return the servers that its printers reach and that work on some day."""
        reached = self.limits.reaches[self.own_printers].any(axis=0)
        works = self.limits.server_cards.any(axis=1)
        numbers = np.flatnonzero(reached & works)
        return tuple(self.limits.servers[number] for number in numbers.tolist())

    def binding(self, first: int, end: int) -> tuple[Limit, ...]:
        """Return how often each resource was full on days in ``[first, end)``."""
        days = np.zeros(len(self.possible), dtype=bool)
        days[first:end] = self.possible[first:end]
        resources = []
        reached = self.limits.reaches[self.own_printers].any(axis=0)
        for names, cards, left, ours in (
            (
                self.limits.printers,
                self.limits.printer_cards,
                self.left_printer,
                self.own_printers,
            ),
            (self.limits.servers, self.limits.server_cards, self.left_server, reached),
        ):
            for number in np.flatnonzero(ours).tolist():
                worked = days & (cards[number] > 0)
                full = worked & (left[number] <= 0)
                count = int(full.sum()), int(worked.sum())
                resources.append(Limit(names[number], *count))
        if self.left_total is not None:
            full = days & (self.left_total <= 0)
            resources.append(Limit("reserve", int(full.sum()), int(days.sum())))
        return tuple(limit for limit in resources if limit.full)


def find_room(plan: Plan, office: Office, printers: tuple[str, ...]) -> Room:
    """Return what a plan uses and leaves day by day, as these printers see it."""
    worked = known_uses(read_shifts(plan.shifts, plan.start), office, plan.days)
    limits = capacity(office, plan.start, plan.days, worked)
    left_printer = limits.printer_cards - _used(plan, "printer", limits.printers)
    left_server = limits.server_cards - _used(plan, "server", limits.servers)
    usable = np.array([name in printers for name in limits.printers], dtype=bool)
    works = (limits.printer_cards > 0) & (
        limits.reaches.astype(np.int64) @ (limits.server_cards > 0) > 0
    )
    room = (left_printer > 0) & (
        limits.reaches.astype(np.int64) @ (left_server > 0) > 0
    )
    takes = room & usable[:, None]
    possible, free = works[usable].any(axis=0), takes.any(axis=0)
    left_total = None
    if limits.total is not None:
        left_total = limits.total - _used(plan, "printer", limits.printers).sum(axis=0)
        possible &= limits.total > 0
        free &= left_total > 0
    left = left_printer, left_server, left_total
    return Room(plan.start, possible, free, limits, takes, *left, usable, worked)


def _used(plan: Plan, column: str, names: tuple[str, ...]) -> Ints:
    """Count a plan's cards by resource and day, shape ``(names, days)``."""
    counts = plan.assignments.group_by(column, "day").len()
    used = np.zeros((len(names), plan.days), dtype=np.int64)
    number = {name: index for index, name in enumerate(names)}
    for name, day, cards in counts.iter_rows():
        at = (day - plan.start).days
        if name in number and 0 <= at < plan.days:
            used[number[name], at] += cards
    return used


def idle_shifts(
    office: Office, room: Room, first: int, end: int
) -> tuple[IdleShift, ...]:
    """Return shifts that could have made room in ``[first, end)``, each last day."""
    if not office.shifts or first >= end:
        return ()
    limits = room.limits
    rules = ShiftRules(office, limits.start, limits.days)
    may, worked = rules.may_be_worked(), set(room.worked)
    idle = []
    for shift in sorted(shift.id for shift in office.shifts):
        free = [
            (name, day)
            for name, day in may
            if name == shift and first <= day < end and (name, day) not in worked
        ]
        helps = _room(office, room, free)
        days = [day for _, day in free if helps[day]]
        if days:
            day = max(days)
            stops = rules.stopped_by(room.worked, shift, day)
            idle.append(IdleShift(shift, limits.start + timedelta(days=day), stops))
    return tuple(idle)


def _room(office: Office, room: Room, uses: Sequence[tuple[str, int]]) -> Bools:
    """Return on which days uses leave a place for the card, all others staying."""
    before = room.limits
    after = capacity(office, before.start, before.days, [*room.worked, *uses])
    left_printer = room.left_printer + after.printer_cards - before.printer_cards
    left_server = room.left_server + after.server_cards - before.server_cards
    reached = after.reaches.astype(np.int64) @ (left_server > 0)
    takes = (left_printer > 0) & (reached > 0) & room.own_printers[:, None]
    free = np.asarray(takes.any(axis=0))
    if room.left_total is not None:
        assert before.total is not None
        assert after.total is not None
        free &= room.left_total + after.total - before.total > 0
    return free


def may_be_held(office: Office, card: str | None) -> bool:
    """Return whether more than machines could hold a card of this type."""
    kind = office.cards.get(card or "")
    blanks = kind is not None and kind.stock is not None
    return blanks or bool(told_apart(office) or holding_back(office))


class Held:
    """One application against limits on cards, on the days before its own."""

    def __init__(
        self, facts: Facts, application_id: str, days: Sequence[int], room: Room
    ) -> None:
        self._facts, self._days, self._takes = facts, days, room.takes
        ids = facts.frame["application_id"]
        self._row = int((ids == application_id).arg_max() or 0)
        self._kind = int(facts.kind[self._row])
        self._later = int(facts.printed[self._row])
        self._left, self._blanks = left_of(facts), blanks_of(facts)
        self._moves = Moves(facts, HOLDING)
        self._free = [day for day in days if room.free[day]]
        self._supplied = [day for day in self._free if self._is_supplied(day)]
        self._whole = [day for day in self._supplied if self._has_blank(day)]

    def reason(self) -> str | None:
        """Return what alone holds it on each day on which there is a place."""
        if not self._free:
            return None
        if not self._supplied:
            return PRINTER_SUPPLIES[0].lack
        if not self._whole:
            return STOCK.lack
        days = self._whole
        for rule in HOLDING:
            days = [day for day in days if rule.name not in self._against(day)]
            if not days:
                return rule.reason
        return None

    def supplies(self) -> tuple[SupplyHold, ...]:
        """Return what is used up, set aside or expired, where that alone holds it."""
        reason = self.reason()
        if reason == PRINTER_SUPPLIES[0].lack:
            return tuple(self._used_up())
        return tuple(self._lots()) if reason == STOCK.lack else ()

    def by_rules(self) -> tuple[RuleHold, ...]:
        """Return on how many of its earlier days each rule's number is against it."""
        counts: Counter[int] = Counter()
        for day in self._days:
            against = self._against_exchange(day)
            if day in self._whole:
                against |= set(self._moves.against_move(self._kind, day, self._later))
            counts.update(against)
        moves = self._moves
        return tuple(
            RuleHold(
                moves.rules[place].name, moves.places[place], days, len(self._days)
            )
            for place, days in sorted(counts.items())
        )

    def _against(self, day: int) -> set[str]:
        """Return the rules that forbid it a day that is free."""
        places = self._moves.against_move(self._kind, day, self._later)
        return {self._moves.rules[place].name for place in places}

    def _against_exchange(self, day: int) -> set[int]:
        """Return what keeps it from changing places with cards behind it."""
        held = self._moves.against_exchange(day, self._later)
        sort = self._moves.sort
        numbers = held[sort[self._kind], np.unique(sort[self._passed(day)])]
        return set(numbers[numbers != FREE].tolist())

    def _passed(self, day: int) -> Ints:
        """Return the kinds of cards of a day that it comes before by the rule."""
        facts, row = self._facts, self._row
        rank, target, since = facts.rank, facts.target, facts.since
        level = rank == rank[row]
        first = (since > since[row]) | (target > target[row])
        behind = (since >= since[row]) & (target >= target[row]) & first
        there = (facts.printed == day) & (facts.pinned == MISSING)
        first_by_rule = (rank > rank[row]) | (level & behind)
        return np.asarray(facts.kind[there & first_by_rule])

    def _is_supplied(self, day: int) -> bool:
        """Return whether a printer with a place has what the card uses up."""
        rows = self._facts.rows
        own_printer = rows.printer[rows.application == self._row]
        for number in np.flatnonzero(self._takes[:, day]).tolist():
            end = self._later if number in own_printer[:1] else self._facts.days
            if self._left.supplies[number, day:end].min(initial=1) > 0:
                return True
        return False

    def _has_blank(self, day: int) -> bool:
        kinds = self._facts.kinds
        taker, stock = int(kinds.taker[self._kind]), int(kinds.stock[self._kind])
        if taker >= 0:
            card, name = kinds.takers[taker]
            return self._blanks[card].moves(name, day, self._later)
        return stock < 0 or bool(
            (self._left.blanks[stock, day : self._later] > 0).all()
        )

    def _used_up(self) -> Iterator[SupplyHold]:
        facts = self._facts
        for number in np.flatnonzero(self._takes[:, self._free].any(axis=1)).tolist():
            empty = np.flatnonzero(self._left.supplies[number] <= 0)
            before = empty[empty < self._later]
            last = (before if len(before) else empty).max(initial=0)
            until = facts.start + timedelta(days=int(last))
            yield SupplyHold("ribbon", name=facts.limits.printers[number], day=until)

    def _lots(self) -> Iterator[SupplyHold]:
        """Yield whose blanks are left, and what had expired, on the last such day."""
        kinds, start = self._facts.kinds, self._facts.start
        taker = int(kinds.taker[self._kind])
        if taker < 0:
            return
        card, own_class = kinds.takers[taker]
        day, blanks = self._supplied[-1], self._blanks[card]
        for name, cards in blanks.kept(day).items():
            if name != own_class:
                when = start + timedelta(days=day)
                yield SupplyHold("set-aside", name=name, cards=cards, day=when)
        for last, cards in blanks.expired(day).items():
            when = start + timedelta(days=last)
            yield SupplyHold("expired", cards=cards, day=when)
