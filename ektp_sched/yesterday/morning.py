"""What a morning begins with: today's export, and what is known of yesterday."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.errors import UsageError
from ektp_sched.words import joined, said
from ektp_sched.yesterday.previous import as_previous
from ektp_sched.yesterday.reconcile import reconcile

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.yesterday.previous import PreviousLike
    from ektp_sched.yesterday.reconcile import GoneChoice, OpenChoice

__all__ = ["with_yesterday"]

_OPEN: Final = ("exclude", "plan")
_GONE: Final = ("ask", "accept")


def with_yesterday(
    backlog: Backlog,
    office: Office,
    *,
    start: date,
    previous: PreviousLike | None = None,
    open: OpenChoice | None = None,  # noqa: A002 (the option's name)
    gone: GoneChoice = "ask",
) -> Backlog:
    """Return today's backlog with all that is known of yesterday.

    Parameters
    ----------
    backlog
        Today's export as it was read.
    office, start
        Of the plan to be made.
    previous
        The last plan, or its folder; without it nobody is taken out.
    open, gone
        As of `ektp_sched.yesterday.reconcile.reconcile`.

    Raises
    ------
    ektp_sched.errors.AskedError
        Only the office can say how to go on.
    ektp_sched.errors.InputError
        One of the files is not what it should be.
    ektp_sched.errors.UsageError
        An argument is out of its range, or says something of no previous plan.
    """
    _check_choice("open", open, (None, *_OPEN))
    _check_choice("gone", gone, _GONE)
    if previous is not None:
        plan = as_previous(previous, start)
        return reconcile(
            backlog, office, start=start, previous=plan, open=open, gone=gone
        )
    for name, given in (("open", open is not None), ("gone", gone != "ask")):
        if given:
            message = said(
                "{name} says what becomes of an earlier plan; give previous too",
                "{name} menyangkut rencana sebelumnya; berikan juga previous",
                name=name,
            )
            raise UsageError(message)
    return backlog


def _check_choice(name: str, value: object, known: tuple[str | None, ...]) -> None:
    if value not in known:
        message = said(
            "{name} is '{value}'; it must be {known}",
            "{name} berisi '{value}'; seharusnya {known}",
            name=name,
            value=str(value),
            known=joined(
                said(" or ", " atau "), [text for text in known if text is not None]
            ),
        )
        raise UsageError(message)
