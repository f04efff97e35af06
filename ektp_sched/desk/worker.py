"""The process that does one piece of long work for the desk.

It reads its order from stdin, one line of JSON, says on stdout how far it has come and
what came of it, a line of JSON each, and ends when stdin does.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.words import in_language, on_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VERBS: Final = {
    "today": "ektp_sched.desk.verbs:today",
    "rest": "ektp_sched.desk.verbs:rest",
    "compare": "ektp_sched.desk.questions:compare",
    "need": "ektp_sched.desk.questions:need",
    "promise": "ektp_sched.desk.questions:promise",
    "verify_plan": "ektp_sched.desk.checks:verify_plan",
    "verify_ledger": "ektp_sched.desk.checks:verify_ledger",
    "month": "ektp_sched.desk.checks:month",
}
"""The function of each verb: it takes the order and a callback of progress."""

_PATIENCE: Final = 3.0
"""Seconds that the work has to end by itself once it is to end."""

_OFTEN: Final = 0.1
"""Seconds between two lines about progress."""

_SAYING: Final = threading.Lock()


def main() -> int:
    """Do what stdin orders, and return the exit code."""
    order = json.loads(sys.stdin.readline())
    threading.Thread(target=_leave_with_stdin, daemon=True).start()
    try:
        module, _, name = VERBS[order["verb"]].partition(":")
        verb: Callable[..., Mapping[str, Any]] = getattr(import_module(module), name)
        document = verb(order, _Progress())
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # whatever it is, it is said in a sentence
        from ektp_sched.failures import failure

        failed = failure(error)
        told = on_page(failed.sentence)
        sentence = {code: in_language(told, code) for code in ("en", "id")}
        asked = {"asks": failed.asks, "figures": {**failed.figures}}
        _say({"failed": sentence, "code": failed.code, **asked})
        return failed.code
    _say({"done": document})
    return 0


class _Progress:
    """Says how far the work has come, now and then."""

    def __init__(self) -> None:
        self._last = ("", 0.0)

    def __call__(self, stage: str, share: float) -> None:
        now = time.monotonic()
        if stage != self._last[0] or now - self._last[1] >= _OFTEN:
            self._last = (stage, now)
            _say({"stage": stage, "share": round(share, 3)})


def _say(news: Mapping[str, Any]) -> None:
    with _SAYING:
        print(json.dumps(news), flush=True)


def _leave_with_stdin() -> None:
    """Interrupt the work when nobody waits for it any more, and then leave."""
    sys.stdin.read()
    if os.name == "posix":
        os.kill(os.getpid(), signal.SIGINT)
    else:
        import _thread

        _thread.interrupt_main()
    time.sleep(_PATIENCE)
    places = sys.modules.get("ektp_sched.places")
    if places is not None:
        places.abandon()
    os._exit(130)


if __name__ == "__main__":
    sys.exit(main())
