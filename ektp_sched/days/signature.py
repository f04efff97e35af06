"""Who says something, on which day, why, and whose second name stands beside."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.backlog.texts import squeeze
from ektp_sched.errors import LedgerError
from ektp_sched.ledger import NewAct, personal
from ektp_sched.words import said, typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.ledger import Act, Personal, Writer

OTHER: Final = "other"
"""Code of a reason that has words of its own, which stand in the erasable table."""

REASONS: Final = {
    "spoilt": "rusak cacat",
    "jam": "macet kertasmacet kartumacet tersangkut paperjam cardjam",
    "ribbon": "pita pitaputus pitahabis ribbonbroken",
    "chip": "chiprusak chipgagal encoding gagalencoding",
    "smudge": "buram kabur luntur tinta blurred smudged",
    "photo": "foto fotosalah fotoburam wrongphoto",
    "crooked": "miring terpotong",
    "power": "listrik listrikpadam matilampu padam poweroutage",
    "wrong-data": "datasalah salahdata salahnama wronginformation",
    "misclick": "salahklik salahtekan salahcatat salahinput mistake",
    "lost-card": "hilang kartuhilang kehilangan lost",
    "damaged-card": "kartu rusak damaged",
    "emergency": "darurat mendesak urgent",
    "reserve": "cadangan reservecard",
}
"""Codes of reasons, and what people write for them, as letters and digits alone."""

_CODES: Final = {
    "".join(filter(str.isalnum, word)): code
    for code, words in REASONS.items()
    for word in (code, *words.split())
}


def code_of(text: str) -> str:
    """Return the code of a reason; `OTHER` for words that have none."""
    return _CODES.get("".join(filter(str.isalnum, squeeze(text))), OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who says something, and when.

    Parameters
    ----------
    by
        A name at the office.
    day
        Of the office.
    reason
        A code of `REASONS`, or a text, which is kept where it can be erased.
    approved_by
        A second name: a name, and not a proof.
    confirmed
        Whether the day was said, whatever the clock shows.
    """

    by: str
    day: date
    reason: str | None = None
    approved_by: str | None = None
    confirmed: bool = False

    @classmethod
    def of(
        cls,
        by: str | None = None,
        on: date | None = None,
        *,
        reason: str | None = None,
        approved_by: str | None = None,
    ) -> Signature:
        """Return who says something: the system's user, today, unless it is said."""
        return cls(
            by=by or getpass.getuser(),
            day=on or date.today(),
            reason=reason,
            approved_by=approved_by,
            confirmed=on is not None,
        )

    @property
    def has_second_name(self) -> bool:
        """Return whether somebody else stands beside."""
        second = self.approved_by or ""
        return squeeze(second) not in {"", squeeze(self.by)}

    def write(
        self,
        writer: Writer,
        kind: str,
        facts: Mapping[str, pl.DataFrame] | None = None,
        *texts: Personal,
        rests_on: int | None = None,
        **more: Any,
    ) -> Act:
        """Write an act that is signed so, its facts, and the texts that they name."""
        if self.reason and "reason" not in more:
            more["reason"] = code_of(self.reason)
            if more["reason"] == OTHER:
                remark = personal(pl.Series([self.reason], dtype=pl.String), "remark")
                more["remark"] = int(remark.refs[0])
                texts = (remark, *texts)
        second = self.approved_by if self.has_second_name else None
        return writer.append(
            NewAct(kind=kind, day=self.day, by=self.by, approved_by=second, **more),
            facts,
            *texts,
            rests_on=rests_on,
            confirmed=self.confirmed,
        )

    def refuse_alone(self, what: str) -> None:
        """Refuse what needs a reason and somebody else's name too.

        Raises
        ------
        ektp_sched.errors.LedgerError
            Naming the option that is missing.
        """
        self.refuse_without_reason(what)
        self.refuse_without_second(what)

    def refuse_without_reason(self, what: str) -> None:
        """Refuse what needs a reason.

        Raises
        ------
        ektp_sched.errors.LedgerError
            There is none.
        """
        if self.reason is None:
            message = said(
                "{what} needs a reason{how}",
                "{what} memerlukan alasan{how}",
                what=what,
                how=typed("; say it with --reason", "; tulislah dengan --reason"),
            )
            raise LedgerError(message)

    def refuse_without_second(self, what: str) -> None:
        """Refuse what needs somebody else's name.

        Raises
        ------
        ektp_sched.errors.LedgerError
            Nobody is named, or who names himself.
        """
        if not self.has_second_name:
            message = said(
                "{what} needs a second name, other than {by}; say who agrees{how}",
                "{what} memerlukan nama kedua yang bukan {by}; sebutkan siapa yang "
                "menyetujui{how}",
                what=what,
                by=typed("--by", "--by", said("who records it", "pencatatnya")),
                how=typed(" with --approved-by", " dengan --approved-by"),
            )
            raise LedgerError(message)
