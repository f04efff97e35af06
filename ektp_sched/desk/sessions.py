"""Who sits at the desk: a browser that opened the address, and the name it gave."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import date

    from ektp_sched.words import Said

_BYTES: Final = 32
_KEY_BYTES: Final = 12
_MOST: Final = 64
"""Browsers at a time; the one that came first goes."""

_KEPT: Final = 5_000
"""Things that one browser may address by a key; the one that came first goes."""


@dataclass(slots=True)
class Session:
    """One browser.

    Parameters
    ----------
    language
        Code of the language of its pages; empty: the office's.
    who
        Who works there; empty until somebody has said so.
    day
        The day at the office where it was said; None: the system's.
    told
        Sentences that its next page shows first, each with its style.
    """

    language: str = ""
    who: str = ""
    day: date | None = None
    told: list[tuple[str, Said]] = field(default_factory=list)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(_BYTES))
    _kept: dict[str, Hashable] = field(default_factory=dict)
    _keys: dict[Hashable, str] = field(default_factory=dict)

    def key_of(self, personal: Hashable) -> str:
        """Return what stands in an address in the place of something personal."""
        if (key := self._keys.get(personal)) is not None:
            return key
        key = secrets.token_urlsafe(_KEY_BYTES)
        self._kept[key], self._keys[personal] = personal, key
        if len(self._kept) > _KEPT:
            self._keys.pop(self._kept.pop(next(iter(self._kept))))
        return key

    def kept(self, key: str) -> Hashable | None:
        """Return what a key stands for; None where this browser has no such key."""
        return self._kept.get(key)

    def has_token(self, token: str) -> bool:
        """Return whether a form comes from a page of this browser."""
        return hmac.compare_digest(self.token.encode(), token.encode())


@dataclass(slots=True)
class Sessions:
    """All browsers at the desk.

    Parameters
    ----------
    opening
        What the address holds that opens the desk; it works once.
    """

    opening: str = field(default_factory=lambda: secrets.token_urlsafe(_BYTES))
    _of: dict[str, Session] = field(default_factory=dict)

    def open(self, opening: str) -> tuple[str, Session] | None:
        """Return a new session and its key; None where the address was used before."""
        if not self.opening or not hmac.compare_digest(
            self.opening.encode(), opening.encode()
        ):
            return None
        self.opening = ""
        key, session = secrets.token_urlsafe(_BYTES), Session()
        self._of[key] = session
        while len(self._of) > _MOST:
            del self._of[next(iter(self._of))]
        return key, session

    def get(self, key: str) -> Session | None:
        """Return the session of a cookie."""
        return self._of.get(key)
