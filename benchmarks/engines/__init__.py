"""Engines: each takes an accepted backlog, a case and seconds.

Each process loads one solver only, as highspy beside OR-Tools can clash.
"""

from __future__ import annotations

__all__: list[str] = []
