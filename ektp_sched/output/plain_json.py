"""JSON of a folder as it is read back: every key once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ektp_sched.office.ordinary import ordinary_bytes
from ektp_sched.words import said

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["RepeatedKeyError", "json_file", "plain_json"]


class RepeatedKeyError(ValueError):
    """A key stands twice in one object: readers would not agree on its value."""


def plain_json(raw: bytes) -> Any:
    """Return what JSON holds.

    Parameters
    ----------
    raw
        The whole file.

    Raises
    ------
    RepeatedKeyError
        If a key stands twice in one object.
    ValueError, RecursionError
        If it is no JSON.
    """
    return json.loads(raw, object_pairs_hook=_each_once)


def json_file(path: Path) -> Any:
    """Return what a JSON file holds.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    OSError
        As `ektp_sched.office.ordinary.ordinary_bytes` does.
    ValueError, RecursionError
        As `plain_json` does.
    """
    return plain_json(ordinary_bytes(path))


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        message = said("a key stands in it twice", "ada kunci yang tertulis dua kali")
        raise RepeatedKeyError(message)
    return content
