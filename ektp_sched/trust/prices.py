"""A certificate's prices as arrays, read with suspicion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Findings

__all__ = ["Prices", "read_prices"]

_ROOM: Final = 1 << 60
"""Sums below this stay exact in int64, with costs below 2**60 added."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of one tier; whole numbers, int64 or Python's own where larger.

    Parameters
    ----------
    name, rank, scale, value
        As the certificate states them.
    printers, servers
        Shapes ``(P, days)`` and ``(S, days)``.
    reserve
        Shape ``(days,)``.
    stock
        Price of "printed up to and including this day" by card type, shape
        ``(T, days)``.
    """

    name: object
    rank: object
    scale: object
    value: object
    printers: NDArray[Any]
    servers: NDArray[Any]
    reserve: NDArray[Any]
    stock: NDArray[Any]


def read_prices(
    certificate: object, facts: Facts, findings: Findings
) -> list[Prices] | None:
    """Read a certificate, made by planning or loaded from certificate.json.

    Parameters
    ----------
    certificate
        An object with ``start``, ``days`` and ``tiers``, or a mapping with
        these keys; in a mapping each tier has its prices under ``prices``.
    facts
        Resources and horizon.
    findings
        Where violations go.

    Returns
    -------
    list or None
        ``None`` if the certificate cannot be read; then a violation says why.
    """
    stated = _get(certificate, "start"), _get(certificate, "days")
    if str(stated[0]) != facts.start.isoformat() or stated[1] != facts.days:
        findings.add(
            "certificate-horizon",
            "The certificate is for another start or number of days than the plan.",
        )
        return None
    tiers = _get(certificate, "tiers")
    if not isinstance(tiers, Sequence):
        findings.add("certificate-form", "The certificate has no list of tiers.")
        return None
    try:
        return [_tier(tier, facts) for tier in tiers]
    except _Unreadable as problem:
        findings.add("certificate-form", f"The certificate's {problem}.")
        return None


class _Unreadable(Exception):
    """What in a certificate is not as it should be."""


def _get(source: object, name: str) -> Any:
    if isinstance(source, Mapping):
        return source.get(name)
    return getattr(source, name, None)


def _tier(tier: object, facts: Facts) -> Prices:
    limits, days = facts.limits, facts.days
    nested = _get(tier, "prices")
    source = tier if nested is None else nested
    reserve = _get(source, "reserve")
    if reserve is not None and limits.total is None:
        raise _Unreadable("reserve has a price, but the office keeps none")
    lists = [
        _lists(_get(source, "printers"), limits.printers, days, "printers"),
        _lists(_get(source, "servers"), limits.servers, days, "servers"),
        [[0] * days if reserve is None else _whole(reserve, days, "reserve")],
        _lists(_get(source, "stock"), facts.kinds.stocked, days, "stock"),
    ]
    largest = max((abs(n) for part in lists for row in part for n in row), default=0)
    kind = np.int64 if largest * (days + 3) < _ROOM else object
    printers, servers, total, stock = (
        np.array(part, dtype=kind).reshape(-1, days) for part in lists
    )
    return Prices(
        name=_get(tier, "name"),
        rank=_get(tier, "rank"),
        scale=_get(tier, "scale"),
        value=_get(tier, "value"),
        printers=printers,
        servers=servers,
        reserve=total[0],
        stock=stock,
    )


def _lists(
    source: object, names: Sequence[str], days: int, what: str
) -> list[list[int]]:
    """Return the prices of every resource; those not named cost nothing."""
    if source is None:
        source = {}
    if not isinstance(source, Mapping):
        raise _Unreadable(f"{what} are not listed by name")
    if set(source) - set(names):
        raise _Unreadable(f"{what} name something that the office does not limit")
    return [
        _whole(source[name], days, what) if name in source else [0] * days
        for name in names
    ]


def _whole(source: object, days: int, what: str) -> list[int]:
    numbers = source.tolist() if isinstance(source, np.ndarray) else source
    if (
        not isinstance(numbers, Sequence)
        or len(numbers) != days
        or any(type(number) is not int for number in numbers)
    ):
        raise _Unreadable(f"{what} are not one whole number for each calendar day")
    return list(numbers)
