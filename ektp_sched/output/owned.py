"""Knowing what this program wrote in a folder, and what somebody else did."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.documents.files import json_file
from ektp_sched.documents.seal import (
    BATCHES,
    FILES,
    INDEXES,
    SUMMARY,
    changed_names,
    file_names,
    sheets_as_written,
)
from ektp_sched.documents.summary import PROGRAM
from ektp_sched.errors import InputError
from ektp_sched.office import Office
from ektp_sched.output.batches import file_stems, sheet_text
from ektp_sched.output.languages import language
from ektp_sched.yesterday.sheets import is_marked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_REJECTS_HEADING: Final = b"row,column,reason\n"
_BEGINNING: Final = 4096
_HEADINGS: Final = ("batch", "position", "application_id")
_ZIP: Final = b"PK"
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def changed_file(folder: Path, index: str = SUMMARY) -> str | None:
    """Return a file that is not as this program left it; None if all are.

    Parameters
    ----------
    folder
        In which `foreign_to` finds nothing.
    index
        Name of the index that the command writes.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    document = _index(folder, index)
    if document is None:
        return None
    return next(iter(changed_names(folder, document, index)), None)


def marked_sheet(folder: Path) -> str | None:
    """Return a sheet of a plan on which somebody marked something; None if none is.

    One that cannot be read, in a folder whose sheets were changed, may be marked too.

    Parameters
    ----------
    folder
        In which `foreign_to` finds nothing.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    document = _index(folder, SUMMARY)
    if document is None or sheets_as_written(folder, document):
        return None
    sheets = [name for name in file_names(folder) if (folder / name).is_file()]
    sheets = [name for name in sheets if name.startswith(f"{BATCHES}/")]
    try:
        office = Office.load(folder / "office.toml")
    except InputError:
        return next(iter(sheets), None)
    return next(
        (name for name in sheets if _may_be_marked(folder / name, office)), None
    )


def _may_be_marked(sheet: Path, office: Office) -> bool:
    try:
        return is_marked(sheet, office)
    except InputError:
        return True


def foreign_to(folder: Path, index: str = SUMMARY) -> str | None:
    """Return what this program did not write into a folder; None if there is nothing.

    An index can be edited by anybody, so that what it lists must also have a name
    that such a folder may have, and sheets the form of sheets.

    Parameters
    ----------
    folder
        An existing folder.
    index
        Name of the index that the command writes: what another one wrote is
        not its own.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    names = file_names(folder, opened=True)
    if not names or _is_rejects_alone(folder, names):
        return None
    document = _index(folder, index)
    if document is None:
        others = (name for name in INDEXES if _index(folder, name) is not None)
        return next(others, names[0])
    written = {index, *document["files"]} & FILES[index]
    stems = _sheet_stems(document) if index == SUMMARY else set[str]()
    days = _days_with_prints(document)
    strange = []
    for name in names:
        if name in written:
            continue
        if not _is_sheet_name(name, stems, days):
            return name
        if not _has_form_of_sheet(folder / name):
            strange.append(name)
    # An old version may have called its columns otherwise.
    changed = strange and not sheets_as_written(folder, document)
    return strange[0] if changed else None


def _sheet_stems(summary: Mapping[str, Any]) -> set[str]:
    """Return how the sheets of a plan's printers are called, without an ending."""
    uses = summary.get("uses")
    try:
        printers = [str(use["resource"]) for use in uses or ()]
    except (TypeError, KeyError):
        return set()
    return {*printers, *file_stems(set(printers)).values()}


def _days_with_prints(summary: Mapping[str, Any]) -> set[str]:
    """Return the days for which a plan has sheets."""
    try:
        return {str(row["day"]) for row in summary["clearance"]["by_day"]}
    except (TypeError, KeyError):
        return set()


def _is_sheet_name(name: str, stems: set[str], days: set[str]) -> bool:
    """Return whether a name is that of a batch sheet, or of a day's empty folder."""
    top, _, rest = name.partition("/")
    day, _, sheet = rest.partition("/")
    stem, dot, ending = sheet.rpartition(".")
    known = stem in stems or re.sub(r"_\d+$", "", stem) in stems
    if top != BATCHES:
        return False
    if not sheet:
        return bool(_DAY.fullmatch(day))
    return bool(dot and known and day in days and ending in ("csv", "xlsx"))


def _has_form_of_sheet(path: Path) -> bool:
    """Return whether a file begins as a batch sheet does; an empty folder does."""
    if path.is_dir():
        return True
    if not path.is_file():
        return False
    with path.open("rb") as file:
        beginning = file.read(_BEGINNING)
    if path.suffix == ".xlsx":
        return beginning.startswith(_ZIP)
    heading = sheet_text(beginning).partition("\n")[0]
    cells = {cell.strip(' "\r') for cell in re.split("[;,\t]", heading)}
    return any(
        {language(code).text(f"column.{name}") for name in _HEADINGS} <= cells
        for code in ("id", "en")
    )


def foreign_file(folder: Path, own: Mapping[str, bytes]) -> str | None:
    """Return a file that a command with few files of its own did not leave.

    Parameters
    ----------
    folder
        It may be missing.
    own
        By name of the command's files, bytes that each holds in its first
        kilobytes.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    for name in file_names(folder, opened=True):
        if name not in own or not (folder / name).is_file():
            return name
        with (folder / name).open("rb") as file:
            if own[name] not in file.read(_BEGINNING):
                return name
    return None


def _is_rejects_alone(folder: Path, names: list[str]) -> bool:
    if names != ["rejects.csv"] or not (folder / "rejects.csv").is_file():
        return False
    with (folder / "rejects.csv").open("rb") as file:
        return file.read(len(_REJECTS_HEADING)) == _REJECTS_HEADING


def _index(folder: Path, name: str) -> dict[str, Any] | None:
    """Return the contents of an index, if this program wrote one here."""
    try:
        document = json_file(folder / name)
    except (OSError, ValueError, RecursionError):
        return None
    ours = isinstance(document, dict) and document.get("program") == PROGRAM
    return document if ours and isinstance(document.get("files"), dict) else None
