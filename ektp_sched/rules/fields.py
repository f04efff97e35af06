"""The kinds of value that office.toml may hold, each with its range and its words."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, dataclass_transform

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
)
from pydantic_core import PydanticCustomError

from ektp_sched.rules.forms import Form, Kind
from ektp_sched.words import Said, by_form, said

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Names of the days of the week, Monday first."""

LARGEST_DAILY: Final = 10_000_000
"""Cards a day beyond which a number is taken for a mistake."""

LARGEST_COUNT: Final = 1_000_000_000
"""Cards in stock or in one delivery beyond which it is taken for one."""

_DECIMAL_PLACES = 30
_UNWANTED = frozenset({"Cc", "Cs", "Zl", "Zp"})


def _is_noncharacter(char: str) -> bool:
    code = ord(char)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


SHEET_ERRORS: Final = (
    r"^(?:#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!"
    r"|CONNECT!|UNKNOWN!|GETTING_DATA|BUSY!|EXTERNAL!|PYTHON!|#+)|Err:\d{3})$"
)
"""What a sheet shows where a formula failed or a cell is too narrow, as a pattern."""


def _plain(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("text_empty", "must not be empty")
    if any(unicodedata.category(c) in _UNWANTED or _is_noncharacter(c) for c in value):
        raise PydanticCustomError("text_control", "must be one line of plain text")
    if re.match(SHEET_ERRORS, value.strip()):
        text = said(
            '"{value}" is what a sheet shows for an error; write a name',
            '"{value}" adalah tampilan kesalahan dalam lembar; tulislah sebuah nama',
            value=value,
        )
        raise PydanticCustomError("sentence", "{text}", {"text": text})
    return value


def _trimmed(value: str) -> str:
    if value != value.strip():
        raise PydanticCustomError("text_spaces", "must not begin or end with a space")
    return value


def a_day(value: object) -> object:
    """Return `value`, which must be a date without a time."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise PydanticCustomError("date_type", "must be a date")
    return value


def _a_number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PydanticCustomError("decimal_type", "must be a number")
    return value


def _shortest(value: Decimal) -> Decimal:
    """Return the same number in one way of writing it: 0.50 is 0.5."""
    text = f"{value:f}" if value else "0"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


Text = Annotated[
    str,
    Strict(),
    Field(max_length=500),
    AfterValidator(_plain),
    AfterValidator(_trimmed),
]
"""One line of text, 1 to 500 characters, no space at either end."""

Pattern = Annotated[
    str,
    Strict(),
    Field(max_length=2000),
    AfterValidator(_plain),
    Form(
        by_form(
            said(
                "a regular expression in quotes, such as darurat|sakit",
                "pola kata dalam tanda kutip, misalnya darurat|sakit",
            ),
            said(
                "a regular expression, such as darurat|sakit",
                "pola kata, misalnya darurat|sakit",
            ),
        ),
        kind=Kind.PATTERN,
    ),
]
"""A regular expression on one line; spaces in it count."""

Flag = Annotated[bool, Strict()]

Whole = Annotated[int, Strict()]

Days = Annotated[int, Strict(), Form(unit=said(" of days", " hari"))]
"""A number of days."""

_CARDS = Form(unit=said(" of cards", " kartu"))

Cards = Annotated[int, Strict(), Field(ge=1, le=LARGEST_DAILY), _CARDS]
"""Cards a day, 1 to 10,000,000."""

Count = Annotated[int, Strict(), Field(ge=0, le=LARGEST_COUNT), _CARDS]
"""Cards, 0 to 1,000,000,000."""

Rupiah = Annotated[
    int,
    Strict(),
    Field(ge=0, le=1_000_000_000_000),
    Form(unit=said(" of rupiah", " rupiah")),
]
"""An amount of money, 0 to 1,000,000,000,000."""

Rank = Annotated[
    int,
    Strict(),
    Field(ge=-1_000_000, le=1_000_000),
    Form(
        said(
            "a whole number from {low} to {high}, lower first",
            "bilangan bulat dari {low} sampai {high}; yang lebih kecil didahulukan",
            low=-1_000_000,
            high=1_000_000,
        )
    ),
]
"""Strict precedence, lower first."""

Day = Annotated[date, BeforeValidator(a_day)]
"""A calendar date."""

Number = Annotated[Decimal, BeforeValidator(_a_number)]
"""An exact decimal number."""

Exact = Annotated[
    Number, Field(decimal_places=_DECIMAL_PLACES), AfterValidator(_shortest)
]
"""An exact decimal number, written in its shortest way."""

Share = Annotated[Exact, Field(ge=0, le=1)]
"""An exact decimal share, 0 to 1."""

DayName = Annotated[
    Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], Form(choice="day")
]

RESOURCES: Final = "resources"
"""What lists the ids of all servers and printers."""

ClassName = Annotated[Text, Form(names="urgency class", source="urgency")]
"""Name of an urgency class."""

CardName = Annotated[Text, Form(names="card type", source="cards")]
"""Name of a card type."""

AreaName = Annotated[Text, Form(names="area", source="areas")]
"""Official name of an area."""

ServerName = Annotated[Text, Form(names="server")]
"""Id of a server."""

ResourceName = Annotated[Text, Form(names="printer or server", source=RESOURCES)]
"""Id of a printer or server."""


_IN_TEXT: Final = (
    (", separated by semicolons", ""),
    (", dipisah titik koma", ""),
    (", one a row", ""),
    (", satu per baris", ""),
    ("Empty:", "Left out:"),
    ("Kosong:", "Bila dihilangkan:"),
    (" empty.", " left out."),
    (" kosong.", " dihilangkan."),
    ("yes:", "true:"),
    ("ya:", "true:"),
    ("yes at", "true at"),
    ("ya pada", "true pada"),
    (" no:", " false:"),
    ("tidak:", "false:"),
)
"""What a note says of a cell, and what of a value in a file of text."""


def noted(
    english: str, indonesian: str, *, text: tuple[str, str] = ("", ""), **how: Any
) -> Any:
    """Return a field with its note; the rest as pydantic's `Field`.

    The note is that of office.xlsx; that of a file of text follows from it, unless
    it is given (in English, in Indonesian).
    """
    in_text = text[0] or english, text[1] or indonesian
    for cell, value in _IN_TEXT:
        in_text = in_text[0].replace(cell, value), in_text[1].replace(cell, value)
    note = by_form(Said(*in_text), Said(english, indonesian))
    return Field(description=note, **how)


@dataclass_transform(kw_only_default=True, field_specifiers=(Field, noted))
class Table(BaseModel):
    """A table of office.toml: frozen, and no key that it does not know."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_by_alias=True,
        validate_by_name=True,
        serialize_by_alias=True,
        defer_build=True,  # a table that is part of others is built with them alone
    )
