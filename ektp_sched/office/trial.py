"""A first reading of a file in a process of its own, which may die of it.

Libraries in other languages read workbooks and Parquet.  What damage or malice
makes of them (a panic, an abort, all memory) happens here, under a limit, and
the person gets a sentence.  A file that survives is read again by the caller:
the same bytes give the same reading.

This file runs as a script, too, and so imports nothing of the package at its top.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from subprocess import Popen

_MOST_MEMORY: Final = 8 << 30
_SECONDS: Final = 900
_UNREADABLE: Final = 3
_NO_LIBRARY: Final = 4


class Trial:
    """A workbook or Parquet that is read in a child, while the caller looks at it."""

    def __init__(self, kind: str, data: bytes) -> None:
        # Not at the top, for the child's sake, which starts no further one.
        from subprocess import DEVNULL, PIPE, Popen
        from threading import Thread

        from ektp_sched.children import child_command, child_environment

        self._child: Popen[bytes] | None = None
        # Without a Python to start, as in a frozen program, there is no trial.
        if not sys.executable or getattr(sys, "frozen", False):
            return
        with suppress(OSError):
            self._child = Popen(
                child_command(__file__, kind, str(_allowance())),
                stdin=PIPE,
                stdout=DEVNULL,
                stderr=DEVNULL,
                env=child_environment("polars", "fastexcel", POLARS_MAX_THREADS="1"),
            )
            # At once, so that it reads while the caller looks.
            self._feeding = Thread(target=self._feed, args=(data,), daemon=True)
            self._feeding.start()

    def _feed(self, data: bytes) -> None:
        if self._child is not None and self._child.stdin is not None:
            with suppress(OSError), self._child.stdin as pipe:  # it may be dead
                pipe.write(data)

    def survived(self) -> bool | None:
        """Wait; return whether it was read, None if the child died of it."""
        from subprocess import TimeoutExpired

        child = self._child
        if child is None:
            return True
        try:
            child.wait(_SECONDS)
        except TimeoutExpired:
            return None
        finally:
            self.stop()
        if child.returncode == _UNREADABLE:
            return False
        return True if child.returncode in {0, _NO_LIBRARY} else None

    def stop(self) -> None:
        """End the child, whatever it does."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._feeding.join()


def is_panic(error: BaseException) -> bool:
    """Return whether a library in Rust gave up; each has a class of its own for it."""
    return type(error).__name__ == "PanicException"


def _allowance() -> int:
    """Return the bytes that a child may ask for: what is left to this process."""
    limit = _MOST_MEMORY
    with suppress(ImportError, OSError, ValueError, AttributeError):
        import resource

        limit = min(
            limit, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4
        )
        most, _ = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            with open("/proc/self/statm", encoding="ascii") as file:
                taken = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
            limit = min(limit, max(most - taken, 1 << 28))
    return limit


def _read(kind: str, data: bytes) -> None:
    if kind == "parquet":
        import polars as pl

        pl.read_parquet(io.BytesIO(data))
        return
    import fastexcel

    book = fastexcel.read_excel(data)
    for index in range(len(book.sheet_names)):
        with suppress(fastexcel.FastExcelError):  # a page that is no sheet of cells
            sheet = book.load_sheet(
                index, header_row=None, skip_rows=0, dtypes="string"
            )
            sheet.__arrow_c_array__()


def _main(kind: str, allowance: str) -> int:
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (int(allowance), int(allowance)))
    data = sys.stdin.buffer.read()
    try:
        _read(kind, data)
    except ImportError:
        return _NO_LIBRARY
    except MemoryError:
        return 1
    except BaseException:  # a panic is no Exception
        # Whatever a library says is not for people.
        return _UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
