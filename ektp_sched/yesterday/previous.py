"""The plan before this one: a folder as it was written, or a plan at hand."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from ektp_sched.backlog.matching import match_ids
from ektp_sched.documents import Plan, SavedPlan, Status
from ektp_sched.documents.reading import load
from ektp_sched.documents.seal import BATCHES, changed_names
from ektp_sched.errors import FolderError, UsageError
from ektp_sched.office.inputs import kind_of_value
from ektp_sched.words import said

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.errors import EktpSchedError
    from ektp_sched.words import Said

PreviousLike: TypeAlias = "Plan | str | PathLike[str]"

_NOT_READ: Final = frozenset({BATCHES, "plan.xlsx", "report.html"})
"""What the office works with, and may have filled in."""

_PLANNED: Final = (Status.OPTIMAL, Status.FEASIBLE)


def as_previous(previous: object, start: date) -> Plan:
    """Return the plan before this one, read from its folder if need be.

    Parameters
    ----------
    previous
        A plan, or the path of a folder that is as it was written; its sheets may be
        filled in.
    start
        First day of the plan to be made; the previous one began no later.

    Raises
    ------
    ektp_sched.errors.FolderError
        It is no plan folder, was changed, or begins after `start`.
    ektp_sched.errors.UsageError
        It is neither, has nobody planned, or begins after `start`.
    """
    if isinstance(previous, str | PathLike):
        previous = load(Path(previous))
    if not isinstance(previous, Plan):
        message = said(
            "previous is {what}; give the path of a plan folder, or a Plan",
            "previous berisi {what}; berikan jalur folder rencana, atau sebuah Plan",
            what=kind_of_value(previous),
        )
        raise UsageError(message)
    # One whose rows are known has been here before: its files are read once.
    if isinstance(previous, SavedPlan) and previous.rows is None:
        _refuse_changed(previous)
    if previous.status not in _PLANNED:
        message = said(
            "has status {status}, so it plans nobody; name the plan before it",
            "berstatus {status}, jadi tidak merencanakan siapa pun; sebutkan rencana "
            "sebelum itu",
            status=str(previous.status),
        )
        raise _refused(previous, message)
    if previous.start > start:
        message = said(
            "begins on {first}, after the start {start}; name an earlier plan",
            "mulai pada {first}, sesudah start {start}; sebutkan rencana yang lebih "
            "awal",
            first=str(previous.start),
            start=str(start),
        )
        raise _refused(previous, message)
    return previous if previous.rows is not None else _with_rows(previous)


def _with_rows(previous: Plan) -> Plan:
    """Return a plan that knows the rows of its people, as all that follows asks."""
    ids = previous.backlog.frame["application_id"]
    tables = (previous.assignments, previous.unprinted)
    printed, left = (match_ids(table["application_id"], ids) for table in tables)
    return replace(previous, rows=(printed, left))


def _refused(previous: Plan, what: Said) -> EktpSchedError:
    if isinstance(previous, SavedPlan):
        return FolderError(what, file=str(previous.path))
    return UsageError(said("previous {what}", "previous {what}", what=what))


def _refuse_changed(saved: SavedPlan) -> None:
    for name in changed_names(saved.path, saved.summary):
        if name not in _NOT_READ:
            message = said(
                "was changed since it was written ({name} differs); give the folder as "
                "`ektp-sched plan` wrote it, with nothing filled in but its sheets",
                "sudah diubah sesudah ditulis ({name} berbeda); sebutkan folder "
                "seperti yang ditulis `ektp-sched plan`, yang diisi hanya lembarnya",
                name=name,
            )
            raise FolderError(message, file=str(saved.path))
