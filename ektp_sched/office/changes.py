"""What one office says otherwise than another, key by key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ektp_sched.office.writing import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.rules.tables import OfficeTables


@dataclass(frozen=True, slots=True)
class Change:
    """A key that says something else.

    Parameters
    ----------
    key
        As in office.toml: ``cards.KTP-el.stock``, ``servers[server-1].cards_per_day``
        by id, ``quotas[1].at_most`` from 1 where there is none.
    old, new
        What it said and says, as text; None where it is not there.
    """

    key: str
    old: str | None
    new: str | None


def office_changes(old: OfficeTables, new: OfficeTables) -> tuple[Change, ...]:
    """Return what a new office says otherwise than an old one.

    Parameters
    ----------
    old, new
        Defaults count as if they were written.

    Returns
    -------
    tuple of Change
        In the order of the new office's keys, then those that are there no longer.
    """
    before, now = dict(_leaves("", plain(old))), dict(_leaves("", plain(new)))
    return tuple(
        Change(key, before.get(key), now.get(key))
        for key in dict.fromkeys([*now, *before])
        if before.get(key) != now.get(key)
    )


def _leaves(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield each key that holds no further one, and its value as text."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves(f"{key}.{name}" if key else str(name), part)
    elif isinstance(value, list) and any(isinstance(part, dict) for part in value):
        for number, part in enumerate(value, 1):
            name = part.get("id", number) if isinstance(part, dict) else number
            yield from _leaves(f"{key}[{name}]", part)
    else:
        yield key, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)
