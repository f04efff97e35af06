"""Numbers of persons as spreadsheets leave them: told apart from lost ones.

A spreadsheet keeps 15 digits, a binary float 2**53.  A number of 16 digits
that went through either is lost, and is never repaired: another person may
have what a repair would make of it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import polars as pl

from ektp_sched.backlog.texts import clean, fold

__all__ = ["Numbers", "is_number_heading", "plain_ids", "read_numbers", "scientific"]

DIGITS: Final = 16
"""Digits of a number (NIK) and of a family's number (NO_KK)."""

_SCIENTIFIC: Final = r"^\d(?:[.,]\d+)?[eE]\+?\d{1,3}$"
_WRITTEN_BY_SHEETS: Final = r"^\d(?:[.,]\d+)?[eE]\+\d{2,3}$"
_EXACT: Final = 2**53
_TELLING: Final = 10
_HEADINGS: Final = frozenset({"nik", "nokk", "nonik", "nomornik", "nomorkk", "kk"})


class Numbers(NamedTuple):
    """Numbers in one form, and what became of them.

    Parameters
    ----------
    values
        Digits (or letters, in upper case) alone; null where empty, 0 or lost.
    lost
        Boolean: cells of which a spreadsheet kept only a part.
    odd
        How many are there whole, but not of 16 digits.
    """

    values: pl.Series
    lost: pl.Series
    odd: int


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
    """Return ids as text, without the ".0" of a number that became a float."""
    text = clean(cells)
    if not text.str.ends_with(".0").any():
        return text
    return text.str.replace(r"^([1-9]\d*|0)\.0$", "$1")


def read_numbers(cells: pl.Series) -> Numbers:
    """Bring numbers of persons into one form.

    Parameters
    ----------
    cells
        Text or numbers, one a row.

    Returns
    -------
    Numbers
        Of the same length.
    """
    text = clean(cells).str.replace_all(r"[\s\u{a0}-]", "").str.to_uppercase()
    grouped = text.str.contains(r"^\d{1,3}(?:[.,]\d{3})+$").fill_null(value=False)
    if grouped.any():
        plain = text.str.replace_all(r"[.,]", "")
        text = plain.zip_with(grouped, text)
    whole = text.str.replace(r"[.,]0+$", "")
    floated = (whole != text) & (
        whole.str.to_integer(strict=False, dtype=pl.Int64) > _EXACT
    )
    long = whole.str.len_bytes() == DIGITS
    lost = text.str.contains(_SCIENTIFIC) | floated
    lost |= long & whole.str.contains(r"^\d*000$")
    lost |= long & _all_end_in_zero(whole.filter(long))
    lost = lost.fill_null(value=False)
    none = whole.is_in(["", "0", "NULL"]).fill_null(value=False) | lost
    values = whole.set(none, None)
    odd = int((~values.str.contains(rf"^\d{{{DIGITS}}}$")).sum())
    return Numbers(values, lost, odd)


def _all_end_in_zero(long: pl.Series) -> bool:
    """Return whether a sheet kept 15 digits of every long number.

    One number in ten ends in 0 by right; that ten different ones all do is
    no chance.
    """
    return bool(long.str.ends_with("0").all()) and long.n_unique() >= _TELLING
