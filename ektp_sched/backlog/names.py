"""Classes, card types and areas as written, brought to their official names."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from ektp_sched.backlog.reasons import NEAREST
from ektp_sched.backlog.texts import (
    as_text,
    clean,
    coded,
    fold,
    plain,
    spread,
    squeeze,
)
from ektp_sched.rules.classes import class_spellings, means_a_class
from ektp_sched.rules.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ektp_sched.backlog.headings import Columns
    from ektp_sched.backlog.table import Table
    from ektp_sched.office.office import Office

_EMPTY: Final = ("-", "null", "NULL")
_HINTS: Final = 1000
"""Distinct unknown names up to which the nearest known one is looked for."""

_ALIKE: Final = 0.6
"""Likeness below which a known name would be an absurd guess."""


class Named(NamedTuple):
    """A column of names."""

    values: pl.Series  # official names; null where empty or unknown
    why: pl.Series | None  # reason where a name is unknown, else null; None if none is


class Classes(NamedTuple):
    """The urgency class of each row."""

    values: pl.Series  # the office's default where nothing says otherwise
    why: pl.Series | None  # as in `Named`
    # Position of the `[[classify]]` rule that set the class, else null; None without
    # rules.
    rule: pl.Series | None


def spellings(areas: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return spelling → official name, the official names among them."""
    known = {name: name for name in areas}
    for name, others in areas.items():
        known.update({other: name for other in others if other not in known})
    return known


def official_names(cells: pl.Series, known: Mapping[str, str], code: str) -> Named:
    """Read names, known by spelling, in any case and spacing.

    A reason, which begins with ``code``, says which known name is nearest, never what
    the cell says.
    """
    written, index = coded(as_text(cells))
    values, why = _official(clean(written), known, code)
    return Named(spread(values, index), None if why is None else spread(why, index))


def _official(text: pl.Series, known: Mapping[str, str], code: str) -> Named:
    distinct = text.drop_nulls().unique()
    official = all(known.get(name) == name for name in distinct.head(_HINTS))
    if official and len(distinct) <= _HINTS:
        return Named(text, None)
    named = _lookup(distinct, known)
    values = text.replace_strict(distinct, named, default=None, return_dtype=pl.String)
    unknown = distinct.filter(named.is_null() & ~distinct.is_in(_EMPTY))
    if unknown.is_empty():
        return Named(values, None)
    reasons = _reasons(unknown, known, code)
    why = text.replace_strict(unknown, reasons, default=None, return_dtype=pl.String)
    return Named(values, why)


def _lookup(distinct: pl.Series, known: Mapping[str, str]) -> pl.Series:
    """Return official names: as spelt, else by case, else by letters alone."""
    lower = distinct.str.to_lowercase()
    ways: tuple[tuple[pl.Series, Callable[[str], str]], ...] = (
        (distinct, lambda spelling: plain(spelling).strip()),
        (lower.str.replace_all(r"\s+", " "), squeeze),
        (lower.str.replace_all(r"[^\p{L}\p{N}]", ""), fold),
    )
    official = pl.repeat(None, len(distinct), dtype=pl.String, eager=True)
    for keys, form in ways:
        meant: dict[str, set[str]] = defaultdict(set)
        for spelling, name in known.items():
            meant[form(spelling)].add(name)
        single = {key: names.pop() for key, names in meant.items() if len(names) == 1}
        if single:
            official = official.fill_null(
                keys.replace_strict(single, default=None, return_dtype=pl.String)
            )
    return official


def _reasons(unknown: pl.Series, known: Mapping[str, str], code: str) -> pl.Series:
    if len(unknown) > _HINTS:
        return pl.repeat(code, len(unknown), eager=True)
    # A word for a class that this office has not is no slip of the pen.
    near = [
        None if means_a_class(name) else nearest(name, known, _ALIKE)
        for name in unknown
    ]
    return pl.Series(
        [code if n is None else f"{code}: {NEAREST}{known[n]}" for n in near],
        dtype=pl.String,
    )


def urgency_classes(table: Table, columns: Columns, office: Office) -> Classes:
    """Return each row's class: its own, else by the first rule that matches.

    A class that stands in the file is somebody's decision, and is never
    overruled by a rule; nor does a rule excuse an unknown one.
    """
    count = len(table.rows)
    own = Named(pl.repeat(None, count, dtype=pl.String, eager=True), None)
    if "urgency" in columns.at:
        cells = table.cells(columns.at["urgency"])
        own = official_names(cells, class_spellings(office.classes), "unknown-class")
    if not columns.rules or not own.values.has_nulls():
        return Classes(own.values.fill_null(office.default_urgency), own.why, None)
    silent = own.values.is_null()
    if own.why is not None:
        silent &= own.why.is_null()
    rule = _first_match(table, columns, silent)
    names = [rule.urgency for _, rule in columns.rules]
    by_rule = pl.Series(names, dtype=pl.String).gather(rule)
    values = own.values.fill_null(by_rule).fill_null(office.default_urgency)
    return Classes(values, own.why, rule)


def _first_match(table: Table, columns: Columns, silent: pl.Series) -> pl.Series:
    first = pl.repeat(None, len(silent), dtype=pl.UInt32, eager=True)
    for index, (position, rule) in enumerate(columns.rules):
        cells = clean(table.cells(position))
        hit = cells.str.contains(f"(?i){rule.matches}").fill_null(value=False)
        first = first.set(hit & silent & first.is_null(), index)
    return first
