r"""Trees that prove tiers under any rules, added up without a solver.

Every row is laid again from the office's limits and the applications.  A part of all
plans is closed if everybody taking the cheapest choice under its prices comes to more
than a better plan may: weak duality asks nothing of the prices but their sign.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ektp_sched.documents.trees import (
    BlankRow,
    Cards,
    LeftRow,
    LimitRow,
    OrderRow,
    PrintedRow,
    Printing,
    SomebodyLeft,
    Used,
    UseRow,
)
from ektp_sched.office import capacity
from ektp_sched.people.objectives import told_apart
from ektp_sched.rules import RULES
from ektp_sched.trust.proof.bounds import largest, turns
from ektp_sched.trust.proof.decided import leave_nothing_out
from ektp_sched.trust.proof.face import costs, whole_face
from ektp_sched.trust.verify.shifts import ShiftRules, shift_costs
from ektp_sched.trust.verify.tiers import demanded, value_of
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.documents import Certificate, Plan
    from ektp_sched.documents.trees import Part, TierTree, TreeProof, TreeRow, Use
    from ektp_sched.office import Office
    from ektp_sched.people.objectives import Objective
    from ektp_sched.rules import Limit, World
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Findings
    from ektp_sched.trust.proof.face import Face
    from ektp_sched.trust.verify.tiers import Values

    Wide = NDArray[Any]
    Left = tuple[bytes, int]

_ROOM: Final = 1 << 61
"""Below this, sums of whole numbers stay exact in 64 bits."""


class _WrongError(Exception):
    """What in the trees does not hold."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = _WRONG[what]


_WRONG: Final = {
    "kinds": said(
        "name a kind that nobody is of, or apart what no rule tells apart",
        "menyebut jenis yang tidak ada, atau membedakan yang tidak dibedakan aturan",
    ),
    "counted": said(
        "count something that is not there", "menghitung sesuatu yang tidak ada"
    ),
    "rows": said(
        "have a row that does not follow from the office's rules",
        "memuat baris yang tidak mengikuti aturan kantor",
    ),
    "facts": said(
        "call something certain that is not proven",
        "menyebut pasti sesuatu yang tidak terbukti",
    ),
    "tiers": said(
        "are not those of the plan's tiers", "bukan milik tujuan-tujuan rencana ini"
    ),
    "step": said(
        "state a step that costs do not keep",
        "menyatakan langkah yang tidak diikuti biayanya",
    ),
    "parts": said(
        "leave room for a better plan",
        "masih menyisakan rencana yang lebih baik",
    ),
    "beside": said("stand beside prices of tiers", "berdampingan dengan harga tujuan"),
    "uses": said(
        "do not name every set of shifts that may be worked on a day once",
        "tidak menyebut setiap susunan shift suatu hari tepat sekali",
    ),
}


def check_trees(
    facts: Facts,
    plan: Plan,
    certificate: Certificate,
    reached: Values,
    findings: Findings,
) -> None:
    """Check the trees of a plan that obeys every rule, if its certificate has any."""
    proof = certificate.trees
    if proof is None:
        return
    proven = [tier.proven for tier in plan.tiers]
    try:
        if certificate.tiers or certificate.decisions:
            raise _WrongError("beside")
        if not proof.tiers or any(proven[len(proof.tiers) :]):
            raise _WrongError("tiers")
        _Check(facts, proof, reached).wrong()
    except _WrongError as problem:
        findings.add(
            "certificate-tree",
            said(
                "The certificate's trees {what}, so they prove nothing.",
                "Pohon bukti dalam sertifikat {what}, jadi tidak membuktikan apa pun.",
                what=problem.what,
            ),
        )


@dataclass(frozen=True, slots=True)
class _Row:
    """So many cards of each kind, and somebody left or not, are at least so many."""

    weight: Ints | Wide  # of a card of each kind, (K,)
    first: int
    last: int
    least: int
    printer: int | None = None
    server: int | None = None
    # What it counts more where nobody of some kinds is left by its last day, or, with
    # no kinds, where nothing is printed on it.
    lifts: tuple[tuple[Left, int], ...] = ()
    blank: str | None = None  # card type of which each card takes a blank
    own: tuple[str, str] | None = None  # card type and class that takes its own
    uses: tuple[tuple[int, int], ...] = ()  # what it counts more for each use taken


