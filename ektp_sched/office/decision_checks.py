"""What must hold between the keys of the rules with a yes or no in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.office.checks import Path, Problem, id_problem, key_path
from ektp_sched.office.decisions import uses_in_a_week
from ektp_sched.office.nearest import unknown
from ektp_sched.office.tables import DECISION_TIERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.office.model import Office

__all__ = ["decision_problems"]


def decision_problems(office: Office) -> tuple[Problem, ...]:
    """Return everything that contradicts itself in shifts and what hangs on them.

    Parameters
    ----------
    office
        An office whose values each have the right form.
    """
    return tuple(problem for rule in _RULES for problem in rule(office))


def _shift_ids_fit_file_names(office: Office) -> Iterator[Problem]:
    for index, shift in enumerate(office.shifts):
        sentence = id_problem(shift.id)
        if sentence is not None:
            yield Problem(("shifts", index, "id"), sentence)


def _shift_ids_are_unique(office: Office) -> Iterator[Problem]:
    seen: dict[str, Path] = {}
    for index, shift in enumerate(office.shifts):
        path: Path = ("shifts", index)
        first = seen.setdefault(shift.id.casefold(), path)
        if first != path:
            yield Problem(
                (*path, "id"),
                f'"{shift.id}" is already the id of {key_path(first)}; '
                "give each shift an id of its own",
            )


def _shifts_open_known_resources(office: Office) -> Iterator[Problem]:
    known = [resource.id for resource in (*office.servers, *office.printers)]
    for index, shift in enumerate(office.shifts):
        for at, name in enumerate(shift.resources or ()):
            if name not in known:
                sentence = unknown("printer or server", name, known)
                yield Problem(("shifts", index, "resources", at), sentence)


def _rest_leaves_the_uses_of_a_week(office: Office) -> Iterator[Problem]:
    for index, shift in enumerate(office.shifts):
        most = uses_in_a_week(shift.rest_days)
        if shift.max_per_week is not None and shift.max_per_week > most:
            yield Problem(
                ("shifts", index, "max_per_week"),
                f"{shift.max_per_week} a week cannot be with rest_days = "
                f"{shift.rest_days}, which leaves {most} at most; correct one of them",
            )


def _decision_tiers_have_shifts(office: Office) -> Iterator[Problem]:
    for at, name in enumerate(office.plan.tiers):
        if name in DECISION_TIERS and not office.shifts:
            yield Problem(
                ("plan", "tiers", at),
                f'"{name}" is about shifts, and the office has none; add a table '
                "[[shifts]], or take it out",
            )


_RULES: Final = (
    _shift_ids_fit_file_names,
    _shift_ids_are_unique,
    _shifts_open_known_resources,
    _rest_leaves_the_uses_of_a_week,
    _decision_tiers_have_shifts,
)
