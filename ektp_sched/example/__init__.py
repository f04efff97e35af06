"""A first folder to start from: an example, or an empty office."""

from __future__ import annotations

from ektp_sched.example.folder import write_key, write_start
from ektp_sched.example.kupang import START, kupang_backlog

__all__ = ["START", "kupang_backlog", "write_key", "write_start"]
