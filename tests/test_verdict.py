"""What a question is answered, and the laws that its answers keep."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_sched.scenarios.compare.verdict import (
    advantage,
    answer_of_mean,
    dated_too_late,
    verdict_on,
)
from ektp_sched.scenarios.world.laws import MEASURES, Measure, NewResource, Question

if TYPE_CHECKING:
    from ektp_sched.scenarios.compare.answer import Verdict

ASKED: Final = Question(choose="new", against="now")
REVERSED: Final = Question(choose="now", against="new")


def side(trips: list[int], cost: int = 0, **further: list[int]) -> dict[str, Any]:
    """Return what one side comes to: trips in vain in rupiah, and all else as them."""
    zero = [0] * len(trips)
    columns = {
        "wasted_trip_cost_idr": trips,
        "person_days": trips,
        "total_cost_idr": [cost] * len(trips),
        "free_day": zero,
        "longest_wait_days": zero,
    }
    both = columns | further
    return {name: np.array(values, dtype=np.float64) for name, values in both.items()}


def asked(new: dict[str, Any], now: dict[str, Any], **options: Any) -> Verdict:
    return verdict_on(ASKED, new, now, **options)


def test_what_is_saved_less_what_is_spent_is_the_advantage() -> None:
    now, new = side([900, 700, 800]), side([100, 100, 0], cost=300)
    judged = asked(new, now)
    assert judged.saved_idr == pytest.approx(2200 / 3)
    assert judged.cost_idr == 300
    assert judged.advantage.mean == pytest.approx(2200 / 3 - 300)
    assert (judged.answer, judged.share, judged.futures) == ("yes", 1, 3)
    dear = asked(side([100, 100, 0], cost=3000), now)
    assert (dear.answer, dear.share) == ("no", 0)
    assert asked(side([100, 100, 0], cost=700), now).answer == "cannot-be-told"


def test_a_day_without_a_card_counts_at_its_worth() -> None:
    now, new = side([900, 900]), side([100, 102], cost=9000)
    assert asked(new, now).answer == "no"
    worth = asked(new, now, day_without_card_idr=50)
    # 800 and 798 rupiah of trips, and as many days at fifty.
    assert worth.saved_idr == 799 + 50 * 799
    assert worth.answer == "yes"


def test_what_would_pay_on_an_earlier_day_is_not_on_these_dates() -> None:
    now, new = side([900, 900]), side([100, 102], cost=9000)
    days = date(2017, 10, 12), date(2017, 11, 1)
    late = asked(new, now, pays_until=days[0], earliest=days[1])
    assert late.answer == "not-on-these-dates"
    assert (late.pays_until, late.earliest) == days
    soon = asked(new, now, pays_until=days[1], earliest=days[0])
    assert (soon.answer, soon.pays_until) == ("no", None)


def test_of_two_new_ones_each_has_its_own_dates() -> None:
    march, june = date(2018, 3, 1), date(2018, 6, 1)
    new = [
        NewResource(name, "servers", (9, 9, 9), (first,) * 3, ())
        for name, first in (("a", march), ("b", june))
    ]
    start = date(2017, 9, 12)
    # b comes too late, a does not: the dates are no reason against both.
    pays: dict[str | None, date]
    pays = {"a": date(2018, 4, 1), "b": date(2018, 4, 1)}
    assert dated_too_late(new, pays, start) == (None, None)
    pays = {"a": date(2018, 2, 1), "b": date(2018, 4, 1)}
    assert dated_too_late(new, pays, start) == (date(2018, 4, 1), june)
    assert dated_too_late(new, {"a": date(2018, 2, 1)}, start) == (
        date(2018, 2, 1),
        march,
    )
    assert dated_too_late(new, {}, start) == (None, None)


def test_one_future_tells_nothing_unless_it_is_the_only_one() -> None:
    now, new = side([900]), side([100], cost=300)
    assert asked(new, now).answer == "cannot-be-told"
    assert asked(new, now, certain=True).answer == "yes"


def test_equal_scenarios_cannot_be_told_and_neither_is_better() -> None:
    for by in MEASURES:
        question = Question(choose="new", against="now", by=by)
        for trips in ([5], [900, 700]):
            same = verdict_on(question, side(trips), side(trips), certain=True)
            assert same.answer == "cannot-be-told"
            assert (same.share, same.tie_share) == (0, 1)


def test_a_day_is_sooner_and_a_wait_shorter() -> None:
    now = side([0, 0], free_day=[365, 100], longest_wait_days=[90, 80])
    new = side([0, 0], free_day=[360, 90], longest_wait_days=[-1, 80])
    assert advantage("date", new, now).tolist() == [5, 10]
    assert advantage("wait", new, now).tolist() == [90, 0]


values = st.lists(st.integers(-400, 400), min_size=4, max_size=4)


@given(
    values, values, st.integers(0, 500), st.integers(0, 500), st.sampled_from(MEASURES)
)
def test_a_question_and_its_reverse_are_each_others_opposite(
    first: list[int], second: list[int], cost: int, more: int, by: Measure
) -> None:
    columns = ("free_day", "longest_wait_days")
    new = side(first, cost, **dict.fromkeys(columns, first))
    now = side(second, more, **dict.fromkeys(columns, second))
    there = verdict_on(ASKED.model_copy(update={"by": by}), new, now)
    back = verdict_on(REVERSED.model_copy(update={"by": by}), now, new)
    opposite = {"yes": "no", "no": "yes", "cannot-be-told": "cannot-be-told"}
    assert back.answer == opposite[there.answer]
    assert back.advantage.mean == -there.advantage.mean
    assert there.share + back.share + there.tie_share == pytest.approx(1)
    assert there.tie_share == back.tie_share


@given(values, values, st.integers(0, 500), st.integers(0, 2000))
def test_a_dearer_one_never_turns_a_no_to_a_yes(
    first: list[int], second: list[int], cost: int, more: int
) -> None:
    order = ("no", "cannot-be-told", "yes")
    now = side(second)
    cheap, dear = (asked(side(first, price), now) for price in (cost, cost + more))
    assert order.index(dear.answer) <= order.index(cheap.answer)
    assert dear.share <= cheap.share


def test_the_mean_alone_tells_nothing_from_nothing() -> None:
    assert [answer_of_mean(m) for m in (-1, -0.0001, 0, 0.0001, 1)] == [
        "no",
        "cannot-be-told",
        "cannot-be-told",
        "cannot-be-told",
        "yes",
    ]
