"""What an interrupted command says and returns."""

from __future__ import annotations

from typing import Final

from ektp_sched.words import said

INTERRUPTED: Final = 130
"""Exit code of a command that was interrupted."""

INTERRUPTION: Final = said(
    "ektp-sched: interrupted; nothing was left half written",
    "ektp-sched: dihentikan; tidak ada yang tertinggal setengah jadi",
)


SAID: Final[list[str]] = []
"""Holds the text above once it was said."""
