"""Words for a name that nobody knows: which known one was probably meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["nearest", "unknown"]


def nearest(word: str, known: Iterable[str], least: float = 0.0) -> str | None:
    """Return the known name most like `word`; None if none is like it.

    Upper and lower case are alike, and of equally near names the least by
    code point is returned, so that a sentence never depends on an order.

    Parameters
    ----------
    word
        What was written.
    known
        Names.
    least
        Likeness that a name must have, 0 (any name) to 1 (the same).
    """
    by_folded = {name.casefold(): name for name in sorted(known, reverse=True)}
    found = get_close_matches(word.casefold(), sorted(by_folded), n=1, cutoff=least)
    return by_folded[found[0]] if found else None


def unknown(kind: str, word: str, known: Iterable[str]) -> str:
    """Return 'unknown KIND "WORD"; the nearest known one is "NAME"'."""
    name = nearest(word, known)
    if name is None:
        return f'unknown {kind} "{word}"; none is defined'
    return f'unknown {kind} "{word}"; the nearest known one is "{name}"'
