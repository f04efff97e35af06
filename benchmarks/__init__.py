"""Measurements, as ratios in one run: ``python -m benchmarks [--smoke] [subject …]``.

The driver loads nothing but the standard library.  Every measurement is a process
of its own (`benchmarks.child`), so that no library's threads, caches or memory
weigh on another's, and so that peak memory is that of the work alone.
"""

from __future__ import annotations

__all__: list[str] = []
