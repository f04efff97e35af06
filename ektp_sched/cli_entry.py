"""The program's first lines, so light that an interruption finds an answer.

The libraries that commands are made of take a moment to load, and whoever
interrupts in that moment is answered as at any other.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["INTERRUPTED", "INTERRUPTION", "main"]

INTERRUPTED: Final = 130
"""Exit code of a command that was interrupted."""

INTERRUPTION: Final = "ektp-sched: interrupted; nothing was left half written"


def main() -> None:
    """Run the command line and leave with its exit code."""
    # Whoever starts the program may have had interruptions ignored.
    heeded = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if heeded:
        signal.signal(signal.SIGINT, _leave)
    from ektp_sched.cli import run

    try:
        if heeded:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = run()
        if heeded:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done and said
    except KeyboardInterrupt:  # a second one, while the first was being said
        code = INTERRUPTED
    sys.exit(code)


def _leave(_: int, __: FrameType | None) -> NoReturn:
    """Leave before any command has begun."""
    os.write(2, f"{INTERRUPTION}\n".encode())
    os._exit(INTERRUPTED)
