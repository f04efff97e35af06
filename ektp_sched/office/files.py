"""Reading and replacing the files in which people write rules."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.errors import InputError, OfficeError
from ektp_sched.words import Said, by_form, in_workbook, said, system_reason

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.errors import InputError


_SPECIAL: Final = said(
    "is a pipe, a device or a socket; name an ordinary file",
    "adalah pipa, perangkat, atau soket; sebutkan berkas biasa",
)


EXPORTS: Final = "exports"
"""Folder beside the office file where the office drops its exports, and they stay."""

_LARGEST_BYTES = 16_000_000
_AT = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|(end of document))\)$")
_REASONS: Final = {
    "Cannot": "tertulis dua kali",
    "Expected '=' after a key": "tidak ada = sesudah kunci",
    "Expected ']": "nama tabel tidak ditutup dengan kurung siku",
    "Expected '\"": "tanda kutip tidak ditutup",
    "Expected \"'": "tanda kutip tidak ditutup",
    "Expected newline or end of document": "ada sisa di akhir baris",
    "Illegal character": "ada tanda yang tidak boleh dipakai",
    "Invalid statement": "baris itu bukan kunci, tabel, atau catatan",
    "Invalid initial character for a key": "tidak ada nama kunci",
    "Invalid value": "nilainya tidak dikenal",
    "Invalid date or datetime": "tanggal itu tidak ada",
    "Invalid hex value": "sandi hurufnya salah",
    "Unclosed array": "kurung siku tidak ditutup",
    "Unclosed inline table": "kurung kurawal tidak ditutup",
    "Unclosed": "belum ditutup",
    "Unescaped '\\' in a string": "ada garis miring terbalik di dalam teks",
    "Unterminated string": "tanda kutip tidak ditutup",
    "Duplicate inline table key": "kunci tertulis dua kali",
}
"""Reasons of tomllib, by how they begin, in Indonesian."""


class SpecialFileError(OSError):
    """A pipe, a device or a socket, which a reader could read without end."""


def ordinary_bytes(path: Path, most: int = -1) -> bytes:
    """Return what a file holds, up to so many bytes; -1 for all.

    `SpecialFileError` if it is a pipe, a device or a socket; OSError or ValueError if
    it cannot be read, or the path is no name of a file.
    """
    # Not by Path, which raises where a folder on the way may not be entered.
    mode = os.stat(path).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise SpecialFileError(_SPECIAL)
    with path.open("rb") as file:
        return file.read(most)


def read_whole(
    path: Path,
    error: type[InputError],
    *,
    missing: Said,
    folder: Said | None = None,
    remedy: Said | None = None,
    most: int = -1,
) -> bytes:
    """Return what a file holds, or say in one sentence why it cannot be read.

    The ``error`` says ``missing`` where there is no such file, ``folder`` of a folder
    (None: the system's reason), and ``remedy`` is what to do about a file that cannot
    be read (None: that goes without saying).
    """
    name = str(path)
    if folder is not None and os.path.isdir(path):  # takes any name whatever
        raise error(folder, file=name)
    try:
        return ordinary_bytes(path, most)
    except FileNotFoundError:
        raise error(missing, file=name) from None
    except SpecialFileError:
        raise error(_SPECIAL, file=name) from None
    except (OSError, ValueError) as failure:
        no_name = said("not a file name", "bukan nama berkas")
        message = said(
            "cannot be read: {reason}",
            "tidak dapat dibaca: {reason}",
            reason=system_reason(failure) if isinstance(failure, OSError) else no_name,
        )
        if remedy is not None:
            message = said(
                "{what}; {remedy}", "{what}; {remedy}", what=message, remedy=remedy
            )
        raise error(message, file=name) from None


@dataclass(frozen=True, slots=True)
class RulesFile:
    """Words for a kind of file, and the error that its mistakes raise."""

    error: type[InputError]
    noun: str  # what such a file is, as in "office file"
    names: str  # its usual names, with an article
    example: str  # its usual name
    content: str  # what must stand in it
    workbook: str  # what to do with a workbook under the name of a text file


OFFICE_FILE: Final = RulesFile(
    error=OfficeError,
    noun=said("office file", "berkas kantor"),
    names=said("an office.toml or office.xlsx", "office.toml atau office.xlsx"),
    example="office.toml",
    content=by_form(
        said(
            "a name, [[servers]] and [[printers]]",
            "name, [[servers]], dan [[printers]]",
        ),
        said("a name, servers and printers", "nama kantor, daftar server, dan printer"),
    ),
    workbook=said(
        "save it as .xlsx, with that ending",
        "simpanlah sebagai .xlsx, dengan akhiran itu",
    ),
)


def read_bytes(path: Path, kind: RulesFile = OFFICE_FILE) -> bytes:
    """Return the contents of a file of rules, or raise the error of its kind."""
    name = str(path)
    raw = read_whole(
        path,
        kind.error,
        folder=said(
            "is a folder; name the {noun} in it, such as {example}",
            "adalah folder; sebutkan {noun} di dalamnya, misalnya {example}",
            noun=kind.noun,
            example=kind.example,
        ),
        missing=said(
            "there is no such file; name {names}",
            "berkas itu tidak ada; sebutkan {names}",
            names=kind.names,
        ),
        most=_LARGEST_BYTES + 1,
    )
    if len(raw) > _LARGEST_BYTES:
        message = said(
            "is larger than {most} bytes, so it is no {noun}",
            "lebih besar dari {most} bita, jadi bukan {noun}",
            most=_LARGEST_BYTES,
            noun=kind.noun,
        )
        raise kind.error(message, file=name)
    if not raw.strip():
        message = said(
            "is empty; it must have {content}",
            "kosong; isinya harus {content}",
            content=kind.content,
        )
        is_workbook = path.suffix.lower() == ".xlsx"
        raise kind.error(in_workbook(message) if is_workbook else message, file=name)
    return raw


def read_tables(
    path: Path, kind: RulesFile = OFFICE_FILE
) -> tuple[dict[str, Any], bytes]:
    """Return the tables of a TOML file, decimals exact, and its bytes."""
    raw = read_bytes(path, kind)
    return _tables(_text(raw, str(path), kind), str(path), kind), raw


def _text(raw: bytes, file: str, kind: RulesFile) -> str:
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        message = said(
            "is a workbook; {advice}",
            "adalah berkas Excel; {advice}",
            advice=kind.workbook,
        )
        raise kind.error(message, file=file)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = said(
            "is not text in UTF-8 (line {line}); save it as UTF-8",
            "bukan teks UTF-8 (baris {line}); simpanlah sebagai UTF-8",
            line=str(line),
        )
        raise kind.error(message, file=file) from None
    if "\x00" in text:
        message = said(
            "is not a text file; it must be {example} in UTF-8",
            "bukan berkas teks; seharusnya {example} dalam UTF-8",
            example=kind.example,
        )
        raise kind.error(message, file=file)
    return text


def _tables(text: str, file: str, kind: RulesFile) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        message = _syntax_sentence(str(error), text)
    except RecursionError:
        message = said(
            "has brackets nested too deeply for {example}; write it as the example "
            "that init writes",
            "kurungnya bersusun terlalu dalam untuk {example}; tulislah seperti contoh "
            "yang dibuat init",
            example=kind.example,
        )
    except ValueError:
        message = said(
            "has a number with thousands of digits; write a smaller one",
            "memuat bilangan dengan ribuan angka; tulislah yang lebih kecil",
        )
    raise kind.error(message, file=file) from None


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def _syntax_sentence(reason: str, text: str) -> Said:
    at = _AT.search(reason)
    what = _AT.sub("", reason)
    if at is None:
        return said(
            "is not valid TOML: {what}", "bukan TOML yang benar ({what})", what=what
        )
    line = int(at[1]) if at[1] else len(text.splitlines())
    column = (
        said(", column {number}", ", kolom {number}", number=at[2])
        if at[2]
        else said("", "")
    )
    advice = said(
        "text stands in quotes, numbers and dates without, such as 2017-09-12, as in "
        "the example that init writes",
        "teks ditulis dalam tanda kutip, bilangan dan tanggal tanpa tanda kutip, "
        "misalnya 2017-09-12, seperti pada contoh yang dibuat init",
    )
    if what.startswith("Cannot"):  # what Python says of a second definition
        advice = said(
            "a key or table stands there again; keep one of the two",
            "kunci atau tabel itu tertulis lagi; pertahankan salah satu saja",
        )
    return said(
        "line {line}{column} is not valid TOML: {what}; {advice}",
        "baris {line}{column} bukan TOML yang benar ({what}); {advice}",
        line=str(line),
        column=column,
        what=_reason(what),
        advice=advice,
    )


def _reason(what: str) -> Said:
    """Return what Python's reader says, in Indonesian where it says it often."""
    return next(
        (
            Said(what, indonesian)
            for start, indonesian in _REASONS.items()
            if what.startswith(start)
        ),
        Said(what, what),
    )
