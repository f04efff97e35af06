"""A comparison as `compare` writes it, made from a small simulation of its own.

It is synthetic: one server or a new one, pooled, a few hundred futures.  The
report is built from it where no real comparison is at hand.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

START = date(2017, 9, 12)
CLASSES = {"emergency": 3, "urgent": 7, "priority": 14, "routine": 30}
_AREAS = ("Alak", "Kelapa Lima", "Kota Lama", "Kota Raja", "Maulafa", "Oebobo")
_FUTURES = 400
_INITIAL = 20_461
_COST = 300_000_000


def number(values: Floats) -> dict[str, Any]:
    """Return mean, order statistics and the interval of the mean."""
    ordered = np.sort(values)
    count = len(values)
    at = {
        f"p{q}": round(float(ordered[-(-count * q // 100) - 1]), 2)
        for q in (10, 50, 90)
    }
    mean = float(values.mean())
    half = 1.96 * float(values.std(ddof=1)) / count**0.5
    interval = [round(mean - half, 2), round(mean + half, 2)]
    return {"mean": round(mean, 2), **at, "mean_interval": interval}


def day_of(days: Floats, horizon: int) -> dict[str, Any]:
    """Return order statistics of a day, and how often it is never."""
    ordered = np.sort(days)
    found: dict[str, Any] = {}
    for q in (10, 50, 90):
        day = int(ordered[-(-len(days) * q // 100) - 1])
        found[f"p{q}"] = (
            None if day >= horizon else (START + timedelta(days=day)).isoformat()
        )
    never = round(float((days >= horizon).mean()), 6)
    mean = None if never else found["p50"]
    return {"mean": mean, **found, "never_share": never}


def _waiting(rates: Floats, arrivals: Floats) -> Floats:
    """Return how many wait at the end of each day, shape (futures, days)."""
    change = arrivals - rates
    waiting = np.empty_like(change)
    left = np.full(len(change), float(_INITIAL))
    for day in range(change.shape[1]):
        left = np.maximum(0, left + change[:, day])
        waiting[:, day] = left
    return np.round(waiting)


def _scenarios(days: int) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return waiting by scenario, and the day on which the first backlog is done."""
    rng = np.random.default_rng(20170912)
    weekday = (START.weekday() + np.arange(days)) % 7
    open_ = (weekday < 5).astype(float)
    arrivals = rng.poisson(90, (_FUTURES, days)) * open_
    up = (rng.random((_FUTURES, days)) > 0.05) * open_
    saturday = open_ + (weekday == 5) * 1.0
    install = rng.triangular(50, 125, 230, _FUTURES)
    new = rng.triangular(600, 650, 700, _FUTURES)
    late = np.arange(days)[None, :] >= install[:, None]
    rates = {
        "one-server": 200 * up,
        "new-server": np.where(late, new[:, None] * open_, 200 * up),
        "saturdays": 200 * np.where(up > 0, up, saturday - open_),
    }
    waiting = {name: _waiting(rate, arrivals) for name, rate in rates.items()}
    cleared = {}
    for name, rate in rates.items():
        done = np.cumsum(rate, axis=1) >= _INITIAL * 1.06
        cleared[name] = np.where(done.any(axis=1), done.argmax(axis=1), days).astype(
            float
        )
    return waiting, cleared


def _waits(scale: float) -> dict[str, Any]:
    """Return waits of classes: the initial and the new ones apart."""

    def part(middle: float) -> dict[str, Any]:
        low, high = round(middle * 0.3), round(middle * 1.9)
        return {"mean": middle * 1.05, "p10": low, "p50": middle, "p90": high}

    by_urgency: dict[str, Any] = {}
    for name, target in CLASSES.items():
        initial = round(target * 4 + 120 * scale)
        by_urgency[name] = {
            **part(initial),
            "initial": part(initial),
            "new": part(round(target * scale)),
            "late_share": round(0.4 * scale, 3),
        }
    areas = {area: part(200 * scale + n) for n, area in enumerate(_AREAS)}
    return {**part(180 * scale), "by_urgency": by_urgency, "by_area": areas}


