"""The first day: an office from five answers, and no file seen."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.desk.rules_page import day_name
from ektp_sched.desk.visit import Page
from ektp_sched.example.answers import Answers
from ektp_sched.example.folder import small_office, write_start
from ektp_sched.forms.controls import read_cell
from ektp_sched.office.cells import parsed
from ektp_sched.office.office import office_of
from ektp_sched.rules.fields import DAYS
from ektp_sched.rules.forms import Column, Kind
from ektp_sched.words import Said, in_workbook, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ektp_sched.desk.visit import Visit

_MOST: Final = 50
"""Printers that the first day asks about; more are added on the page Office."""

_PLACES: Final = {
    "name": "name",
    "printers": "cards",
    "servers": "server",
    "calendar": "days",
    "cards": "blanks",
}
"""Which question each table of an office comes from."""

_NUMBERS: Final = ("printers", "cards", "server", "blanks")


@dataclass(frozen=True, slots=True)
class _Given:
    """What was answered, and what is wrong with it by question."""

    texts: Mapping[str, str]
    days: tuple[str, ...]
    problems: Mapping[str, str]


def _show(visit: Visit) -> Response:
    if visit.desk.office_file is not None:
        return visit.go("/")
    return _page(visit, _Given({"printers": "1"}, DAYS[:5], {}))


def _page(visit: Visit, given: _Given) -> Response:
    day = partial(day_name, visit)
    return visit.page("first.html.j2", given=given, names=DAYS, day=day)


def _make(visit: Visit) -> Response:
    if visit.desk.office_file is not None:
        return visit.go("/")
    language = visit.words.code
    texts = {name: visit.text(name) for name in ("name", *_NUMBERS)}
    days = tuple(day for day in DAYS if day in visit.texts("days"))
    numbers = {name: _number(texts[name], language) for name in _NUMBERS}
    problems: dict[str, str] = {}
    # What is no number is written too, for the office's own sentence about it.
    printers = numbers["printers"]
    cards: Any = numbers["cards"] or texts["cards"]
    if not isinstance(printers, int) or not 1 <= printers <= _MOST:
        problems["printers"] = said(
            "must be a whole number from 1 to {most}",
            "harus bilangan bulat dari 1 sampai {most}",
            most=_MOST,
        )
        printers = 1
    answers = Answers(
        texts["name"],
        printers,
        cards,
        days,
        numbers["server"],
        numbers["blanks"],
    )
    text = small_office(language, answers)
    for problem in office_of(tomllib.loads(text, parse_float=Decimal))[1]:
        place = _PLACES[str(problem.path[0])]
        sentence = in_workbook(problem.sentence)
        if place == "server" and numbers["server"] is None:
            continue  # it follows from what each printer prints
        problems.setdefault(place, _required(sentence, texts.get(place, "-")))
    if problems:
        return _page(visit, _Given(texts, days, problems))
    write_start(
        visit.desk.path,
        language="en" if language == "en" else "id",
        answers=answers,
    )
    return visit.go("/", visit.words.text("desk.first.made"))


def _number(text: str, language: str) -> Any:
    column = Column("cards", Said("", ""), Kind.WHOLE)
    return parsed(read_cell(text, column, language), Kind.WHOLE) if text else None


def _required(sentence: str, text: str) -> str:
    return sentence if text else said("must be filled in", "harus diisi")


PAGES: Final = (
    Page("GET", "/first", _show, is_open=True),
    Page("POST", "/first", _make, is_open=True),
)
