"""The planner made anew each day with all rules: by hand, and beside a plan."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from scenario_cases import START, desk, scenarios, world

from ektp_sched.backlog import Backlog, from_frame
from ektp_sched.planning import plan
from ektp_sched.scenarios import compare, limits_of
from ektp_sched.scenarios.simulate.queue import build_queue
from ektp_sched.scenarios.simulate.replan import OutOfTimeError, simulate_replan
from ektp_sched.scenarios.world.left_out import as_simulated, rules_of, without

if TYPE_CHECKING:
    from ektp_sched.office import Office
    from ektp_sched.scenarios.simulate.outcome import Outcome

DAYS = 10  # Tuesday to Thursday of the next week; the weekend is closed
NEVER = {"mean_days_between": 1_000_000, "mean_days_down": 1}
DAY = {n: START + timedelta(days=n) for n in range(-3, 60)}


def office(rate: int = 5, **changes: Any) -> Office:
    tables: dict[str, Any] = {
        "servers": [{"id": "server-1", "cards_per_day": 900}],
        "printers": [{"id": "printer-1", "cards_per_day": rate}],
        "cards": {"KTP-el": {"stock": 1000}},
    }
    return desk(**(tables | changes))


def with_ribbons(**changes: Any) -> Office:
    printer = {"id": "printer-1", "cards_per_day": 5} | changes
    return office(printers=[printer])


def people(count: int, rules: Office, **columns: Any) -> Backlog:
    usual = {"waiting_since": START, "urgency": "routine", "card": "KTP-el"}
    rows = [{"application_id": f"{n:05d}", **usual, **columns} for n in range(count)]
    return from_frame(pl.DataFrame(rows), rules)


def replanned(waiting: Backlog, rules: Office, days: int = DAYS) -> Outcome:
    known = scenarios(office=rules)
    block = world(known, days=days, size=1)
    limits = limits_of(known.named("now"), block)
    queue = build_queue(waiting, rules, START, days)
    return simulate_replan(
        queue, limits, block.arrivals, waiting, rules, record="dates"
    )


def printed(waiting: Backlog, rules: Office) -> list[int]:
    return [int(cards) for cards in replanned(waiting, rules).printed[0]]


def test_ribbons_are_used_up_and_come() -> None:
    later = [{"on": DAY[6], "ribbons": 0.4}]
    rules = with_ribbons(cards_per_ribbon=10, ribbons=0.75, ribbon_deliveries=later)
    # 7.5 cards, so 7; with 0.4 ribbons more 11.5, so 11.
    assert printed(people(60, rules), rules) == [5, 2, 0, 0, 0, 0, 4, 0, 0, 0]
    free = without(rules, ["ribbons"], START)
    assert printed(people(60, free), free) == [5, 5, 5, 5, 0, 0, 5, 5, 5, 5]


def test_blanks_that_expire_are_lost_and_those_that_come_are_used() -> None:
    coming = [{"on": DAY[1], "cards": 6, "expires_on": DAY[2]}]
    coming += [{"on": DAY[7], "cards": 3}]
    card = {"stock": 20, "expires_on": DAY[0], "deliveries": coming}
    rules = office(cards={"KTP-el": card})
    assert printed(people(60, rules), rules) == [5, 5, 1, 0, 0, 0, 0, 3, 0, 0]
    free = without(rules, ["expiry"], START)
    assert sum(printed(people(60, free), free)) == 29


def test_blanks_of_a_class_are_for_it_alone_and_it_uses_them_first() -> None:
    kept = {"stock": 12, "set_aside": {"emergency": 4}}
    rules = office(cards={"KTP-el": kept})
    assert printed(people(60, rules), rules) == [5, 3, *[0] * 8]
    free = without(rules, ["set_aside"], START)
    assert printed(people(60, free), free) == [5, 5, 2, *[0] * 7]
    rows = [(f"e{n}", "emergency") for n in range(6)]
    rows += [(f"r{n:02d}", "routine") for n in range(20)]
    both = pl.DataFrame(rows, ["application_id", "urgency"], orient="row")
    both = both.with_columns(waiting_since=pl.lit(START), card=pl.lit("KTP-el"))
    found = replanned(from_frame(both, rules), rules)
    # All six are printed first, four of them on their own blanks; eight are left.
    assert found.printed[0].tolist() == [5, 5, 2, *[0] * 7]
    assert found.person_dates is not None
    assert found.person_dates[:6, 0].max() == 1


def test_blanks_of_two_cards_on_one_printer_are_counted_from_day_to_day() -> None:
    cards = {"KTP-el": {"stock": 3, "default": True}, "KIA": {}}
    rules = office(cards=cards)
    kinds = ["KTP-el", "KIA"] * 6
    waiting = people(12, rules).frame.with_columns(card=pl.Series(kinds))
    made = replanned(from_frame(waiting, rules), rules)
    assert made.printed[0].tolist() == [5, 4, *[0] * 8]
    assert made.person_dates is not None
    assert (made.person_dates[::2, 0] < DAYS).sum() == 3


def test_a_pin_against_a_quota_of_the_week_is_put_off_until_its_end() -> None:
    quota = {"urgency": "routine", "per": "week", "at_most": 0}
    # Thursday's pin is not put off to Wednesday, when nothing works.
    broken = {"resource": "printer-1", "from": DAY[1], "to": DAY[1]}
    rules = office(quotas=[quota], outages=[broken])
    waiting = people(2, rules, pinned_on=DAY[2])
    assert printed(waiting, rules) == [0] * DAYS


def test_a_quota_holds_every_day() -> None:
    quota = {"id": "slow", "urgency": "routine", "per": "day", "at_most": 2}
    rules = office(quotas=[quota])
    assert printed(people(60, rules), rules) == [2, 2, 2, 2, 0, 0, 2, 2, 2, 2]


def test_a_quota_of_a_week_or_plan_knows_the_days_before() -> None:
    quota = {"id": "slow", "urgency": "routine", "per": "week", "at_most": 7}
    rules = office(quotas=[quota])
    assert printed(people(60, rules), rules) == [5, 2, 0, 0, 0, 0, 5, 2, 0, 0]
    rules = office(quotas=[quota | {"per": "plan", "at_most": 8}])
    assert printed(people(60, rules), rules) == [5, 3, *[0] * 8]


def test_a_day_on_which_rules_contradict_each_other_is_planned_without_them() -> None:
    least = {"id": "all", "urgency": "routine", "per": "day", "at_least": 9}
    rules = office(quotas=[least])
    assert printed(people(12, rules), rules) == [5, 5, 2, *[0] * 7]


_RIBBON = {"cards_per_ribbon": 7, "ribbons": 1}
_RULES = {
    "expiry": office(cards={"KTP-el": {"stock": 30, "expires_on": DAY[1]}}),
    "set_aside": office(cards={"KTP-el": {"stock": 9, "set_aside": {"emergency": 6}}}),
    "ribbons": with_ribbons(**_RIBBON),
    "quotas": office(
        quotas=[{"id": "few", "urgency": "emergency", "per": "week", "at_most": 3}]
    ),
}


@pytest.mark.parametrize("rule", _RULES)
def test_the_first_day_is_that_of_the_plan(rule: str) -> None:
    rules = _RULES[rule]
    assert rules_of(rules) == (rule,)
    chance = np.random.default_rng(3)
    frame = pl.DataFrame(
        {
            "application_id": [f"{n:03d}" for n in range(24)],
            "urgency": chance.choice(["emergency", "routine"], 24).tolist(),
            "waiting_since": [DAY[n] for n in chance.integers(-3, 1, 24).tolist()],
            "card": ["KTP-el"] * 24,
            "pinned_on": [DAY[0], *[None] * 23],
        }
    )
    waiting = from_frame(frame, rules)
    made = plan(waiting, rules, start=START, days=DAYS).assignments
    found = replanned(waiting, rules)
    assert found.person_dates is not None
    ids = waiting.frame["application_id"].filter(
        pl.Series(found.person_dates[:, 0] == 0)
    )
    today = made.filter(pl.col("day") == START)["application_id"]
    assert sorted(ids) == sorted(today)
    # Nobody else comes: on the whole it is as many as in the one plan.
    assert found.printed.sum() == len(made)


def test_no_day_is_begun_when_the_time_is_over() -> None:
    rules = office()
    waiting = people(9, rules)
    known = scenarios(office=rules)
    block = world(known, days=DAYS, size=1)
    queue = build_queue(waiting, rules, START, DAYS)
    limits = limits_of(known.named("now"), block)
    with pytest.raises(OutOfTimeError):
        simulate_replan(queue, limits, block.arrivals, waiting, rules, until=0.0)


def test_what_a_rule_does_is_told_with_an_interval() -> None:
    rules = with_ribbons(cards_per_ribbon=10, ribbons=0.75)
    coming = {"per_working_day": 2}
    known = scenarios({"arrivals": coming}, office=rules)
    found = compare(
        people(30, rules), rules, known, start=START, days=DAYS, replications=3
    )
    every, ribbons = found.left_out
    assert (every.rule, ribbons.rule) == ("all", "ribbons")
    assert (ribbons.futures, ribbons.days) == (3, DAYS)
    # Seven of forty are printed: all wait longer than the policy thinks.
    assert ribbons.person_days is not None
    assert every.person_days is not None
    assert ribbons.person_days.mean > 40
    assert ribbons.person_days.mean_interval is not None
    # The order changes nothing here: all of the effect is that of the ribbons.
    assert every.person_days.mean == ribbons.person_days.mean
    assert found.document()["left_out"][1]["rule"] == "ribbons"
    told = {one.code: one.figures for one in found.learnt}
    assert told["left-out-effect"]["waited"] == round(ribbons.person_days.mean)
    assert set(told) == {"left-out-all", "left-out-effect"}
    plain = without(rules, ["ribbons"], START)
    free = compare(
        people(30, plain),
        plain,
        scenarios({"arrivals": coming}, office=plain),
        start=START,
        days=DAYS,
        replications=3,
    )
    assert free.left_out == ()
    assert "left_out" not in free.document()


def test_the_policy_that_plans_anew_keeps_the_rules_and_says_nothing() -> None:
    rules = with_ribbons(cards_per_ribbon=10, ribbons=0.75)
    found = compare(
        people(30, rules),
        rules,
        scenarios(office=rules),
        start=START,
        days=DAYS,
        replications=1,
        policy="replan",
    )
    left = found.scenario("now").waiting_at_end
    assert left is not None
    assert left.mean == 23
    assert found.notices == ()
    assert rules_of(as_simulated(rules, START)) == ()
