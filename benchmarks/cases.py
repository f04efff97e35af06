"""Seeded synthetic cases: numbered applications, no person, no real record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from ektp_sched.office import Office
from ektp_sched.scenarios import scenarios_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.scenarios import CheckedScenarios

    Ints = NDArray[np.int64]

__all__ = ["START", "Case", "peer_case", "queue_case", "rule_case", "scale_case"]

START = date(2017, 9, 12)
_AREAS = tuple(f"area-{i}" for i in range(1, 7))
_TARGETS = {"emergency": 3, "urgent": 14, "routine": 30, "slow": 90}
_SHARES = (0.02, 0.08, 0.70, 0.20)
_OLDEST = 400
_LATEST_READY = 20
_WORKED = 28


@dataclass(frozen=True, slots=True)
class Case:
    """An office, its backlog as a frame with canonical columns, and a horizon.

    Parameters
    ----------
    office
        One server limits all printers; Fridays have 0.8 of the capacity.
    frame
        application_id, waiting_since, ready_on, urgency, area; with dates
        also due_on and promised_on.  Rows are in random order.
    days
        Calendar days from `START`.
    """

    office: Office
    frame: pl.DataFrame
    days: int
    start: date = START


def peer_case(name: str) -> Case:
    """Return a case by name: applications, days, printers, ``+`` for dates.

    Parameters
    ----------
    name
        Such as ``5000x25x3``.  One printer serves all; several serve
        overlapping areas.  The server can print nine tenths of the backlog.
    """
    count, days, printers = (int(part) for part in name.rstrip("+").split("x"))
    per_day = max(2, round(count * 0.9 / (days * 5 / 7)))
    office = _office(per_day, restricted=printers > 1, equal=1)
    return Case(office, _frame(count, days, dated=name.endswith("+")), days)


def scale_case(kind: str, count: int, days: int = 40) -> Case:
    """Return a large case.

    Parameters
    ----------
    kind
        ``site`` (four equal printers behind one server), ``printers`` (three
        restricted to overlapping areas) or ``dates`` (those three, 5 % of the
        applications with due dates and 20 % with promises).
    count
        Number of applications; the server can print nineteen in twenty.
    days
        Length of the horizon; the capacity is that of a horizon of 40 days.
    """
    per_day = max(3, int(count * 0.95 / _WORKED))
    office = _office(per_day, restricted=kind != "site", equal=4)
    return Case(office, _frame(count, 40, dated=kind == "dates"), days)


def queue_case(kind: str) -> tuple[Case, CheckedScenarios]:
    """Return one server against a new one: 20,000 wait, 60 more come each day.

    Parameters
    ----------
    kind
        ``site`` (pooled capacity) or ``printers`` (three restricted to
        overlapping areas, and blanks that come in lots).
    """
    case = scale_case("site" if kind == "site" else "printers", 20_000, 250)
    tables = case.office.model_dump(mode="python", by_alias=True, exclude_unset=True)
    tables["servers"] = [{"id": "server-1", "cards_per_day": 200}]
    limit = 700 if kind == "site" else 250
    tables["printers"] = [{**p, "cards_per_day": limit} for p in tables["printers"]]
    if kind != "site":
        lots = [
            {"on": START + timedelta(days=30 * n), "cards": 6_000} for n in range(1, 9)
        ]
        tables["cards"] = {
            "KTP-el": {"default": True, "stock": 9_000, "deliveries": lots}
        }
    office = Office.model_validate(tables)
    frame = case.frame.with_columns(ready_on=pl.col("waiting_since"))
    return Case(office, frame, case.days), scenarios_of(_SCENARIOS, office, start=START)


def rule_case(name: str) -> Case:
    """Return a case under rules that break the network.

    Parameters
    ----------
    name
        Such as ``weekly-5000x25``: sort, applications, days.  On working days the
        server can print six tenths of the backlog; 3 % of it has a due date.  The
        sorts: ``shifts`` (Saturdays and overtime under a budget that buys some),
        ``weekly`` (each of six areas gets at least 0.16 of the cards of each week,
        the slow class at most a tenth of what the server prints in one), ``parity``
        (shares printed of the areas differ by at most a tenth each day), ``daily``
        (1 card in 100 of the backlog a day for one area), or ``stocks`` (blanks of
        three card types in lots, all on the same printers, and the shifts).
    """
    sort, size = name.split("-")
    count, days = (int(part) for part in size.split("x"))
    per_day = max(4, round(count * 0.6 / (days * 5 / 7)))
    office = _office(per_day, restricted=False, equal=4)
    tables = office.model_dump(mode="python", by_alias=True, exclude_unset=True)
    draw = np.random.default_rng(2)
    due = pl.when(pl.Series(draw.random(count) < _DUE)).then(
        _dates(draw.integers(0, days, count))
    )
    frame = _frame(count, days, dated=False).with_columns(due_on=due)
    if sort in ("shifts", "stocks"):
        tables |= {"shifts": _SHIFTS, "budget": {"idr": 600_000 * days}}
    if sort == "stocks":
        tables["cards"] = _lots(count, days)
        parts = np.random.default_rng(3).choice(3, count, p=tuple(_CARDS.values()))
        frame = frame.with_columns(card=pl.Series(list(_CARDS)).gather(parts))
    if sort == "daily":
        least = max(1, count // 100)
        tables["quotas"] = [{"per": "day", "area": [_AREAS[0]], "at_least": least}]
    if sort == "parity":
        tables["parity"] = [{"areas": list(_AREAS), "within": Decimal("0.1")}]
    if sort == "weekly":
        share, most = Decimal("0.16"), per_day * 5 // 10
        tables["quotas"] = [
            *({"per": "week", "area": [a], "at_least_share": share} for a in _AREAS),
            {"per": "week", "urgency": ["slow"], "at_most": most},
        ]
    return Case(Office.model_validate(tables), frame, days)


def _lots(count: int, days: int) -> dict[str, Any]:
    """Blanks for two thirds of each type's applications, in four lots."""
    on = [START + timedelta(days=days * n // 4) for n in (1, 2, 3)]
    cards: dict[str, Any] = {}
    for card, part in _CARDS.items():
        lot = round(count * part / 6)
        cards[card] = {
            "stock": lot,
            "deliveries": [{"on": d, "cards": lot} for d in on],
        }
    cards["KTP-el"]["default"] = True
    return cards


_CARDS = {"KTP-el": 0.7, "KIA": 0.2, "SKD": 0.1}
_DUE = 0.03
_SHIFTS = [
    {
        "id": "saturday",
        "days": ["sat"],
        "share": Decimal("0.5"),
        "cost_idr": 2_500_000,
        "max_uses": 8,
    },
    {
        "id": "overtime",
        "days": ["mon", "wed", "fri"],
        "share": Decimal("0.25"),
        "cost_idr": 900_000,
        "max_per_week": 2,
        "max_uses": 10,
    },
]
_SCENARIOS: dict[str, Any] = {
    "baseline": "one-server",
    "arrivals": {"per_working_day": 60},
    "breakdowns": {"server-1": {"mean_days_between": 60, "mean_days_down": 4}},
    "scenarios": {
        "one-server": {},
        "new-server": {
            "cost_idr": 300_000_000,
            "servers": [
                {
                    "id": "server-new",
                    "cards_per_day": {"low": 600, "likely": 650, "high": 700},
                    "replaces": ["server-1"],
                    "from": {
                        "earliest": START + timedelta(days=14),
                        "likely": START + timedelta(days=30),
                        "latest": START + timedelta(days=90),
                    },
                }
            ],
        },
    },
}


def _office(per_day: int, *, restricted: bool, equal: int) -> Office:
    printers: list[dict[str, Any]]
    if restricted:
        served = (_AREAS[:2], _AREAS[2:5], (*_AREAS[1:3], *_AREAS[5:]))
        limit = max(1, int(per_day * 0.4))
        printers = [
            {"id": f"printer-{i}", "cards_per_day": limit, "areas": areas}
            for i, areas in enumerate(served, 1)
        ]
    else:
        limit = per_day if equal == 1 else max(1, per_day // (equal - 1))
        printers = [
            {"id": f"printer-{i}", "cards_per_day": limit} for i in range(1, equal + 1)
        ]
    classes = {name: {"target_days": days} for name, days in _TARGETS.items()}
    return Office.model_validate(
        {
            "name": "Synthetic office",
            "language": "en",
            "calendar": {"share": {"fri": 0.8}},
            "urgency": {**classes, "routine": {**classes["routine"], "default": True}},
            "servers": [{"id": "server-1", "cards_per_day": per_day}],
            "printers": printers,
        }
    )


def _frame(count: int, days: int, *, dated: bool, seed: int = 1) -> pl.DataFrame:
    draw = np.random.default_rng(seed)
    since = -draw.integers(0, _OLDEST, count)
    later = np.where(
        draw.random(count) < 0.08, draw.integers(0, _LATEST_READY, count), since
    )
    urgency = pl.Series(list(_TARGETS)).gather(draw.choice(4, count, p=_SHARES))
    frame = pl.DataFrame(
        {
            "application_id": [f"A{i:08d}" for i in draw.permutation(count).tolist()],
            "waiting_since": _dates(since),
            "ready_on": _dates(np.maximum(later, since)),
            "urgency": urgency,
            "area": pl.Series(_AREAS).gather(draw.choice(len(_AREAS), count)),
        }
    )
    if not dated:
        return frame
    columns = {
        name: pl.select(
            pl.when(pl.Series(draw.random(count) < share)).then(
                _dates(draw.integers(0, days, count))
            )
        ).to_series()
        for name, share in (("due_on", 0.05), ("promised_on", 0.20))
    }
    return frame.with_columns(**columns)


def _dates(offsets: Ints) -> pl.Series:
    return pl.Series(np.datetime64(START) + offsets.astype("timedelta64[D]")).cast(
        pl.Date
    )
