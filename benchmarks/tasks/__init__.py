"""What a process of `benchmarks.child` does; each returns what JSON can hold."""

from __future__ import annotations

__all__: list[str] = []
