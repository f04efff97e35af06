"""The daily process once more, one person at a time and one replication.

Plain Python on lists: no streams, cohorts, tables or bisection.  Whether one
more person can still be printed is asked of a maximum flow, card by card.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, Any

from reference import Network, reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reference import Limits
    from reference import Person as Applicant
    from strategies import Case

_WINDOW = 3


@dataclass(frozen=True)
class Newcomer:
    """An application recorded later: what its stream stands for."""

    urgency: str
    since: int
    printers: tuple[str, ...]
    card: str | None
    area_rank: float
    cell: int


@dataclass(frozen=True)
class Person:
    """One who waits; ``name`` is empty for a newcomer."""

    name: str
    urgency: str
    since: int
    ready: int
    due: int | None
    promised: int | None
    pinned: int | None
    target: int
    rank: tuple[float, float]
    printers: tuple[str, ...]
    card: str | None
    area: str | None
    cell: int
    tie: tuple[Any, ...]
    out_of_turn: bool = False
    """Whether a later date was told than to somebody behind in the stream."""

    @property
    def dated(self) -> bool:
        """Whether a date of its own sets it apart."""
        late = self.ready > max(0, self.since) or (self.name != "" and self.ready > 0)
        own = late or self.due is not None or self.pinned is not None
        return own or self.out_of_turn


@dataclass
class Slow:
    """What came of one replication."""

    people: list[Person]
    left_out: Counter[str]
    day_of: dict[int, int]
    """Day printed by place in ``people``."""
    ended: list[str]
    """For each worked day "queue-empty", or "" where somebody was left."""
    capacity: list[int]
    days: int
    scale: int

    def printed_on(self, day: int) -> list[Person]:
        """Return who is printed on a day."""
        return [p for i, p in enumerate(self.people) if self.day_of.get(i) == day]

    def waiting_after(self, day: int) -> list[Person]:
        """Return who waits at the end of a day."""
        return [
            p
            for i, p in enumerate(self.people)
            if p.since <= day and self.day_of.get(i, self.days) > day
        ]

    def queue_after(self, day: int) -> list[Person]:
        """Return whom a day leaves of those who were there before, and might go."""
        return [
            p
            for p in self.waiting_after(day)
            if p.since < day and max(p.ready, p.pinned or 0) <= day
        ]

    def cleared_day(self) -> int:
        """Return the day on which the last of the first morning is printed."""
        old = [i for i, person in enumerate(self.people) if person.name]
        if not old:
            return self.days if self.left_out else 0
        return max(self.day_of.get(i, self.days) for i in old)

    def on_target_day(self) -> int:
        """Return the first day at whose end nobody waits too long."""
        for day in range(self.days):
            if all(day - p.since + 1 <= p.target for p in self.waiting_after(day)):
                return day
        return self.days

    def nobody_waits_day(self) -> int:
        """Return the first day at whose end nobody waits who might be printed."""
        for day in range(self.days):
            waiting = self.waiting_after(day)
            if not any(max(p.ready, p.pinned or 0) <= day for p in waiting):
                return day
        return self.days

    def longest_wait(self) -> int:
        """Return the longest wait of anybody."""
        people, last = enumerate(self.people), self.days - 1
        waits = (self.day_of.get(i, last) - person.since for i, person in people)
        return max(waits, default=-1)

    def person_days(self) -> tuple[Counter[str | None], Counter[int]]:
        """Return days of waiting: old ones by area, new ones by cell."""
        old: Counter[str | None] = Counter()
        new: Counter[int] = Counter()
        for day in range(self.days):
            for person in self.waiting_after(day):
                if person.name:
                    old[person.area] += 1
                else:
                    new[person.cell] += 1
        return old, new

    def pressure(self) -> int:
        """Return the scaled pressure that accrued."""
        return sum(
            (day - p.since + 1) * (self.scale // p.target)
            for day in range(self.days)
            for p in self.waiting_after(day)
        )

    def waits(self, *, printed: bool) -> Counter[tuple[str, bool, int]]:
        """Count people by class, whether new, and days of wait."""
        found: Counter[tuple[str, bool, int]] = Counter()
        for i, person in enumerate(self.people):
            if (i in self.day_of) == printed:
                end = self.day_of.get(i, self.days - 1)
                found[person.urgency, not person.name, end - person.since] += 1
        return found

    def waits_by_area(self, *, printed: bool) -> Counter[tuple[str | None, int]]:
        """Count the first morning's people by area and days of wait."""
        found: Counter[tuple[str | None, int]] = Counter()
        for i, person in enumerate(self.people):
            if (i in self.day_of) == printed and person.name:
                end = self.day_of.get(i, self.days - 1)
                found[person.area, end - person.since] += 1
        return found


