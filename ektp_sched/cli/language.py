"""In which language a command speaks when something is wrong.

Decided as soon as a command knows its arguments, before any file is read in
earnest: what was asked for, else the language that the office states, however
broken its file is otherwise.  Once the office is read, what it says counts.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ektp_sched.spoken import office_language
from ektp_sched.words import in_language

if TYPE_CHECKING:
    from collections.abc import Mapping

_chosen: list[str] = []


def choose_language(given: Mapping[str, Any] | None) -> None:
    """Decide in which language the command that begins speaks."""
    _chosen.clear()
    if given is not None:
        _chosen.append(given.get("lang") or _of_office(given) or _of_surroundings())


def speak(code: str) -> None:
    """Speak a language from here on, as an office says that was read in earnest."""
    _chosen[:] = [code]


def spoken() -> str:
    """Return the language to speak: that of the command, else of the system."""
    return _chosen[0] if _chosen else _of_surroundings()


def in_spoken(sentence: str) -> str:
    """Return a sentence in the language to speak."""
    return in_language(sentence, spoken())


def language_of_offices(folder: Path) -> str:
    """Return the language that the offices of a fleet have in common."""
    return office_language(folder / "defaults.toml")


def _of_office(given: Mapping[str, Any]) -> str | None:
    for name in ("office", "source"):
        if given.get(name) is not None:
            return office_language(Path(given[name]))
    if "backlogs" in given and given.get("offices") is not None:
        return language_of_offices(Path(given["offices"]))
    names = ("out", "folder", "directory")
    folders = [given[name] for name in names if given.get(name) is not None]
    # Of a command that takes [DIR] and something else.
    folders += [
        (given[name] or ["."])[0] for name in ("places", "whom") if name in given
    ]
    for folder in (*folders, *("." for _ in folders[:1])):
        for copy in (Path(folder) / "office.toml", Path(folder) / "office.xlsx"):
            if copy.is_file():
                return office_language(copy)
    return None


def _of_surroundings() -> str:
    stated = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "id" if next(filter(None, stated), "").lower().startswith("id") else "en"
