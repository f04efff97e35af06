"""Check that no other choice of shifts is better: the second half of checker.py.

``checker.py`` runs this file where certificate.json has ``decisions``; it must lie
beside it.  It needs Python 3.11 and nothing else.

A *use* is a set of shifts on a day.  A *cut* prices limits, none below 0, and weighs
tiers.  With whatever uses, the weighed tiers come to at least the sum of every card's
least cost plus price, over all places that any shifts could open, less what the limits
come to at their prices: a constant less a slope for each use.  A choice that is better
in a tier, and equal in those before, needs each cut of the tier to say one less than
its value, each cut before at most its value, and each *row* to hold: a rule on shifts,
or one of their own tiers.  In each *leaf* so many times these demands, and the steps
that lead to it, added up, cannot be met; and the leaves leave no way out.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

OWN = ("cost_idr", "shifts")  # tiers that only the shifts decide
KEEPING = ("frozen", "moved")  # tiers that cost nothing on the day given before


class Choice:
    """The decisions of a certificate, and the folder whose choice they prove."""

    def __init__(self, folder: Any, given: dict[str, Any]) -> None:
        self.folder = folder
        self.uses = [(day, frozenset(names)) for day, names in given["uses"]]
        self.rows = [(*row,) for row in given["rows"]]
        self.cuts, self.leaves = given["cuts"], given["leaves"]
        self.prices = [folder.priced(cut) for cut in self.cuts]
        self.allowed = [folder.allowed(day) for day in folder.dates]
        # What each resource can do with no shift, and with all that are allowed.
        self.base = [folder.cards(day, set()) for day in folder.dates]
        pairs = zip(folder.dates, self.allowed, strict=True)
        self.most = [folder.cards(day, names) for day, names in pairs]
        self.size = Counter(c for c, _ in folder.people.values())
        # Tiers in order, and what they come to but for what was lost before the start.
        pinned = any(c.pin is not None and c.pin < folder.days for c in self.size)
        values = [(("pins", None, None), 0)] * pinned
        values += [(tier, value) for tier, value, _ in folder.values]
        self.order = [tier for tier, _ in values]
        self.values = [value - self.lost(tier) for tier, value in values]
        self.flows = [k for k, tier in enumerate(self.order) if tier[0] not in OWN]

    def lost(self, tier: Any) -> int:
        """Return what a tier comes to at least, whatever is done.

        That is the first day's cost, as costs rise with the day; but for `KEEPING`,
        where the day given before costs nothing.
        """
        if tier[0] in KEEPING:
            return 0
        return sum(n * self.folder.cost(tier, c, 0) for c, n in self.size.items())

    def trouble(self) -> str:
        """Return why another choice of shifts might be better; nothing if none is."""
        if not all(map(self.is_priced, self.prices)):
            return "decisions: prices"
        for d, day in enumerate(self.folder.dates):
            if not self.all_uses_are_there(d):
                return f"decisions: uses {day}"
        known = [*self.known_rows()]
        for place, weights, value in self.rows:
            if (place if place in OWN else "", weights, value) not in known:
                return "decisions: rows"
        proven = self.bounds([self.order[k] for k in self.flows])
        for cut, price, constant in zip(self.cuts, self.prices, proven, strict=True):
            if not self.holds(cut, price, constant):
                return f"decisions: {cut['constant']} > {constant}"
        tiers = zip(self.order, self.values, self.leaves, strict=True)
        for k, (tier, value, leaves) in enumerate(tiers):
            if value and not self.is_least(k, leaves):  # nothing is less than nothing
                return f"decisions: {tier[0]}"
        return ""

    def is_priced(self, price: dict[str, list[int]]) -> bool:
        """Return whether each limit has a price for each day, none below 0."""
        lines = price.values()
        days = all(len(line) == self.folder.days for line in lines)
        known = price.keys() == self.folder.limit.keys()
        return known and days and all(min(line) >= 0 for line in lines)

    def is_least(self, k: int, leaves: list[dict[str, Any]]) -> bool:
        """Return whether leaves leave no way to better a tier."""
        whole = self.folder.covers([leaf["path"] for leaf in leaves])
        return whole and all(self.contradicts(leaf, k) for leaf in leaves)

    def all_uses_are_there(self, d: int) -> bool:
        """Return whether all sets of a day's shifts that open anything are uses.

        Shifts that open nothing may be left out; and all, where nothing has a price.
        """
        listed = [names for day, names in self.uses if day == d]
        there = frozenset[str]().union(*listed)
        every = 2 ** len(there) - 1  # sets of these shifts but the empty one
        if (
            frozenset() in listed
            or len({*listed}) != len(listed)
            or len(listed) != every
        ):
            return False
        day, base = self.folder.dates[d], self.base[d]
        left_out = self.allowed[d] - there
        opens = any(self.folder.cards(day, {name}) != base for name in left_out)
        priced = any(price[name][d] for price in self.prices for name in base)
        return there <= self.allowed[d] and not (opens and priced)

    def known_rows(self) -> Iterator[Any]:
        """Yield each rule on shifts, and each tier of theirs by name.

        That is a weight for each use, and the most that they may add up to.
        """
        folder, uses = self.folder, self.uses
        values = {tier[0]: value for tier, value, _ in folder.values}
        costs = [folder.cost_of(names) for _, names in uses]
        yield "cost_idr", costs, values.get("cost_idr")
        yield "shifts", [len(names) for _, names in uses], values.get("shifts")
        for weights, most in folder.rules_on(uses):
            yield "", weights, most

    def bounds(self, flows: list[Any]) -> list[int]:
        """Return the constant of each cut: what its prices prove without any shift."""
        folder, days = self.folder, self.folder.days
        constants = []
        for price in self.prices:
            spent = 0
            for name, line in price.items():
                for d, amount in enumerate(line):
                    spent += amount * self.base[d].get(name, folder.limit[name][d])
            constants.append(-spent)
        routes = {
            access: [self.routes(*access, price) for price in self.prices]
            for access in {(c.able, c.blanks) for c in self.size}
        }
        for c, number in self.size.items():
            open_days = [d for d in range(max(0, c.ready), days) if c.pin in (None, d)]
            costs = {d: self.costs(c, d, flows) for d in (*open_days, days)}
            for k, route in enumerate(routes[c.able, c.blanks]):
                paid = {d: route[d] for d in open_days if d in route} | {days: 0}
                least = min(self.weighed(k, costs[d]) + p for d, p in paid.items())
                constants[k] += number * least
        lost = [self.lost(tier) for tier in flows]
        return [n - self.weighed(k, lost) for k, n in enumerate(constants)]

    def weighed(self, cut: int, amounts: list[int]) -> int:
        """Return what amounts by tier come to with a cut's weights."""
        weights = self.cuts[cut]["weights"]
        return sum(w * n for w, n in zip(weights, amounts, strict=False))

    def costs(self, c: Any, d: int, flows: list[Any]) -> list[int]:
        """Return what a day costs in each tier; who is pinned must be printed."""
        unkept = int(d == self.folder.days and c.pin is not None and c.pin < d)
        return [
            unkept if tier[0] == "pins" else self.folder.cost(tier, c, d)
            for tier in flows
        ]

    def routes(self, able: Any, blanks: Any, price: dict[str, Any]) -> dict[int, int]:
        """Return the least price of each day that any shifts could open to a card."""
        folder, routes = self.folder, {}
        ways = [way for name in able for way in folder.ways[name]]
        later = price[blanks] if blanks else [0] * folder.days
        for d, most in enumerate(self.most):
            if blanks and not folder.limit[blanks][d]:
                continue
            paid = [
                sum(price[n][d] for n in w) for w in ways if all(most[n] for n in w)
            ]
            if paid:
                routes[d] = min(paid) + sum(later[d:])
        return routes

    def holds(self, cut: Any, price: dict[str, Any], constant: int) -> bool:
        """Return whether a cut says no more than its prices prove."""
        tier, weights = cut["tier"], cut["weights"]
        if not 0 <= tier < len(self.flows) or len(weights) != tier + 1:
            return False
        if min(weights) < 0 or weights[-1] != 1 or cut["constant"] > constant:
            return False
        for stated, (d, names) in zip(cut["slope"], self.uses, strict=True):
            more = self.folder.cards(self.folder.dates[d], {*names})
            base = self.base[d]
            if stated < sum(price[n][d] * (more[n] - base[n]) for n in more):
                return False
        return True

    def contradicts(self, leaf: dict[str, Any], k: int) -> bool:
        """Return whether a leaf's demands add up to more than can be met."""
        total, slope = 0, Counter[int]()
        for index, times in leaf["cuts"]:
            cut = self.cuts[index]
            tier = self.flows[cut["tier"]]
            reached = self.weighed(index, [self.values[i] for i in self.flows])
            need = cut["constant"] - reached + (tier == k)
            if tier > k or times < 0:
                return False
            total += times * need
            for use, amount in enumerate(cut["slope"]):
                slope[use] += times * min(amount, max(0, need))
        names = [tier[0] for tier in self.order]
        for index, times in leaf["rows"]:
            place, weights, most = self.rows[index]
            tier = names.index(place) if place in OWN else -1
            if tier > k or times < 0:
                return False
            total += times * ((tier == k) - most)
            for use, weight in enumerate(weights):
                slope[use] -= times * weight
        every = {*range(len(self.uses))}
        for (uses, number, above), times in zip(
            leaf["path"], leaf["times"], strict=True
        ):
            if times < 0 or type(number) is not int or not {*uses} <= every:
                return False
            total += times * (number + 1 if above else -number)
            for use in uses:
                slope[use] += times if above else -times
        return total > sum(amount for amount in slope.values() if amount > 0)