def slow(
    case: Case, policy: str, new: Iterable[Newcomer], broken: set[tuple[str, int]]
) -> Slow:
    """Run one replication.

    Parameters
    ----------
    case
        Office, backlog, first day and horizon.
    policy
        ``pressure``, ``class-order`` or ``fifo``.
    new
        Those recorded later.
    broken
        Resources and days on which they can do nothing.
    """
    known = reference(case)
    limits = known.limits
    rows = case.backlog.frame.to_dicts()
    everybody = [
        _old(case, row, one, known.tie_break(one), limits)
        for row, one in zip(rows, known.people, strict=True)
    ]
    left_out: Counter[str] = Counter()
    people = []
    for person in everybody:
        reason = _reason(person, case.days)
        if reason:
            left_out[reason] += 1
        else:
            people.append(person)
    people = _marked(people, case.days)
    people += [_new(case, one, number) for number, one in enumerate(new)]
    result = Slow(people, left_out, {}, [], [], case.days, known.scale)
    used: Counter[str] = Counter()
    for day in range(case.days):
        desk = Desk(limits, day, broken, case.office.reserve.cards_per_day)
        result.capacity.append(_ample(desk, people))
        if limits.worked[day]:
            _work(case, policy, day, desk, used, result)
    return result


def _marked(people: list[Person], days: int) -> list[Person]:
    """Mark who stands out of turn in his stream, as few as two ways of choosing allow.

    Whoever was told a later date than somebody behind; or, where those who were told
    none are more than all others, whoever was told one.
    """

    def told(person: Person) -> int:
        return days if person.promised is None else person.promised

    def stream(person: Person) -> tuple[Any, ...]:
        return person.urgency, person.printers, person.card, person.rank

    def late(person: Person, line: list[Person]) -> bool:
        place = person.since, person.tie
        return any(
            place < (other.since, other.tie) and told(other) < told(person)
            for other in line
        )

    plain = [p for p in people if not p.dated]
    marked = []
    for person in people:
        line = [p for p in plain if stream(p) == stream(person)]
        in_turn = [p for p in line if not late(p, line)]
        untold = [p for p in line if p.promised is None]
        out = late(person, line)
        if len(untold) > len(in_turn):
            out = person.promised is not None
        marked.append(replace(person, out_of_turn=not person.dated and out))
    return marked


def _old(
    case: Case,
    row: dict[str, Any],
    one: Applicant,
    tie: tuple[Any, ...],
    limits: Limits,
) -> Person:
    due, pinned, promised = one.due, one.pinned, one.promised
    return Person(
        name=one.name,
        urgency=row["urgency"],
        since=one.since,
        ready=max(one.ready, 0),
        due=due if due is not None and 0 <= due < limits.days else None,
        promised=max(0, promised)
        if promised is not None and promised < limits.days
        else None,
        pinned=pinned if pinned is not None and pinned >= 0 else None,
        target=one.target,
        rank=one.rank,
        printers=tuple(sorted(one.printers)),
        card=one.card if one.card in limits.supply else None,
        area=row["area"],
        cell=-1,
        tie=(0, *tie),
    )


def _new(case: Case, one: Newcomer, number: int) -> Person:
    kind = case.office.urgency[one.urgency]
    return Person(
        name="",
        urgency=one.urgency,
        since=one.since,
        ready=one.since,
        due=None,
        promised=None,
        pinned=None,
        target=kind.target_days,
        rank=(inf if kind.rank is None else kind.rank, one.area_rank),
        printers=one.printers,
        card=one.card,
        area=None,
        cell=one.cell,
        tie=(1, number),
    )


def _reason(person: Person, days: int) -> str:
    if not person.printers:
        return "no-printer"
    if person.ready >= days:
        return "not-ready"
    if person.pinned is not None and person.pinned >= days:
        return "pinned-later"
    return ""


