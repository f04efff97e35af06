"""A real PostgreSQL for the tests: that of EKTP_TEST_POSTGRES, or one of our own.

Ours is started by the first test of a run that asks for it, on loopback and with a
password, and stopped when the run ends.  What a run that was killed has left behind,
the next one stops.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE: Final = "EKTP_TEST_POSTGRES"
"""Address of a server where the tests may make databases."""

_PREFIX: Final = "ektp-postgres-"
_NUMBERS: Final = count(1)
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": 60,
    "shared_buffers": "32MB",
}


class NoServerError(Exception):
    """There is no PostgreSQL, and why."""


def server() -> sa.URL:
    """Return the address of the run's server, which is started if need be.

    Raises
    ------
    NoServerError
        There is none, and it says why.
    """
    given = os.environ.get(VARIABLE)
    if given:
        return sa.make_url(given).set(drivername="postgresql+psycopg")
    programs = _programs()
    home = _home()
    home.mkdir(mode=0o700, exist_ok=True)
    with _locked(home):
        if not (home / "address").exists():
            _stop_those_left()
            _start(home, programs)
    return sa.make_url((home / "address").read_text(encoding="utf-8"))


@contextmanager
def new_database(server: sa.URL, options: str = "") -> Iterator[sa.URL]:
    """Make a database for one test, and drop it after."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"ektp_{os.getpid()}_{worker}_{next(_NUMBERS)}"
    _ask(server, f"CREATE DATABASE {name} TEMPLATE template0 {options}")
    try:
        yield server.set(database=name)
    finally:
        _ask(server, f"DROP DATABASE {name} WITH (FORCE)")


def stop() -> None:
    """Stop the server of this run, if it has one of its own."""
    _remove(_home())


def _ask(server: sa.URL, statement: str) -> None:
    engine = sa.create_engine(
        server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


def _home() -> Path:
    """Return where the run's server lives; a worker's run is that of its parent."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    run = os.getppid() if is_worker else os.getpid()
    return Path(tempfile.gettempdir(), f"{_PREFIX}{run}")


def _programs() -> Path:
    """Return where the newest PostgreSQL's programs are."""
    places = [*Path("/usr/lib/postgresql").glob("*/bin")]
    on_path = shutil.which("initdb")
    if on_path is not None:
        places.append(Path(on_path).parent)
    places = [place for place in places if (place / "initdb").exists()]
    if sys.platform == "win32" or not places:
        message = f"no PostgreSQL is installed, and {VARIABLE} names none"
        raise NoServerError(message)
    return max(places, key=lambda place: (len(place.parent.name), place.parent.name))


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    import fcntl

    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(home: Path, programs: Path) -> None:
    """Start a server whose texts are sorted otherwise than Python's."""
    password = secrets.token_hex(16)
    secret = home / "password"
    secret.write_text(password, encoding="utf-8")
    as_other: dict[str, Any] = {}
    if os.getuid() == 0:  # which PostgreSQL refuses to run as
        as_other = {"user": "postgres", "group": "postgres", "extra_groups": []}
        for path in (home, secret):
            shutil.chown(path, "postgres", "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cluster = home / "cluster"
    _run(
        *(programs / "initdb", "-D", cluster, "-U", "postgres", "--no-sync"),
        *("-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8"),
        *("--locale", "C", "--locale-provider", "icu", "--icu-locale", "id"),
        **as_other,
    )
    settings = _SETTINGS | {"port": port}
    _run(
        *(programs / "pg_ctl", "-D", cluster, "-l", cluster / "log", "-w", "start"),
        *("-o", "".join(f" -c {key}='{value}'" for key, value in settings.items())),
        **as_other,
    )
    url = sa.URL.create(
        "postgresql+psycopg", "postgres", password, "127.0.0.1", port, "postgres"
    )
    (home / "address").write_text(url.render_as_string(hide_password=False))


def _run(*command: object, **options: Any) -> None:
    # The server keeps what it inherits: no pipe, or nobody could wait for its end.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            check=False,
            **options,
        )
        output.seek(0)
        if done.returncode:
            message = f"PostgreSQL does not start: {output.read()}"
            raise NoServerError(message)


def _stop_those_left() -> None:
    """Stop the servers of runs that are no more."""
    for home in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        run = home.name.removeprefix(_PREFIX)
        try:
            os.kill(int(run), 0)
        except ProcessLookupError:
            _remove(home)
        except (ValueError, PermissionError):
            continue


def _remove(home: Path) -> None:
    """Stop the server that lives in a folder, at once, and remove the folder."""
    mark = home / "cluster/postmaster.pid"
    try:
        lines = mark.read_text(encoding="utf-8").split("\n")
        # Who has that number today need not be it.
        socket.create_connection(("127.0.0.1", int(lines[3])), timeout=5).close()
        os.kill(int(lines[0]), signal.SIGQUIT)
        for _ in range(1000):
            if not mark.exists():
                break
            time.sleep(0.01)
    except (OSError, ValueError, IndexError):
        pass  # it is not running
    shutil.rmtree(home, ignore_errors=True)
