"""The offices of a fleet: what all have in common, and what each says itself."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.errors import FolderError, OfficeError
from ektp_sched.office import Office
from ektp_sched.office.files import read_tables
from ektp_sched.office.office import parse_office
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULTS: Final = "defaults.toml"
"""Name of the file with what the offices have in common."""

_KEY: Final = re.compile(r"[^\W_][\w .-]{0,59}")
_ENDINGS: Final = (".toml", ".xlsx")
_POPULATION: Final = "population"
"""Key of an office's file that no office has: what blanks could be divided by."""


def is_key(key: str) -> bool:
    """Return whether a text can be an office's key, which names its file and folder."""
    return bool(_KEY.fullmatch(key)) and key == key.strip() and not key.endswith(".")


def refuse_offices(folder: Path) -> None:
    """Refuse a folder in which no office is described.

    Raises
    ------
    ektp_sched.errors.FolderError
        It is none, or holds neither defaults nor an office file.
    """
    if folder.is_dir() and any(p.suffix in _ENDINGS for p in folder.iterdir()):
        return
    message = said(
        "holds no offices; put {defaults} there, and for each office what it says "
        "itself, such as 5371.toml",
        "tidak berisi kantor; taruh {defaults} di sana, dan untuk tiap kantor berkas "
        "yang menyatakan kekhususannya, misalnya 5371.toml",
        defaults=DEFAULTS,
    )
    raise FolderError(message, file=str(folder))


def office_for(folder: Path, key: str) -> Office:
    """Return the office of a key.

    ``KEY.toml`` says what it has besides ``defaults.toml``: tables are laid one over
    the other key by key; a list, such as that of the printers, takes the place of the
    other whole.  ``KEY.xlsx`` is an office by itself.  An office that has no name is
    called by its key.

    Parameters
    ----------
    folder
        With the files of all offices, and the key of their queue numbers.
    key
        Of the office.

    Raises
    ------
    ektp_sched.errors.OfficeError
        There is nothing about this office, or it is not what it should be.
    """
    book, own, defaults = (folder / n for n in (f"{key}.xlsx", f"{key}.toml", DEFAULTS))
    if book.is_file() and not own.is_file():
        return Office.load(book)
    tables, digest, _ = _stated(folder, key)
    if not tables:
        message = said(
            "there is neither {own} nor {defaults}; describe the office in one of them",
            "tidak ada {own} maupun {defaults}; gambarkan kantornya di salah satunya",
            own=own.name,
            defaults=DEFAULTS,
        )
        raise OfficeError(message, file=str(folder))
    tables.setdefault("name", key)
    place = own if own.is_file() else defaults
    return parse_office(tables, file=str(place)).located(folder, digest)


def population_of(folder: Path, key: str) -> int | None:
    """Return how many people an office serves, if its file says it."""
    return _stated(folder, key)[2]


def _stated(folder: Path, key: str) -> tuple[dict[str, Any], str, int | None]:
    """Return what an office says over what all have in common; digest; population."""
    tables: dict[str, Any] = {}
    digest = sha256()
    own = folder / f"{key}.toml"
    for path in (folder / DEFAULTS, own):
        if path.is_file():
            stated, raw = read_tables(path)
            tables = _over(tables, stated)
            digest.update(sha256(raw).digest())
    people = tables.pop(_POPULATION, None)
    if people is not None and (type(people) is not int or people < 1):
        message = said(
            "population is not a whole number from 1, such as 423800",
            "population bukan bilangan bulat mulai 1, misalnya 423800",
        )
        raise OfficeError(message, file=str(own))
    return tables, digest.hexdigest(), people


def _over(tables: Mapping[str, Any], stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return tables with others laid over them, key by key."""
    laid = dict(tables)
    for key, value in stated.items():
        below = laid.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            laid[key] = _over(below, value)
        else:
            laid[key] = value
    return laid
