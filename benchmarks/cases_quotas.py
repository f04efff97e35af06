"""Seeded cases under rules that break the network: quotas, and three stocks."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from benchmarks.cases import AREAS, START, Case, shift_case
from ektp_sched.office import Office

if TYPE_CHECKING:
    from collections.abc import Callable

    Tables = dict[str, Any]

__all__ = ["quota_case"]

_CARDS = ("KTP-el", "KIA", "SKD")
_PARTS = (0.7, 0.2, 0.1)


def quota_case(name: str) -> Case:
    """Return a case by name: sort, applications, days.

    Parameters
    ----------
    name
        Such as ``weekly-5000x25``; the sort is ``weekly`` (each of six areas gets at
        least 0.16 of the cards of each week, the slow class at most a tenth of what
        the server prints in one), ``parity`` (shares printed of six areas differ by at
        most a tenth each day), ``daily`` (at least 50 cards a day for one area), or
        ``stocks`` (blanks of three card types with deliveries, all on the same
        printers, and the shifts and the budget of ``shift_case``).  On working days
        the server can print six tenths of the backlog; 3 % of it has a due date.
    """
    sort, size = name.split("-")
    case = shift_case(size)
    count = int(size.split("x")[0])
    tables = case.office.model_dump(mode="python", by_alias=True, exclude_unset=True)
    fit: Callable[[Tables, Case, int], pl.DataFrame] = _SORTS[sort]
    frame = fit(tables, case, count)
    return Case(Office.model_validate(tables), frame, case.days)


def _weekly(tables: Tables, case: Case, count: int) -> pl.DataFrame:  # noqa: ARG001
    _without_shifts(tables)
    per_week = 5 * tables["servers"][0]["cards_per_day"]
    tables["quotas"] = [
        {"per": "week", "area": [area], "at_least_share": Decimal("0.16")}
        for area in AREAS
    ]
    slow = {"per": "week", "urgency": ["slow"], "at_most": per_week // 10}
    tables["quotas"].append(slow)
    return case.frame


def _parity(tables: Tables, case: Case, count: int) -> pl.DataFrame:  # noqa: ARG001
    _without_shifts(tables)
    tables["parity"] = [{"areas": list(AREAS), "within": Decimal("0.1")}]
    return case.frame


def _daily(tables: Tables, case: Case, count: int) -> pl.DataFrame:
    _without_shifts(tables)
    least = max(1, count // 100)
    tables["quotas"] = [{"per": "day", "area": [AREAS[0]], "at_least": least}]
    return case.frame


def _stocks(tables: Tables, case: Case, count: int) -> pl.DataFrame:
    """Blanks for two thirds of each type's applications, in four lots."""
    tables["cards"] = {}
    for card, part in zip(_CARDS, _PARTS, strict=True):
        lot = round(count * part / 6)
        on = [START + timedelta(days=case.days * n // 4) for n in (1, 2, 3)]
        lots = [{"on": d, "cards": lot} for d in on]
        tables["cards"][card] = {"stock": lot, "deliveries": lots}
    tables["cards"][_CARDS[0]]["default"] = True
    draw = np.random.default_rng(3)
    cards = pl.Series(_CARDS).gather(draw.choice(3, len(case.frame), p=_PARTS))
    return case.frame.with_columns(card=cards)


def _without_shifts(tables: Tables) -> None:
    del tables["shifts"], tables["budget"]


_SORTS = {"weekly": _weekly, "parity": _parity, "daily": _daily, "stocks": _stocks}
