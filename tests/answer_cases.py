"""A comparison with every kind of answer: made by hand, beside what was simulated.

The verdicts are stated, not judged: what is tested with them is that the pages say
what stands in the document.  Days on which nobody waits any more are counted here from
the same futures as daily.csv.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from comparison_cases import comparison

if TYPE_CHECKING:
    import polars as pl

MEASURES = ("money", "date", "wait")
ANSWERS = ("yes", "no", "not-on-these-dates", "cannot-be-told")

_SPREADS: dict[tuple[str, str], tuple[float, float, float]] = {
    ("money", "yes"): (36_400_000, 21_000_000, 51_800_000),
    ("money", "no"): (-112_300_000, -130_000_000, -94_600_000),
    ("money", "not-on-these-dates"): (-48_000_000, -61_000_000, -35_000_000),
    ("money", "cannot-be-told"): (1_200_000, -9_000_000, 11_400_000),
    ("date", "yes"): (43.25, 40, 46.5),
    ("date", "no"): (-3.5, -5, -2),
    ("date", "cannot-be-told"): (0, -1, 1),
    ("wait", "yes"): (61, 55, 67),
    ("wait", "no"): (-12, -14, -10),
    ("wait", "cannot-be-told"): (-0.5, -2, 1),
}
_SHARES = {"yes": 0.7125, "no": 0.0004, "not-on-these-dates": 0, "cannot-be-told": 0.52}


def _verdict(by: str, answer: str, against: str = "one-server") -> dict[str, Any]:
    mean, low, high = _SPREADS[by, answer]
    spread = {"mean": mean, "p10": mean * 0.2, "p50": mean, "p90": mean * 2}
    made: dict[str, Any] = {
        "question": {"choose": "new-server", "against": against, "by": by},
        "answer": answer,
        "futures": 400,
        "share": _SHARES[answer],
        "tie_share": 0.1 if by == "date" else 0,
        "advantage": spread | {"mean_interval": [low, high]},
    }
    if by == "money":
        made |= {"saved_idr": 300_000_000 + mean, "cost_idr": 300_000_000}
    if answer == "not-on-these-dates":
        made |= {"pays_until": "2017-10-12", "earliest": "2017-11-01"}
    return made


def _edge(below: Any, above: Any, sides: str, interval: list[Any]) -> dict[str, Any]:
    left, right = ("no", "yes") if sides == "up" else ("yes", "no")
    return {
        "below": below,
        "above": above,
        "answer_below": left,
        "answer_above": right,
        "interval": interval,
    }


def _turns(*, pays: bool) -> list[dict[str, Any]]:
    server = {"resource": "server-1"}
    new = {"resource": "server-new"}
    arrivals = (
        [_edge(84, 85, "up", [80, 88]), _edge(240, 241, "down", [231, None])]
        if pays
        else [_edge(118, 119, "up", [112, 125])]
    )
    return [
        {
            "input": "arrivals", "unit": "people-a-day", "value": 90,
            "state": "edges", "tried": [0, 360], "edges": arrivals,
        },
        {
            "input": "mean_days_between", **server, "unit": "days", "value": 60,
            "state": "always" if pays else "never", "tried": [5, 240],
        },
        {
            "input": "mean_days_down", **server, "unit": "days", "value": 3,
            "state": "edges", "tried": [1, 60],
            "edges": [
                _edge(1.5, 1.6, "up", [None, 2])
                if pays
                else _edge(7.25, 7.5, "up", [6.5, 8])
            ],
        },
        {
            "input": "first_day", **new, "unit": "date", "value": "2018-01-15",
            "state": "edges", "tried": ["2017-09-12", "2018-09-11"],
            "edges": [
                _edge("2018-02-06", "2018-02-07", "down", ["2018-01-30", "2018-02-14"])
                if pays
                else _edge(
                    "2017-10-12", "2017-10-13", "down", ["2017-10-02", "2017-10-20"]
                )
            ],
        },
        {
            "input": "cards_per_day", **new, "unit": "cards-a-day", "value": 650,
            "state": "never" if not pays else "edges", "tried": [1, 2_600],
            "edges": [_edge(411, 412, "up", [390, 433])] if pays else [],
        },
        {
            "input": "price", "unit": "idr", "value": 300_000_000, "state": "edges",
            "closed_form": True,
            "edges": [
                _edge(336_400_000, 336_400_001, "down", [321_000_000, 351_800_000])
                if pays
                else _edge(187_700_000, 187_700_001, "down", [170_000_000, 205_400_000])
            ],
        },
        {
            "input": "trip_cost_idr", "unit": "idr", "value": 20_000,
            "state": "edges", "closed_form": True,
            "edges": [
                _edge(17_836, 17_837, "up", [17_000, 18_700])
                if pays
                else _edge(31_966, 31_967, "up", [29_000, 35_000])
            ],
        },
        {
            "input": "day_without_card_idr", "unit": "idr", "value": 0,
            "state": "always" if pays else "edges", "closed_form": True,
            "edges": [] if pays else [_edge(399, 400, "up", [350, 450])],
        },
        {
            "input": "years_of_use", "unit": "years", "state": "no-input",
            "reason": "no-price",
        },
    ]  # fmt: skip


def _point(value: Any, mean: float, wide: float) -> dict[str, Any]:
    return {
        "value": value,
        "mean": mean,
        "interval": [mean - wide, mean + wide],
        "answer": "yes" if mean > 0 else "no",
    }


def _moved(by: str, mean: float) -> list[dict[str, Any]]:
    unit = 1e6 if by == "money" else 0.2
    rows = [
        ("arrivals", None, 90, 72, 108, -150, 210),
        ("first_day", "server-new", "2018-01-15", "2017-12-16", "2018-02-14", 90, -95),
        ("mean_days_down", "server-1", 3, 1.5, 6, -20, 44),
        ("trip_cost_idr", None, 20_000, 10_000, 40_000, -168, 336),
        ("heeded", None, 1, 0.5, 1, 12, 0),
    ]
    return [
        {
            "input": name, "resource": resource, "value": value,
            "low": _point(low, mean + unit * down, unit),
            "high": _point(high, mean + unit * up, unit),
        }
        for name, resource, value, low, high, down, up in rows
    ]  # fmt: skip


def answered(by: str, answer: str) -> tuple[dict[str, Any], pl.DataFrame]:
    """Return comparison.json and daily.csv with an answer to a question."""
    document, daily = comparison()
    verdict = _verdict(by, answer)
    pays = answer == "yes"
    document |= {
        "question": verdict["question"],
        "verdict": verdict,
        "turns": _turns(pays=pays),
        "sensitivities": _moved(by, verdict["advantage"]["mean"]),
    }
    if by == "money":
        document["verdict_against_told"] = _verdict(by, "no", "dates_only")
    days = {"not-on-these-dates": "2017-10-12", "yes": "2018-02-06"}
    edge = document["break_even"]
    edge["earliest"] = "2017-11-01"
    if answer in days:
        edge["installation_date"]["value"] = days[answer]
    else:
        edge["installation_date"] |= {"value": None, "reason": "never-pays"}
    return document, daily


def long_named(
    by: str = "money", answer: str = "yes"
) -> tuple[dict[str, Any], pl.DataFrame]:
    """Return one with long names, numbers that fill a line, and blanks that end."""
    document, daily = answered(by, answer)
    document = copy.deepcopy(document)
    names = (
        "Satu server yang diperbaiki, ditambah printer pinjaman dari kabupaten lain",
        "Server baru dengan spesifikasi khusus yang dipasang kementerian pusat",
        "Sabtu-ikut-kerja-sampai-antrean-lama-tercetak-semua-tanpa-lembur",
    )
    for one, name in zip(document["scenarios"], names, strict=True):
        one["label"] = name
        one["cost_idr"] = 12_345_678_900_000
        one["longest_wait_days"] |= {"p50": 3_659}
        one["wasted_trips"] |= {"p10": 12e6, "p50": 123_456_789, "p90": 1e9}
    document["office"] = "Dinas Kependudukan dan Pencatatan Sipil Kota Kupang"
    document["scenarios"][0]["limits"]["share"]["blanks"] = 0.2134
    document["assumptions"].append(
        {
            "key": "deliveries_known_until",
            "value": "2018-03-14",
            "kind": "fact",
            "note": "",
        }
    )
    return document, daily
