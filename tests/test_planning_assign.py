"""From counts to people: the public tie-break, equal shares, batches."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import Case, backlogs, days_of, desk, person

from ektp_sched.office import Office
from ektp_sched.people.order import PublicOrder, by_code_point
from ektp_sched.planning.servers import even_shares

if TYPE_CHECKING:
    from ektp_sched.backlog import Backlog

EARLY, LATE = datetime(2017, 3, 1, 8, 0), datetime(2017, 3, 1, 8, 0, 0, 1)


def order(document: dict[str, Any], *rows: dict[str, Any]) -> list[str]:
    """Return ids in the order in which one card a day prints them."""
    days = days_of(Case(document, rows, days=len(rows)).plan())
    return sorted(days, key=lambda name: days[name] or 0)


def test_recorded_at_breaks_ties_to_the_microsecond_missing_last() -> None:
    rows = (
        person("a", 9, recorded_at=None),
        person("b", 9, recorded_at=LATE),
        person("c", 9, recorded_at=EARLY),
    )
    assert order(desk(1), *rows) == ["c", "b", "a"]


def test_ids_break_the_ties_that_remain_by_code_point() -> None:
    rows = [person(name, 9, recorded_at=EARLY) for name in ("é", "a", "Z", "10", "9")]
    assert order(desk(1), *rows) == ["10", "9", "Z", "a", "é"]


def test_lottery_is_drawn_from_the_published_seed() -> None:
    names = [f"n{number}" for number in range(6)]
    rows = [person(name, 9, recorded_at=EARLY) for name in names]
    drawn = {}
    for seed in (1, 2):
        document = desk(1, plan={"tie_break": "lottery", "seed": seed})

        def ticket(name: str, seed: int = seed) -> bytes:
            return hashlib.sha256(f"{seed}:{name}".encode()).digest()

        drawn[seed] = order(document, *rows)
        assert drawn[seed] == sorted(names, key=ticket)
    assert drawn[1] != drawn[2]


def test_tie_break_reaches_across_sets_of_slots() -> None:
    # Same pressure, but b may be printed on q alone: p and q on days 0 and 1
    # serve a, b, c, d by age alone.  b, recorded first, must have day 0.
    printers = [
        {"id": "p", "cards_per_day": 1, "areas": ["Alak", "Maulafa"]},
        {"id": "q", "cards_per_day": 1, "areas": ["Alak", "Oebobo"]},
    ]
    rows = (
        person("a", 9, area="Alak", recorded_at=LATE),
        person("b", 9, area="Oebobo", recorded_at=EARLY),
        person("c", 9, area="Maulafa", recorded_at=LATE),
        person("d", 9, area="Alak", recorded_at=EARLY),
    )
    days = days_of(Case(desk(2, printers=printers), rows, days=2).plan())
    assert days == {"b": 0, "d": 0, "a": 1, "c": 1}


def test_who_stays_unprinted_is_the_last_of_a_tie() -> None:
    rows = [person(name, 9, recorded_at=EARLY) for name in "cab"]
    plan = Case(desk(2), tuple(rows), days=1).plan()
    assert plan.unprinted["application_id"].to_list() == ["c"]


@given(backlogs(), st.sampled_from(("recorded", "lottery")))
def test_tie_break_order_is_a_sort_of_all_rows(backlog: Backlog, kind: str) -> None:
    document = desk(plan={"tie_break": kind, "seed": 7})
    rows = (
        PublicOrder.of(backlog.frame, Office.model_validate(document)).rows().tolist()
    )
    records = backlog.frame.rows(named=True)

    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        name = row["application_id"]
        if kind == "lottery":
            return (hashlib.sha256(f"7:{name}".encode()).digest(), name)
        stamp = row["recorded_at"]
        return (stamp is None, stamp or datetime.min, name)

    assert [records[n] for n in rows] == sorted(records, key=key)


@given(st.data())
def test_even_shares_level_all_that_are_not_at_their_limit(data: st.DataObject) -> None:
    members, days = data.draw(st.integers(1, 5)), data.draw(st.integers(0, 3))
    cell = st.integers(0, 7)
    line = st.lists(cell, min_size=days, max_size=days)
    limits = np.array(
        data.draw(st.lists(line, min_size=members, max_size=members)), dtype=np.int64
    ).reshape(members, days)
    room = limits.sum(axis=0).tolist()
    total = np.array([data.draw(st.integers(0, r)) for r in room], dtype=np.int64)
    shares = even_shares(limits, total)
    assert (shares.sum(axis=0) == total).all()
    assert ((shares >= 0) & (shares <= limits)).all()
    for day in range(days):
        for one in range(members):
            for other in range(members):
                more = shares[one, day] - shares[other, day]
                if shares[other, day] < limits[other, day]:
                    assert more <= (1 if one < other else 0) or (
                        one > other and more == 1 and limits[other, day] == 0
                    )


def test_equal_printers_get_equal_shares_the_first_the_odd_card() -> None:
    printers = [{"id": name, "cards_per_day": 4} for name in ("c", "a", "b")]
    rows = tuple(person(f"n{n:02}", 20 - n) for n in range(8))
    plan = Case(desk(9, printers=printers), rows, days=1).plan()
    assert Counter(plan.assignments["printer"]) == {"a": 3, "b": 3, "c": 2}


def test_every_printer_starts_with_the_most_pressing_cards() -> None:
    printers = [{"id": name, "cards_per_day": 4} for name in ("b", "a")]
    rows = tuple(person(f"n{n}", 20 - n) for n in range(4))
    plan = Case(desk(9, printers=printers), rows, days=1).plan()
    table = plan.assignments.select("printer", "position", "application_id").rows()
    assert table == [("a", 1, "n0"), ("a", 2, "n2"), ("b", 1, "n1"), ("b", 2, "n3")]


def test_equal_servers_share_the_day_too() -> None:
    servers = [{"id": name, "cards_per_day": 4} for name in ("t", "s")]
    rows = tuple(person(f"n{n}", 20 - n) for n in range(5))
    plan = Case(desk(servers=servers), rows, days=1).plan()
    assert Counter(plan.assignments["server"]) == {"s": 3, "t": 2}


def test_batches_are_full_but_for_the_last() -> None:
    rows = tuple(person(f"n{n}", 20 - n) for n in range(5))
    plan = Case(desk(9, plan={"batch_size": 2}), rows, days=1).plan()
    table = plan.assignments.select("batch", "position", "application_id").rows()
    assert table == [
        (1, 1, "n0"),
        (1, 2, "n1"),
        (2, 1, "n2"),
        (2, 2, "n3"),
        (3, 1, "n4"),
    ]


def test_places_follow_rank_then_pressure_of_that_day_then_tie_break() -> None:
    classes = {
        "routine": {"target_days": 30, "default": True},
        "ranked": {"target_days": 90, "rank": 0},
        "fast": {"target_days": 3},
    }
    rows = (
        person("tie-2", 29, recorded_at=LATE),
        person("tie-1", 2, urgency="fast", recorded_at=EARLY),
        person("most", 59),
        person("first", 0, urgency="ranked"),
    )
    plan = Case(desk(9, urgency=classes), rows, days=1).plan()
    ids = plan.assignments["application_id"].to_list()
    assert ids == ["first", "most", "tie-1", "tie-2"]
    assert plan.assignments["pressure"].to_list() == [0.011111, 2.0, 1.0, 1.0]
    assert plan.assignments["wait_days"].to_list() == [0, 59, 2, 29]
    assert plan.assignments["position"].to_list() == [1, 2, 3, 4]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_columns_and_types_of_the_tables(count: int) -> None:
    rows = tuple(person(f"n{n}") for n in range(count))
    plan = Case(desk(1), rows, days=2).plan()
    assert {k: str(v) for k, v in plan.assignments.schema.items()} == {
        "application_id": "String",
        "day": "Date",
        "printer": "String",
        "server": "String",
        "batch": "Int64",
        "position": "Int64",
        "wait_days": "Int64",
        "urgency": "String",
        "pressure": "Float64",
    }
    assert {k: str(v) for k, v in plan.unprinted.schema.items()} == {
        "application_id": "String",
        "waiting_since": "Date",
        "urgency": "String",
        "reason": "String",
    }


@given(st.lists(st.text(alphabet="A0z\x00é\U0001f600", max_size=12), unique=True))
def test_ids_are_ordered_by_code_point(names: list[str]) -> None:
    order = by_code_point(pl.Series(names, dtype=pl.String))
    assert [names[row] for row in order.tolist()] == sorted(names)


@given(st.sets(st.integers(0, 99_999_999), min_size=1))
def test_ids_that_begin_alike_are_ordered_as_texts(numbers: set[int]) -> None:
    names = [f"KPG-{number}" for number in numbers]
    order = by_code_point(pl.Series(names))
    assert [names[row] for row in order.tolist()] == sorted(names)


@pytest.mark.parametrize(
    "names",
    [
        ["K-10", "K-09", "K-11"],
        ["K-2", "K-10", "K-1"],
        ["b", "a", "B"],
        ["10", "09", "11"],
        ["٣", "١", "٢"],
        ["K1-5", "K2-4", "K0-6"],
        ["9" * 19, "1" * 19],
        ["a\x00", "a"],
        ["K-000000000002", "K-100000000000", "K-000000000001"],
        ["A001", "A01", "A1"],
    ],
    ids=str,
)
def test_ids_are_ordered_as_texts_whatever_their_form(names: list[str]) -> None:
    order = by_code_point(pl.Series(names))
    assert [names[row] for row in order.tolist()] == sorted(names)
