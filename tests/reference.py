"""An independent reference: the rules once more, person by person.

It shares no code with the package beyond the office's models, knows no
cohorts, pools or faces, and calculates in Python's integers and fractions.
The tiers are one number with one digit a tier, so that plain integers compare
like the tiers do.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise, product
from math import inf, lcm
from typing import TYPE_CHECKING, Any

import holidays

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from builders import Case as Made
    from strategies import Case

    from ektp_sched.office import Office
    from ektp_sched.planning import Plan
    from ektp_sched.rules.quotas import Quota

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Slot = tuple[int, str, str] | None
"""Day offset, printer, server; None: not printed."""


class Crossing(Exception):
    """Blanks may run out, and no chain of arcs can say so."""


OWN = ("cost_idr", "shifts")
"""Tiers of the shifts, which no person's day changes."""

Blank = tuple[int, int, str | None]
"""First and last day on which one blank can be used, and for which class alone."""


@dataclass(frozen=True)
class Limits:
    """Cards per resource and day, as plain lists."""

    days: int
    worked: list[bool]
    printers: dict[str, list[int]]
    servers: dict[str, list[int]]
    reach: dict[str, list[str]]
    total: list[int] | None
    supply: dict[str, list[int]]
    blanks: dict[str, list[Blank]]
    ribbons: dict[str, list[int]]

    def changed(self, resource: str, day: int, by: int) -> Limits:
        """Return limits with some cards more, or fewer, on one resource and day."""

        def bumped(table: dict[str, list[int]]) -> dict[str, list[int]]:
            return {
                name: [
                    cards + (by if (name, d) == (resource, day) else 0)
                    for d, cards in enumerate(line)
                ]
                for name, line in table.items()
            }

        return replace(
            self, printers=bumped(self.printers), servers=bumped(self.servers)
        )


@dataclass(frozen=True)
class Person:
    """One application; days are offsets from the start."""

    name: str
    since: int
    ready: int
    target: int
    rank: tuple[float, float]
    due: int | None
    promised: int | None
    pinned: int | None
    card: str | None
    urgency: str
    printers: tuple[str, ...]
    recorded: datetime | None
    given: int | None  # the day that the previous plan gave it


@lru_cache(maxsize=64)
def _free_days(country: str, year: int) -> frozenset[date]:
    kept = holidays.country_holidays(
        country, years=year, categories=("public", "government")
    )
    return frozenset(kept)


def _worked(office: Office, day: date) -> bool:
    rules = office.calendar
    if day in rules.open:
        return True
    free = rules.country is not None and day in _free_days(rules.country, day.year)
    return (
        not free
        and day not in rules.closed
        and _WEEK[day.weekday()] in (rules.workdays)
    )


def _cards(office: Office, resource: Any, day: date) -> int:
    outside = (resource.from_ is not None and day < resource.from_) or (
        resource.to is not None and day > resource.to
    )
    if outside or not _worked(office, day):
        return 0
    left = Fraction(resource.cards_per_day)
    for name, share in office.calendar.share.items():
        if name == _WEEK[day.weekday()]:
            left *= Fraction(share)
    for outage in office.outages:
        if outage.resource == resource.id and outage.from_ <= day <= outage.to:
            left *= Fraction(outage.share)
    return left.numerator // left.denominator


