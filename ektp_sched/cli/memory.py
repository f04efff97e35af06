"""How much memory a command must be allowed to take, asked before it takes any.

The libraries that tables are read with start threads of their own, which end the
process, or wait for each other for ever, where a limit leaves no room for them.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Final

from ektp_sched.words import said

_LEAST: Final = 1700
_EACH: Final = 8
"""MiB of addresses: measured with the smallest backlog, and for each processor."""


class TooLittleMemoryError(MemoryError):
    """A limit allows less memory than any command needs."""


def least_memory() -> int:
    """Return the MiB of addresses without which no command is begun."""
    return _LEAST + _EACH * (os.cpu_count() or 1)


def demand_memory() -> None:
    """Stop a command that a limit of the system leaves too little memory.

    Raises
    ------
    TooLittleMemoryError
        It says how much is needed.
    """
    with suppress(ImportError):  # where there are no such limits
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY and limit >> 20 < least_memory():
            message = said(
                "a limit allows this program {limit} MiB of memory, and it needs at "
                "least {least} MiB; raise the limit (ulimit -v {kib})",
                "suatu batas mengizinkan program ini memakai {limit} MiB memori, "
                "padahal diperlukan sekurang-kurangnya {least} MiB; naikkan batasnya "
                "(ulimit -v {kib})",
                limit=limit >> 20,
                least=least_memory(),
                kib=str(least_memory() << 10),
            )
            raise TooLittleMemoryError(message)
