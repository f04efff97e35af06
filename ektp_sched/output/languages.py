"""Texts, numbers and dates in the language of an office."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import localcontext
from fractions import Fraction
from functools import cache
from importlib import resources
from string import Formatter
from typing import TYPE_CHECKING, Final

from babel.dates import format_date
from babel.numbers import format_decimal

from ektp_sched.backlog.reasons import in_words
from ektp_sched.backlog.records import FIELDS
from ektp_sched.errors import UsageError
from ektp_sched.rules import RULES
from ektp_sched.words import LANGUAGES, in_language, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.office import Notice
    from ektp_sched.planning import Conflict

_DIGITS: Final = 5_000
"""More than JSON can state; decimals of 28 digits cannot group what a file says."""

_LOCALES: Final = {"en": "en", "id": "id"}
_PLAIN: Final = frozenset({"year", "row", "seed", "rank"})
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}")

Figure = str | int | float | Fraction | date


@dataclass(frozen=True, slots=True)
class Language:
    """How one language says things.

    Parameters
    ----------
    code
        ``id`` or ``en``.
    texts
        Sentences and headings by key such as ``column.printer``.
    """

    code: str
    texts: Mapping[str, str]

    def text(self, key: str, **figures: Figure) -> str:
        """Return a text with its figures written as the language writes them.

        Parameters
        ----------
        key
            Key of the text.  A key with ``.one`` added is preferred where
            the figure ``count``, or else ``rows``, is 1 and there is such a text.
        figures
            Names, whole numbers and dates that the text mentions.

        Raises
        ------
        KeyError
            If there is no such text, or it mentions a figure not given.
        """
        singular = f"{key}.one"
        if figures.get("count", figures.get("rows")) == 1 and singular in self.texts:
            key = singular
        written = {name: self._figure(name, value) for name, value in figures.items()}
        return Formatter().vformat(self.texts[key], (), written)

    def name(self, kind: str, code: str) -> str:
        """Return the text of a code, or the code itself where there is none."""
        return self.texts.get(f"{kind}.{code}", code)

    def notice(self, notice: Notice) -> str:
        """Return the sentence for something worth knowing."""
        key = f"notice.{notice.code}"
        if key not in self.texts:
            named = ", ".join(f"{k} {v}" for k, v in notice.figures.items())
            return f"{notice.code}: {named}" if named else notice.code
        return self.text(key, **notice.figures)

    def conflict(self, conflict: Conflict) -> str:
        """Return the sentence for rules that contradict each other."""
        ids = ", ".join(conflict.application_ids[:10])
        if len(conflict.application_ids) > 10:
            ids += ", …"
        figures: dict[str, Figure] = {**conflict.figures, "day": conflict.day}
        figures["count"] = len(conflict.application_ids)
        return self.text(f"conflict.{conflict.code}", ids=ids, **figures)

    def reason(self, reasons: str) -> str:
        """Return the text of one or more reject reasons, joined by "; "."""
        return in_language(in_words(reasons), self.code)

    def number(self, value: float | Fraction, places: int = 0) -> str:
        """Return a number with grouped digits."""
        pattern = "#,##0." + "#" * places if places else "#,##0"
        shown = round(value, places) if isinstance(value, Fraction) else value
        exact = float(shown) if isinstance(shown, Fraction) else shown
        with localcontext(prec=_DIGITS):
            return format_decimal(exact, pattern, locale=_LOCALES[self.code])

    def percent(self, share: float, places: int = 0) -> str:
        """Return a share, 1 being all of it, as "12,5%" or "12.5%"."""
        return f"{self.number(100 * share, places)}%"

    def plain_date(self, day: date) -> str:
        """Return a date such as "12 September 2017"."""
        return format_date(day, "d MMMM y", locale=_LOCALES[self.code])

    def short_date(self, day: date) -> str:
        """Return a date such as "12 Sep 2017"."""
        return format_date(day, "d MMM y", locale=_LOCALES[self.code])

    def long_date(self, day: date) -> str:
        """Return a date such as "Selasa, 12 September 2017"."""
        return format_date(day, "EEEE, d MMMM y", locale=_LOCALES[self.code])

    def weekday(self, day: date) -> str:
        """Return the day of the week, short, such as "Sel"."""
        return format_date(day, "EEE", locale=_LOCALES[self.code])

    def _figure(self, name: str, value: Figure) -> str:
        if isinstance(value, str):
            is_day = _ISO.fullmatch(value) is not None
            return self.plain_date(date.fromisoformat(value)) if is_day else value
        if isinstance(value, date):
            return self.plain_date(value)
        return str(value) if name in _PLAIN else self.number(value, 2)


@cache
def language(code: str) -> Language:
    """Return a language with all its texts.

    Parameters
    ----------
    code
        ``id`` or ``en``.

    Raises
    ------
    ektp_sched.errors.UsageError
        If there is no such language.
    """
    if code not in LANGUAGES:
        message = said(
            "language '{code}' is unknown; it must be id or en",
            "bahasa '{code}' tidak dikenal; seharusnya id atau en",
            code=code,
        )
        raise UsageError(message)
    texts: dict[str, str] = {}
    folder = resources.files("ektp_sched.output") / "texts"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name == f"{code}.toml" or file.name.endswith(f".{code}.toml"):
            _flatten(tomllib.loads(file.read_text("utf-8")), "", texts)
    return Language(code, {**texts, **_of_fields(code), **_of_rules(code)})


def _of_fields(code: str) -> dict[str, str]:
    """Return what the fields of an application are called, also above a column."""
    words = {name: in_language(word, code) for name, word in FIELDS.items()}
    columns = {f"column.{n}": f"{w[0].upper()}{w[1:]}" for n, w in words.items()}
    return {**columns, **{f"field.{name}": word for name, word in words.items()}}


def _of_rules(code: str) -> dict[str, str]:
    """Return the sentences that rules bring with them."""
    texts: dict[str, str] = {}
    for rule in RULES:
        for key, (english, indonesian, *of_one) in rule.texts.items():
            texts[key] = indonesian if code == "id" else english
            if of_one and code == "en":
                texts[f"{key}.one"] = of_one[0]
    return texts


def _flatten(table: Mapping[str, object], prefix: str, texts: dict[str, str]) -> None:
    for key, value in table.items():
        if isinstance(value, dict):
            _flatten(value, f"{prefix}{key}.", texts)
        else:
            texts[f"{prefix}{key}"] = str(value)
