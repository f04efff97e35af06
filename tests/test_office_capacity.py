"""Daily capacity and its arithmetic, worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_sched.errors import UsageError
from ektp_sched.office import Office, capacity

MONDAY = date(2017, 9, 11)


def office(**changes: Any) -> Office:
    data: dict[str, Any] = {
        "name": "Kantor",
        "servers": [{"id": "server-1", "cards_per_day": 200}],
        "printers": [{"id": "printer-1", "cards_per_day": 175}],
    }
    return Office.model_validate(data | changes)


def test_plain_week() -> None:
    found = capacity(office(), MONDAY, 8)
    assert found.open.tolist() == [True] * 5 + [False, False, True]
    assert found.printers == ("printer-1",)
    assert found.servers == ("server-1",)
    assert found.printer_cards.tolist() == [[175] * 5 + [0, 0, 175]]
    assert found.server_cards.tolist() == [[200] * 5 + [0, 0, 200]]
    assert found.printer_cards.dtype == np.int64
    assert found.reaches.tolist() == [[True]]
    assert found.total is None
    assert found.supply == {}


def test_share_is_exact_and_rounded_down_once() -> None:
    # 0.29 × 100 is 28.999… in binary; the exact product is 29.
    share = {"mon": Decimal("0.29"), "tue": Decimal("0.995")}
    changed = office(
        calendar={"share": share},
        printers=[{"id": "a", "cards_per_day": 100}],
    )
    assert capacity(changed, MONDAY, 3).printer_cards.tolist() == [[29, 99, 100]]


def test_overlapping_outages_multiply_and_floor_once() -> None:
    # 7 × 0.5 × 0.5 × 0.8 = 1.4; flooring at each step would give 0.
    outages = [
        {"resource": "a", "from": MONDAY, "to": date(2017, 9, 13), "share": 0.5},
        {"resource": "a", "from": date(2017, 9, 12), "to": date(2017, 9, 15)}
        | {"share": Decimal("0.5")},
        {"resource": "server-1", "from": MONDAY, "to": MONDAY},
    ]
    changed = office(
        calendar={"share": {"wed": Decimal("0.8")}},
        printers=[{"id": "a", "cards_per_day": 7}],
        outages=outages,
    )
    found = capacity(changed, MONDAY, 6)
    # Mon 3.5; Tue 1.75; Wed 1.4; Thu and Fri 3.5; Sat closed.
    assert found.printer_cards.tolist() == [[3, 1, 1, 3, 3, 0]]
    assert found.server_cards.tolist() == [[0, 200, 160, 200, 200, 0]]


def test_from_and_to_are_inclusive_for_printers_and_servers() -> None:
    span = {"from": date(2017, 9, 12), "to": date(2017, 9, 13)}
    changed = office(
        servers=[{"id": "s", "cards_per_day": 9} | span],
        printers=[{"id": "p", "cards_per_day": 5, "to": date(2017, 9, 1)}],
    )
    found = capacity(changed, MONDAY, 4)
    assert found.server_cards.tolist() == [[0, 9, 9, 0]]
    assert found.printer_cards.tolist() == [[0, 0, 0, 0]]


def test_outage_beyond_the_horizon_or_with_share_one_changes_nothing() -> None:
    plain = capacity(office(), MONDAY, 14)
    spans = [
        (date(2016, 1, 1), date(2017, 9, 10), 0),
        (date(2017, 9, 25), date(2018, 1, 1), 0),
        (date(2017, 9, 16), date(2017, 9, 17), 0),
        (MONDAY, date(2017, 9, 20), 1),
    ]
    outages = [
        {"resource": "printer-1", "from": first, "to": last, "share": share}
        for first, last, share in spans
    ]
    found = capacity(office(outages=outages), MONDAY, 14)
    assert (found.printer_cards == plain.printer_cards).all()


def test_reserve_takes_from_the_lesser_sum_and_never_below_zero() -> None:
    outage = {"resource": "printer-1", "from": MONDAY, "to": MONDAY, "share": 0.1}
    changed = office(reserve={"cards_per_day": 20}, outages=[outage])
    # Monday 17 − 20, Tuesday 175 − 20, Saturday closed.
    total = capacity(changed, MONDAY, 6).total
    assert total is not None
    assert total.tolist() == [0, 155, 155, 155, 155, 0]
    assert total.dtype == np.int64


def test_supply_counts_stock_and_deliveries_from_the_start() -> None:
    deliveries = [
        {"on": date(2017, 9, 10), "cards": 1000},
        {"on": MONDAY, "cards": 2},
        {"on": date(2017, 9, 13), "cards": 5},
        {"on": date(2017, 9, 13), "cards": 1},
        {"on": date(2017, 9, 15), "cards": 7},
    ]
    cards = {
        "KTP-el": {"stock": 10, "deliveries": deliveries, "default": True},
        "KIA": {},
    }
    found = capacity(office(cards=cards), MONDAY, 4)
    assert {name: s.tolist() for name, s in found.supply.items()} == {
        "KTP-el": [12, 12, 18, 18]
    }


def test_rows_are_sorted_and_reach_what_they_name() -> None:
    changed = office(
        servers=[{"id": "s2", "cards_per_day": 2}, {"id": "S1", "cards_per_day": 1}],
        printers=[
            {"id": "b", "cards_per_day": 20, "servers": ["s2"]},
            {"id": "a", "cards_per_day": 10},
        ],
    )
    found = capacity(changed, MONDAY, 1)
    assert found.printers == ("a", "b")
    assert found.servers == ("S1", "s2")
    assert found.printer_cards.tolist() == [[10], [20]]
    assert found.server_cards.tolist() == [[1], [2]]
    assert found.reaches.tolist() == [[True, True], [False, True]]


def test_arrays_cannot_be_changed() -> None:
    found = capacity(office(), MONDAY, 2)
    with pytest.raises(ValueError, match="read-only"):
        found.printer_cards[0, 0] = 1


@pytest.mark.parametrize("days", [0, -1, 3661])
def test_days_out_of_range(days: int) -> None:
    with pytest.raises(UsageError, match="from 1 to 3,660"):
        capacity(office(), MONDAY, days)


def test_longest_horizon() -> None:
    assert capacity(office(), MONDAY, 3660).open.sum() == 2615


def test_horizon_past_the_last_date() -> None:
    with pytest.raises(UsageError, match="ends after 9999-12-31"):
        capacity(office(), date(9999, 12, 30), 5)


shares = st.decimals(0, 1, allow_nan=False, places=3)
offsets = st.integers(-5, 20)


@given(
    cards=st.integers(1, 10_000_000),
    friday=shares,
    outages=st.lists(st.tuples(offsets, st.integers(0, 9), shares), max_size=5),
)
def test_capacity_is_the_floor_of_the_exact_product(
    cards: int, friday: Decimal, outages: list[tuple[int, int, Decimal]]
) -> None:
    spans = [(first, first + length, share) for first, length, share in outages]
    changed = office(
        calendar={"share": {"fri": friday}},
        printers=[{"id": "p", "cards_per_day": cards}],
        outages=[
            {
                "resource": "p",
                "from": date.fromordinal(MONDAY.toordinal() + first),
                "to": date.fromordinal(MONDAY.toordinal() + last),
                "share": share,
            }
            for first, last, share in spans
        ],
    )
    found = capacity(changed, MONDAY, 12).printer_cards[0].tolist()
    for day, value in enumerate(found):
        exact = Fraction(cards) * (Fraction(friday) if day % 7 == 4 else 1)
        for first, last, share in spans:
            exact *= Fraction(share) if first <= day <= last else 1
        assert value == (0 if day % 7 > 4 else floor(exact))
