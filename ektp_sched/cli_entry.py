"""The program's first lines, so light that an interruption finds an answer.

The libraries that commands are made of take a moment to load, and whoever
interrupts in that moment is answered as at any other.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["INTERRUPTED", "INTERRUPTION", "SAID", "main"]

INTERRUPTED: Final = 130
"""Exit code of a command that was interrupted."""

INTERRUPTION: Final = "ektp-sched: interrupted; nothing was left half written"


SAID: Final[list[str]] = []
"""Holds the text above once it was said."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    # Whoever starts the program may have had interruptions ignored.
    heeded = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if heeded:
        signal.signal(signal.SIGINT, _leave)
    from ektp_sched.cli import run
    from ektp_sched.cli_watch import watch

    try:
        if heeded:
            watch(_abandon)
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = run()
        if heeded:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done and said
    except KeyboardInterrupt:  # a second one, while the first was being said
        code = INTERRUPTED
    if code == INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _flush()
        _abandon()  # to leave otherwise is to wait for every thread at work
    sys.exit(code)


def _abandon() -> NoReturn:
    """Leave at once, whatever other threads do, and tidy up for them."""
    places = sys.modules.get("ektp_sched.places")
    if places is not None:
        places.abandon()
    if not SAID:
        start = "\n" if os.isatty(2) else ""
        os.write(2, f"{start}{INTERRUPTION}\n".encode())
    os._exit(INTERRUPTED)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()


def _leave(_: int, __: FrameType | None) -> NoReturn:
    """Leave before any command has begun."""
    os.write(2, f"{INTERRUPTION}\n".encode())
    os._exit(INTERRUPTED)