@dataclass(slots=True)
class _Sums:
    """What prices come to: by kind and place, by server, by who is left, by blanks."""

    table: Wide  # (K, P, days)
    server: Wide  # (S, days)
    total: int = 0
    left: dict[Left, int] = field(default_factory=dict)
    blanks: dict[str, Wide] = field(default_factory=dict)
    owns: dict[tuple[str, str], Wide] = field(default_factory=dict)
    uses: dict[int, int] = field(default_factory=dict)


class _Check:
    """The trees of one plan."""

    def __init__(self, facts: Facts, proof: TreeProof, reached: Values) -> None:
        office, start, days = facts.office, facts.start, facts.days
        self.uses = _uses(facts, proof)
        used = [(name, day) for day, names in self.uses for name in names]
        # Choices are those that any shifts could open.
        facts = replace(facts, limits=capacity(office, start, days, used))
        self.facts, self.proof, self.reached = facts, proof, reached
        self.face: Face = whole_face(facts)
        self.tiers = demanded(facts)
        self.held = [value_of(t, reached) - t.constant(facts) for t in self.tiers]
        self.costs = [_use_costs(facts, tier, self.uses) for tier in self.tiers]
        names = facts.kinds.names
        try:
            self.kinds = [names.index(name) for name in proof.kinds]
        except ValueError:
            raise _WrongError("kinds") from None
        # What stands for each kind where applications are merged.
        self.class_of = np.zeros(len(names), dtype=np.int64)
        self.class_of[facts.kind] = facts.groups.kind[facts.groups.member]
        self.ready = _ready(facts)
        limits = facts.limits
        self.possible = np.minimum(
            limits.printer_cards.sum(axis=0), limits.server_cards.sum(axis=0)
        )
        if limits.total is not None:
            self.possible = np.minimum(self.possible, limits.total)
        self.every = _World.of(facts.world, self.uses)
        self.plain = _World.of(facts.world, ()) if self.uses else self.every
        # Of each day its uses, and the office under each of them.
        self.under: dict[int, list[tuple[int, _World]]] = {}
        for turn in turns(self.uses):
            world = _World.of(facts.world, [self.uses[use] for use in turn])
            for use in turn:
                self.under.setdefault(self.uses[use][0], []).append((use, world))
        rules = ShiftRules(office, start, days).sums(self.uses)
        self.on_uses = {_divided(weights, most) for weights, most in rules}
        self.sure: set[Left] = set()
        self.rows = [self._row(row) for row in proof.rows]
        self.groups: dict[int, tuple[Ints, Ints]] = {}

    def wrong(self) -> None:
        """Raise what does not hold."""
        for fact in self.proof.facts:
            counted = self._counted(fact.left)
            path = fact.because.path
            if not isinstance(counted, SomebodyLeft) or path != (
                (fact.left, 0, False),
            ):
                raise _WrongError("facts")
            if self._least(fact.because, -1) <= 0:
                raise _WrongError("facts")
            self.sure.add(self._left(counted))
        if len(self.proof.tiers) > len(self.tiers):
            raise _WrongError("tiers")
        for number, tree in enumerate(self.proof.tiers):
            self._tree(number, tree)

    def _tree(self, number: int, tree: TierTree) -> None:
        tier, value = self.tiers[number], self.held[number]
        stated = (tree.name, tree.rank, tree.scale, tree.value)
        true = (tier.name, tier.label, tier.scale, value_of(tier, self.reached))
        if stated != true:
            raise _WrongError("tiers")
        if value == 0:
            return  # No cost is below 0.
        if not self._is_step(number, tree.step):
            raise _WrongError("step")
        if not leave_nothing_out([part.path for part in tree.parts]):
            raise _WrongError("parts")
        values = [*self.held[:number], value - tree.step]
        for part in tree.parts:
            if len(part.tiers) != number + 1:
                raise _WrongError("parts")
            may = sum(t * v for t, v in zip(part.tiers, values, strict=True))
            if self._least(part, number) <= may:
                raise _WrongError("parts")

    def _is_step(self, number: int, step: int) -> bool:
        """Return whether each application's costs differ by multiples of a step."""
        if step == 1:
            return True
        tier, of_uses = self.tiers[number], self.costs[number]
        if of_uses is not None:
            return all(cost % step == 0 for cost in of_uses)
        example, _ = self._merged(number)
        mask = self.face.masks[self.face.mask[example]]
        cost = costs(self.face, tier, example)
        base = cost[np.arange(len(cost)), mask.argmax(axis=1)]
        return bool((((cost - base[:, None]) % step == 0) | ~mask).all())

    # -- what is counted -----------------------------------------------------------

    def _counted(self, number: int) -> Cards | SomebodyLeft | Printing | Used:
        if number >= len(self.proof.counted):
            raise _WrongError("counted")
        counted = self.proof.counted[number]
        if isinstance(counted, Used):
            taken = {*counted.uses}
            if len(taken) < len(counted.uses) or not taken <= {*range(len(self.uses))}:
                raise _WrongError("counted")
            return counted
        if isinstance(counted, Printing):
            if counted.last >= self.facts.days:
                raise _WrongError("counted")
            return counted
        first = counted.first if isinstance(counted, Cards) else 0
        if not first <= counted.last < self.facts.days:
            raise _WrongError("counted")
        if any(kind >= len(self.kinds) for kind in counted.kinds):
            raise _WrongError("counted")
        return counted

    def _of(self, kinds: Sequence[int]) -> Bools:
        """Return which kinds are counted, shape ``(K,)``."""
        chosen = np.zeros(len(self.facts.kinds.names), dtype=bool)
        chosen[[self.kinds[kind] for kind in kinds]] = True
        if np.isin(self.class_of[~chosen], self.class_of[chosen]).any():
            raise _WrongError("kinds")
        return chosen

    def _left(self, counted: SomebodyLeft | Printing) -> Left:
        if isinstance(counted, Printing):
            return b"", counted.last
        return self._of(counted.kinds).tobytes(), counted.last

    def _group(self, left: Left) -> Bools:
        return np.frombuffer(left[0], dtype=bool)

    def _waits(self, left: Left) -> int:
        """Return who of some kinds could be printed by a day."""
        return int(self.ready[self._group(left), left[1]].sum())

    def _most(self, first: int, last: int) -> int:
        """Return how many cards some days can do."""
        return int(self.possible[first : last + 1].sum())

    def _between(self, left: Left) -> tuple[int, int]:
        """Return the least and the most that "somebody is left" can be."""
        if not left[0]:
            return 0, 1
        waits = self._waits(left)
        most = int(waits > 0)
        sure = left in self.sure or waits > self._most(0, left[1])
        return (most if sure else 0), most

    # -- rows ----------------------------------------------------------------------

    def _row(self, row: TreeRow) -> _Row:
        if isinstance(row, LimitRow):
            return self._limit_row(row)
        if isinstance(row, LeftRow):
            return self._left_row(row)
        if isinstance(row, OrderRow):
            return self._order_row(row)
        if isinstance(row, PrintedRow):
            return self._printed_row(row)
        if isinstance(row, UseRow):
            return self._use_row(row)
        days = row.first, row.last
        if not row.first <= row.last < self.facts.days:
            raise _WrongError("rows")
        if row.card not in self.facts.kinds.lots:
            raise _WrongError("rows")
        names = self.facts.kinds.names
        if isinstance(row, BlankRow):
            takes = np.array([card == row.card for _, card, _ in names])
            return _Row(-takes.astype(np.int64), *days, 0, blank=row.card)
        takes = np.array([name[:2] == (row.urgency, row.card) for name in names])
        own = row.card, row.urgency
        return _Row(takes.astype(np.int64), *days, 0, own=own)

    def _limit_row(self, row: LimitRow) -> _Row:
        limit = self.every.limits.get((row.place, row.key, row.part))
        if limit is None:
            raise _WrongError("rows")
        at = np.flatnonzero((limit.first == row.first) & (limit.last == row.last))
        if len(at) != 1:
            raise _WrongError("rows")
        sign = 1 if limit.sense == "least" else -1
        weight, least = sign * limit.weights, 0
        amount, uses, by_shift = self._by_uses(row, limit, int(at[0]))
        if isinstance(limit.amount, Fraction):
            over, under = limit.amount.as_integer_ratio()
            weight = sign * (under * limit.weights.astype(object) - over)
        else:
            least = sign * amount
        if row.line is None:
            lifts = self._lifts(limit, weight, least, row, by_shift=by_shift)
            machine = limit.printer, limit.server
            added = tuple((use, -sign * more) for use, more in uses)
            return _Row(weight, row.first, row.last, least, *machine, lifts, uses=added)
        if uses:
            raise _WrongError("rows")
        return self._line(limit, weight, least, row, row.line, by_shift=by_shift)

    def _line(
        self,
        limit: Limit,
        weight: Wide,
        least: int,
        row: LimitRow,
        line: tuple[int, int, int],
        *,
        by_shift: bool,
    ) -> _Row:
        """Return a line that every whole number of cards keeps which keeps a limit."""
        above, below, bound = line
        up, down = weight > 0, weight < 0
        if limit.printer is not None or limit.server is not None or above < 0:
            raise _WrongError("rows")
        if len({*weight[up].tolist()}) > 1 or len({*weight[down].tolist()}) > 1:
            raise _WrongError("rows")
        possible = self._most(row.first, row.last)
        ready = self.ready[:, row.last]
        most, fewer, both = (
            min(possible, int(ready[part].sum())) for part in (up, down, up | down)
        )
        each = int(weight[up][0]) if up.any() else 0
        other = int(-weight[down][0]) if down.any() else 0
        for y in range(min(fewer, both) + 1):
            needed = least + other * y
            x = max(0, -(-needed // each)) if each else 0
            if (needed > 0 and not each) or x > most or x + y > both:
                break  # And so it is for each larger y.
            if above * x + below * y < bound:
                raise _WrongError("rows")
        stated = np.where(up, above, np.where(down, below, 0)).astype(object)
        lifts = tuple(
            # Where the limit cannot be short the line holds as it does.
            (left, lift if short else 0)
            for (left, lift), (_, short) in zip(
                self._lifts(limit, stated, bound, row, by_shift=by_shift),
                self._lifts(limit, weight, least, row, by_shift=by_shift),
                strict=True,
            )
        )
        return _Row(stated, row.first, row.last, bound, lifts=lifts)

    def _lifts(
        self,
        limit: Limit,
        weight: Wide,
        least: int,
        row: LimitRow,
        *,
        by_shift: bool,
    ) -> tuple[tuple[Left, int], ...]:
        """Return what a row is short of at most where nobody of a group is left."""
        if limit.unless is None:
            return ()
        ready, possible = self.ready[:, row.last], self._most(row.first, row.last)
        falls = np.minimum(weight, 0)
        floor = max(int((falls * ready).sum()), possible * int(min(falls, default=0)))
        lifts = []
        for group in limit.unless:
            bottom = floor
            if row.first == 0:
                sure = int((np.where(group, weight, falls) * ready).sum())
                bottom = max(bottom, sure)
            left = np.asarray(group, dtype=bool).tobytes(), row.last
            lifts.append((left, max(0, least - bottom)))
        if by_shift:
            lifts.append(((b"", row.last), max(0, least - floor)))
        return tuple(lifts)

    def _left_row(self, row: LeftRow) -> _Row:
        counted = self._counted(row.left)
        if not isinstance(counted, SomebodyLeft):
            raise _WrongError("rows")
        left = self._left(counted)
        weight, waits = self._group(left).astype(np.int64), self._waits(left)
        most = self._left_at_most(left)
        # So many more count where somebody is left, not where nobody is.
        lift = ((left, -most),)
        return _Row(weight, 0, counted.last, waits - most, lifts=lift)

    def _left_at_most(self, left: Left) -> int:
        """Return how many of some kinds are left at the end of a day at most.

        Whoever is left has seen every minimum of these kinds so far kept: who is left
        after a stretch was left after the one before, or became ready since.
        """
        group, day = self._group(left), left[1]
        fewest = self._waits(left)
        for limit in self.plain.limits.values():
            if (
                limit.sense != "least"
                or isinstance(limit.amount, Fraction)
                or limit.printer is not None
                or limit.server is not None
                or limit.unless is None
                or len(limit.unless) != 1
                or not (limit.unless[0] == group).all()
                or not (limit.weights == group).all()
            ):
                continue
            before, most, last = 0, 0, -1
            for first, end, amount in sorted(limit.stretches, key=lambda s: s[1]):
                if end > day:
                    break
                ready = int(self.ready[group, end].sum())
                printed = amount if first > last else 0
                most = max(0, most + ready - before - printed)
                before, last = ready, end
            more = int(self.ready[group, day].sum()) - before
            fewest = min(fewest, most + more)
        return fewest

    def _order_row(self, row: OrderRow) -> _Row:
        both = [self._counted(number) for number in (row.left, row.later)]
        if not all(isinstance(counted, SomebodyLeft) for counted in both):
            raise _WrongError("rows")
        before, after = (self._left(c) for c in both if isinstance(c, SomebodyLeft))
        same = before[0] == after[0] and before[1] <= after[1]
        if not same or self._waits(before) != self._waits(after):
            raise _WrongError("rows")
        none = np.zeros(len(self.facts.kinds.names), dtype=np.int64)
        return _Row(none, 0, 0, 0, lifts=((before, -1), (after, 1)))

    def _printed_row(self, row: PrintedRow) -> _Row:
        counted = self._counted(row.printing)
        if not isinstance(counted, Printing):
            raise _WrongError("rows")
        day = counted.last
        most = max(1, min(self._most(day, day), self.facts.frame.height))
        cards = np.full(len(self.facts.kinds.names), -1, dtype=np.int64)
        return _Row(cards, day, day, -most, lifts=((self._left(counted), -most),))

    def _use_row(self, row: UseRow) -> _Row:
        """Return a rule on shifts: weights of uses, turned to "at least"."""
        if (row.weights, row.most) not in self.on_uses:
            raise _WrongError("rows")
        none = np.zeros(len(self.facts.kinds.names), dtype=np.int64)
        weights = tuple((use, -weight) for use, weight in enumerate(row.weights))
        return _Row(none, 0, 0, -row.most, uses=weights)

    def _by_uses(
        self, row: LimitRow, limit: Limit, at: int
    ) -> tuple[int, tuple[tuple[int, int], ...], bool]:
        """Return a limit without shifts, what uses add, and if only shifts make it one.

        Where only they do, it has to be there whenever anything can be printed on the
        last of its days, and nothing can be without a shift.
        """
        every = _amount(limit, at)
        plain = self.plain.amount(row)
        here = self.under.get(row.last, [])
        if plain is None:
            if row.last in self.plain.printable or any(
                row.last in world.printable and world.amount(row) != every
                for _, world in here
            ):
                raise _WrongError("rows")
            return every, (), True
        if every == plain:
            return plain, (), False
        amounts = [(use, world.amount(row)) for use, world in here]
        if row.first != row.last or None in dict(amounts).values():
            raise _WrongError("rows")
        return plain, tuple((u, each - plain) for u, each in amounts if each), False

    # -- one part ------------------------------------------------------------------

    def _least(self, part: Part, tier: int) -> int:
        """Return what no plan of a part comes below, tiers and steps weighed."""
        if len(part.times) != len(part.path):
            raise _WrongError("parts")
        wide = self._is_wide(part)
        kind: Any = object if wide else np.int64
        facts, limits = self.facts, self.facts.limits
        kinds, days = len(facts.kinds.names), facts.days
        printers, servers = len(limits.printers), len(limits.servers)
        sums = _Sums(
            np.zeros((kinds, printers, days), dtype=kind),
            np.zeros((servers, days), dtype=kind),
        )
        seen: set[int] = set()
        for number, price in part.rows:
            if number >= len(self.rows) or number in seen:
                raise _WrongError("parts")
            seen.add(number)
            self._price(sums, self.rows[number], price)
        bounds: dict[Left, tuple[int, int]] = {}
        for (number, count, above), price in zip(part.path, part.times, strict=True):
            counted = self._counted(number)
            if isinstance(counted, (SomebodyLeft, Printing)):
                left = self._left(counted)
                low, high = bounds.get(left, self._between(left))
                low = max(low, count + 1) if above else low
                high = high if above else min(high, count)
                bounds[left] = low, high
                continue
            sign = -1 if above else 1
            if isinstance(counted, Used):
                for use in counted.uses:
                    sums.uses[use] = sums.uses.get(use, 0) + sign * price
                sums.total -= sign * price * (count + above)
                continue
            chosen = self._of(counted.kinds)
            where = self._printers(counted)
            stretch = slice(counted.first, counted.last + 1)
            sums.table[np.ix_(chosen, where, np.arange(days)[stretch])] += sign * price
            sums.total -= sign * price * (count + above)
        for left, paid in sums.left.items():
            low, high = bounds.get(left, self._between(left))
            sums.total += min(paid * low, paid * high)
        if any(low > high for low, high in bounds.values()):
            return sums.total + (1 << 200)  # There is no plan in it.
        total = sums.total - self._drawn(sums) + self._taken(sums, part)
        return total + self._cheapest(sums, part, tier, kind)

    def _taken(self, sums: _Sums, part: Part) -> int:
        """Return what uses come to at least; of those of a day at most one is taken."""
        cheapest: dict[int, int] = {}
        for use, (day, _) in enumerate(self.uses):
            paid = sums.uses.get(use, 0)
            for times, of_uses in zip(part.tiers, self.costs, strict=False):
                if of_uses is not None:
                    paid += times * of_uses[use]
            cheapest[day] = min(cheapest.get(day, 0), paid)
        return sum(cheapest.values())

    def _printers(self, counted: Cards) -> Bools:
        names = self.facts.limits.printers
        if counted.printers is None:
            return np.ones(len(names), dtype=bool)
        if not {*counted.printers} <= {*names}:
            raise _WrongError("counted")
        return np.array([name in counted.printers for name in names])

    def _price(self, sums: _Sums, row: _Row, price: int) -> None:
        stretch = slice(row.first, row.last + 1)
        paid = price * row.weight.astype(sums.table.dtype)
        if row.server is not None:
            # What a machine can do is the same of all kinds.
            sums.server[row.server, stretch] -= paid[0]
        else:
            where = (
                slice(None)
                if row.printer is None
                else slice(row.printer, row.printer + 1)
            )
            sums.table[:, where, stretch] -= paid[:, None, None]
        sums.total += price * (row.least - sum(lift for _, lift in row.lifts))
        for use, more in row.uses:
            sums.uses[use] = sums.uses.get(use, 0) - price * more
        for left, lift in row.lifts:
            sums.left[left] = sums.left.get(left, 0) + price * lift
        none = np.zeros(self.facts.days, dtype=object)
        if row.blank is not None:
            sums.blanks.setdefault(row.blank, none)[stretch] += price
        if row.own is not None:
            sums.owns.setdefault(row.own, none)[stretch] += price

    def _drawn(self, sums: _Sums) -> int:
        """Return what all lots are worth at most at their prices by day."""
        worth = 0
        for card, by_day in sums.blanks.items():
            for lot in self.facts.kinds.lots[card]:
                worth_of = by_day[lot.first : lot.last + 1].tolist()
                if lot.kept_for is not None and (card, lot.kept_for) in sums.owns:
                    own = sums.owns[card, lot.kept_for][lot.first : lot.last + 1]
                    worth_of = [a - b for a, b in zip(worth_of, own, strict=True)]
                worth += lot.cards * max(0, 0, *worth_of)
        return worth

    def _cheapest(self, sums: _Sums, part: Part, tier: int, kind: Any) -> int:
        """Return what all applications come to, each at its cheapest choice."""
        face = self.face
        example, size = self._merged(tier)
        route = self._routes(sums)[:, face.days]
        mask = face.masks[face.mask[example]]
        total: Wide = np.zeros(mask.shape, dtype=kind)
        total[:, :-1] += route[face.groups.example[example]]
        for number, times in enumerate(part.tiers):
            if times and self.costs[number] is None:
                own = costs(face, self.tiers[number], example)
                total += times * own.astype(kind)
        total[~mask] = total.max(initial=0) + 1
        return int((size.astype(kind) * total.min(axis=1)).sum())

    def _routes(self, sums: _Sums) -> Wide:
        """Return the cheapest printer and server of each kind and day, (K, days)."""
        limits, kinds = self.facts.limits, self.facts.kinds
        worst = max(1, largest(sums.table) + largest(sums.server) + 1)
        links = limits.reaches[:, :, None] & (limits.server_cards > 0)[None]
        by_server = np.where(links, sums.server[None], worst).min(axis=1, initial=worst)
        closed = ~links.any(axis=1) | (limits.printer_cards <= 0)
        ways = sums.table + by_server[None]
        open_ = kinds.printers[:, :, None] & ~closed[None]
        ways = np.where(open_, ways, 2 * worst)
        route: Wide = ways.min(axis=1, initial=2 * worst)
        return route

    def _merged(self, tier: int) -> tuple[Ints, Ints]:
        """Return one of each group that the tiers so far see alike, and its size."""
        if tier not in self.groups:
            face = self.face
            kinds = max(1, face.groups.kinds)
            of_kind = face.mask * kinds + face.groups.kind
            count = max(1, len(face.masks)) * kinds
            both = zip(self.tiers, self.costs[: tier + 1], strict=False)
            tiers = [flow for flow, of_uses in both if of_uses is None]
            _, example, size = told_apart(face.groups, tiers, of_kind, count)
            self.groups[tier] = example, size
        return self.groups[tier]

    def _is_wide(self, part: Part) -> bool:
        """Return whether sums of a part might not fit 64 bits."""
        priced_rows = [(n, p) for n, p in part.rows if n < len(self.rows)]
        paid = sum(p * (largest(self.rows[n].weight) + 1) for n, p in priced_rows)
        paid += sum(part.times)
        group = np.arange(len(self.face.groups))
        for number, times in enumerate(part.tiers[: len(self.tiers)]):
            if times and self.costs[number] is None:
                last = np.full(len(group), self.facts.days)
                dearest = self.tiers[number].cost(self.face.groups, group, last)
                paid += times * (int(dearest.max(initial=0)) + 1)
        return 8 * paid * (self.facts.frame.height + 1) >= _ROOM


def _ready(facts: Facts) -> Ints:
    """Return who could be printed up to each day, by kind, shape ``(K, days)``."""
    able = np.asarray(facts.kinds.printers.any(axis=1))[facts.kind]
    # Who is pinned waits for that day; a pin before the start binds nobody.
    since = np.clip(np.maximum(facts.ready, facts.pinned), 0, facts.days)
    ready = np.zeros((len(facts.kinds.names), facts.days + 1), dtype=np.int64)
    np.add.at(ready, (facts.kind[able], since[able]), 1)
    return ready.cumsum(axis=1)[:, :-1]


def _uses(facts: Facts, proof: TreeProof) -> tuple[Use, ...]:
    """Return all sets of shifts that may be worked together on a day."""
    office, start, days = facts.office, facts.start, facts.days
    by_day: dict[int, list[str]] = {}
    if office.shifts:
        plain = capacity(office, start, days)
        allowed = ShiftRules(office, start, days).may_be_worked()
        for shift in {name for name, _ in allowed}:
            of_shift = [each for each in allowed if each[0] == shift]
            within = capacity(office, start, days, of_shift)
            adds = (within.printer_cards != plain.printer_cards).any(axis=0)
            adds |= (within.server_cards != plain.server_cards).any(axis=0)
            # A shift that adds nothing to any machine is none.
            for name, day in of_shift:
                if adds[day]:
                    by_day.setdefault(day, []).append(name)
    possible = {
        (day, tuple(sorted(names)))
        for day, every in by_day.items()
        for size in range(1, len(every) + 1)
        for names in combinations(every, size)
    }
    if len(proof.uses) != len(possible) or {*proof.uses} != possible:
        raise _WrongError("uses")
    return proof.uses


def _use_costs(
    facts: Facts, tier: Objective, uses: Sequence[Use]
) -> tuple[int, ...] | None:
    """Return what each use costs in a tier; None where cards cost."""
    if tier.name == "shifts":
        return tuple(len(names) for _, names in uses)
    if tier.name == "cost_idr":
        pairs = ([(name, day) for name in names] for day, names in uses)
        return tuple(shift_costs(facts.office, worked) for worked in pairs)
    return None


@dataclass(frozen=True, slots=True)
class _World:
    """The limits of an office under some shifts, and when it can print."""

    limits: dict[tuple[str, str, str], Limit]
    printable: frozenset[int]  # days

    @classmethod
    def of(cls, world: World[Office], uses: Sequence[Use]) -> _World:
        worked = [(name, day) for day, names in uses for name in names]
        start, days = world.capacity.start, world.days
        world = replace(world, capacity=capacity(world.office, start, days, worked))
        limits = {
            (limit.place, limit.key, limit.part): limit
            for rule in RULES
            for limit in rule.limits(world)
        }
        return cls(limits, frozenset(world.printable_days().tolist()))

    def amount(self, row: LimitRow) -> int | None:
        """Return what a limit is on a stretch, 0 for a share; None: it is none."""
        limit = self.limits.get((row.place, row.key, row.part))
        if limit is None:
            return None
        at = np.flatnonzero((limit.first == row.first) & (limit.last == row.last))
        return _amount(limit, int(at[0])) if len(at) else None


def _amount(limit: Limit, at: int) -> int:
    return 0 if isinstance(limit.amount, Fraction) else int(limit.amount[at])


def _divided(weights: tuple[int, ...], most: int) -> tuple[tuple[int, ...], int]:
    """Return a rule on uses without a common divisor of its weights."""
    part = max(1, math.gcd(*weights))
    return tuple(weight // part for weight in weights), most // part