_LIMITS: dict[str, dict[str, Any]] = {
    "one-server": {
        "now": "servers",
        "after": "servers",
        "capacity_now": 200,
        "capacity_after": 200,
        "offered_after": 0,
        "share": {"servers": 0.981, "empty": 0.019},
    },
    "new-server": {
        "now": "servers",
        "after": "printers",
        "capacity_now": 200,
        "capacity_after": 480,
        "offered_after": 650,
        "share": {"servers": 0.52, "printers": 0.31, "empty": 0.17},
    },
    "saturdays": {
        "now": "servers",
        "after": "servers",
        "capacity_now": 200,
        "capacity_after": 200,
        "offered_after": 0,
        "share": {"servers": 0.9, "blanks": 0.05, "empty": 0.05},
    },
}


def _first_free(waiting: Floats) -> Floats:
    """Return the first day on which nobody waits, the number of days for never."""
    free = waiting == 0
    first: Floats = np.where(free.any(axis=1), free.argmax(axis=1), free.shape[1])
    return first.astype(float)


def _queue(waiting: Floats) -> dict[str, Any]:
    """Return the first day on which half of the futures have nobody waiting."""
    free = waiting == 0
    shares = free.mean(axis=0)
    halves = np.flatnonzero(shares >= 0.5)
    later = np.arange(free.shape[1]) > _first_free(waiting)[:, None]
    day = int(halves[0]) if len(halves) else None
    return {
        "on": None if day is None else (START + timedelta(days=day)).isoformat(),
        "share": None if day is None else round(float(shares[day]), 6),
        "returns_share": round(float((later & ~free).any(axis=1).mean()), 6),
    }


def comparison(days: int = 365) -> tuple[dict[str, Any], pl.DataFrame]:
    """Return comparison.json as a dictionary, and daily.csv as a table."""
    waiting, cleared = _scenarios(days)
    labels = {"one-server": "Satu server", "new-server": "Server baru"}
    base = waiting["one-server"].sum(axis=1)
    scenarios, differences, tables = [], [], []
    for name, scale in (("one-server", 1.0), ("new-server", 0.45), ("saturdays", 0.8)):
        trips = waiting[name].sum(axis=1) / 30
        scenarios.append(
            {
                "name": name,
                "label": labels.get(name, ""),
                "cost_idr": _COST if name == "new-server" else 0,
                "limits": _LIMITS[name],
                "backlog_cleared_on": day_of(cleared[name], days),
                "nobody_waits_on": day_of(_first_free(waiting[name]), days),
                "nobody_waits_any_more": _queue(waiting[name]),
                "on_target_on": day_of(np.minimum(cleared[name] + 21, days), days),
                "waiting_at_end": number(waiting[name][:, -1]),
                "longest_wait_days": number(360 + 40 * scale + cleared[name] / 40),
                "wasted_trips": number(trips),
                "wasted_trip_cost_idr": number(trips * 20_000),
                "person_days": number(trips * 30),
                "utilisation": number(np.clip(trips / trips.max(), 0.5, 1)),
                "wait_days": _waits(scale),
            }
        )
        tables.append(_daily(name, waiting[name], days))
        if name != "one-server":
            saved = waiting[name].sum(axis=1) - base
            differences.append(_difference(name, saved, cleared))
    told = {**scenarios[0], "name": "dates_only", "label": ""}
    few = base / 30 * 0.05
    told |= {"wasted_trips": number(few), "wasted_trip_cost_idr": number(few * 20_000)}
    differences.append(
        {
            "name": "dates_only",
            "baseline": "one-server",
            "wasted_trips": number(few - base / 30),
            "wasted_trip_cost_idr": number((few - base / 30) * 20_000),
            "idr_per_person_day": None,
        }
    )
    document = {
        "schema_version": 1,
        "program": "ektp-sched",
        "office": "Dispendukcapil Kota Kupang (contoh)",
        "language": "id",
        "replications": _FUTURES,
        "seed": 7,
        "start": START.isoformat(),
        "days": days,
        "policy": "pressure",
        "baseline": "one-server",
        "people": {"initial": _INITIAL, "unprintable": 0, "held": 1539},
        "scenarios": scenarios,
        "dates_only": told,
        "differences": differences,
        "break_even": _break_even(base / 30 * 20_000, days),
        "gap": [{"tier": "pressure", "policy": 10.0, "optimum": 9.9, "gap": 1.5e-5}],
        "assumptions": _inputs(),
        "notices": [],
    }
    return document, pl.concat(tables)


