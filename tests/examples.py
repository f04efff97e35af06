"""The shipped examples, each written and planned once for all tests of a process."""

from __future__ import annotations

import atexit
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ektp_sched import Office, plan, read_backlog
from ektp_sched.example import write_start

if TYPE_CHECKING:
    from ektp_sched import Backlog, Plan

START = date(2017, 9, 12)
_FOLDER = TemporaryDirectory()
atexit.register(_FOLDER.cleanup)


@cache
def example(name: str) -> Path:
    """Return the folder of an example, not to be written into."""
    folder = Path(_FOLDER.name, name)
    write_start(folder, example=name)
    return folder


@cache
def read(name: str) -> tuple[Backlog, Office]:
    """Return backlog and office of an example."""
    office = Office.load(example(name) / "office.toml")
    return read_backlog(example(name) / "backlog.csv", office), office


@cache
def planned(name: str) -> Plan:
    """Return the best plan of an example over 60 days."""
    return plan(*read(name), start=START, days=60)
