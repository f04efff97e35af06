"""Many offices: each planned alone, beside the others, and one page over all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.lazily import lazily

if TYPE_CHECKING:
    from ektp_sched.fleet.fleet import fleet as fleet
    from ektp_sched.fleet.one import Outcome as Outcome
    from ektp_sched.fleet.summary import Fleet as Fleet

__all__ = ["Fleet", "Outcome", "fleet"]

__getattr__ = lazily(
    __name__, {"fleet": ("fleet",), "one": ("Outcome",), "summary": ("Fleet",)}
)
