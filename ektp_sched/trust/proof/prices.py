"""A certificate's prices as arrays, read with suspicion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ektp_sched.words import said

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Findings
    from ektp_sched.words import Said

__all__ = ["Prices", "UnreadableError", "get", "limit_prices", "read_prices"]

_ROOM: Final = 1 << 60
"""Sums below this stay exact in int64, with costs below 2**60 added."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of one tier; whole numbers, int64 or Python's own where larger."""

    # name, rank, scale, value: as the certificate states them
    name: object
    rank: object
    scale: object
    value: object
    # printers, servers: shapes (P, days) and (S, days)
    printers: NDArray[Any]
    servers: NDArray[Any]
    reserve: NDArray[Any]  # shape (days,)
    # price of "printed up to and including this day" by card type, shape (T, days)
    stock: NDArray[Any]

    def pays(self) -> bool:
        """Return whether any price is below 0."""
        parts = (self.printers, self.servers, self.reserve, self.stock)
        return any(bool((part < 0).any()) for part in parts)

    def asks_on(self, day: int) -> bool:
        """Return whether a printer, a server or the reserve has a price on a day."""
        parts = (self.printers[:, day], self.servers[:, day], self.reserve[day])
        return any(bool((part != 0).any()) for part in map(np.asarray, parts))


def read_prices(
    certificate: object, facts: Facts, findings: Findings
) -> list[Prices] | None:
    """Read a certificate, made by planning or loaded from certificate.json.

    It is an object with ``start``, ``days`` and ``tiers``, or a mapping with these
    keys; in a mapping each tier has its prices under ``prices``.  ``None`` if it cannot
    be read; then a violation says why.
    """
    stated = get(certificate, "start"), get(certificate, "days")
    if str(stated[0]) != facts.start.isoformat() or stated[1] != facts.days:
        findings.add(
            "certificate-horizon",
            said(
                "The certificate is for another start or number of days than the plan.",
                "Sertifikat ini untuk tanggal mulai atau jumlah hari yang lain "
                "daripada rencananya.",
            ),
        )
        return None
    tiers = get(certificate, "tiers")
    if not isinstance(tiers, Sequence):
        message = said(
            "The certificate has no list of tiers.",
            "Sertifikat ini tidak memuat daftar tujuan.",
        )
        findings.add("certificate-form", message)
        return None
    try:
        return [limit_prices(tier, facts) for tier in tiers]
    except UnreadableError as problem:
        findings.add("certificate-form", problem.sentence)
        return None


class UnreadableError(Exception):
    """What in a certificate is not as it should be."""

    def __init__(self, what: Said) -> None:
        super().__init__(what)
        self.sentence = said(
            "The certificate's {what}.", "Dalam sertifikat, {what}.", what=what
        )


def get(source: object, name: str) -> Any:
    """Return an attribute of an object, or a key of a mapping; None if missing."""
    if isinstance(source, Mapping):
        return source.get(name)
    return getattr(source, name, None)


def limit_prices(tier: object, facts: Facts) -> Prices:
    """Return the prices of every limit of a tier, an object or mapping.

    It has printers, servers, reserve and stock, or ``prices`` that has them.
    """
    limits, days = facts.limits, facts.days
    nested = get(tier, "prices")
    source = tier if nested is None else nested
    reserve = get(source, "reserve")
    if reserve is not None and limits.total is None:
        message = said(
            "reserve has a price, but the office keeps none",
            "reserve diberi harga, padahal kantor ini tidak menyisihkan cadangan",
        )
        raise UnreadableError(message)
    lists = [
        _lists(get(source, "printers"), limits.printers, days, "printers"),
        _lists(get(source, "servers"), limits.servers, days, "servers"),
        [[0] * days if reserve is None else _whole(reserve, days, "reserve")],
        _lists(get(source, "stock"), facts.kinds.stocked, days, "stock"),
    ]
    largest = max((abs(n) for part in lists for row in part for n in row), default=0)
    kind = np.int64 if largest * (days + 3) < _ROOM else object
    printers, servers, total, stock = (
        np.array(part, dtype=kind).reshape(-1, days) for part in lists
    )
    return Prices(
        name=get(tier, "name"),
        rank=get(tier, "rank"),
        scale=get(tier, "scale"),
        value=get(tier, "value"),
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
        message = said(
            "{what} are not listed by name",
            "{what} tidak didaftar menurut nama",
            what=what,
        )
        raise UnreadableError(message)
    if set(source) - set(names):
        message = said(
            "{what} name something that the office does not limit",
            "{what} menyebut sesuatu yang tidak dibatasi kantor ini",
            what=what,
        )
        raise UnreadableError(message)
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
        message = said(
            "{what} are not one whole number for each calendar day",
            "{what} bukan satu bilangan bulat untuk tiap hari kalender",
            what=what,
        )
        raise UnreadableError(message)
    return list(numbers)
