"""How much capacity a goal needs, worked by calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from whatif_cases import START, office, people, scenarios

from ektp_sched.errors import UsageError
from ektp_sched.scenarios import Goal, Need, certain_scenarios, need
from ektp_sched.scenarios.compare.need import expected_arrivals
from ektp_sched.scenarios.simulate.runs import Run


def asked(goal: Goal, **options: Any) -> Need:
    rules = office()
    chosen: dict[str, Any] = {
        "resource": "server-1",
        "days": 60,
        "replications": 1,
    } | options
    return need(
        people(200, rules),
        rules,
        certain_scenarios(rules),
        goal=goal,
        start=START,
        **chosen,
    )


@pytest.mark.parametrize(
    ("goal", "cards"),
    [
        # Ten weekdays up to Friday of the second week: 200 / 10.
        (Goal("cleared", date(2017, 9, 22)), 20),
        # Everybody is past the target of 30 days until the last is printed.
        (Goal("on-target", date(2017, 9, 15)), 40),
        # On the 100th day of waiting and later nobody may be left.
        (Goal("nobody-over", date(2017, 9, 12), 50), 100),
        # Two days later they have waited 102 days, which is not over 102.
        (Goal("nobody-over", date(2017, 9, 13), 102), 1),
    ],
)
def test_the_smallest_number_is_found_and_the_exact_plan_agrees(
    goal: Goal, cards: int
) -> None:
    found = asked(goal)
    assert found.cards_per_day == cards
    assert found.deterministic == cards
    assert found.reached == 1
    tried = dict(found.tried)
    assert tried[cards] == 1
    assert cards == 1 or tried[cards - 1] == 0


def test_a_limit_elsewhere_is_said() -> None:
    found = asked(Goal("cleared", date(2017, 9, 11)), resource="printer-1")
    assert (found.cards_per_day, found.deterministic) == (None, None)
    assert found.reason == "too-late"


@pytest.mark.slow
def test_confidence_needs_more_than_the_mean() -> None:
    rules = office()
    answers = [
        need(
            people(200, rules),
            rules,
            scenarios(
                rules,
                breakdowns={"server-1": {"mean_days_between": 4, "mean_days_down": 2}},
            ),
            resource="server-1",
            goal=Goal("cleared", date(2017, 10, 6)),
            start=START,
            days=60,
            replications=200,
            confidence=confidence,
        )
        for confidence in (0.5, 0.95)
    ]
    half, sure = (answer.cards_per_day for answer in answers)
    assert half is not None
    assert sure is not None
    assert answers[0].deterministic == 10 < half < sure


def test_expected_arrivals_never_stray_a_person_from_the_mean() -> None:
    rules = office()
    some = scenarios(rules, arrivals={"per_working_day": 2.5})
    run = Run(people(10, rules), some, START, 14, 1, 1, "pressure")
    found = expected_arrivals(run)
    assert found.height == 25
    upto = [
        found.filter(found["waiting_since"] <= START + timedelta(days=n)).height
        for n in range(5)
    ]
    assert upto == [2, 5, 7, 10, 12]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"resource": "server-9"},
            'unknown printer or server "server-9"; the nearest known one is "server-1"',
        ),
        (
            {"scenario": "moon"},
            'unknown scenario "moon"; the nearest known one is "now"',
        ),
        ({"confidence": 1.0}, "confidence is 1.0"),
        ({"replications": 0}, "replications is 0"),
        ({"days": 0}, "days is 0"),
        ({"days": 5}, "lies outside 2017-09-11 to 2017-09-15"),
    ],
)
def test_questions_that_make_no_sense_are_refused(
    options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        asked(Goal("cleared", date(2017, 9, 22)), **options)
