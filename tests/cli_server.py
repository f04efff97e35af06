"""Run commands in forks of a process that has loaded the program already.

A command then takes what it does, and not the half second of processor time that
loading its libraries takes; exit code, stdout and stderr are a process's all the
same.  Nothing is calculated before the fork: no thread pool has begun whose locks
a fork could find taken, and an alarm ends a child that waits for ever.  One that finds
EKTP_TEST_KILLED_AT is killed before that change of a folder.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import pkgutil
import signal
import sys
import time
import traceback
from datetime import date
from typing import TYPE_CHECKING, Any

import ektp_sched

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 600  # seconds; nothing takes a tenth of it, on a busy machine either
_LIBRARIES = (
    "alembic.command",
    "altair",
    "holidays",
    "openpyxl",
    "ortools.sat.python.cp_model",
    "rich.progress",
    "rich.table",
    "sqlalchemy.dialects.sqlite",
    "xlsxwriter",
)


def _load() -> None:
    """Load what commands load: all modules, the texts, and the office's form."""
    for name in _LIBRARIES:
        __import__(name)
    for module in pkgutil.walk_packages(ektp_sched.__path__, "ektp_sched."):
        if not module.name.endswith(("__main__", "migrations.env")):
            __import__(module.name)
    from ektp_sched.office import Office
    from ektp_sched.output.languages import language

    for code in ("id", "en"):
        language(code).long_date(date(2017, 9, 12))
    Office.model_json_schema()
    gc.freeze()


def serve() -> None:
    """Answer each line of stdin, commands to run at once, by their exit codes."""
    _load()
    for line in sys.stdin:
        children = []
        for command in json.loads(line):
            child = os.fork()
            if not child:
                _become(command)
            children.append((child, command["killed_after"]))
        for child, seconds in children:
            if seconds is not None:
                time.sleep(seconds)
                # It is not waited for yet: its number is still its own.
                os.kill(child, signal.SIGKILL)
        codes = [os.waitpid(child, 0)[1] for child, _ in children]
        print(json.dumps([*map(os.waitstatus_to_exitcode, codes)]), flush=True)


def _become(command: Mapping[str, Any]) -> None:
    """Be the command, and leave."""
    code: Any = 1
    try:
        signal.alarm(LONGEST)
        os.chdir(command["cwd"])
        os.environ.clear()
        os.environ.update(command["env"])
        if "EKTP_TEST_KILLED_AT" in os.environ:
            _die_at(int(os.environ["EKTP_TEST_KILLED_AT"]))
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


def _die_at(number: int) -> None:
    """Be killed before the change of a folder with a number, from 0 on."""
    changes = itertools.count()
    names = {"os.mkdir", "os.rename", "os.rmdir", "os.remove", "sqlite3.connect"}

    def look(event: str, values: tuple[Any, ...]) -> None:
        is_opened = event == "open" and isinstance(values[2], int)
        is_change = is_opened and bool(values[2] & (os.O_CREAT | os.O_WRONLY))
        if (is_change or event in names) and next(changes) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)


if __name__ == "__main__":
    serve()
