"""What the `holidays` package knows of a country."""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import TYPE_CHECKING, Final

import holidays
from holidays.registry import COUNTRIES

from ektp_sched.rules.nearest import unknown
from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from collections.abc import Iterable

CATEGORIES: Final = ("public", "government")
"""Kinds of holiday on which an office is closed, where a country has them."""

_FIRST_YEAR = 1990


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    # The package's own list would import the module of every country.
    entries = COUNTRIES.values()
    return frozenset(code for entry in entries for code in entry[1:] if len(code) < 4)


def country_problem(code: str) -> Said | None:
    """Return what is wrong with a country's code; None if it is known."""
    if code in _codes():
        return None
    names = {key.replace("_", " "): entry[1] for key, entry in COUNTRIES.items()}
    by_name = names.get(code.casefold().replace("_", " "))
    if by_name is not None:
        return said(
            'unknown country "{code}"; write its code, "{by_name}"',
            'negara "{code}" tidak dikenal; tulislah kodenya, "{by_name}"',
            code=code,
            by_name=by_name,
        )
    return unknown("country", code, _codes())


def keeper(
    code: str, years: Iterable[int], categories: Iterable[str], language: str
) -> holidays.HolidayBase:
    """Return the holidays of a country, named in `language` if it can.

    Years that the package does not cover are left empty, and categories that the
    country does not have are left out; a country without the language uses its own
    default.  What is returned is kept for the next caller, and not to be changed.
    """
    return _kept(code, tuple(years), tuple(categories), language)


@lru_cache(maxsize=64)
def _kept(
    code: str, years: tuple[int, ...], categories: tuple[str, ...], language: str
) -> holidays.HolidayBase:
    kind = _country(code)
    has = [c for c in categories if c in kind.supported_categories]
    speaks = kind.supported_languages
    named = [s for s in speaks if s.split("_")[0] == language]
    preferred = [s for s in named if s in (language, "en_US")] + named
    return kind(
        years=years if has else (),
        expand=False,
        categories=tuple(has) or None,
        language=preferred[0] if preferred else None,
    )


def _country(code: str) -> type[holidays.HolidayBase]:
    """Return the class of a country, found so that no other country's is loaded."""
    module = next(key for key, entry in COUNTRIES.items() if code in entry[1:])
    name = f"holidays.countries.{module}"
    if name not in sys.modules:
        folders = [f"{folder}/countries" for folder in holidays.__path__]
        spec = PathFinder.find_spec(name, folders)
        assert spec is not None
        assert spec.loader is not None
        loaded = module_from_spec(spec)
        spec.loader.exec_module(loaded)
        sys.modules[name] = loaded
    kind: type[holidays.HolidayBase] = getattr(sys.modules[name], code)
    return kind


def is_estimated(kept: holidays.HolidayBase, name: str) -> bool:
    """Return whether the package marks a holiday's date as an estimate."""
    label = getattr(kept, "estimated_label", None)
    if not label:
        return False
    mark = kept.tr(label).replace("%s", "").strip()
    return bool(mark) and mark in name


@lru_cache(maxsize=16)
def years_with(code: str, category: str) -> frozenset[int]:
    """Return the years from 1990 on in which a country has such holidays."""
    end = _country(code).end_year
    kept = keeper(code, range(_FIRST_YEAR, end + 1), (category,), "en")
    return frozenset(day.year for day in kept)
