"""One cell of a workbook: from a value to what is written, and back."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from ektp_sched.rules.forms import Kind

_YES: Final = frozenset({"true", "yes", "ya", "benar", "1"})
_NO: Final = frozenset({"false", "no", "tidak", "salah", "0"})
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]00:00:00(?:\.0+)?)?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,30}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,30}(?:[.,]\d{1,60})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_EPOCH = date(1899, 12, 30)
_LAST_SERIAL = (date.max - _EPOCH).days
_DIGITS = 15
_PLACES = 9
"""Decimals of a number that are read back from a sheet."""


def is_blank(text: str | None) -> bool:
    """Return whether a cell says nothing."""
    return text is None or not text.strip()


def joined(names: list[str]) -> str:
    """Return names as one cell, ``a; b``, quoted where one holds a ``;``."""
    plain = not any('"' in name or ";" in name for name in names)
    file = io.StringIO()
    csv.writer(file, delimiter=";", lineterminator="").writerow(names)
    return file.getvalue().replace(";", "; ") if plain else file.getvalue()


def split(text: str) -> list[str]:
    """Return the names in a cell; as `joined` writes them."""
    lines = csv.reader(text.splitlines(), delimiter=";", skipinitialspace=True)
    try:
        rows = list(lines)
    except csv.Error:  # such as a sign that ends texts
        return [text]
    return [name.strip() for row in rows for name in row if name.strip()]


def shown(value: Any, kind: Kind, yes: str, no: str) -> str | int | float | date:
    """Return what to write into a cell: never less exact than the value.

    A spreadsheet keeps numbers as binary fractions and shows 15 digits;
    a number that would not survive this is written as text.
    """
    if isinstance(value, bool):
        return yes if value else no
    if kind in (Kind.LIST, Kind.DAYS):
        return joined([str(name) for name in value])
    if kind is Kind.NUMBERS:
        return joined([f"{number:f}" for number in value])
    if isinstance(value, Decimal):
        text = f"{value:f}"
        places = len(text.partition(".")[2])
        return float(value) if len(text) <= _DIGITS and places <= _PLACES else text
    if isinstance(value, int):
        return value if abs(value) < 10**_DIGITS else str(value)
    if isinstance(value, date):
        return value if value.year >= 1901 else value.isoformat()
    return str(value)


def text_of(value: Any, kind: Kind) -> str:
    """Return what a cell says of a value as text, be the value of its kind or not."""
    if value is None:
        return ""
    if kind in (Kind.LIST, Kind.DAYS, Kind.NUMBERS) and not isinstance(value, list):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    cell = shown(value, kind, "yes", "no")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def parsed(text: str, kind: Kind) -> Any:
    """Return what a cell says; the text itself where it is not of its kind."""
    word = text.strip()
    if kind is Kind.PATTERN:
        return text
    if kind is Kind.FLAG:
        folded = word.casefold()
        return folded in _YES if folded in _YES | _NO else word
    if kind is Kind.DATE:
        return _date(word)
    if kind is Kind.WHOLE and _WHOLE.fullmatch(word):
        return int(word)
    if kind in (Kind.WHOLE, Kind.SHARE) and _NUMBER.fullmatch(word):
        return Decimal(word.replace(",", "."))
    if kind is Kind.DAYS:
        return [_date(name) for name in split(text)]
    if kind is Kind.NUMBERS:
        return [parsed(number, Kind.SHARE) for number in split(text)]
    return split(text) if kind is Kind.LIST else word


def _date(word: str) -> date | str:
    iso, day_first = _ISO.fullmatch(word), _DAY_FIRST.fullmatch(word)
    if _WHOLE.fullmatch(word) and 1 <= int(word) <= _LAST_SERIAL:
        return _EPOCH + timedelta(days=int(word))
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if day_first:
            return date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
    except ValueError:
        return word
    return word
