"""Trials of damaged files in forks of a process that has loaded the libraries.

Each is a process of its own all the same, with its limit and its death, without
the third of a second that starting a Python takes.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from cli_server import LONGEST

import ektp_sched
from ektp_sched.backlog import readers
from ektp_sched.office import pages, trial

if TYPE_CHECKING:
    import pytest


class ForkedTrial(trial.Trial):
    """A `Trial` whose child is a fork."""

    def __init__(self, kind: str, data: bytes) -> None:
        server = _server()
        assert server.stdin is not None
        assert server.stdout is not None
        with NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            order = [file.name, kind, str(trial._allowance())]
            server.stdin.write(json.dumps(order) + "\n")
            server.stdin.flush()
            self._code = int(server.stdout.readline())

    def survived(self) -> bool | None:
        """Return what `Trial.survived` would."""
        if self._code == trial._UNREADABLE:
            return False
        return True if self._code == 0 else None

    def stop(self) -> None:
        """It has ended already."""


def fork_trials(patch: pytest.MonkeyPatch) -> None:
    """Let everything that is read be tried in forks."""
    for module in (readers, pages):
        patch.setattr(module, "Trial", ForkedTrial)


@cache
def _server() -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env={
            **os.environ,
            "PYTHONPATH": str(Path(ektp_sched.__file__).parents[1]),
            "POLARS_MAX_THREADS": "1",
        },
    )
    atexit.register(server.communicate, timeout=LONGEST)
    return server


def _serve() -> None:
    __import__("fastexcel")
    __import__("polars")
    for line in sys.stdin:
        name, kind, allowance = json.loads(line)
        child = os.fork()
        if not child:
            signal.alarm(LONGEST)
            os.dup2(os.open(name, os.O_RDONLY), 0)
            sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
            os._exit(trial._main(kind, allowance))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    _serve()
