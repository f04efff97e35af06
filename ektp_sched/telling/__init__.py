"""What the verbs of an office did: sentences for people, documents for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.lazily import lazily

if TYPE_CHECKING:
    from ektp_sched.telling.told import Told as Told

__getattr__ = lazily(__name__, {"told": ("Told",)})
