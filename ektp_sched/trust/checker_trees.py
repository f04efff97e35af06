"""Check trees, which prove a plan under rules that are no network: part of checker.py.

``checker.py`` runs this file where certificate.json has ``trees``; it must lie beside
it.  It needs Python 3.11 and nothing else.

A *row* is something that every plan keeps: so many cards of some kinds, on some days
and machines, and a number that says whether somebody is *left*, come to at least so
many.  All rows are laid again here, from office.toml and applications.csv.  A *use* is
a set of shifts on a day, and adds to what machines can do.  A *part* is all plans that
keep some steps ("at most so many", "more").  It prices rows and steps, none below 0,
and weighs tiers.  In it everybody takes the cheapest choice: a plan that keeps the rows
comes to no less than all of that, and what the rows ask, at their prices.  If that is
more than a better plan may come to, the part holds none; and the parts of a tree hold
every plan.  Section 4 of docs/model.md says why.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate, combinations
from typing import Any, NamedTuple

Group = frozenset[int]  # kinds
# Somebody of these kinds is left at the end of this day; None: it prints anything.
Left = tuple[Group | None, int]


class Row(NamedTuple):
    """Cards by their weights, and who is left by theirs, come to the least or more."""

    weights: dict[int, int]  # by kind
    days: range
    least: int
    machine: str | None = None  # whose cards count; None: all
    left: tuple[tuple[Left, int], ...] = ()
    lots: str | None = None  # blanks of which each card takes one
    own: tuple[str, str] | None = None  # blanks, and the class they are set aside for
    uses: tuple[tuple[int, int], ...] = ()  # what each use counts


class Limit(NamedTuple):
    """A limit of checker.py: whose cards it counts, and on which days."""

    name: str
    machine: str | None  # None: the cards of all
    kinds: Iterable[int]
    so_far: bool  # up to a day, or on that day


class Part:
    """What the prices of one part come to."""

    def __init__(self, days: int) -> None:
        self.total = 0
        # What cards pay by kind and machine (None: all) from a day on, told as changes.
        self.paid = defaultdict[Any, list[int]](lambda: [0] * (days + 1))
        self.left, self.uses = Counter[Left](), Counter[int]()
        self.between: dict[Left, tuple[int, int]] = {}
        self.lots = defaultdict[Any, list[int]](lambda: [0] * (days + 1))

    def pay(self, keys: Iterable[Any], days: range, price: int) -> None:
        """Let cards pay a price on some days."""
        for key in keys:
            self.paid[key][days[0]] += price
            self.paid[key][days[-1] + 1] -= price


class Trees:
    """The trees of a certificate, and the folder whose plan they prove."""

    def __init__(self, folder: Any, given: dict[str, Any]) -> None:
        self.folder, self.given = folder, given
        self.days: int = folder.days
        self.tiers: list[Any] = folder.values
        self.read_uses()
        self.read_people()
        self.named = [self.kinds.index((*name,)) for name in given["kinds"]]
        self.counted: list[dict[str, Any]] = given["counted"]
        reserve = self.limit.get("daily reserve", [math.inf] * self.days)
        self.possible = [
            min(folder.most({n: line[d] for n, line in self.limit.items()}), left)
            for d, left in enumerate(reserve)
        ]
        every = range(self.days)
        quotas = [amount for amount in folder.amounts if amount.code == "quota"]
        self.amounts = [*quotas, *folder.parity_amounts(every, self.limit)]
        bare = folder.parity_amounts(every, folder.limit | self.bare)
        self.unaided = {amount.days[-1] for amount in bare}
        self.certain = set[Left]()
        limits = self.read_limits()
        self.limits = {place: own for place, own in limits if own.name in folder.limit}
        self.rows = [self.row(row) for row in given["rows"]]

    def read_uses(self) -> None:
        """Read what could be decided, and what machines can do then at most."""
        folder = self.folder
        self.uses = [(d, (*names,)) for d, names in self.given.get("uses", [])]
        none = [folder.cards(day, set()) for day in folder.dates]
        # A shift that adds nothing to any machine is none.
        allowed = [
            sorted(n for n in folder.allowed(day) if folder.cards(day, {n}) != cards)
            for day, cards in zip(folder.dates, none, strict=True)
        ]
        every = [
            (d, names)
            for d, can in enumerate(allowed)
            for number in range(1, len(can) + 1)
            for names in combinations(can, number)
        ]
        if sorted(self.uses) != sorted(every):
            raise ValueError("uses")
        days = zip(folder.dates, allowed, strict=True)
        most = [folder.cards(day, {*names}) for day, names in days]
        machines = none[0] if none else {}
        self.bare = {name: [cards[name] for cards in none] for name in machines}
        self.limit = folder.limit | {
            name: [cards[name] for cards in most] for name in machines
        }
        # What each use adds to each machine on its day.
        self.more: list[dict[str, int]] = []
        for d, names in self.uses:
            cards = folder.cards(folder.dates[d], {*names})
            self.more.append({name: cards[name] - none[d][name] for name in cards})
        costs = {
            "cost_idr": [folder.cost_of(names) for _, names in self.uses],
            "shifts": [len(names) for _, names in self.uses],
        }
        self.paid = [costs.get(tier[0]) for tier, _, _ in self.tiers]
        self.known = {divided(*rule) for rule in folder.rules_on(self.uses)}
        folder.read_choices(self.limit)

    def read_people(self) -> None:
        """Read kinds of application, how many of each could be printed, and choices."""
        folder, people = self.folder, Counter[Any]()
        for row in folder.rows("applications.csv"):
            c, _ = folder.people[row["application_id"]]
            people[c, self.kind(row)] += 1
        self.kinds = sorted({kind for _, kind in people}, key=str)
        number = {kind: k for k, kind in enumerate(self.kinds)}
        self.people = {(c, number[kind]): size for (c, kind), size in people.items()}
        self.example = {k: c for c, k in self.people}
        self.ready = [[0] * self.days for _ in self.kinds]
        for (c, k), size in self.people.items():
            # Who is pinned waits for that day.
            for d in range(max(c.ready, c.pin or 0, 0), self.days) if c.able else ():
                self.ready[k][d] += size
        # Those whom the tiers so far see alike stand for one another.
        self.alike: list[list[tuple[int, list[int], list[list[int]], int]]] = []
        for tier in range(len(self.tiers)):
            number_of_tiers = self.paid[: tier + 1].count(None)
            alike = Counter[Any]()
            for (c, k), size in self.people.items():
                choices = (*folder.free[c],)
                costs = [folder.costs(c, d)[:number_of_tiers] for d in choices]
                alike[k, choices, (*zip(*costs, strict=True),)] += size
            self.alike.append([(*key, size) for key, size in alike.items()])

    def kind(self, row: dict[str, str]) -> tuple[str, str | None, str | None]:
        """Return class, card type and area, where the office tells by them."""
        folder, office = self.folder, self.folder.office
        by_area = bool(folder.parity or office.get("area_rank"))
        by_area |= any("area" in quota for quota in folder.quotas)
        by_area |= any("areas" in unit for unit in folder.printers.values())
        card = row["card"] if office.get("cards") else None
        return row["urgency"], card or None, (row["area"] if by_area else None) or None

    def trouble(self) -> str:
        """Return what the trees do not prove; nothing if they prove all their tiers."""
        for fact in self.given["facts"]:
            left = self.left(fact["left"])
            part = fact["because"]
            if part["path"] != [[fact["left"], 0, False]] or self.bound(part, 0) <= 0:
                return "trees: facts"
            self.certain.add(left)
        trees = self.given["tiers"]
        if not 0 < len(trees) <= len(self.tiers):
            return "trees: tiers"
        for number, tree in enumerate(trees):
            (name, _, rank), value, _ = self.tiers[number]
            scale = self.folder.scale if name == "pressure" else 1
            stated = tree["name"], tree["rank"], tree["value"], tree["scale"]
            if stated != (name, rank, value, scale) or not self.proves(number, tree):
                return f"trees: {name}"
        return ""

    def proves(self, number: int, tree: dict[str, Any]) -> bool:
        """Return whether no plan that is as good in earlier tiers is better in this."""
        alike, value = self.alike[number], self.tiers[number][1]
        step, paid = whole(tree["step"], 1), self.paid[number]
        if paid is None:
            if sum(n * min(costs[-1]) for *_, costs, n in alike) == value:
                return True  # Nobody can have less.
            paid = [cost - costs[-1][0] for *_, costs, _ in alike for cost in costs[-1]]
        elif value == 0:
            return True
        if any(cost % step for cost in paid):
            return False
        values = [value for _, value, _ in self.tiers[: number + 1]]
        values[-1] -= step
        if not self.folder.covers([part["path"] for part in tree["parts"]]):
            return False
        for part in tree["parts"]:
            weights = part["tiers"]
            may = sum(w * v for w, v in zip(weights, values, strict=True))
            if self.bound(part, number) <= may:
                return False
        return True

    # -- rows --------------------------------------------------------------------

    def row(self, row: dict[str, Any]) -> Row:
        """Return a row that every plan keeps."""
        if row["of"] == "limit":
            return self.limit_row(row)
        if row["of"] == "left":
            group, day = left = self.left(row["left"])
            most = ((left, self.left_at_most(left)),)
            return Row(
                dict.fromkeys(group, 1), range(day + 1), self.waits(left), left=most
            )
        if row["of"] == "order":
            before, after = self.left(row["left"]), self.left(row["later"])
            same = before[0] == after[0] and before[1] < after[1]
            if not same or self.waits(before) != self.waits(after):
                raise ValueError("order")
            return Row({}, range(1), 0, left=((before, 1), (after, -1)))
        if row["of"] in ("printed", "use"):
            return self.shift_row(row)
        days, card = self.stretch(row), row["card"]
        blanks = f"blanks {card}"
        kinds = [k for k, (_, other, _) in enumerate(self.kinds) if other == card]
        if blanks not in self.folder.lots:
            raise ValueError(blanks)
        if row["of"] == "blanks":
            return Row(dict.fromkeys(kinds, -1), days, 0, lots=blanks)
        if row["of"] != "own":
            raise ValueError(row["of"])
        urgency = row["urgency"]
        kinds = [k for k in kinds if self.kinds[k][0] == urgency]
        return Row(dict.fromkeys(kinds, 1), days, 0, own=(blanks, urgency))

    def shift_row(self, row: dict[str, Any]) -> Row:
        """Return a rule on shifts, or that a day that prints nothing has no card."""
        if row["of"] == "use":
            if ((*row["weights"],), row["most"]) not in self.known:
                raise ValueError("use")
            weights = tuple((use, -n) for use, n in enumerate(row["weights"]))
            return Row({}, range(1), -row["most"], uses=weights)
        group, d = printing = self.zero_or_one(row["printing"])
        if group is not None:
            raise ValueError("printed")
        today, cards = range(d, d + 1), dict.fromkeys(range(len(self.kinds)), -1)
        could = max(1, min(self.could(today), len(self.folder.people)))
        return Row(cards, today, 0, left=((printing, could),))

    def stretch(self, row: dict[str, Any]) -> range:
        """Return the days of a row, all of the plan."""
        first, last = whole(row["first"]), whole(row["last"])
        if not first <= last < self.days:
            raise ValueError("days")
        return range(first, last + 1)

    def read_limits(self) -> Iterator[tuple[str, Limit]]:
        """Yield the limits of machines, reserve, blanks and ribbons, by place."""
        every = range(len(self.kinds))
        for sort in ("printers", "servers"):
            for name in getattr(self.folder, sort):
                yield f"{sort}.{name}", Limit(name, name, every, so_far=False)
        yield "reserve", Limit("daily reserve", None, every, so_far=False)
        for card in self.folder.office.get("cards", {}):
            kinds = [k for k in every if self.kinds[k][1] == card]
            yield (
                f"cards.{card}.stock",
                Limit(f"blanks {card}", None, kinds, so_far=True),
            )
        for number, name in enumerate(self.folder.printers, 1):
            limit = Limit(f"ribbons {name}", name, every, so_far=True)
            yield f"printers[{number}].ribbons", limit

    def limit_row(self, row: dict[str, Any]) -> Row:
        """Return a limit of the office on one of its stretches, or a line of it."""
        days = self.stretch(row)
        if row["place"] not in self.limits:
            return self.amount_row(row, days)
        name, machine, kinds, so_far = self.limits[row["place"]]
        if row["key"] or row["part"] or row["line"] is not None:
            raise ValueError(name)
        if (days[0] > 0) if so_far else (len(days) > 1):
            raise ValueError(name)
        most = (self.bare if name in self.bare else self.limit)[name][days[-1]]
        more = tuple(
            (use, cards[name])
            for use, cards in enumerate(self.more)
            if self.uses[use][0] == days[-1] and name in self.bare
        )
        return Row(dict.fromkeys(kinds, -1), days, -most, machine, uses=more)

    def amount_row(self, row: dict[str, Any], days: range) -> Row:
        """Return a quota or parity in whole numbers, as "at least"; or its line."""
        amounts = [
            amount
            for amount in self.amounts
            if (amount.days, amount.key, place_of(amount))
            == (days, row["key"], (row["place"], row["part"]))
        ]
        (amount,) = amounts
        parts = [*amount.weights.values(), amount.every]
        under = [part.denominator for part in parts]
        # Parity counts the cards of a district as often as the other has applications.
        times = math.prod(under) if amount.code == "parity" else math.lcm(*under)
        weights = {
            k: -int(times * amount.weight(c.marks)) for k, c in self.example.items()
        }
        least = -math.floor(times * amount.most)
        short = self.short(amount, weights, least)
        if row["line"] is not None:
            weights, least = self.line(weights, days, least, row["line"])
            line_short = self.short(amount, weights, least)
            # Where the limit holds whoever is left, so does its line.
            short = {left: short[left] and line_short[left] for left in short}
        moved = tuple((left, -number) for left, number in short.items())
        return Row(weights, days, least - sum(short.values()), left=moved)

    def short(
        self, amount: Any, weights: dict[int, int], least: int
    ) -> dict[Left, int]:
        """Return what a row is short of at most where nobody of a group is left."""
        e = amount.days[-1]
        falls = {k: min(weight, 0) for k, weight in weights.items()}
        lowest = sum(weight * self.ready[k][e] for k, weight in falls.items())
        lowest = max(lowest, self.could(amount.days) * min(falls.values(), default=0))
        short = dict[Left, int]()
        for mark in amount.who if amount.lifted else ():
            group = frozenset(k for k, c in self.example.items() if mark in c.marks)
            sure = lowest
            if amount.days[0] == 0:  # All of them are printed then.
                printed = falls | {k: weights.get(k, 0) for k in group}
                number = sum(weight * self.ready[k][e] for k, weight in printed.items())
                sure = max(sure, number)
            short[group, e] = max(0, least - sure)
        if amount.code == "parity" and e not in self.unaided:
            # Only shifts make it a day that counts: it does if anything is printed.
            short[None, e] = max(0, least - lowest)
        return short

    def line(
        self, weights: dict[int, int], days: range, least: int, line: list[int]
    ) -> tuple[dict[int, int], int]:
        """Return a line that all numbers x and y keep which keep a row of two sums.

        That is counted: for each y, the least x that keeps the row must keep the line;
        then every larger x does.
        """
        of_x, of_y, bound = (whole(number, -math.inf) for number in line)
        up = {k: weight for k, weight in weights.items() if weight > 0}
        down = {k: -weight for k, weight in weights.items() if weight < 0}
        if of_x < 0 or max(len({*up.values()}), len({*down.values()})) > 1:
            raise ValueError("line")
        could, e = self.could(days), days[-1]
        most_x, most_y, most = (
            min(could, sum(self.ready[k][e] for k in kinds))
            for kinds in (up, down, up | down)
        )
        each, other = max(up.values(), default=0), max(down.values(), default=0)
        for y in range(most_y + 1):
            asked = least + other * y
            x = max(0, -(-asked // each)) if each else 0
            if (asked > 0 and not each) or x > most_x or x + y > most:
                break  # So it is for every larger y.
            if of_x * x + of_y * y < bound:
                raise ValueError("line")
        return dict.fromkeys(up, of_x) | dict.fromkeys(down, of_y), bound

    def could(self, days: range) -> int:
        """Return how many cards some days can do."""
        return sum(self.possible[d] for d in days)

    # -- who is left -------------------------------------------------------------

    def kinds_of(self, number: int) -> Group:
        """Return the kinds of something counted."""
        return frozenset(self.named[whole(k)] for k in self.counted[number]["kinds"])

    def left(self, number: int) -> tuple[Group, int]:
        """Return whose being left is counted, and when."""
        group, day = self.zero_or_one(number)
        if group is None:
            raise ValueError("left")
        return group, day

    def zero_or_one(self, number: int) -> Left:
        """Return whose being left is counted, or that a day prints; and when."""
        counted = self.counted[whole(number)]
        group = self.kinds_of(number) if counted["of"] == "left" else None
        if counted["of"] not in ("left", "printing"):
            raise ValueError("left")
        if whole(counted["last"]) >= self.days:
            raise ValueError("left")
        return group, counted["last"]

    def waits(self, left: tuple[Group, int]) -> int:
        """Return how many of these kinds could be printed by the end of that day."""
        return sum(self.ready[k][left[1]] for k in left[0])

    def left_at_most(self, left: tuple[Group, int]) -> int:
        """Return how many of these kinds can be left at the end of that day.

        Where anybody is, every quota of at least so many of the same kinds was printed:
        whoever is left after a stretch was left after the one before, or became ready.
        """
        group, day = left
        fewest = self.waits(left)
        by_quota = defaultdict[int, list[Any]](list)
        for amount in self.folder.amounts:
            who = {k for k, c in self.example.items() if amount.who[0] in c.marks}
            if amount.key == "at_least" and who == group:
                by_quota[amount.number].append(amount)
        for amounts in by_quota.values():
            most, before, last = 0, 0, -1
            for amount in sorted(amounts, key=lambda amount: amount.days[-1]):
                if amount.days[-1] > day:
                    break
                ready = self.waits((group, amount.days[-1]))
                printed = math.ceil(-amount.most) if amount.days[0] > last else 0
                most = max(0, most + ready - before - printed)
                before, last = ready, amount.days[-1]
            fewest = min(fewest, most + self.waits(left) - before)
        return fewest

    def between(self, left: Left) -> tuple[int, int]:
        """Return the least and the most that "somebody is left" can be: 0 or 1."""
        group, day = left
        if group is None:
            return 0, 1
        waits = self.waits((group, day))
        sure = left in self.certain or waits > self.could(range(left[1] + 1))
        return int(waits > 0 and sure), int(waits > 0)

    # -- one part ----------------------------------------------------------------

    def bound(self, given: dict[str, Any], number: int) -> float:
        """Return what no plan of a part comes below, its tiers and prices weighed."""
        part = Part(self.days)
        seen = set[int]()
        for at, price in given["rows"]:
            if at in seen:
                raise ValueError("rows")
            seen.add(at)
            self.price(part, self.rows[whole(at)], whole(price))
        for (at, count, above), price in zip(
            given["path"], given["times"], strict=True
        ):
            self.step(part, whole(at), whole(count), above is True, whole(price))
        for left, paid in part.left.items():
            low, high = part.between.get(left) or self.between(left)
            part.total -= max(paid * low, paid * high)
        if any(low > high for low, high in part.between.values()):
            return math.inf  # No plan is in it.
        total = part.total - self.drawn(part) + self.taken(part, given["tiers"])
        return total + self.cheapest(part, given["tiers"], number)

    def price(self, part: Part, row: Row, price: int) -> None:
        """Let everybody pay for a row what the plan would gain by keeping it."""
        part.total += price * row.least
        for k, weight in row.weights.items():
            part.pay([(k, row.machine)], row.days, -price * weight)
        for left, weight in row.left:
            part.left[left] += price * weight
        for use, weight in row.uses:
            part.uses[use] -= price * weight
        if key := row.lots or row.own:
            part.lots[key][row.days[0]] += price
            part.lots[key][row.days[-1] + 1] -= price

    def step(self, part: Part, at: int, count: int, above: bool, price: int) -> None:
        """Let everybody pay for a step; one about who is left fixes that number."""
        counted = self.counted[at]
        if counted["of"] in ("left", "printing"):
            left = self.zero_or_one(at)
            low, high = part.between.get(left) or self.between(left)
            low, high = (
                (max(low, count + 1), high) if above else (low, min(high, count))
            )
            part.between[left] = low, high
            return
        sign = -1 if above else 1
        if counted["of"] == "used":
            uses = {*map(whole, counted["uses"])}
            if len(uses) < len(counted["uses"]) or max(uses) >= len(self.uses):
                raise ValueError("uses")
            for use in uses:
                part.uses[use] += sign * price
            part.total -= sign * price * (count + above)
            return
        days = self.stretch(counted)
        machines = [None] if counted["printers"] is None else {*counted["printers"]}
        if counted["of"] != "cards" or not {*machines} <= {None, *self.folder.printers}:
            raise ValueError("counted")
        for machine in machines:
            keys = [(k, machine) for k in self.kinds_of(at)]
            part.pay(keys, days, sign * price)
        part.total -= sign * price * (count + above)

    def taken(self, part: Part, weights: list[int]) -> int:
        """Return what uses come to at least; of those of a day at most one is taken."""
        cheapest = [0] * self.days
        for use, (day, _) in enumerate(self.uses):
            own = sum(
                whole(times) * paid[use]
                for times, paid in zip(weights, self.paid, strict=False)
                if paid is not None
            )
            cheapest[day] = min(cheapest[day], part.uses[use] + own)
        return sum(cheapest)

    def drawn(self, part: Part) -> int:
        """Return what all lots of blanks are worth at most, by the day of their use."""
        price = {key: [*accumulate(line)] for key, line in part.lots.items()}
        worth, free = 0, [0] * (self.days + 1)
        for blanks, lots in self.folder.lots.items():
            for first, last, cards, urgency in lots:
                own = price.get((blanks, urgency), free)
                paid = price.get(blanks, free)
                days = range(first, last + 1)
                worth += cards * max((0, *(paid[d] - own[d] for d in days)))
        return worth

    def cheapest(self, part: Part, weights: list[int], number: int) -> int:
        """Return what all come to, each at the cheapest choice that rules allow."""
        paid = {key: [*accumulate(line)] for key, line in part.paid.items()}
        free = [0] * (self.days + 1)
        routes = {}
        for k, c in self.example.items():
            to_all = paid.get((k, None), free)
            routes[k] = [*to_all[: self.days], 0]
            for d, ways in enumerate(self.folder.paths[c.able, c.blanks]):
                routes[k][d] += min(
                    (
                        sum(paid.get((k, machine), free)[d] for machine in way)
                        for way in ways
                    ),
                    default=0,
                )
        flows = zip(weights, self.paid, strict=False)
        total, times = 0, [whole(number) for number, paid in flows if paid is None]
        for k, days, costs, size in self.alike[number]:
            choices = zip(days, *costs, strict=True)
            # The last tiers of a shorter list count for nothing.
            total += size * min(
                routes[k][d] + sum(w * c for w, c in zip(times, cost, strict=False))
                for d, *cost in choices
            )
        return total


def place_of(amount: Any) -> tuple[str, str]:
    """Return where a quota or parity stands, and what part of it an amount is."""
    if amount.code == "parity":
        return f"parity[{amount.number + 1}]", " – ".join(amount.who)
    return f"quotas[{amount.number + 1}]", ""


def whole(number: Any, least: float = 0) -> int:
    """Return a number, which must be whole and not below the least."""
    if type(number) is not int or number < least:
        raise ValueError(number)
    return number


def divided(weights: list[int], most: float) -> tuple[tuple[int, ...], float]:
    """Return a rule on shifts without a common divisor of its weights."""
    part = max(1, math.gcd(*weights))
    return tuple(weight // part for weight in weights), most // part
