"""Run commands in forks of a process that has loaded the program already.

A command then takes what it does, and not the half second of processor time that
loading its libraries takes; exit code, stdout and stderr are a process's all the
same.  Nothing is calculated before the fork: no thread pool has begun whose locks
a fork could find taken, and an alarm ends a child that waits for ever.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 600  # seconds; nothing takes a tenth of it, on a busy machine either
_LOADED = (
    "ektp_sched.cli.app",
    "ektp_sched.backlog",
    "ektp_sched.office",
    "ektp_sched.output",
    "ektp_sched.planning.decisions.engine",
    "ektp_sched.planning.network.flow",
    "ektp_sched.planning.mixed.engine",
    "ektp_sched.scenarios",
    "ektp_sched.trust",
    "altair",
    "holidays",
    "openpyxl",
    "xlsxwriter",
)


def serve() -> None:
    """Answer each line of stdin, a command, by a line with its exit code."""
    for name in _LOADED:
        __import__(name)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(json.loads(line))
        if (seconds := json.loads(line)["killed_after"]) is not None:
            time.sleep(seconds)
            os.kill(child, signal.SIGKILL)  # it is not waited for yet: still its own
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(command: Mapping[str, Any]) -> None:
    """Be the command, and leave."""
    code: Any = 1
    try:
        signal.alarm(LONGEST)
        os.chdir(command["cwd"])
        os.environ.clear()
        os.environ.update(command["env"])
        modes = (os.devnull, "r"), (command["out"], "w"), (command["err"], "w")
        for number, (path, mode) in enumerate(modes):
            with open(path, mode) as file:
                os.dup2(file.fileno(), number)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.argv = ["ektp-sched", *command["arguments"]]
        sys.path[0] = command["cwd"]
        from ektp_sched.cli import console
        from ektp_sched.cli.entry import main

        # However slow the machine, a test reads what a command says at its end.
        console._OFTEN = float(LONGEST)

        main()
    except SystemExit as left:
        code = 0 if left.code is None else left.code
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    serve()
