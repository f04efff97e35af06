"""What proves a plan optimal without a solver: prices, cuts and leaves."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date  # noqa: TC003 - pydantic reads it
from typing import Annotated, Any, Final, Literal

from pydantic import PlainSerializer

from ektp_sched.documents.entries import Count, Rank
from ektp_sched.documents.files import form_of, json_text
from ektp_sched.documents.trees import Multiple, TreeProof, Use
from ektp_sched.showing import OneLine

Step = tuple[tuple[Count, ...], Multiple, bool]
"""Indices of uses, a number, and whether more of them are taken, or at most so many."""

Lines = Annotated[
    dict[str, tuple[int, ...]],
    PlainSerializer(lambda lines: {name: [*lines[name]] for name in sorted(lines)}),
]
_ROW: Final = re.compile(r"\[\s+((?:-?\d+,\s+)*-?\d+)\s+\]")


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of every limit, whole numbers, one a calendar day.

    Parameters
    ----------
    printers, servers
        Price by resource and day.
    reserve
        Price of each day's total, ``None`` without a reserve.
    stock
        For each card type with stock, the price of "printed up to and
        including this day".
    """

    printers: Lines
    servers: Lines
    reserve: tuple[int, ...] | None
    stock: Lines


@dataclass(frozen=True, slots=True)
class TierPrices:
    """Prices of every limit in one tier.

    Parameters
    ----------
    name, rank, scale, value
        As in ``Tier``.
    prices
        Of every limit.
    """

    name: str
    rank: Rank
    scale: int
    value: int
    prices: Prices


@dataclass(frozen=True, slots=True)
class DecisionCut:
    """Prices that bound one tier from below whichever shifts are worked.

    With each better tier counted ``weights`` times, weak duality bounds the weighed
    tiers under every decision; with the better tiers held at their values it bounds
    this one.

    Parameters
    ----------
    tier
        Index of the tier among those that the network values, pins (an
        unkept pin costs 1) first where there are any.
    name, rank, scale
        Of that tier.
    weights
        How often each of those tiers up to this one counts; the last is 1.
    constant
        The bound without any shift, before better tiers are taken off.
    slope
        What each use lowers the bound by, in the order of ``uses``.
    printers, servers, reserve, stock
        As in ``Prices``, not negative.
    """

    tier: Count
    name: str
    rank: Rank
    scale: int
    weights: tuple[Multiple, ...]
    constant: int
    slope: tuple[Multiple, ...]
    printers: Lines
    servers: Lines
    reserve: tuple[int, ...] | None
    stock: Lines


@dataclass(frozen=True, slots=True)
class Leaf:
    r"""One part of all decisions, and why none of them is better.

    A decision y better in a tier of value v would need every cut of that tier
    to say at most v - 1, every cut of a better tier at most its value, and
    every row to hold.  So each cut demands :math:`r - a \cdot y \le 0`, with r
    the cut's bound less that amount, and a its slope, no part of which need
    need exceed r as y is 0 or 1.  The leaf is right if so many times each demand,
    each row :math:`w \cdot y - m \le 0` and each step of the path add up to
    something positive for every y in [0, 1].

    Parameters
    ----------
    path
        Steps that lead to the leaf: indices of uses, a number, and whether
        more of these uses are taken than that, or at most so many.
    times
        How often each step counts, not negative.
    cuts, rows
        Index into ``cuts`` and ``rows`` and how many times, positive.
    """

    path: tuple[Step, ...]
    times: tuple[Multiple, ...]
    cuts: tuple[tuple[Count, Multiple], ...]
    rows: tuple[tuple[Count, Multiple], ...]


@dataclass(frozen=True, slots=True)
class DecisionProof:
    """Why no other choice of shifts is better.

    Parameters
    ----------
    uses
        Sets of shifts that could be worked together on a day: day offset and
        shift ids.
    rows
        Rules on the uses: place in office.toml, weight of each use, and the
        most that they may add up to.  After them the shifts' own tiers by
        name, with their values: in the proof of such a tier its row counts
        with one less, in those of later tiers as it is.
    cuts
        What the network says of every decision.
    leaves
        For each tier in order (pins first where there are any, then those of
        ``Plan.tiers``) leaves that together hold every decision: a binary
        tree from left to right, by their paths; none for a tier at 0, which
        nothing is below.
    """

    uses: tuple[Use, ...]
    rows: tuple[tuple[str, tuple[Multiple, ...], Multiple], ...]
    cuts: tuple[DecisionCut, ...]
    leaves: tuple[tuple[Leaf, ...], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Certificate(OneLine):
    """Prices that prove a plan optimal without a solver.

    Parameters
    ----------
    start, days
        The horizon.
    tiers
        Prices by tier that the network values, in the order in which the
        tiers were settled.
    decisions
        Why the shifts are the right ones; ``None`` without shifts, or where
        only the solver proves it.
    trees
        Under rules that are no network, what proves the tiers instead of prices by
        tier; ``None`` elsewhere.
    """

    schema_version: Literal[1] = field(default=1, kw_only=True)
    start: date
    days: int
    tiers: tuple[TierPrices, ...]
    decisions: DecisionProof | None = None
    trees: TreeProof | None = None

    @property
    def proven_tiers(self) -> int:
        """Return how many tiers to which applications add it speaks of."""
        return len(self.tiers if self.trees is None else self.trees.tiers)


def certificate_text(certificate: Certificate) -> str:
    """Return certificate.json; a resource, use, rule, cut or leaf has one line."""
    content = form_of(Certificate).dump_python(certificate, mode="json")
    proof, trees = content.pop("decisions"), content.pop("trees")
    text = _ROW.sub(_on_one_line, json_text(content)).removesuffix("\n}\n")
    parts = [f'    "{name}": {_lines(each)}' for name, each in (proof or {}).items()]
    decisions = "{\n" + ",\n".join(parts) + "\n  }" if parts else "null"
    last = "" if trees is None else f',\n  "trees": {_trees_text(trees)}'
    return f'{text},\n  "decisions": {decisions}{last}\n}}\n'


def _trees_text(trees: dict[str, Any]) -> str:
    """Return trees as JSON; whatever is counted, priced or a part has one line."""
    tiers = []
    for tier in trees.pop("tiers"):
        parts = tier.pop("parts")
        start = json.dumps(tier, ensure_ascii=False).removesuffix("}")
        tiers.append(f'{start}, "parts": {_lines(parts)}}}')
    listed = [f'    "{name}": {_lines(each)}' for name, each in trees.items()]
    every = ",\n      ".join(tiers)
    listed.append(f'    "tiers": [\n      {every}\n    ]')
    return "{\n" + ",\n".join(listed) + "\n  }"


def _on_one_line(match: re.Match[str]) -> str:
    return f"[{', '.join(match[1].replace(',', ' ').split())}]"


def _lines(entries: list[Any]) -> str:
    """Return a list in JSON, one entry a line."""
    lines = [json.dumps(entry, ensure_ascii=False) for entry in entries]
    return "[\n      " + ",\n      ".join(lines) + "\n    ]" if lines else "[]"
