"""Offices with every rule that an audit knows, backlogs, and unruly logs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
from audit_brute import FIRST, Case
from hypothesis import strategies as st

from ektp_sched.backlog import Backlog, from_frame
from ektp_sched.office import Office

PRINTERS = ("p1", "p2", "p3")
TIERS = (
    ["unprinted", "overdue", "promise", "pressure"],
    ["promise", "overdue", "pressure"],
    ["overdue", "pressure", "promise"],
    ["promise", "pressure"],
    ["pressure"],
    ["unprinted", "overdue", "promise"],
)


def days(low: int, high: int) -> st.SearchStrategy[date]:
    return st.integers(low, high).map(lambda n: FIRST + timedelta(n))


@st.composite
def offices(draw: st.DrawFn) -> Office:
    ranked = draw(st.booleans())
    urgency: dict[str, Any] = {
        "urgent": {"target_days": draw(st.sampled_from([3, 10]))},
        "routine": {"target_days": 10, "default": True},
        "slow": {"target_days": 30},
    }
    if ranked:
        urgency["urgent"]["rank"] = 0
    printers: list[dict[str, Any]] = [{"id": p, "cards_per_day": 3} for p in PRINTERS]
    if draw(st.booleans()):
        printers[1]["areas"] = ["Alak"]
    if draw(st.booleans()):
        printers[2]["cards"] = ["ID"]
    stock = draw(st.none() | st.integers(0, 12))
    card: dict[str, Any] = {"default": True}
    if stock is not None:
        card |= {"stock": stock}
        card["deliveries"] = [{"on": draw(days(0, 8)), "cards": 3}]
    return Office.model_validate(
        {
            "name": "Office",
            "urgency": urgency,
            "cards": {"ID": card, "KIA": {}} if draw(st.booleans()) else {"ID": card},
            "servers": [
                {"id": "s1", "cards_per_day": 4},
                {"id": "s2", "cards_per_day": 2},
            ],
            "printers": [
                p | ({"servers": ["s1"]} if p["id"] == "p1" else {}) for p in printers
            ],
            "area_rank": {"Alak": 1} if draw(st.booleans()) else {},
            "reserve": {"cards_per_day": draw(st.integers(0, 1))},
            "plan": {"tiers": draw(st.sampled_from(TIERS))},
        }
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    office = draw(offices())
    people = [
        draw(_person(f"A{n:02}", office)) for n in range(draw(st.integers(1, 14)))
    ]
    ids = [person["application_id"] for person in people]
    prints = draw(st.lists(_print(ids), min_size=1, max_size=25))
    return Case(office, people, prints)


@st.composite
def _person(draw: st.DrawFn, name: str, office: Office) -> dict[str, Any]:
    since = draw(days(-6, 4))
    maybe = st.none() | days(-2, 14)
    pinned = st.none() | days(-1, 9) if draw(st.integers(0, 4)) == 0 else st.none()
    return {
        "application_id": name,
        "waiting_since": since,
        "ready_on": since + timedelta(draw(st.integers(0, 5))),
        "urgency": draw(st.sampled_from(sorted(office.urgency))),
        "due_on": draw(maybe),
        "card": draw(st.sampled_from(sorted(office.cards))),
        "area": draw(st.sampled_from(["Alak", "Oebobo", None])),
        "promised_on": draw(maybe),
        "pinned_on": draw(pinned),
    }


@st.composite
def _print(draw: st.DrawFn, ids: list[str]) -> dict[str, Any]:
    return {
        "application_id": draw(st.sampled_from([*ids, "stranger"])),
        "printed_at": draw(days(0, 9)),
        "printer": draw(st.sampled_from(PRINTERS)),
        "result": draw(st.sampled_from(["ok", "ok", "ok", "rusak"])),
        "operator": "op",
        "reason": draw(st.sampled_from([None, None, None, "hospital"])),
    }


def backlog_of(case: Case) -> Backlog:
    kinds = {
        "application_id": pl.String,
        "waiting_since": pl.Date,
        "ready_on": pl.Date,
        "urgency": pl.String,
        "due_on": pl.Date,
        "card": pl.String,
        "area": pl.String,
        "promised_on": pl.Date,
        "pinned_on": pl.Date,
    }
    return from_frame(pl.DataFrame(case.people, schema=kinds), case.office)


def log_of(case: Case) -> pl.DataFrame:
    text = dict.fromkeys(
        ("application_id", "printer", "result", "operator", "reason"), pl.String
    )
    return pl.DataFrame(case.prints, schema_overrides=text)