def _difference(name: str, saved: Floats, cleared: dict[str, Floats]) -> dict[str, Any]:
    return {
        "name": name,
        "baseline": "one-server",
        "backlog_cleared_on": number(cleared[name] - cleared["one-server"]),
        "person_days": number(saved),
        "wasted_trips": number(saved / 30),
        "wasted_trip_cost_idr": number(saved / 30 * 20_000),
        "idr_per_person_day": round(_COST / -float(saved.mean()), 2)
        if name == "new-server"
        else None,
    }


def _daily(name: str, waiting: Floats, days: int) -> pl.DataFrame:
    ordered = np.sort(waiting, axis=0)
    columns: dict[str, Any] = {
        "scenario": [name] * days,
        "day": [START + timedelta(days=day) for day in range(days)],
    }
    for q in (10, 50, 90):
        row = ordered[-(-_FUTURES * q // 100) - 1]
        columns[f"waiting_p{q}"] = row.astype(np.int64)
        columns[f"printed_p{q}"] = np.full(days, 200)
    return pl.DataFrame(columns)


def _break_even(cost: Floats, days: int) -> dict[str, Any]:
    """Return the curve of a new server, against both baselines."""
    saved = 0.75 * cost
    found = []
    for against, factor in (("not-told", 1.0), ("told", 0.05)):
        curve = []
        for day in range(0, days, days // 8):
            net = saved * factor * (1 - day / days) ** 1.4 - _COST
            at = (START + timedelta(days=day)).isoformat()
            curve.append({"day": at, **number(net)})
        pays = [row["day"] for row in curve if row["mean"] > 0]
        value = pays[-1] if pays else None
        reason = None if pays else "trips-cost-less"
        found.append(
            {
                "scenario": "new-server",
                "resource": "server-new",
                "against": against,
                "installation_date": {"value": value, "reason": reason, "curve": curve},
                "cards_per_day": {
                    "value": 263 if pays else None,
                    "reason": reason,
                    "curve": [],
                },
            }
        )
    return {**found[0], "others": found[1:]}


def _inputs() -> list[dict[str, Any]]:
    fact = "press report of 2017-09-12"
    rows: list[tuple[str, Any, str, str]] = [
        ("office.servers.server-1.cards_per_day", 200, "fact", fact),
        ("office.printers.printer-1.cards_per_day", 120, "assumed", ""),
        ("office.visits.every_days", 30, "fact", "one resident asks every month"),
        ("office.visits.trip_cost_idr", 20_000, "assumed", ""),
        ("arrivals.per_working_day", 90, "assumed", ""),
        ("arrivals.mix", {"emergency": 0.02, "urgent": 0.08}, "assumed", ""),
        ("breakdowns.server-1.mean_days_between", 60, "assumed", ""),
        ("breakdowns.server-1.mean_days_down", 3, "assumed", ""),
        ("scenarios.new-server.cost_idr", _COST, "fact", "budgeted"),
        (
            "scenarios.new-server.servers.server-new.cards_per_day",
            {"low": 600, "likely": 650, "high": 700},
            "fact",
            fact,
        ),
        (
            "scenarios.new-server.servers.server-new.from",
            {"earliest": "2017-11-01", "likely": "2018-01-15", "latest": "2018-04-30"},
            "assumed",
            "",
        ),
        ("scenarios.saturdays.office.calendar.workdays", ["mon", "sat"], "assumed", ""),
    ]
    return [
        {"key": key, "value": value, "kind": kind, "note": note}
        for key, value, kind, note in rows
    ]


def write_comparison(folder: Path) -> None:
    """Write comparison.json and daily.csv into a folder."""
    document, daily = comparison()
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    (folder / "comparison.json").write_text(text, "utf-8")
    daily.write_csv(folder / "daily.csv")
