"""The library and its peers: each takes a frame's backlog and returns an `Answer`.

Every engine is a module of its own, so that a process loads one solver only
(highspy beside OR-Tools can clash).
"""

from __future__ import annotations

__all__: list[str] = []
