"""Shifts, quotas, blanks and pins together: the best plan of a small office.

Every set of uses of shifts that the rules on shifts allow is tried, and for each
every number of cards of each kind on every day; kinds are people with equal rows.
What is left of each kind after a day says all that later days need to know, so
equal remainders are tried on once.  No engine, no cohorts and no capacity of the
package take part: the office's models and ``reference`` alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import chain, combinations, product
from typing import TYPE_CHECKING, Any

from reference import (
    Limits,
    Person,
    Reference,
    _free_days,
    asks,
    could_be_printed,
    periods,
    quota_breaks,
    reference,
    shifts_allowed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from strategies import Case

    from ektp_sched.office import Office
    from ektp_sched.rules.quotas import Quota
    from ektp_sched.rules.shifts import Shift

Use = tuple[str, int]
"""A shift and the day, counted from the start, on which it is worked."""

Counts = tuple[int, ...]
"""Cards of each kind."""

Vector = tuple[int, ...]

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Kind:
    """People with equal rows."""

    person: Person
    row: Mapping[str, Any]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Small:
    """A small case, read once."""

    case: Case

    @property
    def office(self) -> Office:
        return self.case.office

    @property
    def days(self) -> int:
        return self.case.days

    @cached_property
    def known(self) -> Reference:
        return reference(self.case)

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        found: dict[tuple[Any, ...], list[tuple[Person, Any]]] = {}
        every = self.case.backlog.frame.to_dicts()
        rows = {row["application_id"]: row for row in every}
        for person in self.known.people:
            row = rows[person.name]
            key = (replace(person, name="", recorded=None), row["area"])
            found.setdefault((*key, row["urgency"]), []).append((person, row))
        return tuple(
            Kind(*group[0], tuple(person.name for person, _ in group))
            for group in found.values()
        )

    # Shifts

    @cached_property
    def added(self) -> dict[Use, dict[str, int]]:
        """Return the cards that each use adds to each resource, none left out."""
        found = {}
        for shift in self.office.shifts:
            for day in range(self.days):
                date = self.case.day(day)
                cards = {
                    r.id: _added(self.office, shift, r, date)
                    for r in (*self.office.servers, *self.office.printers)
                }
                if _may_be_used(self.office, shift, date) and any(cards.values()):
                    found[shift.id, day] = cards
        return found

    def decisions(self) -> Iterator[tuple[Use, ...]]:
        can = list(self.added)
        every = (combinations(can, n) for n in range(len(can) + 1))
        return filter(self.allowed, chain.from_iterable(every))

    def allowed(self, uses: Sequence[Use]) -> bool:
        """Return whether budget, uses, weeks and rest allow some uses."""
        return shifts_allowed(self.office, self.case.start, uses)

    def limits(self, uses: Sequence[Use]) -> Limits:
        """Return what is there with some uses."""
        plain = self.known.limits
        printers = {name: list(line) for name, line in plain.printers.items()}
        servers = {name: list(line) for name, line in plain.servers.items()}
        for use in uses:
            for name, cards in self.added[use].items():
                (printers if name in printers else servers)[name][use[1]] += cards
        total = None
        if plain.total is not None:
            kept = self.office.reserve.cards_per_day
            both = [
                min(sum(line[day] for line in t.values()) for t in (printers, servers))
                for day in range(self.days)
            ]
            total = [
                max(0, cards - kept) if works else cards
                for cards, works in zip(both, plain.worked, strict=True)
            ]
        return replace(plain, printers=printers, servers=servers, total=total)

    # Plans

    def best(self) -> Vector | None:
        """Return the best tier values; ``None`` if no plan keeps the rules."""
        found = (self.best_with(uses) for uses in self.decisions())
        return min((one for one in found if one is not None), default=None)

    def possible(self) -> bool:
        """Return whether any plan keeps the rules."""
        return any(self.best_with(uses) is not None for uses in self.decisions())

    def best_with(self, uses: Sequence[Use]) -> Vector | None:
        """Return the best tier values where just these uses are worked."""
        limits = self.limits(uses)
        every = tuple(len(kind.names) for kind in self.kinds)
        states = {(every, every): self.own(uses)}
        for day in range(self.days):
            states = self._after(day, states, limits)
        return min(
            (
                _sum(value, [self._cost(left, self.days)])
                for (left, _), value in states.items()
            ),
            default=None,
        )

    def own(self, uses: Sequence[Use]) -> Vector:
        """Return the values of the shifts' own tiers, 0 elsewhere."""
        cost = {shift.id: shift.cost_idr for shift in self.office.shifts}
        value = {"cost_idr": sum(cost[name] for name, _ in uses), "shifts": len(uses)}
        return tuple(value.get(name, 0) for name, _ in self.known.tiers)

    def _after(
        self, day: int, states: dict[tuple[Counts, Counts], Vector], limits: Limits
    ) -> dict[tuple[Counts, Counts], Vector]:
        """Return what can be left after a day, and the least value of each."""
        found: dict[tuple[Counts, Counts], Vector] = {}
        fits: dict[Counts, bool] = {}
        monday = (self.case.start.weekday() + day) % 7 == 0
        for (left, since), value in states.items():
            begun = left if monday else since
            for today in product(*self._numbers(day, left)):
                if today not in fits:
                    fits[today] = self._fits(day, today, limits)
                after = tuple(a - b for a, b in zip(left, today, strict=True))
                if not fits[today] or not self._keeps(day, left, begun, after):
                    continue
                now = _sum(value, [self._cost(today, day)])
                state = after, begun
                if state not in found or now < found[state]:
                    found[state] = now
        return found

    def _numbers(self, day: int, left: Counts) -> Iterator[range]:
        """Yield how many of each kind a day may print."""
        for kind, cards in zip(self.kinds, left, strict=True):
            person, pinned = kind.person, kind.person.pinned
            hard = pinned is not None and pinned >= 0
            if hard and pinned == day:
                can = person.printers and person.ready <= day
                yield range(cards, cards + 1) if can else range(0)
            elif hard or person.ready > day or not person.printers:
                yield range(1)
            else:
                yield range(cards + 1)

    def _cost(self, cards: Counts, day: int) -> Vector:
        table = self._table
        return tuple(
            sum(n * table[k][day][t] for k, n in enumerate(cards) if n)
            for t in range(len(self.known.tiers))
        )

    @cached_property
    def _table(self) -> list[list[Vector]]:
        return [
            [
                tuple(
                    self.known.cost(tier, kind.person, day) for tier in self.known.tiers
                )
                for day in range(self.days + 1)
            ]
            for kind in self.kinds
        ]

    def _fits(self, day: int, today: Counts, limits: Limits) -> bool:
        """Return whether printers and servers can take a day's cards.

        They can if every cut of the small network takes them all (Ford and
        Fulkerson, 1956).
        """
        cards = sum(today)
        if not cards:
            return True
        if limits.total is not None and cards > limits.total[day]:
            return False
        for cut in _subsets(limits.printers):
            for other in _subsets(limits.servers):
                beside = {
                    name
                    for name in limits.printers
                    if name not in cut and not set(limits.reach[name]) <= set(other)
                }
                through = sum(
                    n
                    for kind, n in zip(self.kinds, today, strict=True)
                    if beside & set(kind.person.printers)
                )
                room = sum(limits.printers[name][day] for name in cut)
                room += sum(limits.servers[name][day] for name in other)
                if through + room < cards:
                    return False
        return True

    # Rules on kinds

    def _keeps(self, day: int, left: Counts, begun: Counts, after: Counts) -> bool:
        """Return whether blanks and quotas are kept that end with a day."""
        every = tuple(len(kind.names) for kind in self.kinds)
        for card, supply in self.known.limits.supply.items():
            used = sum(
                a - b
                for kind, a, b in zip(self.kinds, every, after, strict=True)
                if kind.person.card == card
            )
            if used > supply[day]:
                return False
        since = {"day": left, "week": begun, "plan": every}
        return all(
            self._quota(quota, day, since[quota.per], after, whole=whole)
            for quota in self.office.quotas
            for _, last, whole in periods(
                quota.per, self.case.start, self.known.limits.worked
            )
            if last == day
        )

    def _quota(
        self, quota: Quota, day: int, since: Counts, after: Counts, *, whole: bool
    ) -> bool:
        """Return whether a quota is kept in a period that ends with a day."""
        asked = [asks(quota, kind.row) for kind in self.kinds]
        printed = [a - b for a, b in zip(since, after, strict=True)]
        of_kind = sum(n for n, asks_it in zip(printed, asked, strict=True) if asks_it)
        left = any(
            n and asks_it and could_be_printed(kind.person, day)
            for kind, n, asks_it in zip(self.kinds, after, asked, strict=True)
        )
        return not quota_breaks(quota, of_kind, sum(printed), left=left, whole=whole)

    # What a plan says

    def value_of(
        self, days: Mapping[str, int | None], uses: Sequence[Use]
    ) -> Vector | None:
        """Return the tier values of one plan; ``None`` if it breaks a rule."""
        if not self.allowed(uses) or any(use not in self.added for use in uses):
            return None
        limits = self.limits(uses)
        left = begun = tuple(len(kind.names) for kind in self.kinds)
        value = self.own(uses)
        for day in range(self.days):
            if (self.case.start.weekday() + day) % 7 == 0:
                begun = left
            today = tuple(
                sum(days[name] == day for name in kind.names) for kind in self.kinds
            )
            can = zip(today, self._numbers(day, left), strict=True)
            if not all(n in some for n, some in can):
                return None
            after = tuple(a - b for a, b in zip(left, today, strict=True))
            if not self._fits(day, today, limits):
                return None
            if not self._keeps(day, left, begun, after):
                return None
            value = _sum(value, [self._cost(today, day)])
            left = after
        return _sum(value, [self._cost(left, self.days)])


