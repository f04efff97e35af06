"""check_certificate: prices prove the best plan, and never any other."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from builders import (
    START,
    Case,
    as_fake,
    certificate_dict,
    every_plan,
    make_backlog,
    make_office,
    make_plan,
    planned,
    random_case,
    tier_vector,
)
from damages import base, slots_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import FEW, HALF

from ektp_sched.documents import Status
from ektp_sched.trust import check_certificate

if TYPE_CHECKING:
    from builders import FakePlan, Slot

    Prices = dict[str, Any]


def codes(case: Case, plan: FakePlan) -> list[str]:
    return [v.code for v in check_certificate(plan, case.backlog, case.office)]


def tiny(seed: int) -> Case:
    """A problem small enough to try every plan."""
    return random_case(seed, people=3, days=3)


def priced(case: Case, prices: list[Prices], choice: tuple[Slot, ...]) -> FakePlan:
    """Give a plan a certificate with these prices and its own true values."""
    plan = make_plan(case, choice)
    tiers = [
        {
            "name": tier.name,
            "rank": tier.rank,
            "scale": tier.scale,
            "value": tier.value,
            "prices": price,
        }
        for tier, price in zip(plan.tiers, prices, strict=True)
    ]
    certificate = {"start": case.start.isoformat(), "days": case.days, "tiers": tiers}
    return make_plan(case, choice, certificate=certificate)


def shaken(prices: list[Prices], rng: random.Random, largest: int) -> list[Prices]:
    """Change some prices at random."""

    def line(numbers: list[int]) -> list[int]:
        return [
            n + rng.randint(-largest, largest) if rng.random() < 0.2 else n
            for n in numbers
        ]

    return [
        {
            "printers": {k: line(v) for k, v in price["printers"].items()},
            "servers": {k: line(v) for k, v in price["servers"].items()},
            "reserve": None if price["reserve"] is None else line(price["reserve"]),
            "stock": {k: line(v) for k, v in price["stock"].items()},
        }
        for price in prices
    ]


@pytest.mark.parametrize("name", ["stock", "reserve"])
def test_the_program_proves_its_plan(name: str) -> None:
    case, plan = base(name)
    assert codes(case, plan) == []
    as_file = replace(plan, certificate=certificate_dict(plan.certificate))
    assert codes(case, as_file) == []


def cut_short(plan: FakePlan, proven: int, stated: int, status: str) -> FakePlan:
    """Call the first tiers proven, and state the prices of as many as wanted."""
    tiers = tuple(
        replace(tier, proven=n < proven, bound=tier.value if n < proven else None)
        for n, tier in enumerate(plan.tiers)
    )
    proof: Any = certificate_dict(plan.certificate)
    proof["tiers"] = proof["tiers"][:stated]
    return replace(plan, tiers=tiers, certificate=proof, status=Status(status))


@pytest.mark.parametrize("proven", [1, 2, 3])
def test_a_plan_cut_short_is_proven_as_far_as_it_says(proven: int) -> None:
    case, plan = base("stock")
    assert len(plan.tiers) == 4
    assert codes(case, cut_short(plan, proven, proven, "feasible")) == []
    assert codes(case, cut_short(plan, proven, proven + 1, "feasible")) == []
    for stated, status in ((0, "feasible"), (proven - 1, "feasible"), (3, "optimal")):
        claim = cut_short(plan, proven, stated, status)
        assert codes(case, claim) == ["certificate-tiers"]
    exchanged = cut_short(plan, proven, 4, "feasible")
    certificate: Any = exchanged.certificate
    certificate["tiers"] = certificate["tiers"][::-1][:proven]
    assert codes(case, exchanged) == ["certificate-tiers"]


@pytest.mark.slow
@FEW
@given(seed=st.integers(0, 10**6), proven=st.integers(1, 3))
def test_what_is_proven_of_a_plan_cut_short_is_the_least(
    seed: int, proven: int
) -> None:
    """Of all plans those pass, and no others, that are best in the first tiers."""
    case = tiny(seed)
    plans = list(every_plan(case))
    if not plans:
        return
    best = planned(case)
    proof: Any = certificate_dict(best.certificate)
    proof["tiers"] = proof["tiers"][:proven]
    first = tuple(tier.value for tier in best.tiers)[:proven]
    for choice in random.Random(seed).sample(plans, min(8, len(plans))):
        claim = make_plan(case, choice, certificate=proof)
        passes = codes(case, cut_short(claim, proven, proven, "feasible")) == []
        assert passes == (tier_vector(case, choice)[:proven] == first)


@pytest.mark.slow
@FEW
@given(seed=st.integers(0, 10**6))
def test_no_prices_prove_a_plan_that_is_not_the_best(seed: int) -> None:
    rng = random.Random(seed)
    case = tiny(seed)
    plans = list(every_plan(case))
    if not plans:
        return
    best = min(tier_vector(case, choice) for choice in plans)
    proof = certificate_dict(planned(case).certificate)
    prices = [tier["prices"] for tier in proof["tiers"]]
    worse = [choice for choice in plans if tier_vector(case, choice) != best]
    for choice in rng.sample(worse, min(4, len(worse))):
        assert codes(case, priced(case, prices, choice)) != []
        for largest in (1, 3, 40, 10**6):
            some = shaken(prices, rng, largest)
            assert codes(case, priced(case, some, choice)) != []


@pytest.mark.slow
@HALF
@given(seed=st.integers(0, 10**6))
def test_the_program_s_prices_prove_every_best_plan(seed: int) -> None:
    rng = random.Random(seed)
    case = tiny(seed)
    plans = list(every_plan(case))
    if not plans:
        return
    best = min(tier_vector(case, choice) for choice in plans)
    equal = [choice for choice in plans if tier_vector(case, choice) == best]
    proof = certificate_dict(planned(case).certificate)
    prices = [tier["prices"] for tier in proof["tiers"]]
    for choice in rng.sample(equal, min(5, len(equal))):
        assert codes(case, priced(case, prices, choice)) == []


def one_printer(cards: int, people: int, tiers: list[str], days: int = 2) -> Case:
    office = make_office(
        printers=[{"id": "p", "cards_per_day": cards}], plan={"tiers": tiers}
    )
    rows = [{"application_id": f"a{i}", "waiting_since": -5 - i} for i in range(people)]
    return Case(office, make_backlog(rows, office), days)


def flat(case: Case, p: list[int], s: list[int] | None = None) -> Prices:
    zero = [0] * case.days
    return {
        "printers": {"p": p},
        "servers": {"s": s or zero},
        "reserve": None,
        "stock": {},
    }


def test_a_limit_not_full_must_have_no_price() -> None:
    case = one_printer(2, 1, ["unprinted"])
    on: tuple[Slot, ...] = ((0, "p", "s"),)
    assert codes(case, priced(case, [flat(case, [0, 0])], on)) == []
    assert codes(case, priced(case, [flat(case, [1, 0])], on)) == ["certificate-sign"]


def test_a_negative_price_in_the_first_tier_proves_nothing() -> None:
    case = one_printer(1, 1, ["unprinted"])
    none: tuple[Slot, ...] = (None,)
    on: tuple[Slot, ...] = ((0, "p", "s"),)
    assert codes(case, priced(case, [flat(case, [1, 1])], none)) == ["certificate-sign"]
    assert codes(case, priced(case, [flat(case, [-1, 0])], on)) == ["certificate-sign"]


def test_prices_worked_by_hand() -> None:
    case = one_printer(1, 3, ["unprinted", "pressure"])
    # Waiting 5, 6, 7 days; the two longest are printed, the longest first.
    choice: tuple[Slot, ...] = (None, (1, "p", "s"), (0, "p", "s"))
    first = flat(case, [1, 1])
    # In 1/30: day 1 costs them 6, 7, 8 and "not printed" 13, 15, 17.
    assert codes(case, priced(case, [first, flat(case, [14, 7])], choice)) == []
    for prices in ([13, 7], [16, 7], [13, 6], [15, 9], [-14, -7]):
        wrong = priced(case, [first, flat(case, prices)], choice)
        assert codes(case, wrong) == ["certificate-choice"]
    assert slots_of(case, as_fake(planned(case))) == list(choice)


def test_a_settled_limit_may_have_a_negative_price() -> None:
    office = one_printer(1, 2, ["promise", "pressure"]).office
    rows = [
        {"application_id": "a", "waiting_since": -5, "promised_on": 0},
        {"application_id": "b", "waiting_since": -9, "promised_on": 0},
    ]
    case = Case(office, make_backlog(rows, office), 2)
    choice: tuple[Slot, ...] = ((1, "p", "s"), (0, "p", "s"))
    first = flat(case, [2, 1])
    assert codes(case, priced(case, [first, flat(case, [8, 0])], choice)) == []
    shifted = flat(case, [8 - 500, -500])
    assert codes(case, priced(case, [first, shifted], choice)) == []
    # Where the first tier has no price, no limit is settled.
    assert codes(case, priced(case, [flat(case, [1, 0]), shifted], choice)) == [
        "certificate-sign"
    ]


def test_a_day_without_capacity_is_no_choice() -> None:
    week = {"workdays": ["mon", "tue", "wed", "thu", "fri"]}
    office = make_office(calendar=week, plan={"tiers": ["pressure"]})
    # Ready on Saturday, so that Monday is the first day open.
    rows = [{"application_id": "a", "waiting_since": -5, "ready_on": 4}]
    case = Case(office, make_backlog(rows, office), 8)
    free = [flat(case, [0] * 8)]
    assert codes(case, priced(case, free, ((6, "p", "s"),))) == []
    assert codes(case, priced(case, free, ((7, "p", "s"),))) == ["certificate-choice"]


def test_prices_beyond_64_bits_are_exact() -> None:
    day_0 = {"cards_per_day": 1, "to": START}
    office = make_office(
        printers=[{"id": "p", **day_0}],
        servers=[{"id": "s", **day_0}],
        plan={"tiers": ["promise", "pressure"]},
    )
    rows = [{"application_id": "a", "waiting_since": -5, "promised_on": 0}]
    case = Case(office, make_backlog(rows, office), 3)
    choice: tuple[Slot, ...] = ((0, "p", "s"),)
    first = flat(case, [1, 0, 0], [1, 0, 0])
    huge = 1 << 70
    fine = flat(case, [huge, 0, 0], [-huge, 0, 0])
    assert codes(case, priced(case, [first, fine], choice)) == []
    # The first tier's prices, 0 + huge against "not printed" = 3.
    dear = flat(case, [huge, 0, 0])
    assert codes(case, priced(case, [dear, fine], choice)) == ["certificate-choice"]
    wrapped = flat(case, [1 << 64, 0, 0])
    assert codes(case, priced(case, [wrapped, fine], choice)) == ["certificate-choice"]


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("start",), "2017-09-13", "certificate-horizon"),
        (("days",), 9, "certificate-horizon"),
        (("tiers",), None, "certificate-form"),
        (("tiers",), [], "certificate-tiers"),
        (("tiers", 0, "name"), "pressure", "certificate-tiers"),
        (("tiers", 0, "rank"), 0, "certificate-tiers"),
        (("tiers", 3, "scale"), 1, "certificate-tiers"),
        (("tiers", 3, "value"), 0, "certificate-tiers"),
        (("tiers", 0, "prices", "printers"), [1], "certificate-form"),
        (("tiers", 0, "prices", "printers", "p9"), [0] * 8, "certificate-form"),
        (("tiers", 0, "prices", "printers", "p1"), [0] * 7, "certificate-form"),
        (("tiers", 0, "prices", "servers", "s1"), [0.5] * 8, "certificate-form"),
        (("tiers", 0, "prices", "servers", "s1"), [True] * 8, "certificate-form"),
        (("tiers", 0, "prices", "reserve"), [0] * 8, "certificate-form"),
        (("tiers", 0, "prices", "stock", "KIA"), [0] * 8, "certificate-form"),
    ],
)
def test_a_certificate_of_another_form_is_refused(
    path: tuple[Any, ...], value: object, code: str
) -> None:
    case, plan = base("stock")
    proof: Any = certificate_dict(plan.certificate)
    place = proof
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert codes(case, replace(plan, certificate=proof)) == [code]


def test_a_plan_without_certificate_is_not_proven() -> None:
    case, plan = base("stock")
    assert codes(case, replace(plan, certificate=None)) == ["certificate-missing"]


def test_a_plan_that_breaks_a_rule_is_not_proven() -> None:
    case, plan = base("stock")
    # Too many cards, and an application printed twice, cost nothing in any tier.
    table = plan.assignments
    twice = replace(plan, assignments=table.vstack(table.head(1)))
    assert codes(case, twice) == ["certificate-rules"]
    short = replace(plan, assignments=table.drop("day"))
    assert codes(case, short) == ["columns"]
