"""People as planning groups them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.people.cohorts import NONE, Cohorts, check_start, group
from ektp_sched.people.keys import compact
from ektp_sched.people.people import read_people

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.people.kinds import Kinds

    Ints = NDArray[np.int64]

__all__ = ["NONE", "Cohorts", "build_cohorts", "check_start"]


def build_cohorts(
    backlog: Backlog,
    office: Office,
    start: date,
    days: int,
    questions: Sequence[pl.Expr] = (),
) -> Cohorts:
    """Group the backlog's applications into cohorts, sorted.

    Each of ``questions``, a yes or no for every application, tells them further apart.
    A start far from all records is refused.
    """
    people = read_people(backlog.frame, office, start, days)
    check_start(people.since, start)
    return group(people, *_answers(people.kinds, questions))


def _answers(
    kinds: Kinds, questions: Sequence[pl.Expr]
) -> tuple[Ints, tuple[tuple[bool, ...], ...]]:
    """Return the answers to all questions, as one index, with what they mean."""
    schema = dict.fromkeys(("urgency", "card", "area"), pl.String())
    frame = pl.DataFrame(kinds.names, schema=schema, orient="row")
    number = np.zeros(frame.height, dtype=np.int64)
    answers: tuple[tuple[bool, ...], ...] = ((),)
    for question in questions:
        answer = frame.select(question.fill_null(value=False)).to_series()
        key = number * 2 + answer.cast(pl.Int64).to_numpy()
        number, used = compact(key, 2 * len(answers))
        answers = tuple((*answers[k // 2], bool(k % 2)) for k in used.tolist())
    return number, answers or ((False,) * len(questions),)
