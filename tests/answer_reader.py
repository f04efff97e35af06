"""A second reader of comparison.json: what a page must say, by code of its own.

It takes the JSON and the table as they stand in the folder, and shares no code with
the page: neither its texts, nor how it writes numbers and dates.
"""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

_MONTHS = {
    "en": "January February March April May June July August September October "
    "November December",
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober "
    "November Desember",
}
_HEADS = {
    "en": {
        "yes": "Yes, ",
        "no": "No, ",
        "not-on-these-dates": "Not on these dates, ",
        "cannot-be-told": "It cannot be told, ",
    },
    "id": {
        "yes": "Ya, ",
        "no": "Tidak, ",
        "not-on-these-dates": "Tidak dengan tanggal-tanggal ini, ",
        "cannot-be-told": "Belum dapat dipastikan, ",
    },
}
_BY = {
    "en": {"money": "money", "date": "nobody waits any more", "wait": "longest wait"},
    "id": {"money": "uang", "date": "tidak ada lagi yang menunggu", "wait": "terlama"},
}
_UNREACHED = {"en": "which no future here can reach", "id": "tidak tercapai"}
_TURNS = {
    "en": r"(?:[Tt]urns|back|, and) to (yes|no|neither yes nor no) ",
    "id": r"(?:[Bb]erubah|kembali|, dan) menjadi (ya|tidak|bukan ya dan bukan tidak) ",
}
_SIDES = {
    "en": {
        "above": "above", "below": "below", "in use by": "by", "in use after": "after",
    },
    "id": {
        "di atas": "above", "di bawah": "below",
        "paling lambat": "by", "dipakai sesudah": "after",
    },
}  # fmt: skip
_ANSWERS = {
    "neither yes nor no": "cannot-be-told",
    "bukan ya dan bukan tidak": "cannot-be-told",
    "ya": "yes",
    "tidak": "no",
    "yes": "yes",
    "no": "no",
}


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def number(shown: str, code: str) -> float:
    thousands, point = (",", ".") if code == "en" else (".", ",")
    return float(shown.replace(thousands, "").replace(point, "."))


def day_of(shown: str, code: str) -> date:
    """Return "12 September 2017" or "12 Sep 2017"."""
    day, month, year = shown.split()
    names = [name[:3] for name in _MONTHS[code].split()]
    return date(int(year), names.index(month[:3]) + 1, int(day))


def _percent(share: float, code: str) -> str:
    """Return a share that is neither said as none nor as all where it is not."""
    shown = f"{100 * share:.0f}"
    for places in (1, 2, 3):
        if float(shown) in (0, 100) and 0 < share < 1:
            shown = f"{100 * share:.{places}f}"
    return (shown if code == "en" else shown.replace(".", ",")) + "%"


def _rupiah(amount: float, code: str) -> str:
    if amount < 1e6:
        shown = f"Rp {amount:,.0f}"
        return shown if code == "en" else shown.replace(",", ".")
    places = 1 if amount < 1e7 else 0
    shown = f"{amount / 1e6:.{places}f}".removesuffix(".0")
    unit = "million" if code == "en" else "juta"
    return f"Rp {shown if code == 'en' else shown.replace('.', ',')} {unit}"


def expected_title(document: dict[str, Any], code: str) -> list[str]:
    """Return what a title has to contain, its beginning first."""
    verdict = document["verdict"]
    question = verdict["question"]
    labels = {one["name"]: one["label"] or one["name"] for one in document["scenarios"]}
    share = verdict["share"]
    if verdict["tie_share"] == 1:
        head = {"en": "No difference, ", "id": "Tidak ada bedanya, "}[code]
        sides = (labels.get(question[side], "") for side in ("choose", "against"))
        return [head, _BY[code][question["by"]], *sides, f" {verdict['futures']} "]
    parts = [
        _HEADS[code][verdict["answer"]],
        _BY[code][question["by"]],
        labels[question["choose"]],
        f" {verdict['futures']} ",
    ]
    if verdict["answer"] != "not-on-these-dates":
        parts.append(labels[question["against"]])
    if 0 < share < 1:
        parts.append(_percent(share, code))
    if verdict["tie_share"]:
        parts.append(_percent(verdict["tie_share"], code))
    if verdict["answer"] == "not-on-these-dates":
        months = _MONTHS[code].split()
        for key in ("pays_until", "earliest"):
            day = date.fromisoformat(verdict[key])
            parts.append(f"{day.day} {months[day.month - 1]} {day.year}")
        parts.append(_UNREACHED[code])
    elif question["by"] == "money":
        parts += [_rupiah(abs(verdict[key]), code) for key in ("saved_idr", "cost_idr")]
    else:
        mean = abs(verdict["advantage"]["mean"])
        days = f"{mean:.1f}".removesuffix(".0") if mean < 10 else f"{mean:.0f}"
        unit = "days" if code == "en" else "hari"
        parts.append(f"{days if code == 'en' else days.replace('.', ',')} {unit}")
    return parts


_Card = tuple[date | None, date | None, float, float]


