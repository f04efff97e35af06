"""The ministry's blanks: laid out, divided, proven, and beside two simple rules."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from math import lcm
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ektp_sched.documents.seal import digest_of
from ektp_sched.documents.summary import PROGRAM
from ektp_sched.errors import UnsupportedRuleError
from ektp_sched.fleet.claims import Asking, Laid, lay_office
from ektp_sched.fleet.division import Claim, divide
from ektp_sched.fleet.lots import divide_lots
from ektp_sched.people.kinds import strictest_first
from ektp_sched.people.objectives import EARLINESS, Objective
from ektp_sched.places import replace_file
from ektp_sched.planning.network.pricing import by_limit
from ektp_sched.rules.tiers import in_order
from ektp_sched.words import joined, said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from ektp_sched.fleet.division import Division
    from ektp_sched.fleet.parts import Part
    from ektp_sched.planning.network.pricing import Lines
    from ektp_sched.words import Said

    Dividing = Callable[[float], object]
    _Tiers = Sequence[tuple[str, int | str | None, int]]

BLANKS: Final = "blanks.json"
"""Who gets how many blanks, the price, and what other divisions would cost."""
PROOFS: Final = "blanks"
"""Folder with the prices in each office that prove the division."""

_AMPLE: Final = 10**9
_LAYING: Final = 0.4
"""Share of the work that reading and laying out takes, about."""


@dataclass(frozen=True, slots=True)
class Ministry:
    """What there is to be divided, and among whom."""

    lots: tuple[tuple[int, int], ...]  # day, from the start, and number; by day
    parts: Sequence[Part]
    stems: Mapping[str, str]  # of the files of each office
    offices: Path
    start: date
    days: int
    max_rejects: float


@dataclass(frozen=True, slots=True)
class Shares:
    """Who gets how many blanks.

    Parameters
    ----------
    document
        As in blanks.json.
    failed
        Offices that cannot be planned, and why.
    """

    document: Mapping[str, Any]
    failed: Mapping[str, Said]

    def of(self, key: str) -> tuple[tuple[int, int], ...]:
        """Return day and number of each lot that an office gets.

        Where rules leave no plan, it is not for want of blanks.
        """
        row = self.document["offices"][key]
        if row["blanks"] is None:
            return ((0, _AMPLE),)
        start = date.fromisoformat(self.document["start"])
        days = [
            (date.fromisoformat(delivery["on"]) - start).days
            for delivery in self.document["deliveries"]
        ]
        return tuple(zip((0, *days), (row["blanks"], *row["later"]), strict=True))


def share_out(
    ministry: Ministry, out: Path, running: Executor, told: Dividing
) -> Shares:
    """Divide blanks, and write blanks.json and the proof of each office.

    What was divided of the very same before is kept.

    Raises
    ------
    ektp_sched.errors.UnsupportedRuleError
        An office has rules that leave its blanks without a price, or other tiers than
        the others.
    ektp_sched.errors.UsageError
        More cards are pinned than there are blanks.
    """
    made_from = _digest(ministry)
    kept = _kept(out, made_from)
    if kept is not None:
        return Shares(kept, {})
    laid = _laid(ministry, running, lambda done: told(_LAYING * done))
    failed = {each.key: each.failed for each in laid if each.failed is not None}
    tiers, claims = _claims(laid, ministry.days)
    lots = [number for _, number in ministry.lots]

    def dividing(done: float) -> None:
        told(_LAYING + (0.9 - _LAYING) * done)

    if len(lots) == 1:
        shares = divide(claims, lots[0], dividing)
    else:
        shares = divide_lots(claims, lots, dividing)
    clear_proofs(out)
    for claim in claims:
        _prove(claim, shares, tiers, out / PROOFS / f"{ministry.stems[claim.key]}.json")
    nothing = (0,) * len(lots)
    rows = {}
    for each in (each for each in laid if each.failed is None):
        cards = shares.cards.get(each.key, nothing)
        rows[each.key] = {
            "blanks": cards[0] if each.is_possible else None,
            "later": cards[1:],
            "least": shares.least.get(each.key, nothing),
            "most": shares.most.get(each.key, nothing),
            "waiting": each.waiting,
            "population": each.population,
        }
    rules = _rules(claims, shares, laid, tiers)
    document = {
        "schema_version": 1,
        "made_from": made_from if not failed else None,
        "blanks": lots[0],
        "kept": shares.kept[0],
        "deliveries": [
            {"on": str(ministry.start + timedelta(day)), "cards": cards, "kept": kept}
            for (day, cards), kept in zip(
                ministry.lots[1:], shares.kept[1:], strict=True
            )
        ],
        "start": ministry.start.isoformat(),
        "days": ministry.days,
        "tiers": [
            {"name": name, "rank": label, "scale": scale, "price": price[0]}
            | {"later": price[1:]}
            for (name, label, scale), price in zip(tiers, shares.price, strict=False)
        ],
        "offices": rows,
        "rules": rules,
    }
    told(1.0)
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    replace_file(out / BLANKS, text.encode())
    return Shares(document, failed)


def clear_proofs(out: Path) -> None:
    """Take away what an earlier run wrote of blanks."""
    old = [out / BLANKS, *sorted((out / PROOFS).glob("*.json"))]
    for path in old:
        path.unlink(missing_ok=True)


def _digest(ministry: Ministry) -> str:
    """Return a digest of all that a division is made from."""
    told = [PROGRAM, ministry.lots, ministry.start.isoformat(), ministry.days]
    whole = sha256(json.dumps([*told, ministry.max_rejects]).encode())
    files = [each for each in ministry.offices.iterdir() if each.is_file()]
    for path in (*sorted(files), *(part.path for part in ministry.parts)):
        whole.update(f"{path.name}\0{digest_of(path)}".encode())
    return whole.hexdigest()


def _kept(out: Path, made_from: str) -> Mapping[str, Any] | None:
    try:
        document: Mapping[str, Any] = json.loads((out / BLANKS).read_bytes())
        return document if document["made_from"] == made_from else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _laid(ministry: Ministry, running: Executor, told: Dividing) -> list[Laid]:
    asked = [
        running.submit(
            lay_office,
            Asking(
                part.key,
                part.path,
                ministry.offices,
                ministry.start,
                ministry.days,
                ministry.max_rejects,
                tuple(day for day, _ in ministry.lots),
            ),
        )
        for part in ministry.parts
    ]
    laid = []
    for future in asked:
        laid.append(future.result())
        told(len(laid) / len(asked))
        if not laid[-1].has_price:
            for other in asked:
                other.cancel()
            raise _refused(laid[-1].key, laid[-1].failed or "")
    return laid


def _refused(key: str, why: str) -> UnsupportedRuleError:
    return UnsupportedRuleError(joined(": ", (key, why)))


def _claims(
    laid: Sequence[Laid], days: int
) -> tuple[list[tuple[str, int | str | None, int]], list[Claim]]:
    """Return the tiers of all offices, and each office's claim in them.

    A tier is its name, its rank as it is written and its scale; earliness, of which
    nobody is told, is the last where pressure is none.
    """
    asking = [each for each in laid if each.office is not None and each.tiers]
    if not asking:
        return [], []
    first = asking[0]
    assert first.tiers is not None
    for each in asking:
        if each.tiers != first.tiers:
            raise _refused(
                each.key,
                said(
                    "its tiers or ranks differ from those of {first}, so no sum of "
                    "both means anything; give all offices the same in "
                    "defaults.toml",
                    "tujuan atau tingkatnya berbeda dari {first}, sehingga jumlah "
                    "keduanya tidak berarti; samakan semua kantor di defaults.toml",
                    first=first.key,
                ),
            )
    names, by_class, by_area = first.tiers
    labels = {key: label for each in asking for key, label in each.ranks}
    ranks = sorted(labels, key=strictest_first)
    has_ranks = by_class or by_area
    order = in_order(names, len(ranks) if has_ranks else None, decided=False)
    scale = lcm(*(each.scale for each in asking))
    tiers = [
        (
            name,
            None if rank is None else labels[ranks[rank]],
            scale if name == "pressure" else 1,
        )
        for name, rank in order
    ]
    claims = []
    for each in asking:
        assert each.office is not None
        own = [key for key, _ in each.ranks]
        objectives = tuple(
            Objective(
                name,
                # A rank that nobody here has is one after all that somebody has.
                None
                if rank is None
                else own.index(ranks[rank])
                if ranks[rank] in own
                else len(own),
                each.scale if name == "pressure" else 1,
                days,
            )
            for name, rank in order
        )
        times = tuple(
            scale // each.scale if name == "pressure" else 1 for name, _ in order
        )
        claims.append(
            Claim(
                each.key,
                each.office,
                objectives,
                times,
                each.card,
                each.waiting,
                each.office.whole(),
            )
        )
    return tiers, claims


def _prove(
    claim: Claim,
    shares: Division,
    tiers: _Tiers,
    path: Path,
) -> None:
    """Write the prices of an office's limits at the price of blanks."""
    told = []
    for (name, label, scale), nodes in zip(tiers, claim.prices, strict=True):
        prices = by_limit(claim.office.program, nodes)
        lines: dict[str, Any] = {
            kind: _paid(getattr(prices, kind))
            for kind in ("printers", "servers", "stock")
        }
        lines["reserve"] = prices.reserve
        told.append({"name": name, "rank": label, "scale": scale} | lines)
    cards = shares.cards[claim.key]
    document = {"office": claim.key, "card": claim.card, "blanks": cards[0]}
    document |= {"later": cards[1:], "tiers": told}
    path.parent.mkdir(exist_ok=True)
    replace_file(path, (json.dumps(document, ensure_ascii=False) + "\n").encode())


