"""What a verb says of what it did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.words import Said


@dataclass(frozen=True, slots=True)
class Told:
    """What a verb says of what it did.

    Parameters
    ----------
    document
        What ``--json`` prints; `docs/files.md` has its keys.
    sentences
        The same for people, in order.
    rejects
        The first rows that could not be used, where and why, and where all are.
    """

    document: Mapping[str, Any]
    sentences: tuple[Said, ...]
    rejects: tuple[Said, ...] = ()
