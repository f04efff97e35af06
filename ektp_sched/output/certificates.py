"""certificate.json, written and read back without loss."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.output.summary import SCHEMA_VERSION, json_text
from ektp_sched.planning import (
    Certificate,
    DecisionCut,
    DecisionProof,
    Leaf,
    TierPrices,
)

if TYPE_CHECKING:
    from ektp_sched.output.stated import (
        StatedCertificate,
        StatedCut,
        StatedDecisions,
        StatedLeaf,
        StatedPrices,
    )

__all__ = ["certificate_of", "certificate_text"]

_ROW: Final = re.compile(r"\[\s+((?:-?\d+,\s+)*-?\d+)\s+\]")


def certificate_text(certificate: Certificate) -> str:
    """Return certificate.json: whole-number prices by tier, one row a resource."""
    content = {
        "schema_version": SCHEMA_VERSION,
        "start": certificate.start.isoformat(),
        "days": certificate.days,
        "tiers": [
            {
                "name": tier.name,
                "rank": tier.rank,
                "scale": tier.scale,
                "value": tier.value,
                "prices": _prices(tier),
            }
            for tier in certificate.tiers
        ],
    }
    text = _ROW.sub(_on_one_line, json_text(content)).removesuffix("\n}\n")
    decisions = _decisions_text(certificate.decisions)
    return f'{text},\n  "decisions": {decisions}\n}}\n'


def _prices(tier: TierPrices) -> dict[str, Any]:
    return {
        "printers": _rows(tier.printers),
        "servers": _rows(tier.servers),
        "reserve": None if tier.reserve is None else list(tier.reserve),
        "stock": _rows(tier.stock),
    }


def _rows(prices: dict[str, tuple[int, ...]]) -> dict[str, list[int]]:
    return {name: list(prices[name]) for name in sorted(prices)}


def _on_one_line(match: re.Match[str]) -> str:
    return f"[{', '.join(match[1].replace(',', ' ').split())}]"


def _decisions_text(proof: DecisionProof | None) -> str:
    """Return the proof of the shifts, one use, rule, cut or tier's leaves a line."""
    if proof is None:
        return "null"
    parts: dict[str, list[Any]] = {
        "uses": [[day, list(shifts)] for day, shifts in proof.uses],
        "rows": [[place, list(weight), most] for place, weight, most in proof.rows],
        "cuts": [_cut(cut) for cut in proof.cuts],
        "leaves": [[_leaf(leaf) for leaf in leaves] for leaves in proof.leaves],
    }
    lines = ",\n".join(f'    "{name}": {_lines(each)}' for name, each in parts.items())
    return f"{{\n{lines}\n  }}"


def _lines(entries: list[Any]) -> str:
    """Return a list in JSON, one entry a line."""
    lines = [json.dumps(entry, ensure_ascii=False) for entry in entries]
    return "[\n      " + ",\n      ".join(lines) + "\n    ]" if lines else "[]"


def _cut(cut: DecisionCut) -> dict[str, Any]:
    limits = cut.limits
    return {
        "tier": cut.tier,
        "name": limits.name,
        "rank": limits.rank,
        "scale": limits.scale,
        "weights": list(cut.weights),
        "constant": limits.value,
        "slope": list(cut.slope),
        **_prices(limits),
    }


def _leaf(leaf: Leaf) -> dict[str, Any]:
    return {
        "path": [[list(uses), most, above] for uses, most, above in leaf.path],
        "times": list(leaf.times),
        "cuts": [list(pair) for pair in leaf.cuts],
        "rows": [list(pair) for pair in leaf.rows],
    }


def certificate_of(stated: StatedCertificate) -> Certificate:
    """Return the certificate that a file states."""
    tiers = tuple(
        _limits(tier.name, tier.rank, tier.scale, tier.value, tier.prices)
        for tier in stated.tiers
    )
    decisions = None if stated.decisions is None else _decisions(stated.decisions)
    return Certificate(stated.start, stated.days, tiers, decisions)


def _limits(
    name: str, rank: int | str | None, scale: int, value: int, prices: StatedPrices
) -> TierPrices:
    return TierPrices(
        name=name,
        rank=rank,
        scale=scale,
        value=value,
        printers=prices.printers,
        servers=prices.servers,
        reserve=prices.reserve,
        stock=prices.stock,
    )


def _decisions(stated: StatedDecisions) -> DecisionProof:
    return DecisionProof(
        uses=stated.uses,
        rows=stated.rows,
        cuts=tuple(_stated_cut(cut) for cut in stated.cuts),
        leaves=tuple(
            tuple(_stated_leaf(one) for one in each) for each in stated.leaves
        ),
    )


def _stated_cut(cut: StatedCut) -> DecisionCut:
    limits = _limits(cut.name, cut.rank, cut.scale, cut.constant, cut)
    return DecisionCut(cut.tier, cut.weights, limits, cut.slope)


def _stated_leaf(leaf: StatedLeaf) -> Leaf:
    return Leaf(path=leaf.path, times=leaf.times, cuts=leaf.cuts, rows=leaf.rows)
