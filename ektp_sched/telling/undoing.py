"""What taking back an act would do, told before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ektp_sched.days.corrections import can_be_undone, undoing
from ektp_sched.days.supplies import Down
from ektp_sched.ledger.tables import FACTS
from ektp_sched.telling.recording import counts_sentence, outage_sentence
from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from ektp_sched.days.corrections import Undoing
    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.ledger import Act, Reader

_PEOPLE: Final = {
    "handed": ("{n} cards handed over.", "{n} kartu diserahkan."),
    "told": ("{n} people told a date.", "{n} warga diberi tahu tanggalnya."),
    "overrides": (
        "Decided for {n} people in place of the export.",
        "Diputuskan untuk {n} warga, menggantikan isi ekspor.",
    ),
}
"""What the facts of a table say of how many people."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """An act that may be taken back, and what it would do.

    Parameters
    ----------
    meant
        The act, and what becomes of others.
    what
        What it says, in sentences; nothing of who a resident is.
    since
        The acts that somebody wrote after it, the newest last.
    """

    meant: Undoing
    what: tuple[Said, ...]
    since: tuple[Act, ...]

    @property
    def last(self) -> int:
        """The last act of the ledger, which a form carries."""
        return self.since[-1].number if self.since else self.meant.act.number


def foretold(folder: OfficeFolder, number: int) -> Foretold:
    """Return what taking back an act would do.

    Raises
    ------
    ektp_sched.errors.LedgerError
        See `ektp_sched.days.corrections.undoing`.
    """
    with folder.ledger.reading() as reader:
        meant = undoing(reader, number)
        acts = reader.acts(live=False)
        since = tuple(act for act in acts if act.number > number)
        return Foretold(meant, tuple(_said_of(reader, meant.root.number)), since)


def acts_of_day(folder: OfficeFolder, day: date, most: int) -> Sequence[Act]:
    """Return the newest acts about a day that may be taken back, the newest first."""
    with folder.ledger.reading() as reader:
        acts = [a for a in reader.acts() if a.day == day and can_be_undone(a.kind)]
    return acts[::-1][:most]


def _said_of(reader: Reader, number: int) -> Iterator[Said]:
    """Yield what the facts of an act say, in numbers."""
    facts = {
        name: reader.facts(name, FACTS[name].c.act == number, live=False)
        for name in ("prints", *_PEOPLE, "counts", "outages")
    }
    counts = facts["prints"]["result"].value_counts()
    if counts.height:
        yield counts_sentence(dict(counts.iter_rows()))
    for name, texts in _PEOPLE.items():
        if facts[name].height:
            yield said(*texts, n=facts[name]["person"].n_unique())
    for card, blanks in facts["counts"].select("card", "blanks").iter_rows():
        text = "{card}: {n} blanks.", "{card}: {n} blangko."
        yield said(*text, card=card, n=blanks)
    columns = ("resource", "begins", "ends", "left")
    for outage in facts["outages"].select(columns).iter_rows():
        yield outage_sentence(Down(*outage))
