"""A certificate as it is stated, and its prices as arrays: read with suspicion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from ektp_sched.documents import Certificate
from ektp_sched.documents.files import form_of
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ektp_sched.documents import DecisionCut
    from ektp_sched.documents import Prices as StatedPrices
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Findings
    from ektp_sched.words import Said

__all__ = ["Prices", "UnreadableError", "limit_prices", "read_certificate"]

_ROOM: Final = 1 << 60
"""Sums below this stay exact in int64, with costs below 2**60 added."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of one tier; whole numbers, int64 or Python's own where larger."""

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


def read_certificate(
    stated: Certificate, facts: Facts, findings: Findings
) -> Certificate | None:
    """Return a certificate of the right form, if it is for the plan's horizon.

    Whoever made it, a program or a file: what it holds is taken at its word alone
    once it was written out and read again.  ``None`` if it cannot be; then a
    violation says why.
    """
    form = form_of(Certificate)
    try:
        raw = form.dump_json(stated, warnings=False)
        certificate: Certificate = form.validate_json(raw, strict=True)
    except (ValidationError, PydanticSerializationError) as error:
        loc = error.errors()[0]["loc"] if isinstance(error, ValidationError) else ()
        code = "choice-form" if "decisions" in loc else "certificate-form"
        findings.add(
            code,
            said(
                "The certificate is not of its form{at}.",
                "Bentuk sertifikat tidak sesuai{at}.",
                at=f" ({'.'.join(map(str, loc))})" if loc else "",
            ),
        )
        return None
    if (certificate.start, certificate.days) != (facts.start, facts.days):
        findings.add(
            "certificate-horizon",
            said(
                "The certificate is for another start or number of days than the plan.",
                "Sertifikat ini untuk tanggal mulai atau jumlah hari yang lain "
                "daripada rencananya.",
            ),
        )
        return None
    return certificate


class UnreadableError(Exception):
    """What in a certificate is not as it should be."""

    def __init__(self, what: Said) -> None:
        super().__init__(what)
        self.sentence = said(
            "The certificate's {what}.", "Dalam sertifikat, {what}.", what=what
        )


def limit_prices(stated: StatedPrices | DecisionCut, facts: Facts) -> Prices:
    """Return the prices of every limit as arrays; those not named cost nothing."""
    limits, days = facts.limits, facts.days
    if stated.reserve is not None and limits.total is None:
        message = said(
            "reserve has a price, but the office keeps none",
            "reserve diberi harga, padahal kantor ini tidak menyisihkan cadangan",
        )
        raise UnreadableError(message)
    lists = [
        _lists(stated.printers, limits.printers, days, "printers"),
        _lists(stated.servers, limits.servers, days, "servers"),
        _lists({"": stated.reserve or (0,) * days}, [""], days, "reserve"),
        _lists(stated.stock, facts.kinds.stocked, days, "stock"),
    ]
    largest = max((abs(n) for part in lists for row in part for n in row), default=0)
    kind = np.int64 if largest * (days + 3) < _ROOM else object
    printers, servers, total, stock = (
        np.array(part, dtype=kind).reshape(-1, days) for part in lists
    )
    return Prices(printers, servers, total[0], stock)


def _lists(
    stated: Mapping[str, tuple[int, ...]], names: Sequence[str], days: int, what: str
) -> list[tuple[int, ...]]:
    if set(stated) - set(names):
        message = said(
            "{what} name something that the office does not limit",
            "{what} menyebut sesuatu yang tidak dibatasi kantor ini",
            what=what,
        )
        raise UnreadableError(message)
    if any(len(line) != days for line in stated.values()):
        message = said(
            "{what} are not one whole number for each calendar day",
            "{what} bukan satu bilangan bulat untuk tiap hari kalender",
            what=what,
        )
        raise UnreadableError(message)
    return [stated.get(name, (0,) * days) for name in names]
