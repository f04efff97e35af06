"""What is wrong with office and backlog, all at once, and how they were understood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ektp_sched.backlog import read_backlog
from ektp_sched.errors import InputError, TooManyRejectsError, UsageError
from ektp_sched.failures import problems_of
from ektp_sched.office import Office
from ektp_sched.words import Said, in_language, joined, said

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Notice
    from ektp_sched.output.languages import Language


@dataclass(frozen=True, slots=True)
class Checked:
    """An office and a backlog, as far as they can be read.

    Parameters
    ----------
    problems
        Why no plan can be made of them; nothing where one can.
    office, backlog
        None where they cannot be read.
    notices
        What is worth knowing.
    is_limited
        Whether nothing stands in the way but how many of the rows are bad.
    """

    problems: tuple[Said, ...]
    office: Office | None
    backlog: Backlog | None
    notices: tuple[Notice, ...]
    is_limited: bool = False


def checked(
    backlog: Path,
    office: Path | Office,
    *,
    priority: Path | None = None,
    max_rejects: float = 0.01,
    start: date | None = None,
) -> Checked:
    """Read an office and a backlog, and gather what is wrong instead of stopping at it.

    Parameters
    ----------
    backlog, office
        Their files; an office that was read already is taken as it is.
    priority
        A list of authorised priorities.
    max_rejects
        Largest share of bad rows to go on with.
    start
        First day of a plan, which then must be one; notices are of today if left out.
    """
    problems: list[Said] = []
    rules, people, too_many = None, None, False
    try:
        rules = office if isinstance(office, Office) else Office.load(office)
        people = read_backlog(
            backlog, rules, priority=priority, max_rejects=max_rejects
        )
    except TooManyRejectsError as error:
        problems.append(joined("", error.args))
        people, too_many = error.backlog, error.backlog.planned > 0
    except InputError as error:
        problems += problems_of(error)
        if rules is None and not backlog.is_file():
            absent = said("there is no such file", "berkas itu tidak ada")
            problems.append(joined(": ", (str(backlog), absent)))
    if people is not None and start is not None:
        problems += _start_problems(people, start)
    notices = _notices(rules, people, start or date.today())
    is_limited = too_many and len(problems) == 1
    return Checked((*problems,), rules, people, notices, is_limited)


def document_of(read: Checked, words: Language) -> dict[str, Any]:
    """Return the same as ``check --json`` prints it."""
    backlog = read.backlog
    document: dict[str, Any] = {
        "schema_version": 1,
        "ok": not read.problems,
        "problems": [in_language(problem, words.code) for problem in read.problems],
        "warnings": [
            {"code": n.code, "figures": n.figures, "text": words.notice(n)}
            for n in read.notices
        ],
    }
    if backlog is None:
        return document
    held = backlog.held.group_by("status").len().sort("status").rows()
    return document | {
        "read": backlog.read,
        "planned": backlog.planned,
        "held": backlog.held_count,
        "done": backlog.done,
        "rejected": backlog.rejected,
        "read_as": dict(backlog.read_as),
        "by_area": backlog.counts_by_area().to_dicts(),
        "held_by_status": {status or "": count for status, count in held},
        "rejects": [
            {**reject, "text": words.reason(reject["reason"])}
            for reject in backlog.rejects.to_dicts()
        ],
    }


def _start_problems(backlog: Backlog, start: date) -> list[Said]:
    from ektp_sched.people.cohorts import check_start

    since = (backlog.frame["waiting_since"] - start).dt.total_days().to_numpy()
    try:
        check_start(since, start)
    except UsageError as error:
        return [joined("", error.args)]
    return []


def _notices(
    office: Office | None, backlog: Backlog | None, start: date
) -> tuple[Notice, ...]:
    if office is None:
        return ()
    if backlog is None:
        return office.warnings()
    from ektp_sched.planning.outlook import outlook

    return (*office.warnings(), *backlog.notices, *outlook(backlog, office, start))
