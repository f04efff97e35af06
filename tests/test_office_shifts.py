"""Shifts: what they add on which day, and where they may be used, by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_sched.errors import OfficeError, UsageError
from ektp_sched.office import Notice, Office, Option, capacity, options
from ektp_sched.office.office import parse_office

MONDAY = date(2017, 9, 11)
SATURDAY: dict[str, Any] = {"id": "saturday", "days": ["sat"], "share": Decimal("0.5")}
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


DATA: dict[str, Any] = {
    "name": "Kantor",
    "servers": [{"id": "s", "cards_per_day": 200}],
    "printers": [{"id": "a", "cards_per_day": 101}, {"id": "b", "cards_per_day": 7}],
    "shifts": [SATURDAY],
}


def office(**changes: Any) -> Office:
    return Office.model_validate(DATA | changes)


def problems(**changes: Any) -> tuple[str, ...]:
    with pytest.raises(OfficeError) as caught:
        parse_office(DATA | changes)
    assert all("\n" not in problem for problem in caught.value.problems)
    return caught.value.problems


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


def test_what_is_left_out() -> None:
    (shift,) = office(shifts=[{"id": "a", "days": ["sat"]}]).shifts
    assert (int(shift.share), shift.cost_idr, shift.rest_days) == (1, 0, 0)
    assert (shift.max_uses, shift.max_per_week, shift.resources) == (None, None, None)
    assert not shift.on_holidays
    plain = office(shifts=[])
    assert (plain.shifts, plain.budget) == ((), None)


DAYS = 'days or dates in brackets, such as ["sat", 2017-12-27]'
RUPIAH = "a whole number of rupiah from 0 to 1,000,000,000,000"


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("days", [], "days: is empty"),
        ("days", "sat", 'days: is "sat"'),
        ("days", [6], "days[1]: is 6"),
        ("days", [None], "days[1]: is empty"),
        ("days", ["sat", "Saturday"], 'days[2]: unknown day "Saturday"'),
        ("share", 0, "share: is 0"),
        ("share", Decimal("4.1"), "share: is 4.1"),
        ("share", "0.5", 'share: is "0.5" in quotes'),
        ("cost_idr", -1, "cost_idr: is -1"),
        ("cost_idr", Decimal("0.5"), "cost_idr: is 0.5"),
        ("max_uses", 0, "max_uses: is 0"),
        ("max_uses", 3661, "max_uses: is 3661"),
        ("max_per_week", 8, "max_per_week: is 8"),
        ("rest_days", -1, "rest_days: is -1"),
        ("resources", [], "resources: is empty"),
        ("resources", ["s", "d"], 'resources[2]: unknown printer or server "d"'),
        ("on_holidays", 1, "on_holidays: is 1"),
        ("id", "a b", 'id: "a b" is no id'),
        ("cost", 1, 'cost: unknown key "cost"'),
    ],
)
def test_values_out_of_range(key: str, value: Any, sentence: str) -> None:
    (problem,) = problems(shifts=[SATURDAY | {key: value}])
    assert problem.startswith(f"shifts[1].{sentence}")
    assert "; " in problem  # and then what would be right


def test_what_a_shift_needs() -> None:
    assert problems(shifts=[{}]) == (
        'shifts[1].id: is missing; it must be an id in quotes, such as "saturday"',
        f"shifts[1].days: is missing; it must be {DAYS}",
    )
    assert problems(shifts=[5], budget={}) == (
        "shifts[1]: is 5; it must be a table [[shifts]] with id and days",
        f"budget.idr: is missing; it must be {RUPIAH}",
    )
    assert problems(budget=5) == ("budget: is 5; it must be a table [budget]",)


def test_ids_stand_once() -> None:
    assert problems(shifts=[SATURDAY, SATURDAY | {"id": "SATURDAY"}]) == (
        'shifts[2].id: "SATURDAY" is already the id of shifts[1]; give each shift an '
        "id of its own",
    )


@pytest.mark.parametrize(("rest", "most"), [(0, 7), (1, 4), (2, 3), (3, 2), (6, 1)])
def test_rest_leaves_so_many_uses_of_a_week(rest: int, most: int) -> None:
    rested = SATURDAY | {"rest_days": rest}
    assert office(shifts=[rested | {"max_per_week": most}]).shifts
    if most < 7:
        assert problems(shifts=[rested | {"max_per_week": most + 1}]) == (
            f"shifts[1].max_per_week: {most + 1} a week cannot be with rest_days = "
            f"{rest}, which leaves {most} at most; correct one of them",
        )


def test_aims_about_shifts_need_shifts() -> None:
    tiers = {"tiers": ["unprinted", "cost_idr", "shifts"]}
    assert office(plan=tiers).plan.tiers == ("unprinted", "cost_idr", "shifts")
    assert problems(plan=tiers, shifts=[]) == tuple(
        f'plan.tiers[{at}]: "{name}" is about shifts, and the office has none; add a '
        "table [[shifts]], or take it out"
        for at, name in ((2, "cost_idr"), (3, "shifts"))
    )


def test_all_that_is_wrong_with_shifts_is_said_at_once() -> None:
    found = problems(
        shifts=[
            SATURDAY | {"id": 5, "share": 9, "days": 1},
            {"id": "b", "days": ["sat"], "max_per_week": 5, "rest_days": 3},
            {"id": "B", "days": ["sat"], "resources": ["x"], "cost_idr": -1},
        ],
        budget={"idr": -1},
    )
    assert [p.split(": ")[0] for p in found] == [
        "shifts[1].id",
        "shifts[1].days",
        "shifts[1].share",
        "shifts[3].cost_idr",
        "budget.idr",
        "shifts[3].resources[1]",
        "shifts[3].id",
        "shifts[2].max_per_week",
    ]


# What is allowed and probably not meant.


def test_a_sound_shift_has_no_remark() -> None:
    priced = SATURDAY | {"cost_idr": 5, "days": ["sat", date(2017, 9, 16)]}
    assert office(shifts=[priced], budget={"idr": 5}).warnings() == ()
    assert office().warnings() == ()


def test_a_budget_with_nothing_to_buy() -> None:
    found = office(shifts=[], budget={"idr": 7}).warnings()
    assert found == (Notice("budget-without-shifts", {"idr": 7}),)


@pytest.mark.parametrize(
    "never",
    [
        {"share": Decimal("0.001"), "resources": ["a", "b", "s"]},
        {"days": [date(2017, 9, 21), date(2017, 9, 12)]},
        {"days": [date(2017, 9, 13)]},
    ],
    ids=["too small", "holiday and closed", "all out"],
)
def test_a_shift_that_can_never_be_used(never: dict[str, Any]) -> None:
    out = {"from": date(2017, 9, 13), "to": date(2017, 9, 13)}
    changed = office(
        calendar={"country": "ID", "closed": [date(2017, 9, 12)]},
        outages=[{"resource": name} | out for name in "abs"],
        shifts=[SATURDAY | never],
    )
    assert changed.warnings() == (Notice("shift-never", {"shift": "saturday"}),)


@pytest.mark.parametrize(
    ("days", "resources", "said"),
    [
        (["sat"], ["a", "b"], True),
        (["sat"], ["s"], True),
        (["sat"], ["s", "b"], True),
        (["sat"], ["s", "a"], False),
        (["fri"], ["a"], False),
        ([date(2017, 9, 16)], ["a"], True),
        ([date(2017, 9, 15)], ["a"], False),
    ],
)
def test_a_shift_that_opens_half_of_what_printing_needs(
    days: list[Any], resources: list[str], said: bool
) -> None:
    changed = office(
        servers=[{"id": "s", "cards_per_day": 9}, {"id": "t", "cards_per_day": 9}],
        printers=[
            {"id": "a", "cards_per_day": 9},
            {"id": "b", "cards_per_day": 9, "servers": ["t"]},
        ],
        shifts=[SATURDAY | {"days": days, "resources": resources}],
    )
    remark = Notice("shift-half-open", {"shift": "saturday"})
    assert changed.warnings() == ((remark,) if said else ())


def test_costs_that_look_wrong() -> None:
    free = Notice("shift-for-nothing", {"shift": "saturday"})
    assert office(budget={"idr": 0}).warnings() == (free,)
    assert office(plan={"tiers": ["cost_idr"]}).warnings() == (free,)
    figures: dict[str, str | int] = {"shift": "saturday", "cost_idr": 8, "idr": 7}
    dear = office(shifts=[SATURDAY | {"cost_idr": 8}], budget={"idr": 7})
    assert dear.warnings() == (Notice("shift-too-dear", figures),)
