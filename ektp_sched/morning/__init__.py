"""The morning and the rest of a day: the newest export in, sheets out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.lazily import lazily

if TYPE_CHECKING:
    from ektp_sched.morning.morning import Morning as Morning
    from ektp_sched.morning.morning import today as today

__getattr__ = lazily(__name__, {"morning": ("Morning", "today")})
