"""What an interrupted command says and returns, and a watch for it.

Python hears a signal between two of its own steps.  A solver's call or a long
sum is one step, and a library that calls back may lose what it hears.  The
signal is therefore also told to a thread that waits for nothing else.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

INTERRUPTED: Final = 130
"""Exit code of a command that was interrupted."""

INTERRUPTION: Final = said(
    "ektp-sched: interrupted; nothing was left half written",
    "ektp-sched: dihentikan; tidak ada yang tertinggal setengah jadi",
)


SAID: Final[list[str]] = []
"""Holds the text above once it was said."""

ASKED: Final = threading.Event()
"""Set once a signal has asked the command to end, whoever swallowed it."""

PATIENCE: Final = 3.0
"""Seconds that an interrupted command has to end by itself."""

_TURN: Final = 0.0002
"""Seconds after which a thread lets another one on, once interrupted."""


def watch(
    leave: Callable[[], object],
    signals: Collection[int] = (signal.SIGINT,),
    patience: float = PATIENCE,
) -> None:
    """Leave for a command that was interrupted and has not ended in time."""
    if os.name != "posix":
        return
    told, tells = os.pipe()
    os.set_blocking(tells, False)
    signal.set_wakeup_fd(tells, warn_on_full_buffer=False)

    def listen() -> None:
        while not set(signals) & set(os.read(told, 64)):
            pass
        ASKED.set()
        # Threads at work must not keep those waiting who tidy up.
        sys.setswitchinterval(_TURN)
        time.sleep(patience)
        leave()

    threading.Thread(target=listen, name="watch", daemon=True).start()