def _paid(lines: Lines) -> dict[str, tuple[int, ...]]:
    """Return the lines in which anything is paid."""
    return {name: line for name, line in sorted(lines.items()) if any(line)}


def _rules(
    claims: Sequence[Claim], shares: Division, laid: Sequence[Laid], tiers: _Tiers
) -> dict[str, Any]:
    """Return what two simple rules would give, and what that would cost more."""
    best = _values(claims, shares.cards)
    waiting = {claim.key: claim.waiting for claim in claims}
    known = {each.key: each.population for each in laid}
    people = {key: known[key] for key in waiting}
    lots = [
        sum(cards) + kept
        for cards, kept in zip(
            zip(*shares.cards.values(), strict=True), shares.kept, strict=False
        )
    ]
    rules: dict[str, Any] = {}
    for name, weights in (("backlog", waiting), ("population", people)):
        stated = {key: weight for key, weight in weights.items() if weight is not None}
        rule: dict[str, Any] = {"unknown": len(weights) - len(stated)}
        rules[name] = rule
        if rule["unknown"] or best is None:
            continue
        by_lot = [proportional(cards, stated) for cards in lots]
        rule["blanks"] = by_lot[0] if by_lot else {}
        rule["later"] = by_lot[1:]
        values = _values(
            claims, {key: tuple(cards[key] for cards in by_lot) for key in stated}
        )
        if values is None:
            continue
        more = [value - least for value, least in zip(values, best, strict=True)]
        sums: Counter[str] = Counter()
        for (tier, _, _), value in zip(tiers, more, strict=False):
            sums[tier] += value
        rule["more"] = {
            "unprinted": sums["unprinted"],
            "overdue": sums["overdue"],
            "waiting_days": more[-1],
            "tiers": more[:-1],
        }
    return rules


def proportional(blanks: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Divide blanks by weights; those left go to the largest remainders, then by key.

    >>> proportional(5, {"a": 1, "b": 2, "c": 1})
    {'a': 1, 'b': 3, 'c': 1}
    """
    whole = sum(weights.values()) or 1
    shares = {key: blanks * weight // whole for key, weight in weights.items()}
    rest = blanks - sum(shares.values()) if any(weights.values()) else 0
    order = sorted(weights, key=lambda key: (-(blanks * weights[key] % whole), key))
    for key in order[:rest]:
        shares[key] += 1
    return shares


def _values(
    claims: Sequence[Claim], cards: Mapping[str, tuple[int, ...]]
) -> list[int] | None:
    """Return what the tiers and then the days waited come to; None: pins forbid it."""
    totals = np.zeros(len(claims[0].tiers) + 1 if claims else 0, dtype=object)
    for claim in claims:
        days = Objective(EARLINESS, None, 1, claim.office.program.capacity.days)
        tiers = (*claim.tiers, days)
        try:
            values = claim.office.values(tiers, cards[claim.key], [*claim.prices, None])
        except ValueError:
            return None
        totals += np.array(values, dtype=object) * (*claim.times, 1)
    return list(totals)