def _sum(value: Vector, others: Sequence[Vector]) -> Vector:
    return tuple(map(sum, zip(value, *others, strict=True)))


def _subsets(names: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [s for n in range(len(names) + 1) for s in combinations(names, n)]


def _may_be_used(office: Office, shift: Shift, day: date) -> bool:
    if day not in shift.days and _WEEK[day.weekday()] not in shift.days:
        return False
    rules = office.calendar
    free = rules.country is not None and day in _free_days(rules.country, day.year)
    free = (free or day in rules.closed) and day not in rules.open
    return shift.on_holidays or not free


def _added(office: Office, shift: Shift, resource: Any, day: date) -> int:
    named = shift.resources is None or resource.id in shift.resources
    begun = resource.from_ is None or resource.from_ <= day
    if not named or not begun or (resource.to is not None and day > resource.to):
        return 0
    cards = Fraction(resource.cards_per_day) * Fraction(shift.share)
    for outage in office.outages:
        if outage.resource == resource.id and outage.from_ <= day <= outage.to:
            cards *= Fraction(outage.share)
    return int(cards)


# Rules that a contradiction can name


def _shares(known: Reference, card: str) -> bool:
    """Return whether others' cards meet those of a card type on their way."""
    reach = known.limits.reach
    mine, others = (
        {
            server
            for person in known.people
            if (person.card == card) is own
            for name in person.printers
            for server in (name, *reach[name])
        }
        for own in (True, False)
    )
    total = known.limits.total is not None and bool(mine) and bool(others)
    return bool(mine & others) or total


def nameable(case: Case) -> list[str]:
    """Return the places of all rules that a contradiction could name."""
    known, office = reference(case), case.office
    found = [f"quotas[{n + 1}]" for n in range(len(office.quotas))]
    found += [f"cards.{c}.stock" for c in known.limits.supply if _shares(known, c)]
    found += ["budget.idr"] if office.budget is not None else []
    for number, shift in enumerate(office.shifts, start=1):
        for key in ("max_uses", "max_per_week", "rest_days"):
            found += [f"shifts[{number}].{key}"] if getattr(shift, key) else []
    within = [p for p in known.people if p.pinned is not None and p.pinned >= 0]
    return [*found, *(["pins"] if within else [])]


def keeping(case: Case, places: set[str]) -> Case:
    """Return a case with these of its nameable rules alone."""
    gone = [place for place in nameable(case) if place not in places]
    document = dict(case.document)
    if "pins" in gone:
        case = case.with_rows([row | {"pinned_on": None} for row in case.rows])
    if "budget.idr" in gone:
        del document["budget"]
    document["quotas"] = [
        quota
        for number, quota in enumerate(document.get("quotas", ()), start=1)
        if f"quotas[{number}]" not in gone
    ]
    document["cards"] = {
        name: {
            key: value
            for key, value in table.items()
            if f"cards.{name}.stock" not in gone or key == "default"
        }
        for name, table in document.get("cards", {}).items()
    }
    document["shifts"] = [
        {
            key: value
            for key, value in table.items()
            if f"shifts[{number}].{key}" not in gone
        }
        for number, table in enumerate(document.get("shifts", ()), start=1)
    ]
    return replace(case, document=document)


def relieved(case: Case, place: str, by: int) -> Case:
    """Return a case with the number of one rule changed so far in its favour."""
    document = dict(case.document)
    table, _, key = place.partition(".")
    if table == "budget":
        document["budget"] = {"idr": document["budget"]["idr"] + by}
    elif table == "cards":
        card = key.removesuffix(".stock")
        stocked = dict(document["cards"][card])
        stocked["stock"] += by
        document["cards"] = document["cards"] | {card: stocked}
    else:
        number = int(table[table.index("[") + 1 : -1]) - 1
        name = table[: table.index("[")]
        tables = [dict(one) for one in document[name]]
        one = tables[number]
        for limit in [key] if key else ["at_most", "at_least"]:
            if limit in one:
                one[limit] += -by if limit == "at_least" else by
        if "at_least" in one:
            one["at_least"] = max(0, one["at_least"])
        document[name] = tables
    return replace(case, document=document)
