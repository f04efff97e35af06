"""The command line as a process, and a small office for it."""

from __future__ import annotations

import atexit
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from cli_server import LONGEST

import ektp_sched

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OFFICE = """\
name = "Test office"
language = "en"
[urgency.emergency]
target_days = 3
rank = 0
[urgency.routine]
target_days = 30
default = true
[[servers]]
id = "server-1"
cards_per_day = 4
[[printers]]
id = "printer-1"
cards_per_day = 3
[[printers]]
id = "printer-2"
cards_per_day = 3
"""
HEADING = "application_id,waiting_since,urgency,nama"
ROWS = [
    f"A{n:02d},2017-0{1 + n % 8}-1{n % 10},{'' if n % 7 else 'emergency'},Warga {n}"
    for n in range(1, 21)
]
PLAIN = {
    "COLUMNS": "100",
    "PYTHONIOENCODING": "utf-8",
    "PYTHONPATH": str(Path(ektp_sched.__file__).parents[1]),
}
FROM = ("--start", "2017-09-12")
_AGAIN = 5.0  # seconds


def run(
    *arguments: object,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    before: Callable[[], None] | None = None,
    prefix: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """Run ``ektp-sched`` as a process, a plain one as a fork that has it loaded.

    Variables of its own it reads when it runs, and others when it starts.
    """
    is_plain = all(name.startswith("EKTP_") for name in env or {})
    if is_plain and not (before or prefix):
        words = [str(argument) for argument in arguments]
        (done,) = _forks([words], cwd or Path.cwd(), env=env)
        return done
    return subprocess.run(
        [*prefix, sys.executable, "-m", "ektp_sched", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, **PLAIN, **(env or {})},
        preexec_fn=before,
        timeout=LONGEST,
        check=False,
    )


def run_killed(
    seconds: float, *arguments: object, cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run a command as a fork and kill it after so many seconds, if it still runs."""
    (done,) = _forks([[str(argument) for argument in arguments]], cwd, seconds)
    return done


def run_at_once(
    *commands: Sequence[object], cwd: Path | None = None
) -> list[subprocess.CompletedProcess[str]]:
    """Run several commands at the same time, each as a fork."""
    words = [[str(word) for word in command] for command in commands]
    return _forks(words, cwd or Path.cwd())


def _forks(
    commands: list[list[str]],
    cwd: Path,
    killed_after: float | None = None,
    env: dict[str, str] | None = None,
) -> list[subprocess.CompletedProcess[str]]:
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    with TemporaryDirectory() as folder:
        told = [
            {
                "arguments": arguments,
                "cwd": str(cwd),
                "env": {**os.environ, **PLAIN, **(env or {})},
                "out": str(Path(folder, f"{number}-out")),
                "err": str(Path(folder, f"{number}-err")),
                "killed_after": killed_after,
            }
            for number, arguments in enumerate(commands)
        ]
        server.stdin.write(json.dumps(told) + "\n")
        server.stdin.flush()
        codes = json.loads(server.stdout.readline())
        return [
            subprocess.CompletedProcess(
                arguments,
                code,
                _said(Path(folder, f"{number}-out")),
                _said(Path(folder, f"{number}-err")),
            )
            for number, (arguments, code) in enumerate(
                zip(commands, codes, strict=True)
            )
        ]


def _said(path: Path) -> str:
    """Return what a command wrote; nothing if it was killed before it could."""
    return path.read_bytes().decode() if path.exists() else ""


@cache
def _server() -> subprocess.Popen[str]:
    """Start what runs the commands of all tests of this process."""
    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("cli_server.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, **PLAIN},
    )
    atexit.register(_stop, server)
    return server


def _stop(server: subprocess.Popen[str]) -> None:
    server.communicate(timeout=LONGEST)


def interrupt(
    *arguments: object, when: str, cwd: Path | None = None
) -> tuple[int, bytes, str]:
    """Run a command and interrupt it once its progress matches `when`.

    Returns
    -------
    tuple
        Exit code, stdout, and stderr, which is a terminal.
    """
    terminal, its_side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "ektp_sched", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=its_side,
        cwd=cwd,
        env={**os.environ, **PLAIN},
        start_new_session=True,
        # Whoever runs the tests in the background has it ignored, for heirs too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(its_side)
    shown, sent = b"", 0.0
    with os.fdopen(terminal, "rb", buffering=0) as screen:
        while part := _next_part(screen.fileno()):
            shown += part
            # Where a library swallows it, a person presses the keys again.
            waited = time.monotonic() - sent > _AGAIN
            if waited and re.search(when.encode(), shown):
                process.send_signal(signal.SIGINT)
                sent = time.monotonic()
    said, _ = process.communicate(timeout=LONGEST)
    assert sent, shown
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)  # nobody of its session lives on
    return process.returncode, said, shown.decode()


def _next_part(terminal: int) -> bytes:
    """Read on from a terminal; nothing once the other side is closed."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def write_case(
    folder: Path, *, office: str = OFFICE, rows: Sequence[str] = ROWS
) -> tuple[Path, Path]:
    """Write backlog.csv and office.toml; return their paths."""
    backlog = folder / "backlog.csv"
    backlog.write_text("\n".join([HEADING, *rows]) + "\n", "utf-8")
    path = folder / "office.toml"
    path.write_text(office, "utf-8")
    return backlog, path


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """Return the single line on stderr of a command that refused its input."""
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert "mistake in the program" not in done.stderr
    *progress, line = done.stderr.splitlines()
    assert all(re.fullmatch(r".+ … \d+%", each) for each in progress)
    assert line.startswith("ektp-sched: ")
    return line.removeprefix("ektp-sched: ")