def _work(
    case: Case, policy: str, day: int, desk: Desk, used: Counter[str], result: Slow
) -> None:
    """Serve one morning's queue."""
    present = [
        i
        for i, p in enumerate(result.people)
        if i not in result.day_of
        and p.since <= day
        and p.ready <= day
        and (p.pinned is None or p.pinned <= day)
    ]
    worked = reference(case).limits.worked
    until = next((d for d in range(day + 1, case.days) if worked[d]), case.days)
    present.sort(key=lambda i: _key(case, result.people[i], policy, day, until))
    accepted: list[Person] = []
    refused = False
    for i in present:
        person = result.people[i]
        blanks = inf if person.card is None else desk.blanks[person.card]
        enough = person.card is None or used[person.card] < blanks
        if enough and desk.prints([*accepted, person]):
            accepted.append(person)
            result.day_of[i] = day
            if person.card is not None:
                used[person.card] += 1
        else:
            refused = True
    result.ended.append("" if refused else "queue-empty")


def _key(
    case: Case, person: Person, policy: str, day: int, until: int
) -> tuple[Any, ...]:
    classes = list(case.office.urgency)
    static = (
        person.since,
        person.target,
        classes.index(person.urgency),
        len(person.printers),
        person.printers,
        person.card or "",
        person.rank[1],
        not person.dated,
        case.days if person.due is None else person.due,
        case.days if person.promised is None else person.promised,
        max(person.ready, person.since),
        -1 if person.pinned is None else person.pinned,
        person.tie,
    )
    pin = (person.pinned is None, person.pinned or 0)
    scale = reference(case).scale // person.target
    accrued = sum(t - person.since + 1 for t in range(day, until)) * scale
    if policy == "fifo":
        return (*pin, static)
    if policy == "class-order":
        outer = (inf, inf) if person.pinned is not None else person.rank
        return (*pin, outer, person.target, static)
    if person.pinned is not None:
        return (*pin, -accrued, static)
    soon = person.due is not None and day <= person.due <= day + _WINDOW
    due = person.due if soon else inf
    told = inf if person.promised is None else max(person.promised, day)
    told = told if told <= day + _WINDOW else inf
    tiers = case.office.plan.tiers
    before = tiers[: tiers.index("pressure")] if "pressure" in tiers else tiers
    dates = {"overdue": due, "promise": told}
    close = tuple(dates[tier] for tier in before if tier in dates)
    return (*pin, person.rank, *close, -accrued, static)


class Desk:
    """One day's printers, servers, reserve and blanks."""

    def __init__(
        self, limits: Limits, day: int, broken: set[tuple[str, int]], reserve: int
    ) -> None:
        def cards(table: dict[str, list[int]]) -> dict[str, int]:
            return {
                name: 0 if (name, day) in broken else line[day]
                for name, line in table.items()
            }

        self.printers, self.servers = cards(limits.printers), cards(limits.servers)
        self.reach = limits.reach
        self.blanks = {name: line[day] for name, line in limits.supply.items()}
        self.total: float = inf
        if reserve:
            least = min(sum(self.printers.values()), sum(self.servers.values()))
            self.total = max(0, least - reserve)

    def prints(self, people: list[Person]) -> bool:
        """Return whether all these can be printed today."""
        count = Counter(person.printers for person in people)
        return len(people) <= self.total and self.flow(count) == len(people)

    def flow(self, count: Counter[tuple[str, ...]]) -> int:
        """Return the most cards that can flow through printers and servers."""
        network = Network()
        for names, people in count.items():
            network.add("source", names, people, 0)
            for name in names:
                network.add(names, ("printer", name), people, 0)
        for name, cards in self.printers.items():
            network.add(("printer", name), ("out", name), cards, 0)
            for server in self.reach[name]:
                network.add(("out", name), ("server", server), cards, 0)
        for name, cards in self.servers.items():
            network.add(("server", name), "sink", cards, 0)
        return network.cheapest("source", "sink")[0]


def _ample(desk: Desk, people: list[Person]) -> int:
    """Return the most cards of a day, were there people without end."""
    count = Counter({p.printers: 10**6 for p in people})
    return int(min(desk.flow(count), desk.total))
