"""Reading an office from a file."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ektp_sched.errors import OfficeError
from ektp_sched.office.files import read_bytes
from ektp_sched.office.parsing import parse_office
from ektp_sched.office.workbook_reading import read_workbook

if TYPE_CHECKING:
    from ektp_sched.office.model import Office

__all__ = ["load_office"]

_AT = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|(end of document))\)$")


def load_office(path: str | Path) -> Office:
    """Read an office from ``office.toml`` or ``office.xlsx``.

    Parameters
    ----------
    path
        File in either form; the ending ``.xlsx`` tells them apart.

    Raises
    ------
    ektp_sched.errors.OfficeError
        If there is no such file, it cannot be read, or the office in it is
        not what it should be; with every problem found.
    """
    path = Path(path)
    if path.suffix.lower() == ".xlsx":
        return read_workbook(path)
    raw = read_bytes(path)
    office = parse_office(_tables(_text(raw, str(path)), str(path)), file=str(path))
    return office.located(path.parent, sha256(raw).hexdigest())


def _text(raw: bytes, file: str) -> str:
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        message = "is a workbook; save it as .xlsx, with that ending"
        raise OfficeError(message, file=file)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = f"is not text in UTF-8 (line {line}); save it as UTF-8"
        raise OfficeError(message, file=file) from None
    if "\x00" in text:
        message = "is not a text file; it must be an office.toml in UTF-8"
        raise OfficeError(message, file=file)
    return text


def _tables(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        message = _syntax_sentence(str(error), text)
    except RecursionError:
        message = "has brackets nested too deeply to be an office"
    except ValueError:
        message = "has a number with thousands of digits; write a smaller one"
    raise OfficeError(message, file=file) from None


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def _syntax_sentence(reason: str, text: str) -> str:
    at = _AT.search(reason)
    what = _AT.sub("", reason)
    if at is None:
        return f"is not valid TOML: {what}"
    line = int(at[1]) if at[1] else len(text.splitlines())
    column = f", column {at[2]}" if at[2] else ""
    return (
        f"line {line}{column} is not valid TOML: {what}; text stands in quotes, "
        "dates and numbers without, as in the example that init writes"
    )
