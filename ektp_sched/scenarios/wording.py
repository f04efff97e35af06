"""Words for the values of scenarios.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.errors import ScenarioError
from ektp_sched.office.files import RulesFile
from ektp_sched.office.sentences import OFFICE, Words
from ektp_sched.scenarios.model import (
    ArrivalPrior,
    ArrivalRules,
    BreakdownPrior,
    BreakdownRules,
    CardsRange,
    DayRange,
    NewPrinter,
    NewServer,
    ScenarioRules,
)

if TYPE_CHECKING:
    from ektp_sched.office.checks import Path
    from ektp_sched.office.fields import Table

__all__ = ["SCENARIOS", "SCENARIOS_FILE", "TOP_KEYS"]

SCENARIOS_FILE: Final = RulesFile(
    error=ScenarioError,
    noun="file of scenarios",
    names="a scenarios.toml, such as init --example kupang writes",
    example="scenarios.toml",
    content="at least one table [scenarios.NAME]",
    workbook="scenarios are written as text, such as scenarios.toml",
)

TOP_KEYS: Final = ("baseline", "arrivals", "breakdowns", "scenarios", "sources")

_CARDS = "a whole number of cards from 1 to 10,000,000"
_DATE = "a date without quotes, such as 2018-01-15"
_MEAN = "a number of working days from 1 to 1,000,000"
_COUNT = "a whole number from 0 to 1,000,000,000"
_WEIGHT = "a number above 0, up to 1,000,000"
_PAIR = "two numbers above 0 in brackets, such as [0.5, 20]"
_FILE = 'the name of a file beside this one, in quotes, such as "{}"'

_ADDED: Final = {
    "": "a table with id and cards_per_day",
    ".id": 'an id in quotes, such as "server-new"',
    ".cards_per_day": f"{_CARDS}, or a range such as "
    "{ low = 600, likely = 650, high = 700 }",
    ".cards_per_day.low": _CARDS,
    ".cards_per_day.likely": _CARDS,
    ".cards_per_day.high": _CARDS,
    ".from": f"{_DATE}, or a range "
    "{ earliest = DATE, likely = DATE, latest = DATE }; leave it out for the start",
    ".from.earliest": _DATE,
    ".from.likely": _DATE,
    ".from.latest": _DATE,
    ".to": _DATE,
    ".replaces": 'ids in brackets, such as ["server-1"]',
    ".servers": OFFICE.forms["printers.*.servers"],
    ".cards": OFFICE.forms["printers.*.cards"],
    ".areas": OFFICE.forms["printers.*.areas"],
}

_FORMS: Final = {
    "baseline": "the name of a scenario, in quotes",
    "arrivals.per_working_day": "a number of people from 0 to 10,000,000",
    "arrivals.dispersion": "variance / mean, a number from 1 (Poisson) to 1,000,000",
    "arrivals.mix": "shares by class, such as { urgent = 0.1, routine = 0.9 }",
    "arrivals.mix.*": "a share from 0 to 1 with at most 30 decimals, such as 0.1",
    "arrivals.history": _FILE.format("arrivals.csv"),
    "arrivals.prior": "a table with cards and days",
    "arrivals.prior.cards": _WEIGHT,
    "arrivals.prior.days": "a number from 0 to 1,000,000",
    "breakdowns": "tables [breakdowns.ID]",
    "breakdowns.*": "a table [breakdowns.ID]",
    "breakdowns.*.mean_days_between": _MEAN,
    "breakdowns.*.mean_days_down": _MEAN,
    "breakdowns.*.failures": _COUNT,
    "breakdowns.*.days_up": _COUNT,
    "breakdowns.*.repairs": _COUNT,
    "breakdowns.*.days_down": _COUNT,
    "breakdowns.*.history": _FILE.format("outages.csv"),
    "breakdowns.*.prior": "a table with failure and repair",
    "breakdowns.*.prior.failure": _PAIR,
    "breakdowns.*.prior.failure.*": _WEIGHT,
    "breakdowns.*.prior.repair": _PAIR,
    "breakdowns.*.prior.repair.*": _WEIGHT,
    "scenarios": "tables [scenarios.NAME], at least one",
    "scenarios.*": "a table [scenarios.NAME]",
    "scenarios.*.cost_idr": "a whole number of rupiah from 0 to 1,000,000,000,000",
    "scenarios.*.office": "keys of office.toml, such as "
    'office.calendar.workdays = ["mon", "sat"]',
    "scenarios.*.servers": "tables [[scenarios.NAME.servers]]",
    "scenarios.*.printers": "tables [[scenarios.NAME.printers]]",
    "sources": 'keys and "fact: …" or "assumed: …"',
    **{
        f"scenarios.*.{kind}.*{key}": form
        for kind in ("servers", "printers")
        for key, form in _ADDED.items()
    },
}


def _names(model: type[Table]) -> tuple[str, ...]:
    fields = model.model_fields.items()
    return tuple(field.serialization_alias or name for name, field in fields)


def _keys(path: Path) -> tuple[str, ...]:
    """Return the keys that the table at `path` may have."""
    first = path[0] if path else ""
    if first == "arrivals":
        return _names(ArrivalPrior if path[1:] else ArrivalRules)
    if first == "breakdowns":
        return _names(BreakdownPrior if path[2:] else BreakdownRules)
    if first == "scenarios" and len(path) == 2:
        head, office = _names(ScenarioRules)[:-1], _names(ScenarioRules)[-1]
        return (*head, "servers", "printers", office)
    if first == "scenarios":
        if path[-1] == "cards_per_day":
            return _names(CardsRange)
        if path[-1] == "from":
            return _names(DayRange)
        return _names(NewServer if path[2] == "servers" else NewPrinter)
    return TOP_KEYS


SCENARIOS: Final = Words(
    forms=_FORMS,
    choices={},
    named=frozenset({"breakdowns", "scenarios", "mix"}),
    tables=("arrivals",),
    keys=_keys,
)