def expected_cards(document: dict[str, Any]) -> dict[str, _Card]:
    """Return by label when nobody waits, when the old backlog is printed, and so on."""

    def day(shown: str | None) -> date | None:
        return None if shown is None else date.fromisoformat(shown)

    return {
        one["label"] or one["name"]: (
            day(one["nobody_waits_any_more"]["on"]),
            day(one["backlog_cleared_on"]["p50"]),
            round(one["longest_wait_days"]["p50"]),
            round(one["wasted_trips"]["p50"]),
        )
        for one in document["scenarios"]
    }


def cards(html: str, code: str) -> dict[str, _Card]:
    """Return what the cards of a page say."""
    shown = {}
    for title, rows in re.findall(
        r'<div class="card[^"]*">\s*<h3>(.*?)</h3>(.*?)</dl>', html, re.DOTALL
    ):
        values = [
            text_of(cell).split(" (")[0]
            for cell in re.findall(r"<dd>(.*?)</dd>", rows, re.DOTALL)
        ]
        nobody, cleared = (
            None if each.startswith(("not by", "belum")) else day_of(each, code)
            for each in values[:2]
        )
        longest, trips = (number(each.split()[0], code) for each in values[2:4])
        name = text_of(title.split("<span>")[0])
        shown[name] = (nobody, cleared, longest, trips)
    return shown


_Edge = tuple[str, str, str, float | date]


def expected_edges(document: dict[str, Any]) -> set[_Edge]:
    """Return each edge: input, what is answered beyond, on which side, from where."""
    edges: set[_Edge] = set()
    for turn in document.get("turns", ()):
        here, name = turn.get("value"), turn["input"]
        for edge in _crossings(turn):
            dated = isinstance(edge["below"], str)
            is_below = here is not None and edge["above"] <= here
            answer = edge["answer_below" if is_below else "answer_above"]
            if dated:
                day = date.fromisoformat(edge["below"])
                edges.add((name, answer, "by" if is_below else "after", day))
            else:
                at = edge["above"] if is_below else edge["below"]
                if name == "price":
                    at = round(at) if at < 1e6 else round(at / 1e6, 1)
                at = round(at, 2)
                edges.add((name, answer, "below" if is_below else "above", float(at)))
    return edges


def _crossings(turn: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the edges; of two around a number of exactly 0 that number alone."""
    edges = list(turn.get("edges", ()))
    for first, second in pairwise(list(edges)):
        zero = second["below"]
        sides = {first["answer_below"], second["answer_above"]}
        if (
            first["above"] == zero != turn.get("value")
            and sides == {"yes", "no"}
            and not isinstance(zero, str)
        ):
            joined = {"below": zero, "above": zero}
            at = edges.index(first)
            edges[at : at + 2] = [
                first | second | joined | {"answer_below": first["answer_below"]}
            ]
    return edges


_UNITS = {
    "applications a working day": "arrivals",
    "permohonan baru": "arrivals",
    "is repaired": "mean_days_down",
    "diperbaiki": "mean_days_down",
    "cards a day": "cards_per_day",
    "kartu sehari": "cards_per_day",
    "a price of": "price",
    "harga Rp": "price",
    "a trip": "trip_cost_idr",
    "sekali datang": "trip_cost_idr",
    "a day without": "day_without_card_idr",
    "sehari tanpa": "day_without_card_idr",
    "in use": "first_day",
    "dipakai": "first_day",
}


def edges(html: str, code: str) -> set[_Edge]:
    """Return the edges that the sentences of a page state."""
    shown: set[_Edge] = set()
    sides = "|".join(_SIDES[code])
    pattern = re.compile(
        rf"{_TURNS[code]}.*?({sides}) (.*?)(?= \(95| \(paling|;|, |\.$|$)"
    )
    for item in re.findall(r"<li>(.*?)</li>", html, re.DOTALL):
        sentence = text_of(item)
        for answer, side, rest in pattern.findall(sentence):
            name = next((n for unit, n in _UNITS.items() if unit in rest), "first_day")
            at = _SIDES[code][side]
            value: float | date
            if at in ("by", "after"):
                value = day_of(rest, code)
            else:
                written = re.search(r"\d[\d.,]*\d|\d", rest)
                assert written is not None, sentence
                value = number(written[0], code)
            shown.add((name, _ANSWERS[answer], at, value))
    return shown


def denied(document: dict[str, Any], daily: pl.DataFrame) -> list[str]:
    """Return what the days of daily.csv deny of the dates that the cards show."""
    wrong = []
    half = document["replications"] / 2
    for one in document["scenarios"]:
        on = one["nobody_waits_any_more"]["on"]
        rows = daily.filter(daily["scenario"] == one["name"]).sort("day").to_dicts()
        for row in rows:
            before = on is None or row["day"].isoformat() < on
            if "queued_futures" in row:
                is_queue = row["queued_futures"] > half
            else:
                is_queue = row["waiting_p50"] > 0
            if before != is_queue and (before or row["day"].isoformat() == on):
                wrong.append(f"{one['name']}, {row['day']}: {row}")
    return wrong
