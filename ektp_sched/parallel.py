"""Doing independent things side by side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

WORKERS: Final = 2
"""Threads.  Polars, NumPy, hashing and files leave Python's lock alone."""


def side_by_side(*steps: Callable[[], Any]) -> list[Any]:
    """Run steps on a few threads, begun in order, and return what each returns.

    Parameters
    ----------
    steps
        Functions of which none waits for another.

    Raises
    ------
    BaseException
        Whatever the earliest step that failed raised, as soon as those under
        way have ended; none is begun after it is known.
    """
    with ThreadPoolExecutor(WORKERS) as pool:
        running = [pool.submit(step) for step in steps]
        try:
            return [one.result() for one in running]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
