"""From what pydantic says to a sentence for the person who wrote the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.office.checks import Path, Problem
from ektp_sched.office.consumables import CardType, Delivery, RibbonDelivery
from ektp_sched.office.decisions import Budget, Quota, Shift
from ektp_sched.office.fields import DAYS
from ektp_sched.office.model import Office
from ektp_sched.office.nearest import unknown
from ektp_sched.office.tables import (
    DECISION_TIERS,
    TIERS,
    CalendarRules,
    ClassifyRule,
    DateRules,
    Identity,
    Outage,
    PlanRules,
    Printer,
    Privacy,
    Reserve,
    Server,
    StatusRules,
    UrgencyClass,
    Visits,
    VisitsOfArea,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pydantic_core import ErrorDetails

    from ektp_sched.office.fields import Table

__all__ = ["OFFICE", "Words", "field_problem", "known_keys"]

_TABLES: Final[dict[str, type[Table]]] = {
    "calendar": CalendarRules,
    "urgency": UrgencyClass,
    "cards": CardType,
    "servers": Server,
    "printers": Printer,
    "outages": Outage,
    "shifts": Shift,
    "budget": Budget,
    "quotas": Quota,
    "reserve": Reserve,
    "plan": PlanRules,
    "visits": Visits,
    "dates": DateRules,
    "status": StatusRules,
    "identity": Identity,
    "classify": ClassifyRule,
    "privacy": Privacy,
}

_ID = 'an id in quotes, such as "printer-1"'
_TEXT = "text on one line, 1 to 500 characters, with no space at either end"
_DATE = "a date without quotes, such as 2017-09-18"
_DAILY = "a whole number of cards from 1 to 10,000,000"
_STOCK = "a whole number of cards from 0 to 1,000,000,000"
_BLANKS = "a whole number of cards from 1 to 1,000,000,000"
_SHARE = "a number from 0 to 1 with at most 30 decimals, such as 0.5"
_RUPIAH = "a whole number of rupiah from 0 to 1,000,000,000,000"
_RANK = "a whole number from -1,000,000 to 1,000,000, lower first"
_YES_NO = "true or false"
_IDS = 'at least one id in brackets, such as ["server-1"]; leave it out for all'
_NAMES = 'at least one name in brackets, such as ["{}"]; leave it out for all'
_SELECTION = 'a name or names, such as "{0}" or ["{0}"]'

_FORMS: Final[dict[str, str]] = {
    "calendar.country": 'the code of a country in quotes, such as "ID"',
    "language": '"id" or "en"',
    "calendar.workdays": 'names of days in brackets, such as ["mon", "tue"]',
    "calendar.closed": "dates in brackets, such as [2017-12-27]",
    "calendar.open": "dates in brackets, such as [2017-12-27]",
    "calendar.closed.*": _DATE,
    "calendar.open.*": _DATE,
    "calendar.share": "a share by name of a day, such as { fri = 0.8 }",
    "calendar.share.*": _SHARE,
    "urgency": "tables [urgency.NAME], each with target_days",
    "urgency.*": "a table [urgency.NAME] with target_days",
    "urgency.*.target_days": "a whole number of days from 1 to 36,500",
    "urgency.*.rank": _RANK,
    "urgency.*.default": _YES_NO,
    "cards": "tables [cards.NAME]",
    "cards.*": "a table [cards.NAME]",
    "cards.*.default": _YES_NO,
    "cards.*.stock": _STOCK,
    "cards.*.deliveries": "entries such as [{ on = 2017-10-02, cards = 10000 }]",
    "cards.*.deliveries.*": "an entry such as { on = 2017-10-02, cards = 10000 }",
    "cards.*.deliveries.*.on": _DATE,
    "cards.*.deliveries.*.cards": _BLANKS,
    "cards.*.deliveries.*.expires_on": _DATE,
    "cards.*.expires_on": _DATE,
    "cards.*.set_aside": "blanks by urgency class, such as { emergency = 200 }",
    "cards.*.set_aside.*": _BLANKS,
    "servers": "tables [[servers]] in double brackets, at least one, each with id and "
    "cards_per_day",
    "servers.*": "a table [[servers]] with id and cards_per_day",
    "servers.*.id": _ID,
    "servers.*.cards_per_day": _DAILY,
    "servers.*.from": _DATE,
    "servers.*.to": _DATE,
    "printers": "tables [[printers]] in double brackets, at least one, each with id "
    "and cards_per_day",
    "printers.*": "a table [[printers]] with id and cards_per_day",
    "printers.*.id": _ID,
    "printers.*.cards_per_day": _DAILY,
    "printers.*.from": _DATE,
    "printers.*.to": _DATE,
    "printers.*.servers": _IDS,
    "printers.*.servers.*": _ID,
    "printers.*.cards": _NAMES.format("KTP-el"),
    "printers.*.areas": _NAMES.format("Oebobo"),
    "printers.*.cards_per_ribbon": _DAILY,
    "printers.*.ribbons": "a number from 0 to 1,000,000 with at most 30 decimals, such "
    "as 2.5",
    "printers.*.ribbon_deliveries": "entries such as "
    "[{ on = 2017-10-02, ribbons = 4 }]",
    "printers.*.ribbon_deliveries.*": "an entry such as "
    "{ on = 2017-10-02, ribbons = 4 }",
    "printers.*.ribbon_deliveries.*.on": _DATE,
    "printers.*.ribbon_deliveries.*.ribbons": "a number above 0, up to 1,000,000, with "
    "at most 30 decimals, such as 0.5",
    "outages": "tables [[outages]] in double brackets, each with resource, from and to",
    "outages.*": "a table [[outages]] with resource, from and to",
    "outages.*.resource": "the id of a printer or server, in quotes",
    "outages.*.from": _DATE,
    "outages.*.to": _DATE,
    "outages.*.share": _SHARE,
    "shifts": "tables [[shifts]], each with id and days",
    "shifts.*": "a table [[shifts]] with id and days",
    "shifts.*.id": 'an id in quotes, such as "saturday"',
    "shifts.*.days": 'days or dates in brackets, such as ["sat", 2017-12-27]',
    "shifts.*.days.*": 'a day such as "sat", or a date without quotes',
    "shifts.*.share": "a number above 0, up to 4, with at most 30 decimals, such as "
    "0.5",
    "shifts.*.cost_idr": _RUPIAH,
    "shifts.*.max_uses": "a whole number of days from 1 to 3,660",
    "shifts.*.max_per_week": "a whole number of days from 1 to 7",
    "shifts.*.rest_days": "a whole number of days from 0 to 3,660",
    "shifts.*.resources": _IDS,
    "shifts.*.on_holidays": _YES_NO,
    "budget.idr": _RUPIAH,
    "quotas": "tables [[quotas]], each with per, a selection and a limit",
    "quotas.*": "a table [[quotas]] with per, a selection and a limit",
    "quotas.*.id": 'an id in quotes, such as "kia"',
    "quotas.*.urgency": _SELECTION.format("emergency"),
    "quotas.*.card": _SELECTION.format("KTP-el"),
    "quotas.*.area": _SELECTION.format("Alak"),
    "quotas.*.per": '"day", "week" or "plan"',
    "quotas.*.at_most": _STOCK,
    "quotas.*.at_least": _STOCK,
    "quotas.*.at_most_share": _SHARE,
    "quotas.*.at_least_share": _SHARE,
    "reserve.cards_per_day": "a whole number of cards from 0 to 10,000,000",
    "plan.tiers": f"one or more of {', '.join((*TIERS, *DECISION_TIERS))}, in brackets",
    "plan.batch_size": _DAILY,
    "plan.freeze_days": "a whole number of days from 0 to 3,660",
    "plan.tie_break": '"recorded" or "lottery"',
    "plan.seed": "a whole number from 0 to 9,223,372,036,854,775,807",
    "visits.every_days": "a whole number of days from 1 to 36,500",
    "visits.trip_cost_idr": _RUPIAH,
    "visits.areas": "tables [visits.areas.NAME], each with every_days or trip_cost_idr",
    "visits.areas.*": "a table [visits.areas.NAME] with every_days or trip_cost_idr",
    "visits.areas.*.every_days": "a whole number of days from 1 to 36,500",
    "visits.areas.*.trip_cost_idr": _RUPIAH,
    "columns": 'headings and their columns, such as TGL_REKAM = "waiting_since"',
    "columns.*": 'the name of a column in quotes, such as "waiting_since"',
    "dates.format": "%d, %m and %Y for day, month and year, such as %d/%m/%Y",
    "status.printable": 'one or more texts in brackets, such as ["PRR"]',
    "status.done": 'texts in brackets, such as ["CARD_PRINTED"], or []',
    "classify": "tables [[classify]] in double brackets, each with column, matches and "
    "urgency",
    "classify.*": "a table [[classify]] with column, matches and urgency",
    "classify.*.matches": "a regular expression in quotes, such as darurat|sakit",
    "areas": 'official names and their spellings, such as "Batu Plat" = ["Batuplat"]',
    "areas.*": 'further spellings in brackets, such as ["Batuplat"], or []',
    "area_rank": "areas and their ranks, such as Oebobo = 1",
    "area_rank.*": _RANK,
    "privacy.show_nik": _YES_NO,
}

_CHOICES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "calendar.workdays.*": ("day", DAYS),
    "calendar.share.*": ("day", DAYS),
    "plan.tiers.*": ("tier", (*TIERS, *DECISION_TIERS)),
    "quotas.*.per": ("period", ("day", "week", "plan")),
    "plan.tie_break": ("tie_break", ("recorded", "lottery")),
    "language": ("language", ("id", "en")),
}
_NAMED: Final = frozenset(
    {"urgency", "cards", "share", "set_aside", "areas", "area_rank", "columns"}
)


def known_keys(path: Path) -> tuple[str, ...]:
    """Return the keys that the table at `path` may have, in their order."""
    model: type[Table] = Office
    if path:
        model = _TABLES[str(path[0])]
        model = Delivery if "deliveries" in path else model
        model = RibbonDelivery if "ribbon_deliveries" in path else model
        model = VisitsOfArea if path[:2] == ("visits", "areas") else model
    fields = model.model_fields.items()
    return tuple(field.serialization_alias or name for name, field in fields)


@dataclass(frozen=True, slots=True)
class Words:
    """How the values of a kind of file are described to people.

    Parameters
    ----------
    forms
        What a value must be, by path; * stands for what the author names.
    choices
        What a choice is of, and the words to choose from, by path.
    named
        Keys below which the author names the keys.
    tables
        Paths that are plain tables.
    keys
        From the path of a table to the keys that it may have.
    """

    forms: Mapping[str, str]
    choices: Mapping[str, tuple[str, tuple[str, ...]]]
    named: frozenset[str]
    tables: Collection[str]
    keys: Callable[[Path], tuple[str, ...]]


OFFICE: Final = Words(_FORMS, _CHOICES, _NAMED, _TABLES, known_keys)


def field_problem(
    error: ErrorDetails, words: Words = OFFICE, under: Path = ()
) -> Problem:
    """Return one of pydantic's errors as a problem with a sentence.

    Parameters
    ----------
    error
        An entry of `pydantic.ValidationError.errors`; the message of one of
        type ``sentence`` is taken as it is.
    words
        Those of the file's kind.
    under
        Where in the file the model that was validated stands.
    """
    path = (*under, *error["loc"])
    value = error["input"]
    if path and path[-1] == "[key]":
        path = path[:-1]
        if error["type"] != "literal_error":
            return Problem(path, f"is no name; a name is {_TEXT}")
        value = path[-1]
    if error["type"] == "extra_forbidden":
        sentence = unknown("key", str(path[-1]), words.keys(path[:-1]))
    elif error["type"] == "sentence":
        sentence = error["msg"]
    elif error["type"] == "missing":
        sentence = f"is missing; it must be {_form(path, words)}"
    elif error["type"] == "literal_error" and isinstance(value, str):
        kind, choices = words.choices[_pattern(path, words.named)]
        listed = f"{', '.join(choices[:-1])} or {choices[-1]}"
        sentence = f'unknown {kind} "{_short(value)}"; it must be {listed}'
    else:
        form = _form(path, words)
        if form == _TEXT and not isinstance(value, str):
            form = f"text in quotes, {_TEXT.removeprefix('text ')}"
        sentence = f"is {_shown(value)}; it must be {form}"
    return Problem(path, sentence)


def _pattern(path: Path, named: frozenset[str]) -> str:
    """Return a path with * for what the file's author names or counts."""
    parts: list[str] = []
    for part in path:
        free = isinstance(part, int) or (bool(parts) and parts[-1] in named)
        parts.append("*" if free else str(part))
    return ".".join(parts)


def _form(path: Path, words: Words) -> str:
    pattern = _pattern(path, words.named)
    if pattern in words.forms:
        return words.forms[pattern]
    if pattern in words.tables:
        return f"a table [{pattern}]"
    return _TEXT


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.strip():
        return (
            f'"{_short(value)}" in quotes' if _numeric(value) else f'"{_short(value)}"'
        )
    if isinstance(value, int | Decimal | float | date):
        return _short(str(value))
    if isinstance(value, dict):
        return "a table"
    return "empty" if not value else "a list"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def _numeric(text: str) -> bool:
    return bool(text) and text.strip("+-.0123456789") == ""
