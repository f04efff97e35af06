"""What is wrong with an office, and where; each rule finds its own contradictions.

A rule yields problems, and all of them are asked, so that a person sees everything
that is wrong at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from ektp_sched.words import Said, all_of, by_form, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,39}", re.ASCII)
_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """Where something stands in a workbook."""

    sheet: str
    row: int  # the heading being row 1
    column: str | None = None  # heading; None: the whole row
    key: str | None = None  # what the row is about, where its heading does not say it


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an office."""

    path: Path  # keys and positions (from 0) that lead to the value
    sentence: str  # what is wrong and what would be right, in the words of either form
    place: Cell | None = None  # where it stands in a workbook, if the reader knows

    @property
    def key(self) -> str:
        """The path as text, positions from 1: ``printers[2].id``."""
        return key_path(self.path)


def key_path(path: Path) -> str:
    """Return keys joined by dots and positions, from 1, in brackets."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
            continue
        word = part if _BARE.fullmatch(part) else f'"{part}"'
        text += f".{word}" if text else word
    return text


def entry_name(path: Path) -> Said:
    """Return what another entry is called: its key, or the sheet of its row."""
    key = key_path(path)
    return by_form(
        Said(key, key),
        said(
            "another row of the sheet {sheet}",
            "baris lain pada lembar {sheet}",
            sheet=str(path[0]),
        ),
    )


def id_problem(name: str) -> Said | None:
    """Return why a name cannot be that of a file; None if it can."""
    if _ID.fullmatch(name):
        return None
    return said(
        '"{name}" is no id; letters, digits, ".", "_" and "-" are allowed, up to 40, '
        "and no dot in front",
        '"{name}" tidak dapat menjadi id; yang boleh hanya huruf, angka, ".", "_", dan '
        '"-", paling banyak 40, tanpa titik di depan',
        name=name,
    )


class HasId(Protocol):
    """An entry that may have an id."""

    @property
    def id(self) -> str | None:
        """Return it."""


def entry_id_problems(
    table: str, entries: Sequence[HasId], kind: Said
) -> Iterator[Problem]:
    """Yield what is wrong with the ids of the entries of a table that have one."""
    named = (((table, at), e.id) for at, e in enumerate(entries) if e.id is not None)
    yield from id_problems(named, kind)


def id_problems(named: Iterable[tuple[Path, str]], kind: Said) -> Iterator[Problem]:
    """Yield what is wrong with the ids of entries, each at its path."""
    named = list(named)
    for path, name in named:
        sentence = id_problem(name)
        if sentence is not None:
            yield Problem((*path, "id"), sentence)
    seen: dict[str, Path] = {}
    for path, name in named:
        # On some file systems A and a are one file.
        first = seen.setdefault(name.casefold(), path)
        if first != path:
            yield Problem(
                (*path, "id"),
                said(
                    '"{name}" is already the id of {first}; give each {kind} an id of '
                    "its own",
                    '"{name}" sudah menjadi id {first}; setiap {kind} harus memiliki '
                    "id sendiri",
                    name=name,
                    first=entry_name(first),
                    kind=kind,
                ),
            )


def default_problem(table: str, defaults: dict[str, bool]) -> Iterator[Problem]:
    """Yield that not exactly one of some tables is the default."""
    chosen = [name for name, default in defaults.items() if default]
    if len(defaults) > 1 and len(chosen) != 1:
        yield Problem((table,), _default_sentence(list(defaults), chosen))


def _default_sentence(names: Sequence[str], chosen: Sequence[str]) -> Said:
    if chosen:
        return said(
            "{names} {many} say default = {yes}; exactly one of them must say so",
            "{names} semuanya memuat default = {yes}; hanya satu yang boleh",
            names=_quoted(chosen),
            many="both" if len(chosen) == 2 else "all",
            yes=_YES,
        )
    return said(
        "none of {names} says default = {yes}; exactly one must say so",
        "tidak satu pun dari {names} memuat default = {yes}; harus ada tepat satu",
        names=_quoted(names),
        yes=_YES,
    )


_YES: Final = by_form(Said("true", "true"), said("yes", "ya"))


def _quoted(names: Sequence[str]) -> Said:
    return all_of([f'"{name}"' for name in names])
