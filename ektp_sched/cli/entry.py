"""The program's first lines, so light that an interruption finds an answer.

The libraries that commands are made of take a moment to load, and whoever
interrupts in that moment is answered as at any other.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from typing import Final, NoReturn

from ektp_sched.cli.interruption import INTERRUPTED, INTERRUPTION, SAID, watch
from ektp_sched.cli.language import in_spoken

_LOOK_AFTER: Final = 500_000
"""New objects after which garbage is looked for.

Loading makes many that stay, and Python would go through all of them again and again.
"""


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(_LOOK_AFTER)
    heeded = _heeded()
    for number in heeded:
        signal.signal(number, _abandon)
    from ektp_sched.cli.streams import open_streams

    open_streams()
    if sys.argv[1:2] == ["status"]:
        _leave_answered()
    from ektp_sched.cli.app import run

    try:
        if heeded:
            watch(_abandon, heeded)
        for number in heeded:
            signal.signal(number, signal.default_int_handler)
        code = run()
        for number in heeded:
            signal.signal(number, signal.SIG_IGN)  # all is done and said
    except KeyboardInterrupt:  # a second one, while the first was being said
        code = INTERRUPTED
    if code == INTERRUPTED:
        for number in heeded:
            signal.signal(number, signal.SIG_IGN)
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):
                stream.flush()
        _abandon()  # to leave otherwise is to wait for every thread at work
    gc.freeze()  # nothing is to be tidied that goes with the process anyhow
    sys.exit(code)


def _leave_answered() -> None:
    """Answer a plain question at the counter and leave, before anything loads."""
    from ektp_sched.cli.counter import answered

    code = answered(sys.argv[2:])
    if code is not None:
        gc.freeze()
        sys.exit(code)


def _heeded() -> list[int]:
    """Return the signals that ask a command to end.

    Whoever starts the program may have had some of them ignored.
    """
    kinds = [getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP")]
    usual = (signal.default_int_handler, signal.SIG_DFL)
    return [kind for kind in kinds if kind and signal.getsignal(kind) in usual]


def _abandon(*_: object) -> NoReturn:
    """Leave at once, whatever other threads do, and tidy up for them."""
    places = sys.modules.get("ektp_sched.places")
    if places is not None:
        places.abandon()
    if not SAID:
        start = "\n" if os.isatty(2) else ""
        os.write(2, f"{start}{in_spoken(INTERRUPTION)}\n".encode())
    os._exit(INTERRUPTED)
