"""Where an office folder keeps the answers to what might be: a folder a day each."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.documents.seal import COMPARISON, NEED, PROMISES
from ektp_sched.errors import FolderError
from ektp_sched.places import settle
from ektp_sched.words import said

if TYPE_CHECKING:
    from pathlib import Path

COMPARED: Final = "compared"
NEEDED: Final = "needed"
PROMISED: Final = "promised"
"""Folders in an office folder; in each lies one answer a day, the last of that day."""

_INDEXES: Final = {COMPARED: COMPARISON, NEEDED: NEED, PROMISED: PROMISES}


def answer_place(folder: Path, kind: str, day: date) -> Path:
    """Return where the answer of a day lies."""
    return folder / kind / day.isoformat()


def answered_days(folder: Path, kind: str) -> list[date]:
    """Return the days of which there is an answer, the last one first."""
    days = []
    for index in (folder / kind).glob(f"*/{_INDEXES[kind]}"):
        try:
            days.append(date.fromisoformat(index.parent.name))
        except ValueError:  # somebody else's folder
            continue
    return sorted(days, reverse=True)


def newest_answer(folder: Path, kind: str) -> date | None:
    """Return the last day of which there is an answer; None before the first."""
    if (folder / kind).is_dir():
        settle(folder / kind / "next")
    return next(iter(answered_days(folder, kind)), None)


def document_in(folder: Path, kind: str, day: date) -> dict[str, Any]:
    """Return what the answer of a day says.

    Raises
    ------
    ektp_sched.errors.FolderError
        It is not there, or no longer what was written.
    """
    path = answer_place(folder, kind, day) / _INDEXES[kind]
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        document = None
    if not isinstance(document, dict):
        message = said(
            "is not there or cannot be read; ask again",
            "tidak ada atau tidak dapat dibaca; tanyakan lagi",
        )
        raise FolderError(message, file=f"{kind}/{day}/{path.name}")
    return document