def _limits(office: Office, start: date, days: int) -> Limits:
    dates = [start + timedelta(days=d) for d in range(days)]
    printers = {
        p.id: [_cards(office, p, day) for day in dates] for p in office.printers
    }
    servers = {s.id: [_cards(office, s, day) for day in dates] for s in office.servers}
    total = None
    if office.reserve.cards_per_day:
        total = [
            max(
                0,
                min(
                    sum(line[d] for line in printers.values()),
                    sum(line[d] for line in servers.values()),
                )
                - office.reserve.cards_per_day,
            )
            for d in range(days)
        ]
    supply = {
        name: [
            card.stock
            + sum(x.cards for x in card.deliveries if start <= x.on <= dates[d])
            for d in range(days)
        ]
        for name, card in office.cards.items()
        if card.stock is not None
    }
    ribbons = {
        p.id: [
            int(
                p.cards_per_ribbon
                * (
                    Fraction(p.ribbons)
                    + sum(
                        Fraction(x.ribbons)
                        for x in p.ribbon_deliveries
                        if start <= x.on <= dates[d]
                    )
                )
            )
            for d in range(days)
        ]
        for p in office.printers
        if p.cards_per_ribbon is not None and p.ribbons is not None
    }
    return Limits(
        days=days,
        worked=[_worked(office, day) for day in dates],
        printers=printers,
        servers=servers,
        reach={
            p.id: [
                s.id for s in office.servers if p.servers is None or s.id in p.servers
            ]
            for p in office.printers
        },
        total=total,
        supply=supply,
        blanks={n: _blanks(c, start, days) for n, c in office.cards.items()},
        ribbons=ribbons,
    )


def _blanks(card: Any, start: date, days: int) -> list[Blank]:
    """Return every single blank of a card type that is not like the others."""
    lots = [(start, card.stock, card.expires_on)]
    lots += [(x.on, x.cards, x.expires_on) for x in card.deliveries if x.on >= start]
    if not card.set_aside and all(until is None for _, _, until in lots):
        return []
    kept = [name for name, number in card.set_aside.items() for _ in range(number)]
    return [
        (
            (on - start).days,
            days if until is None else (until - start).days,
            kept.pop() if kept else None,
        )
        for on, number, until in lots
        for _ in range(number)
    ]


def rank_of(office: Office, row: Mapping[str, Any]) -> tuple[float, float]:
    """Return the rank of an application by its class, then by its area."""
    area = office.area_rank.get(row["area"])
    kind = office.urgency[row["urgency"]].rank
    return (inf if kind is None else kind, inf if area is None else area)


def comes_first(first: tuple[Any, Any, int], other: tuple[Any, Any, int]) -> bool:
    """Return whether one comes first, by rank, since when both wait, and targets."""
    if first[0] != other[0]:
        return bool(first[0] < other[0])
    sooner = first[1] <= other[1] and first[2] <= other[2]
    return bool(sooner and first[1:] != other[1:])


def _person(office: Office, row: Mapping[str, Any], start: date) -> Person:
    kind = office.urgency[row["urgency"]]

    def offset(day: date | None) -> int | None:
        return None if day is None else (day - start).days

    return Person(
        name=row["application_id"],
        since=(row["waiting_since"] - start).days,
        ready=(row["ready_on"] - start).days,
        target=kind.target_days,
        rank=rank_of(office, row),
        due=offset(row["due_on"]),
        promised=offset(row["promised_on"]),
        pinned=offset(row["pinned_on"]),
        card=row["card"],
        urgency=row["urgency"],
        printers=tuple(
            p.id
            for p in office.printers
            if (p.cards is None or row["card"] in p.cards)
            and (p.areas is None or row["area"] in p.areas)
        ),
        recorded=row["recorded_at"],
        given=offset(row.get("given_on")),
    )


Tier = tuple[str, tuple[float, float] | None]


