"""Shifts: what they add on which day, and where they may be used, by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_sched.errors import UsageError
from ektp_sched.office import Office, Option, capacity, options

MONDAY = date(2017, 9, 11)
SATURDAY: dict[str, Any] = {"id": "saturday", "days": ["sat"], "share": Decimal("0.5")}
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def office(**changes: Any) -> Office:
    data: dict[str, Any] = {
        "name": "Kantor",
        "servers": [{"id": "s", "cards_per_day": 200}],
        "printers": [
            {"id": "a", "cards_per_day": 101},
            {"id": "b", "cards_per_day": 7},
        ],
        "shifts": [SATURDAY],
    }
    return Office.model_validate(data | changes)


def days_of(found: tuple[Option, ...], shift: str) -> list[int]:
    return [option.day for option in found if option.shift == shift]


# What a shift adds.


def test_nothing_used_is_nothing_added() -> None:
    found = capacity(office(), MONDAY, 8)
    assert found.open.tolist() == [True] * 5 + [False, False, True]
    assert found.printer_cards.tolist() == [
        [101] * 5 + [0, 0, 101],
        [7] * 5 + [0, 0, 7],
    ]


def test_a_shift_opens_a_closed_day_with_its_share() -> None:
    found = capacity(office(), MONDAY, 8, {("saturday", 5)})
    assert found.open.tolist() == [True] * 6 + [False, True]
    assert found.printer_cards[:, 5].tolist() == [50, 3]
    assert found.server_cards[:, 5].tolist() == [100]
    assert found.printer_cards[:, 4].tolist() == [101, 7]


def test_a_shift_adds_to_a_working_day_apart_from_the_weekday_share() -> None:
    evening = {"id": "evening", "days": ["fri"], "share": Decimal("0.5")}
    changed = office(calendar={"share": {"fri": Decimal("0.9")}}, shifts=[evening])
    found = capacity(changed, MONDAY, 5, [("evening", 4)])
    # ⌊101 × 0.9⌋ + ⌊101 × 0.5⌋, ⌊7 × 0.9⌋ + ⌊7 × 0.5⌋, 180 + 100.
    assert found.printer_cards[:, 4].tolist() == [90 + 50, 6 + 3]
    assert found.server_cards[:, 4].tolist() == [280]


def test_each_shift_is_rounded_down_alone_and_counts_once() -> None:
    shifts = [SATURDAY, {"id": "late", "days": ["sat"], "share": Decimal("0.5")}]
    uses = [("saturday", 5), ("late", 5), ("late", 5)]
    found = capacity(office(shifts=shifts), MONDAY, 7, uses)
    assert found.printer_cards[:, 5].tolist() == [100, 6]


def test_outages_and_first_and_last_days_hold_for_a_shift() -> None:
    outages = [
        {"resource": "a", "from": date(2017, 9, 15), "to": date(2017, 9, 16)}
        | {"share": share}
        for share in (Decimal("0.5"), Decimal("0.8"))
    ]
    printers = [
        {"id": "a", "cards_per_day": 101},
        {"id": "b", "cards_per_day": 7, "to": date(2017, 9, 15)},
    ]
    changed = office(outages=outages, printers=printers)
    found = capacity(changed, MONDAY, 7, {("saturday", 5)})
    # 101 × 0.5 × 0.5 × 0.8 = 20.2.
    assert found.printer_cards[:, 5].tolist() == [20, 0]


def test_only_what_a_shift_opens_works_on_its_day() -> None:
    few = SATURDAY | {"resources": ["s", "b"]}
    found = capacity(office(shifts=[few]), MONDAY, 7, {("saturday", 5)})
    assert found.printer_cards[:, 5].tolist() == [0, 3]
    assert found.server_cards[:, 5].tolist() == [100]
    assert found.open[5]


def test_nothing_is_kept_for_walk_ins_on_a_day_that_a_shift_opens() -> None:
    shifts = [SATURDAY | {"days": ["fri", "sat"]}]
    changed = office(reserve={"cards_per_day": 20}, shifts=shifts)
    uses = {("saturday", 4), ("saturday", 5)}
    found = capacity(changed, MONDAY, 7, uses)
    # Thursday 108 − 20; Friday 108 + 53 − 20; Saturday 53; Sunday closed.
    assert found.total is not None
    assert found.total.tolist() == [88, 88, 88, 88, 141, 53, 0]


def test_a_shift_may_do_four_full_days() -> None:
    changed = office(shifts=[SATURDAY | {"share": 4}])
    found = capacity(changed, MONDAY, 6, {("saturday", 5)})
    assert found.printer_cards[:, 5].tolist() == [404, 28]


@pytest.mark.parametrize(
    "use", [("sunday", 5), ("saturday", 7), ("saturday", -1)], ids=str
)
def test_what_cannot_be_used(use: tuple[str, int]) -> None:
    with pytest.raises(UsageError, match="one of the office, and the day from 0 to 6"):
        capacity(office(), MONDAY, 7, [use])


shares = st.decimals("0.001", 4, allow_nan=False, places=3)
parts = st.decimals(0, 1, allow_nan=False, places=3)


@settings(deadline=None)
@given(
    cards=st.integers(1, 10_000_000),
    share=shares,
    left=parts,
    day=st.integers(0, 6),
    friday=parts,
)
def test_a_shift_adds_the_floor_of_the_exact_product(
    cards: int, share: Decimal, left: Decimal, day: int, friday: Decimal
) -> None:
    changed = office(
        calendar={"share": {"fri": friday}},
        printers=[{"id": "p", "cards_per_day": cards}],
        shifts=[{"id": "more", "days": EVERY_DAY, "share": share}],
        outages=[{"resource": "p", "from": MONDAY, "to": MONDAY, "share": left}],
    )
    without = capacity(changed, MONDAY, 7).printer_cards[0]
    found = capacity(changed, MONDAY, 7, {("more", day)}).printer_cards[0]
    added = Fraction(cards) * Fraction(share) * (Fraction(left) if day == 0 else 1)
    assert (found - without).tolist() == [
        floor(added) if at == day else 0 for at in range(7)
    ]


# Where a shift may be used.


def test_options_are_the_named_days_by_day_and_id() -> None:
    shifts = [
        SATURDAY | {"cost_idr": 2_500_000},
        {"id": "evening", "days": ["sat", "mon", date(2017, 9, 13)], "cost_idr": 1},
    ]
    assert options(office(shifts=shifts), MONDAY, 8) == (
        Option("evening", 0, 1),
        Option("evening", 2, 1),
        Option("evening", 5, 1),
        Option("saturday", 5, 2_500_000),
        Option("evening", 7, 1),
    )


def test_no_shift_is_no_option() -> None:
    assert options(office(shifts=[]), MONDAY, 30) == ()


def test_holidays_and_closed_dates_are_no_options() -> None:
    # Thursday 2017-09-21 is a public holiday in Indonesia.
    calendar = {"country": "ID", "closed": [date(2017, 9, 12), date(2017, 9, 16)]}
    shifts = [
        {"id": "plain", "days": EVERY_DAY},
        {"id": "feast", "days": EVERY_DAY, "on_holidays": True},
        {"id": "named", "days": [date(2017, 9, 21)]},
    ]
    found = options(office(calendar=calendar, shifts=shifts), MONDAY, 14)
    assert days_of(found, "plain") == [0, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13]
    assert days_of(found, "feast") == list(range(14))
    assert days_of(found, "named") == []


def test_a_date_that_is_open_is_an_option_whatever_else_it_is() -> None:
    calendar = {
        "country": "ID",
        "closed": [date(2017, 9, 12)],
        "open": [date(2017, 9, 12), date(2017, 9, 16), date(2017, 9, 21)],
    }
    shifts = [{"id": "plain", "days": EVERY_DAY}]
    found = options(office(calendar=calendar, shifts=shifts), MONDAY, 14)
    assert days_of(found, "plain") == list(range(14))


def test_what_adds_no_card_is_no_option() -> None:
    saturdays = [date(2017, 9, 16), date(2017, 9, 23)]
    outage = {"resource": "b", "from": saturdays[0], "to": saturdays[0]}
    shifts = [
        SATURDAY | {"resources": ["b"]},
        {"id": "tiny", "days": ["sat"], "share": Decimal("0.1"), "resources": ["b"]},
    ]
    found = options(office(shifts=shifts, outages=[outage]), MONDAY, 14)
    assert days_of(found, "saturday") == [12]
    assert days_of(found, "tiny") == []


@settings(deadline=None)
@given(days=st.integers(1, 40), named=st.sets(st.sampled_from(EVERY_DAY), min_size=1))
def test_every_option_adds_cards_and_nothing_else_does(
    days: int, named: set[str]
) -> None:
    changed = office(
        calendar={"closed": [date(2017, 9, 13)]},
        shifts=[SATURDAY | {"days": sorted(named)}],
        outages=[
            {"resource": name, "from": MONDAY, "to": MONDAY + timedelta(days=8)}
            for name in "abs"
        ],
    )
    found = options(changed, MONDAY, days)
    plain = capacity(changed, MONDAY, days).printer_cards.sum()
    for option in found:
        used = capacity(changed, MONDAY, days, {(option.shift, option.day)})
        assert used.printer_cards.sum() > plain
        assert used.open[option.day]
    named_days = {d for d in range(days) if EVERY_DAY[d % 7] in named and d > 8}
    assert set(days_of(found, "saturday")) == named_days


@pytest.mark.parametrize("days", [0, 3661])
def test_a_horizon_out_of_its_range(days: int) -> None:
    with pytest.raises(UsageError, match="from 1 to 3,660"):
        options(office(), MONDAY, days)


# The rules of the tables.


def test_days_stand_in_the_order_of_the_week_then_by_date() -> None:
    days = [date(2017, 12, 27), "sat", "mon", date(2017, 9, 16), "sat"]
    (shift,) = office(shifts=[SATURDAY | {"days": days}]).shifts
    assert shift.days == ("mon", "sat", date(2017, 9, 16), date(2017, 12, 27))
    assert shift.opens("anything")


def test_an_office_without_shifts_has_none() -> None:
    plain = office(shifts=[])
    assert plain.shifts == ()
    assert plain.budget is None
