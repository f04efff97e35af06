"""Serving the desk on this machine until it is closed."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Final

from ektp_sched.desk.app import desk_app
from ektp_sched.desk.visit import Desk
from ektp_sched.errors import UsageError
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

_LAST_LOOK: Final = 1.0
"""Seconds that a desk which is closed answers still."""


def serve(
    path: Path,
    *,
    port: int = 0,
    ledger: str | None = None,
    on: date | None = None,
    lang: str | None = None,
    opened: Callable[[str], object],
) -> None:
    """Serve an office folder on 127.0.0.1 until the desk is closed.

    Parameters
    ----------
    path
        The office folder; it may be empty.
    port
        Where; 0: any that is free.
    ledger
        Address of its ledger; see `ektp_sched.ledger.database.address`.
    on
        The day at the office; the system's if left out.
    lang
        Language of its pages; the office's if left out.
    opened
        Called with the address that opens the desk, once, when it is there.

    Raises
    ------
    ektp_sched.errors.UsageError
        The port is taken.
    """
    import uvicorn

    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError:
        listening.close()
        message = said(
            "port {port} is taken; leave --port out, and any that is free is used",
            "port {port} sedang dipakai; hilangkan --port, maka dipakai port yang "
            "kosong",
            port=str(port),
        )
        raise UsageError(message) from None
    number = int(listening.getsockname()[1])
    desk = Desk(path.absolute(), number, ledger=ledger, on=on, lang=lang)
    config = uvicorn.Config(
        desk_app(desk),
        access_log=False,  # whom somebody asked about stands in addresses of pages
        log_level="critical",
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)

    def close() -> None:
        """End the desk when its last page has its style too."""
        end = threading.Timer(_LAST_LOOK, setattr, (server, "should_exit", True))
        end.daemon = True
        end.start()

    desk.close = close
    listening.listen()
    opened(f"http://127.0.0.1:{number}/open?token={desk.sessions.opening}")
    try:
        server.run(sockets=[listening])
    finally:
        desk.works.end()
        listening.close()