@dataclass(frozen=True)
class Reference:
    """A problem in plain lists, and what can be said about any plan of it."""

    office: Office
    people: tuple[Person, ...]
    limits: Limits
    tiers: tuple[Tier, ...]
    scale: int

    # What a plan is worth

    def cost(self, tier: Tier, person: Person, day: int) -> int:
        """Return the scaled cost of a day; ``days`` is "not printed"."""
        name, rank = tier
        if rank is not None and rank != person.rank:
            return 0
        if name in OWN:
            return 0
        if name == "unprinted":
            return int(day == self.limits.days)
        if name == "overdue":
            due = person.due
            return int(due is not None and due < self.limits.days and day > due)
        if name == "promise":
            return 0 if person.promised is None else max(0, day - person.promised)
        if name in ("moved", "frozen"):
            kept = self.kept_days(name)
            return int(
                person.given in kept
                and person.ready <= (person.given or 0)
                and day != person.given
            )
        waited = range(max(0, person.since), day)
        return sum(t - person.since + 1 for t in waited) * (self.scale // person.target)

    def kept_days(self, name: str) -> list[int]:
        """Return the given days that ``moved`` or ``frozen`` looks at.

        A day that was closed since cannot be kept; it is frozen as any other.
        """
        days = list(range(self.limits.days))
        frozen = self.office.plan.freeze_days
        worked = [day for day in days if self.limits.worked[day]]
        if name == "moved" or len(worked) < frozen:
            return days
        return [day for day in days if frozen and day <= worked[frozen - 1]]

    def values(self, slots: Mapping[str, Slot]) -> tuple[int, ...]:
        """Return every tier's scaled value."""
        return tuple(
            sum(self.cost(tier, p, self.day(slots[p.name])) for p in self.people)
            for tier in self.tiers
        )

    def day(self, slot: Slot) -> int:
        """Return a slot's day, the day after the horizon for none."""
        return self.limits.days if slot is None else slot[0]

    # What the rules allow

    def may(self, person: Person, slot: Slot) -> bool:
        """Return whether one person may have a slot, whoever else has which."""
        days = self.limits.days
        hard = person.pinned is not None and person.pinned >= 0
        if slot is None:
            return not hard or (person.pinned or 0) >= days
        day, printer, server = slot
        return (
            0 <= day < days
            and self.limits.worked[day]
            and day >= person.ready
            and printer in person.printers
            and server in self.limits.reach[printer]
            and (not hard or person.pinned == day)
        )

    def broken(self, slots: Mapping[str, Slot]) -> list[str]:
        """Return every rule that a plan breaks, in words."""
        found = [
            f"{p.name} may not have {slots[p.name]}"
            for p in self.people
            if not self.may(p, slots[p.name])
        ]
        taken = [slot for slot in slots.values() if slot is not None]
        used = Counter((slot[0], slot[1]) for slot in taken)
        used += Counter((slot[0], slot[2]) for slot in taken)
        limits = self.limits.printers | self.limits.servers
        found += [
            f"{name} has {cards} cards on day {day}"
            for (day, name), cards in used.items()
            if cards > limits[name][day]
        ]
        total = self.limits.total
        for day, cards in Counter(slot[0] for slot in taken).items():
            if total is not None and cards > total[day]:
                found.append(f"reserve is used on day {day}")
        return found + self.broken_blanks(slots) + self.broken_ribbons(taken)

    def broken_blanks(self, slots: Mapping[str, Slot]) -> list[str]:
        found = []
        for card, supply in self.limits.supply.items():
            used = [
                slot[0]
                for p in self.people
                if p.card == card and (slot := slots[p.name]) is not None
            ]
            for day, blanks in enumerate(supply):
                if sum(d <= day for d in used) > blanks:
                    found.append(f"{card} runs out on day {day}")
            some = [p for p in self.people if p.card == card and slots[p.name]]
            if self.limits.blanks[card] and not self._each_has_one(some, slots, card):
                found.append(f"{card} has no blank that can be used")
        return found

    def _each_has_one(
        self, some: Sequence[Person], slots: Mapping[str, Slot], card: str
    ) -> bool:
        """Return whether each card can have a blank of its own (augmenting paths)."""
        blanks = self.limits.blanks[card]
        holder: dict[int, Person] = {}

        def seek(person: Person, tried: set[int]) -> bool:
            day = self.day(slots[person.name])
            for number, (first, last, kept) in enumerate(blanks):
                if number in tried or not first <= day <= last:
                    continue
                if kept not in (None, person.urgency):
                    continue
                tried.add(number)
                if number not in holder or seek(holder[number], tried):
                    holder[number] = person
                    return True
            return False

        return all(seek(person, set()) for person in some)

    def broken_ribbons(self, taken: Sequence[tuple[int, str, str]]) -> list[str]:
        return [
            f"the ribbon of {printer} runs out on day {day}"
            for printer, cards in self.limits.ribbons.items()
            for day, allowed in enumerate(cards)
            if sum(p == printer and d <= day for d, p, _ in taken) > allowed
        ]

    def choices(self, person: Person) -> list[Slot]:
        """Return the slots that one person may have."""
        slots: list[Slot] = [None]
        slots += [
            (day, printer, server)
            for day in range(max(0, person.ready), self.limits.days)
            for printer in person.printers
            if self.limits.printers[printer][day]
            for server in self.limits.reach[printer]
            if self.limits.servers[server][day]
        ]
        return [slot for slot in slots if self.may(person, slot)]

    # The best there is

    def optimum(self) -> tuple[int, ...] | None:
        """Return the best tier values, None where the rules contradict.

        A minimum-cost flow of single people by successive shortest paths.
        """
        digits = [
            1 + sum(self.cost(tier, p, self.limits.days) for p in self.people)
            for tier in self.tiers
        ]
        network = Network()
        for person in self.people:
            network.add("source", person, 1, 0)
            for slot in {s and s[:2] for s in self.choices(person)}:
                cost = 0
                for tier, digit in zip(self.tiers, digits, strict=True):
                    cost = cost * digit + self.cost(
                        tier, person, self.limits.days if slot is None else slot[0]
                    )
                network.add(person, "sink" if slot is None else slot, 1, cost)
        self._lay(network)
        flow, cost = network.cheapest("source", "sink")
        if flow < len(self.people):
            return None
        values = []
        for digit in reversed(digits):
            cost, value = divmod(cost, digit)
            values.append(value)
        assert cost == 0
        return tuple(reversed(values))

    def _lay(self, network: Network) -> None:
        """Add what lies behind the people: printers, servers, reserve, blanks."""
        limits = self.limits
        chain = self._chains()
        for day in range(limits.days):
            for printer, cards in limits.printers.items():
                network.add((day, printer), ("out", day, printer), cards[day], 0)
                for server in limits.reach[printer]:
                    ample = cards[day]
                    network.add(("out", day, printer), ("in", day, server), ample, 0)
            for server, cards in limits.servers.items():
                end: object = "sink"
                if limits.total is not None:
                    end = ("total", day)
                elif server in chain:
                    end = ("blanks", chain[server], day)
                network.add(("in", day, server), end, cards[day], 0)
            if limits.total is not None:
                end = ("blanks", chain["*"], day) if "*" in chain else "sink"
                network.add(("total", day), end, limits.total[day], 0)
        for card in set(chain.values()):
            for day, blanks in enumerate(limits.supply[card]):
                last = day + 1 == limits.days
                after = "sink" if last else ("blanks", card, day + 1)
                network.add(("blanks", card, day), after, blanks, 0)

    def _chains(self) -> dict[str, str]:
        """Return the stocked card of each server; "*" stands for the reserve."""
        chain: dict[str, str] = {}
        for card, supply in self.limits.supply.items():
            wanted = [p for p in self.people if p.card == card and p.printers]
            mine = {name for p in wanted for name in p.printers}
            servers = {s for name in mine for s in self.limits.reach[name]}
            others = {
                s
                for p in self.people
                if p.card != card
                for name in p.printers
                for s in self.limits.reach[name]
            }
            shared = servers & others or (others and self.limits.total is not None)
            if not shared:
                chain |= dict.fromkeys(servers, card)
                if self.limits.total is not None and servers:
                    chain["*"] = card
            elif supply[0] < len(wanted):
                raise Crossing(card)
        return chain

    # Who is before whom

    def tie_break(self, person: Person) -> tuple[object, ...]:
        """Return a key that sorts by the public tie-break."""
        if self.office.plan.tie_break == "lottery":
            text = f"{self.office.plan.seed}:{person.name}".encode()
            return (hashlib.sha256(text).hexdigest(), person.name)
        missing = person.recorded is None
        return (missing, person.recorded or datetime.min, person.name)

    def exchanges(
        self, slots: Mapping[str, Slot]
    ) -> Iterator[tuple[Person, Person, tuple[int, ...]]]:
        """Yield later, earlier person, and what exchanging their slots changes.

        Only exchanges that keep every rule, blanks included.
        """
        for late in self.people:
            for early in self.people:
                one, two = slots[late.name], slots[early.name]
                if two is None or self.day(one) <= two[0]:
                    continue
                if not (self.may(late, two) and self.may(early, one)):
                    continue
                after = {**slots, late.name: two, early.name: one}
                alike = (late.card, late.urgency) == (early.card, early.urgency)
                if not alike and self.broken_blanks(after):
                    continue
                yield (
                    late,
                    early,
                    tuple(
                        self.cost(tier, late, two[0])
                        + self.cost(tier, early, self.day(one))
                        - self.cost(tier, late, self.day(one))
                        - self.cost(tier, early, two[0])
                        for tier in self.tiers
                    ),
                )

    def overtakes(
        self, slots: Mapping[str, Slot]
    ) -> tuple[set[tuple[str, str]], Counter[str], int]:
        """Return avoidable overtakes (who, whom), and those that are accounted for.

        The others by the tier that an exchange would worsen first, and the most days
        that one of them has cost.
        """
        avoidable, accounted, longest = set(), Counter[str](), 0
        for late, early, change in self.exchanges(slots):
            first, other = ((p.rank, p.since, p.target) for p in (late, early))
            if not comes_first(first, other):
                continue
            decides = next((at for at, by in enumerate(change) if by), None)
            if decides is None or change[decides] < 0:
                avoidable.add((early.name, late.name))
                continue
            accounted[self.tiers[decides][0]] += 1
            days = self.day(slots[late.name]) - self.day(slots[early.name])
            longest = max(longest, days)
        return avoidable, accounted, longest


# Shifts and quotas


def shifts_allowed(
    office: Office, start: date, uses: Sequence[tuple[str, int]]
) -> bool:
    """Return whether budget, uses, weeks and rest allow shifts on some days."""
    costs = {shift.id: shift.cost_idr for shift in office.shifts}
    if office.budget is not None and sum(costs[n] for n, _ in uses) > office.budget.idr:
        return False
    for shift in office.shifts:
        days = sorted(day for name, day in uses if name == shift.id)
        weeks = Counter((start.weekday() + day) // 7 for day in days)
        if shift.max_uses is not None and len(days) > shift.max_uses:
            return False
        most = shift.max_per_week
        if most is not None and any(n > most for n in weeks.values()):
            return False
        if any(b - a - 1 < shift.rest_days for a, b in pairwise(days)):
            return False
    return True


def asks(quota: Quota, row: Mapping[str, Any]) -> bool:
    """Return whether a quota is about an application."""
    return all(
        names is None or row[key] in names
        for key, names in (
            ("urgency", quota.urgency),
            ("card", quota.card),
            ("area", quota.area),
        )
    )


def could_be_printed(person: Person, day: int) -> bool:
    """Return whether somebody who is left could have been printed by a day."""
    pinned_later = person.pinned is not None and person.pinned > day
    return bool(person.printers) and person.ready <= day and not pinned_later


def periods(
    per: str, start: date, worked: Sequence[bool]
) -> Iterator[tuple[int, int, bool]]:
    """Yield first and last day of each period, and whether a least holds in it."""
    days = len(worked)
    if per == "plan":
        yield 0, days - 1, True
    elif per == "day":
        yield from ((day, day, opened) for day, opened in enumerate(worked))
    else:
        for monday in range(-start.weekday(), days, 7):
            first, last = max(0, monday), min(days, monday + 7) - 1
            yield first, last, last - first == 6


def quota_breaks(
    quota: Quota, cards: int, every: int, *, left: bool, whole: bool
) -> list[str]:
    """Return the keys that a period breaks.

    Parameters
    ----------
    quota
        The rule.
    cards, every
        Cards of its kind in the period, and of all kinds.
    left
        Whether anybody of its kind could have been printed, and was not.
    whole
        Whether a least holds in the period.
    """
    most = {
        "at_most": quota.at_most,
        "at_most_share": quota.at_most_share and Fraction(quota.at_most_share) * every,
    }
    least = {
        "at_least": quota.at_least,
        "at_least_share": Fraction(quota.at_least_share or 0) * every,
    }
    broken = [key for key, n in most.items() if n is not None and cards > n]
    if left and whole:
        broken += [key for key, n in least.items() if n is not None and cards < n]
    return broken


def broken_quotas(
    case: Case | Made, days: Mapping[str, int | None]
) -> set[tuple[int, str, int]]:
    """Return each quota, key and first day of a period that a plan does not keep."""
    problem = reference(case)
    rows = {row["application_id"]: row for row in case.backlog.frame.to_dicts()}
    broken = set()
    for index, quota in enumerate(case.office.quotas):
        for first, last, whole in periods(quota.per, case.start, problem.limits.worked):
            inside, of_kind, left = 0, 0, False
            for person in problem.people:
                day, asked = days[person.name], asks(quota, rows[person.name])
                printed = day is not None and first <= day <= last
                inside, of_kind = inside + printed, of_kind + (printed and asked)
                waits = day is None or day > last
                left |= asked and waits and could_be_printed(person, last)
            keys = quota_breaks(quota, of_kind, inside, left=left, whole=whole)
            broken |= {(index, key, first) for key in keys}
    return broken


class Network:
    """A minimum-cost flow by successive shortest paths, as in the textbook."""

    def __init__(self) -> None:
        self.at: dict[object, int] = {}
        self.out: list[list[int]] = []
        self.head: list[int] = []
        self.left: list[int] = []
        self.cost: list[int] = []

    def _node(self, name: object) -> int:
        if name not in self.at:
            self.at[name] = len(self.out)
            self.out.append([])
        return self.at[name]

    def add(self, tail: object, head: object, limit: int, cost: int) -> None:
        if limit <= 0:
            return
        a, b = self._node(tail), self._node(head)
        for one, other, cards, price in ((a, b, limit, cost), (b, a, 0, -cost)):
            self.out[one].append(len(self.head))
            self.head.append(other)
            self.left.append(cards)
            self.cost.append(price)

    def cheapest(self, source: object, sink: object) -> tuple[int, int]:
        """Return the largest flow and its least cost."""
        begin, end = self._node(source), self._node(sink)
        flow = total = 0
        while (path := self._shortest(begin, end)) is not None:
            room = min(self.left[arc] for arc in path)
            for arc in path:
                self.left[arc] -= room
                self.left[arc ^ 1] += room
            flow += room
            total += room * sum(self.cost[arc] for arc in path)
        return flow, total

    def _shortest(self, begin: int, end: int) -> list[int] | None:
        distance: list[int | None] = [None] * len(self.out)
        by = [-1] * len(self.out)
        distance[begin] = 0
        queue, queued = deque([begin]), {begin}
        while queue:
            node = queue.popleft()
            queued.discard(node)
            here = distance[node]
            assert here is not None
            for arc in self.out[node]:
                if not self.left[arc]:
                    continue
                head = self.head[arc]
                there = distance[head]
                if there is None or here + self.cost[arc] < there:
                    distance[head] = here + self.cost[arc]
                    by[head] = arc
                    if head not in queued:
                        queued.add(head)
                        queue.append(head)
        if distance[end] is None:
            return None
        path = []
        while end != begin:
            path.append(by[end])
            end = self.head[by[end] ^ 1]
        return path


def tier_names(office: Office, *, second: bool) -> list[str]:
    """Return the named tiers in order, on a second morning with ``frozen``."""
    names: list[str] = list(office.plan.tiers)
    if not second:
        names = [name for name in names if name != "moved"]
    elif office.plan.freeze_days:
        at = names.index("pressure") if "pressure" in names else len(names)
        names.insert(at, "frozen")
    return names + [name for name in OWN if office.shifts and name not in names]


def ranked(names: Sequence[str], ranks: Sequence[tuple[float, float]]) -> list[Tier]:
    """Return tiers in order: ranks lie in each stretch between the shifts' own."""
    order: list[Tier] = []
    stretch: list[str] = []
    for name in [*names, None]:
        if name is not None and name not in OWN:
            stretch.append(name)
            continue
        order += [("unprinted", rank) for rank in ranks if "unprinted" in stretch]
        order += [(n, rank) for rank in ranks for n in stretch if n != "unprinted"]
        order += [] if name is None else [(name, None)]
        stretch = []
    return order


def reference(
    case: Case | Made, days: int | None = None, tiers: Sequence[str] | None = None
) -> Reference:
    """Read a case once more, with a horizon or tiers of one's own."""
    office, known = case.office, case.backlog.known
    days = case.days if days is None else days
    rows = case.backlog.frame.to_dicts()
    if known is not None:
        pairs = zip(rows, known.given.to_dicts(), strict=True)
        rows = [row | given for row, given in pairs]
    people = tuple(_person(office, row, case.start) for row in rows)
    names = tier_names(office, second=known is not None) if tiers is None else tiers
    order: list[Tier] = [(name, None) for name in names]
    if office.area_rank or any(k.rank is not None for k in office.urgency.values()):
        order = ranked(names, sorted({p.rank for p in people}) or [(inf, inf)])
    if tiers is None and known is not None and "moved" not in names:
        order.append(("moved", None))
    return Reference(
        office=office,
        people=people,
        limits=_limits(office, case.start, days),
        tiers=tuple(order),
        scale=lcm(*(kind.target_days for kind in office.urgency.values())),
    )


def slots_of(plan: Plan) -> dict[str, Slot]:
    """Return the slot of every application in a plan, each named once."""
    columns = plan.assignments.select("application_id", "day", "printer", "server")
    slots: dict[str, Slot] = {}
    for name, day, printer, server in columns.iter_rows():
        assert name not in slots, f"{name} is printed twice"
        slots[name] = ((day - plan.start).days, printer, server)
    for name in plan.unprinted["application_id"]:
        assert name not in slots, f"{name} is printed and unprinted"
        slots[name] = None
    return slots


def digest(plan: Plan) -> str:
    """Return all that a plan says, times left out, as text."""
    frames = [plan.assignments, plan.unprinted]
    frames += [] if plan.prices is None else [plan.prices]
    parts = [frame.write_csv() for frame in frames]
    parts += [repr((plan.start, plan.days, plan.status, plan.engine))]
    parts += [repr(plan.tiers), repr(plan.certificate), repr(plan.conflict)]
    parts += [repr(plan.notices), repr(plan.holidays)]
    return "\n".join(parts)


def every_plan(
    problem: Reference,
) -> Iterator[tuple[tuple[int, ...], dict[str, Slot]]]:
    """Yield tier values and slots of every plan there is."""
    names = [p.name for p in problem.people]
    for chosen in product(*(problem.choices(p) for p in problem.people)):
        slots = dict(zip(names, chosen, strict=True))
        if not problem.broken(slots):
            yield problem.values(slots), slots


def enumerated(problem: Reference) -> tuple[int, ...] | None:
    """Return the best tier values by trying every plan there is."""
    best: tuple[int, ...] | None = None
    names = [p.name for p in problem.people]
    for chosen in product(*(problem.choices(p) for p in problem.people)):
        slots = dict(zip(names, chosen, strict=True))
        values = problem.values(slots)
        if (best is None or values < best) and not problem.broken(slots):
            best = values
    return best
