"""A first folder to start from: an example, or an empty office."""

from __future__ import annotations

from ektp_sched.example.folder import write_key, write_start
from ektp_sched.example.kupang import kupang_backlog

__all__ = ["kupang_backlog", "write_key", "write_start"]
