"""Reading and replacing the files in which people write rules."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.errors import InputError, OfficeError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["OFFICE_FILE", "RulesFile", "read_bytes", "read_tables"]

_LARGEST_BYTES = 16_000_000
_AT = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|(end of document))\)$")


@dataclass(frozen=True, slots=True)
class RulesFile:
    """Words for a kind of file, and the error that its mistakes raise.

    Parameters
    ----------
    error
        What to raise.
    noun
        What such a file is, as in "office file".
    names
        Its usual names, with an article.
    example
        Its usual name.
    content
        What must stand in it.
    workbook
        What to do with a workbook under the name of a text file.
    """

    error: type[InputError]
    noun: str
    names: str
    example: str
    content: str
    workbook: str


OFFICE_FILE: Final = RulesFile(
    error=OfficeError,
    noun="office file",
    names="an office.toml or office.xlsx",
    example="office.toml",
    content="a name, [[servers]] and [[printers]]",
    workbook="save it as .xlsx, with that ending",
)


def read_bytes(path: Path, kind: RulesFile = OFFICE_FILE) -> bytes:
    """Return the contents of a file of rules.

    Raises
    ------
    ektp_sched.errors.InputError
        The error of its kind, if it is missing, empty, a folder, too large
        or not readable.
    """
    name = str(path)
    # Path.is_dir raises where a folder on the way may not be entered.
    if os.path.isdir(path):
        message = f"is a folder; name the {kind.noun} in it, such as {kind.example}"
        raise kind.error(message, file=name)
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST_BYTES + 1)
    except FileNotFoundError:
        message = f"there is no such file; name {kind.names}"
        raise kind.error(message, file=name) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file name"
        raise kind.error(f"cannot be read: {reason}", file=name) from None
    if len(raw) > _LARGEST_BYTES:
        message = f"is larger than {_LARGEST_BYTES:,} bytes, so it is no {kind.noun}"
        raise kind.error(message, file=name)
    if not raw.strip():
        raise kind.error(f"is empty; it must have {kind.content}", file=name)
    return raw


def read_tables(
    path: Path, kind: RulesFile = OFFICE_FILE
) -> tuple[dict[str, Any], bytes]:
    """Return the tables of a TOML file, decimals exact, and its bytes.

    Raises
    ------
    ektp_sched.errors.InputError
        The error of its kind, if it cannot be read or is no TOML.
    """
    raw = read_bytes(path, kind)
    return _tables(_text(raw, str(path), kind), str(path), kind), raw


def _text(raw: bytes, file: str, kind: RulesFile) -> str:
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise kind.error(f"is a workbook; {kind.workbook}", file=file)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = f"is not text in UTF-8 (line {line}); save it as UTF-8"
        raise kind.error(message, file=file) from None
    if "\x00" in text:
        message = f"is not a text file; it must be {kind.example} in UTF-8"
        raise kind.error(message, file=file)
    return text


def _tables(text: str, file: str, kind: RulesFile) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        message = _syntax_sentence(str(error), text)
    except RecursionError:
        message = f"has brackets nested too deeply for {kind.example}"
    except ValueError:
        message = "has a number with thousands of digits; write a smaller one"
    raise kind.error(message, file=file) from None


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
    advice = (
        "text stands in quotes, numbers and dates without, such as 2017-09-12, as in "
        "the example that init writes"
    )
    if what.startswith("Cannot"):  # what Python says of a second definition
        advice = "a key or table stands there again; keep one of the two"
    return f"line {line}{column} is not valid TOML: {what}; {advice}"
