"""Numbers of persons as spreadsheets leave them: told apart from lost ones.

A spreadsheet keeps 15 digits, a binary float 2**53.  A number of 16 digits
that went through either is lost, and is never repaired: another person may
have what a repair would make of it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import polars as pl

from ektp_sched.backlog.texts import clean, fold
from ektp_sched.signs import DIGITS

_SCIENTIFIC: Final = r"^\d(?:[.,]\d+)?[eE]\+?\d{1,3}$"
_WRITTEN_BY_SHEETS: Final = r"^\d(?:[.,]\d+)?[eE]\+\d{2,3}$"
_FLOATED: Final = r"^(?:(0|[1-9]\d*)[.,](?:0|00|0000+)|([1-9]\d{3,})[.,]000)$"
"""A whole number with the zeros of a decimal one: not 1.000, a thousand."""

_BETWEEN: Final = r"[\s'\u{2018}\u{2019}\u{2bc}-]"
_WHOLE: Final = rf"^\d{{{DIGITS}}}$"
_EXACT: Final = 2**53
_TELLING: Final = 10
_HEADINGS: Final = frozenset(
    {"nik", "nonik", "nomornik", "noktp", "nomorktp", "kk", "nokk", "nomorkk"}
)


class Numbers(NamedTuple):
    """Numbers in one form, and what became of them."""

    # Digits (or letters, in upper case) alone; null where empty, 0 or lost.
    values: pl.Series
    lost: pl.Series  # boolean: cells of which a spreadsheet kept only a part
    odd: int  # how many are there whole, but not of 16 digits


def is_number_heading(heading: str) -> bool:
    """Return whether a heading says that its column holds such numbers."""
    return fold(heading) in _HEADINGS


def scientific(text: pl.Series) -> pl.Series:
    """Return which cells look like 5.37E+15, boolean."""
    digit_first = ((text >= "0") & (text < ":")) | (text > "~")
    if not digit_first.any() or not text.str.contains(r"[eE]\+").any():
        return pl.repeat(False, len(text), eager=True)
    return text.str.contains(_WRITTEN_BY_SHEETS).fill_null(value=False)


def plain_ids(cells: pl.Series) -> pl.Series:
    """Return ids as text, without the ".0" of a number that became a float.

    ``123``, ``123.0``, ``123,00`` and a decimal 123 are one id; ``1.000`` may be
    a thousand, and stays as it is.
    """
    text = clean(_without_zeros(cells))
    # One id in ten ends in 0: the pattern looks at those alone.
    ending = text.str.ends_with("0").fill_null(value=False).arg_true()
    if not text[ending].str.contains(_FLOATED).any():
        return text
    whole = text[ending].str.replace(_FLOATED, "$1$2")
    return text.clone().scatter(ending, whole)


def _without_zeros(cells: pl.Series) -> pl.Series:
    """Return decimal numbers as text without the zeros that their type adds."""
    if not isinstance(cells.dtype, pl.Decimal) or not cells.dtype.scale:
        return cells
    return cells.cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")


def read_numbers(cells: pl.Series) -> Numbers:
    """Bring numbers of persons into one form."""
    text = clean(_without_zeros(cells))
    whole = text.str.contains(rf"^[0-9]{{{DIGITS}}}$").fill_null(value=False)
    lost = pl.repeat(False, len(text), dtype=pl.Boolean, eager=True)
    if not whole.all():
        odd = (~whole).arg_true()
        bare, damaged = _bare(text[odd])
        text, lost = text.clone().scatter(odd, bare), lost.scatter(odd, damaged)
    long = text.str.len_bytes() == DIGITS
    lost |= long & text.str.contains(r"^\d*000$")
    lost |= long & _all_end_in_zero(text.filter(long))
    lost = lost.fill_null(value=False)
    none = text.is_in(["", "0", "NULL"]).fill_null(value=False) | lost
    values = text.set(none, None)
    return Numbers(values, lost, int((~values.str.contains(_WHOLE)).sum()))


def _bare(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return numbers without what separates their digits, and which are lost.

    A single sign before nothing but zeros is that of a decimal number; others
    group digits, three by three or in any other way.
    """
    text = text.str.replace_all(_BETWEEN, "").str.to_uppercase()
    floated = text.str.contains(r"^\d+[.,]0+$")
    head = text.str.replace(r"[.,]0+$", "")
    grouped = text.str.replace_all(r"[.,]", "")
    thousands = text.str.contains(r"^\d{1,3}(?:[.,]\d{3})+$")
    tailed = ~thousands & (floated | (grouped.str.len_bytes() != DIGITS))
    bare = head.str.replace_all(r"[.,]", "").zip_with(
        tailed.fill_null(value=False), grouped
    )
    cut = floated & ~thousands
    cut &= bare.str.to_integer(strict=False, dtype=pl.Int64) > _EXACT
    scientific = text.str.contains(_SCIENTIFIC)
    return bare, (scientific | cut).fill_null(value=False)


def _all_end_in_zero(long: pl.Series) -> bool:
    """Return whether a sheet kept 15 digits of every long number.

    One number in ten ends in 0 by right; that ten different ones all do is
    no chance.
    """
    return bool(long.str.ends_with("0").all()) and long.n_unique() >= _TELLING
