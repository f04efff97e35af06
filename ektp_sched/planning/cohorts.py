"""People as planning groups them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.people.cohorts import NONE, Cohorts, check_start, group
from ektp_sched.people.people import read_people

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office

__all__ = ["NONE", "Cohorts", "build_cohorts", "check_start"]


def build_cohorts(backlog: Backlog, office: Office, start: date, days: int) -> Cohorts:
    """Group a backlog's applications; refuse a start far from all records."""
    people = read_people(backlog.frame, office, start, days)
    check_start(people.since, start)
    return group(people)
