"""From a finished search to a proof that anybody can add up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.documents import DecisionCut, DecisionProof, Leaf
from ektp_sched.people.objectives import PINS, Objective
from ektp_sched.planning.decisions.leaves import Demand, leaves
from ektp_sched.planning.decisions.rules import worked
from ektp_sched.planning.network.pricing import by_limit
from ektp_sched.planning.network.program import Arc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ektp_sched.planning.decisions.cuts import Cut
    from ektp_sched.planning.decisions.rules import Row
    from ektp_sched.planning.decisions.uses import Uses
    from ektp_sched.planning.network.program import Program
    from ektp_sched.planning.outcome import Settled

    Label = tuple[str, int | str | None]
    Lines = dict[str, tuple[int, ...]]

__all__ = ["prove"]


def prove(
    program: Program,
    uses: Uses,
    rows: Sequence[Row],
    settled: Sequence[Settled],
    cuts: Sequence[Sequence[Cut]],
    label: Callable[[Objective], Label],
) -> DecisionProof | None:
    """Return why no other decision is better; ``None`` if it would be too long.

    ``rows`` are rules on the uses, and after them the shifts' own tiers; ``cuts``, for
    each tier that the network values, what was learnt.  ``label`` gives a tier's name
    and rank as in ``summary.json``.
    """
    learnt = [cut for some in cuts for cut in some if _said_by_limits(program, cut)]
    groups = _alike(uses)
    by_tier: list[tuple[Leaf, ...]] = []
    for number, tier in enumerate(settled):
        demands = list(_demands(settled[: number + 1], rows, learnt))
        parts = leaves(demands, len(uses), groups) if tier.value else ()
        if parts is None:
            return None
        by_tier.append(parts)
    used = sorted({n for parts in by_tier for leaf in parts for n, _ in leaf.cuts})
    place = {n: i for i, n in enumerate(used)}
    flows = [s.tier for s in settled if isinstance(s.tier, Objective)]
    return DecisionProof(
        uses=tuple(
            (int(day), tuple(uses.options[i].shift for i in members))
            for day, members in zip(uses.day, uses.members, strict=True)
        ),
        rows=tuple((row.rule, tuple(row.weight.tolist()), row.most) for row in rows),
        cuts=tuple(_cut(program, learnt[n], flows, label) for n in used),
        leaves=tuple(
            tuple(
                replace(leaf, cuts=tuple((place[n], t) for n, t in leaf.cuts))
                for leaf in parts
            )
            for parts in by_tier
        ),
    )


def _alike(uses: Uses) -> tuple[tuple[int, ...], ...]:
    """Return for each shift its uses, where there are several."""
    shifts = sorted({option.shift for option in uses.options})
    groups = [tuple(np.flatnonzero(worked(uses, s)).tolist()) for s in shifts]
    return tuple(dict.fromkeys(group for group in groups if len(group) > 1))


def _said_by_limits(program: Program, cut: Cut) -> bool:
    """Return whether only limits ask a price, not links between them."""
    links = np.flatnonzero(program.kind == Arc.LINK)
    heads, tails = program.head[links].tolist(), program.tail[links].tolist()
    pairs = zip(heads, tails, strict=True)
    return all(cut.price[head] <= cut.price[tail] for head, tail in pairs)


def _cut(
    program: Program,
    cut: Cut,
    flows: Sequence[Objective],
    label: Callable[[Objective], Label],
) -> DecisionCut:
    tier = flows[cut.tier]
    name, rank = (PINS, None) if tier.name == PINS else label(tier)
    prices = by_limit(program, cut.price)
    return DecisionCut(
        tier=cut.tier,
        name=name,
        rank=rank,
        scale=tier.scale,
        weights=cut.weights,
        constant=cut.constant,
        slope=cut.slope,
        printers=_asked(prices.printers),
        servers=_asked(prices.servers),
        reserve=None if prices.reserve is None else _at_least_0(prices.reserve),
        stock=_asked(prices.stock),
    )


def _asked(lines: Lines) -> Lines:
    """Leave out what is below 0: a limit that pays would only weaken the bound."""
    return {name: _at_least_0(line) for name, line in lines.items()}


def _at_least_0(line: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(max(0, price) for price in line)


def _demands(
    settled: Sequence[Settled], rows: Sequence[Row], cuts: Sequence[Cut]
) -> Iterator[Demand]:
    """Yield what a decision better in the last of some tiers would have to meet."""
    last = settled[-1]
    values = [s.value for s in settled if isinstance(s.tier, Objective)]
    own = {s.tier.name for s in settled if not isinstance(s.tier, Objective)}
    for number, row in enumerate(rows):
        if row.is_tier and row.rule not in own:
            continue
        better = row.is_tier and row.rule == last.tier.name
        slope = tuple(-w for w in row.weight.tolist())
        yield Demand("row", number, int(better) - row.most, slope)
    for number, cut in enumerate(cuts):
        if cut.tier >= len(values):
            continue
        better = isinstance(last.tier, Objective) and cut.tier == len(values) - 1
        need = cut.above(values) - values[cut.tier] + int(better)
        if need > 0:
            slope = tuple(min(a, need) for a in cut.slope)
            yield Demand("cut", number, need, slope)
