"""Scenarios built in code, from plain values, held to what a file is held to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

from ektp_sched.errors import ScenarioError
from ektp_sched.office.parsing import refusal
from ektp_sched.office.sentences import field_problem
from ektp_sched.office.writing import pruned
from ektp_sched.scenarios.world.model import ScenarioRules, ScenariosFile

if TYPE_CHECKING:
    from ektp_sched.rules.fields import Table

_ANY: Final = TypeAdapter(Any)


class Scenario(ScenarioRules):
    """One way to go on, with the keys of a table ``[scenarios.NAME]``.

    Parameters
    ----------
    label
        Its name for people; left out: the name under which it stands.
    cost_idr, cost_idr_per_day
        What it costs once, and each day that is worked in it and not in the baseline,
        rupiah.
    servers, printers
        What it adds: each a dict with ``id``, ``cards_per_day`` (a number, or a dict of
        low, likely and high), and perhaps ``from`` (a date, or a dict of earliest,
        likely and latest), ``to``, ``replaces``.
    office
        Keys of office.toml that differ, as nested dicts.

    Raises
    ------
    ektp_sched.errors.ScenarioError
        With every argument that is not what it should be, one sentence each.
    """

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise _refused(error, ScenarioRules) from None


class Scenarios(ScenariosFile):
    """All that is asked and assumed, with the keys of scenarios.toml.

    What they say of an office is checked where they meet it: by ``compare``, ``need``,
    ``promise``, ``backtest`` and ``against``, which take them as they take a file.

    Parameters
    ----------
    scenarios
        Name → `Scenario`, or a dict of its arguments; the first is the ``baseline``
        unless that is given.
    baseline, question, deliveries_known_until
        As in the file.
    arrivals, held, breakdowns, told, worth
        Dicts as its tables; a ``history`` is a path from the working directory.
    sources
        Key → ``"fact: …"`` or ``"assumed: …"``; what is not named is assumed.

    Raises
    ------
    ektp_sched.errors.ScenarioError
        With every argument that is not what it should be, one sentence each.
    """

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise _refused(error, ScenariosFile) from None


def _refused(error: ValidationError, model: type[Table]) -> Exception:
    problems = [field_problem(e, model) for e in error.errors(include_url=False)]
    return refusal(problems, error=ScenarioError)


def tables_of(given: Any) -> Any:
    """Return what was stated, as scenarios.toml would hold it."""
    return pruned(_ANY.dump_python(given, exclude_unset=True))
