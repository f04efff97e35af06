"""Printing to somebody who may have gone away.

Who pipes a command into ``head``, or closes its output, asks for no less work:
what a command writes and answers must not hang on whether anybody reads on.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.words import said, system_reason

if TYPE_CHECKING:
    from ektp_sched.words import Said

_GONE: Final = frozenset({errno.EPIPE, errno.EBADF, errno.ECONNRESET, errno.EINVAL})
"""What a system answers where a reader went away."""


class Outlet(io.RawIOBase):
    """What a stream is written to, until that fails; then nowhere.

    Parameters
    ----------
    raw
        Where to; None: the stream was closed from the beginning.
    stream
        What stood before it, which would be closed if nobody held it.
    """

    def __init__(self, raw: Any | None, stream: object) -> None:
        super().__init__()
        self._raw = raw
        self._stream = stream
        self.failure: int | None = errno.EBADF if raw is None else None

    def writable(self) -> bool:
        """Return that it can be written to, as a stream must say."""
        return True

    def fileno(self) -> int:
        """Return the system's number of the stream."""
        if self._raw is None:
            raise io.UnsupportedOperation
        return int(self._raw.fileno())

    def isatty(self) -> bool:
        """Return whether somebody sits there."""
        return self._raw is not None and bool(self._raw.isatty())

    def write(self, data: Any, /) -> int | None:
        """Write bytes, or forget them once nobody reads."""
        if self.failure is None and self._raw is not None:
            try:
                return self._raw.write(data)  # type: ignore[no-any-return]
            except OSError as error:
                self.failure = error.errno or errno.EIO
        return len(data)


def open_streams() -> None:
    """Let streams that are closed lead nowhere.

    The next file that is opened would else take the number of the closed one,
    and what a library prints would be written into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the least number that is free


def prepare_streams() -> Outlet | None:
    """Let a console that lacks a sign print "?", and a lost reader stop nothing."""
    outlets = {}
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        buffer = getattr(stream, "buffer", None)
        # Python itself may have been asked to buffer nothing.
        bare = buffer if isinstance(buffer, io.RawIOBase) else None
        raw = getattr(buffer, "raw", bare)
        if isinstance(raw, Outlet):
            outlets[name] = raw
        elif stream is None or (raw is not None and not stream.isatty()):
            outlets[name] = Outlet(raw, stream)
            text = io.TextIOWrapper(
                io.BufferedWriter(outlets[name]),
                encoding=stream.encoding if stream else "utf-8",
                errors="replace",
                line_buffering=name == "stderr",
            )
            setattr(sys, name, text)
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    return outlets.get("stdout")


def unread(outlet: Outlet | None) -> tuple[Said, bool] | None:
    """Return what to say of output that was not read, and whether it is a failure."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    if outlet is None or outlet.failure is None:
        return None
    if outlet.failure in _GONE:
        sentence = said(
            "standard output was closed, so not all was printed; all else is done",
            "keluaran standar ditutup sehingga tidak semua tercetak di layar; "
            "pekerjaan lainnya selesai",
        )
        return sentence, False
    sentence = said(
        "standard output cannot be written ({why}), so not all was printed; all else "
        "is done",
        "keluaran standar tidak dapat ditulis ({why}) sehingga tidak semua tercetak; "
        "pekerjaan lainnya selesai",
        why=system_reason(outlet.failure),
    )
    return sentence, True
