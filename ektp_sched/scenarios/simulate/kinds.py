"""Kinds: applications that the same printers and blanks can serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.keys import compact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.planning.cohorts import Cohorts

    Ints = NDArray[np.int64]

__all__ = ["Kinds", "kinds_of"]


@dataclass(frozen=True, slots=True)
class Kinds:
    """Every kind that occurs, the one with the fewest printers first.

    Parameters
    ----------
    printers
        Ids of the printers that may print it, by kind.
    card
        Card type whose blanks it uses, if these are counted, by kind.
    """

    printers: tuple[tuple[str, ...], ...]
    card: tuple[str | None, ...]

    def __len__(self) -> int:
        """Return the number of kinds."""
        return len(self.printers)


def kinds_of(
    cohorts: Cohorts,
    card: Ints,
    cards: Sequence[str | None],
    kept: NDArray[np.bool_],
    office: Office,
) -> tuple[Kinds, Ints]:
    """Return the kinds of a backlog, and the kind of each application.

    Parameters
    ----------
    cohorts
        Tells which printers may print each application.
    card, cards
        Card type of each application, as a place in the list; shape ``(N,)``.
    kept
        Which applications count, shape ``(N,)``; the others get kind 0.
    office
        Tells whose blanks are counted, and what the default card needs, which
        is the one kind where no application counts.
    """
    counted = [_counted(name, office) for name in cards]
    names = [*(n if c else None for n, c in zip(cards, counted, strict=True)), None]
    blank = np.where(np.array(counted, dtype=bool), np.arange(len(cards)), len(cards))
    key = cohorts.eligibility[cohorts.member] * len(names) + blank[card]
    number, used = compact(key[kept], max(1, len(cohorts.printer_sets)) * len(names))
    found = [
        (cohorts.printer_sets[k // len(names)], names[k % len(names)])
        for k in used.tolist()
    ] or [_default(office)]
    order = sorted(range(len(found)), key=lambda k: _fewest_first(*found[k]))
    place = np.empty(len(found), dtype=np.int64)
    place[order] = np.arange(len(found))
    kind = np.zeros(len(key), dtype=np.int64)
    kind[kept] = place[number]
    kinds = Kinds(
        printers=tuple(found[k][0] for k in order),
        card=tuple(found[k][1] for k in order),
    )
    return kinds, kind


def _counted(card: str | None, office: Office) -> bool:
    return card is not None and office.cards[card].stock is not None


def _default(office: Office) -> tuple[tuple[str, ...], str | None]:
    card = office.default_card
    return office.eligible(card, None), card if _counted(card, office) else None


def _fewest_first(
    printers: tuple[str, ...], card: str | None
) -> tuple[int, tuple[str, ...], str]:
    return len(printers), printers, card or ""
