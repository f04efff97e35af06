"""Scenarios built in code mean what the file means, and are held to the same."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

import ektp_sched as ek
from ektp_sched.errors import OfficeError, ScenarioError, UsageError
from ektp_sched.scenarios.world.loading import as_scenarios

if TYPE_CHECKING:
    from pathlib import Path

START = date(2017, 9, 12)
SHIFT = {"id": "late", "days": ["wed"], "cost_idr": 10}
OFFICE = ek.Office.model_validate(
    {
        "name": "Contoh",
        "servers": [{"id": "s", "cards_per_day": 2}],
        "printers": [{"id": "p", "cards_per_day": 2}],
        "shifts": [SHIFT],
    }
)
ROWS = [
    {"application_id": f"A{n}", "waiting_since": date(2017, 9, n)} for n in range(1, 6)
]
TEXT = """
question = { choose = "new", by = "date" }
deliveries_known_until = 2017-12-31
[arrivals]
per_working_day = 1.5
mix = { routine = 1 }
[held]
per_working_day = 2
people = 9
[breakdowns.s]
mean_days_between = 60
mean_days_down = 3
for_good = 0.25
[told]
heeded = 0.8
[scenarios.now]
[scenarios.new]
label = "New"
cost_idr = 5
office.calendar.workdays = ["mon", "sat"]
[[scenarios.new.servers]]
id = "s2"
cards_per_day = { low = 5, likely = 6, high = 7 }
from = { earliest = 2017-09-13, likely = 2017-09-14, latest = 2017-09-14 }
replaces = ["s"]
[[scenarios.new.printers]]
id = "p2"
cards_per_day = 4
to = 2017-12-01
[sources]
"arrivals" = "fact: counted"
"scenarios.new.servers.s2.from" = "assumed: no date was named"
"""


def built() -> ek.Scenarios:
    dates = {"earliest": date(2017, 9, 13), "likely": date(2017, 9, 14)}
    server = {
        "id": "s2",
        "cards_per_day": {"low": 5, "likely": 6, "high": 7},
        "from": dates | {"latest": date(2017, 9, 14)},
        "replaces": ["s"],
    }
    return ek.Scenarios(
        question={"choose": "new", "by": "date"},
        deliveries_known_until=date(2017, 12, 31),
        arrivals={"per_working_day": 1.5, "mix": {"routine": 1}},
        held={"per_working_day": 2, "people": 9},
        breakdowns={
            "s": {"mean_days_between": 60, "mean_days_down": 3, "for_good": 0.25}
        },
        told={"heeded": 0.8},
        scenarios={
            "now": ek.Scenario(label=None),
            "new": ek.Scenario(
                label="New",
                cost_idr=5,
                office={"calendar": ek.CalendarRules(workdays=("mon", "sat"))},
                servers=[server],
                printers=[{"id": "p2", "cards_per_day": 4, "to": date(2017, 12, 1)}],
            ),
        },
        sources={
            "arrivals": "fact: counted",
            "scenarios.new.servers.s2.from": "assumed: no date was named",
        },
    )


def test_what_code_builds_is_what_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "scenarios.toml"
    path.write_text(TEXT, "utf-8")
    read = ek.load_scenarios(path, OFFICE, start=START)
    made = as_scenarios(built(), OFFICE, START)
    for name in ("baseline", "scenarios", "arrivals", "breakdowns", "question", "held"):
        assert getattr(made, name) == getattr(read, name), name
    assert (made.told, made.worth) == (read.told, read.worth)
    assert made.told.heeded == Fraction(4, 5)
    assert {one.key: one for one in made.assumptions} == {
        one.key: one for one in read.assumptions
    }


@pytest.mark.parametrize(
    ("values", "key", "right"),
    [
        ({"arrivals": {"per_working_day": -1}}, "arrivals.per_working_day", "from 0"),
        ({"arrivals": 7}, "arrivals", "table [arrivals]"),
        ({"typo": 3}, "typo", 'nearest known one is "told"'),
        ({"scenarios": {"a": {"cost": 3}}}, "scenarios.a.cost", '"cost_idr"'),
        (
            {"scenarios": {"a": {"servers": [{"id": "x"}]}}},
            "scenarios.a.servers[1].cards_per_day",
            "is missing",
        ),
    ],
)
def test_a_wrong_argument_is_named(
    values: dict[str, Any], key: str, right: str
) -> None:
    with pytest.raises(ScenarioError) as no:
        ek.Scenarios(**{"scenarios": {"now": {}}} | values)
    assert no.value.column == key
    assert right in str(no.value)


def test_all_that_is_wrong_with_a_scenario_is_said_at_once() -> None:
    with pytest.raises(ScenarioError) as no:
        ek.Scenario(cost_idr="much", servers=[{"id": "x"}])
    assert [text.split(":")[0] for text in no.value.problems] == [
        "cost_idr",
        "servers[1].cards_per_day",
    ]


def test_what_an_office_does_not_know_is_said_where_they_meet() -> None:
    known = ek.Scenarios(scenarios={"now": {"office": {"urgency": {"x": {}}}}})
    with pytest.raises(ScenarioError, match=r"scenarios\.now.office\.urgency\.x"):
        ek.promise(ROWS, OFFICE, known, start=START, days=20, replications=2)


def test_every_verb_takes_them() -> None:
    dates: dict[str, Any] = {"start": START, "days": 30}
    known = built()
    assert ek.compare(ROWS, OFFICE, known, replications=4, **dates).baseline == "now"
    told = ek.promise(ROWS, OFFICE, known, replications=20, **dates)
    assert (told.scenario, told.certain) == ("now", False)
    tested = ek.backtest(ROWS, OFFICE, known, replications=20, worlds=1, **dates)
    assert tested.scenario == "now"
    goal = ek.Goal("cleared", date(2017, 10, 1))
    asked = ek.need(
        ROWS, OFFICE, known, resource="p", goal=goal, replications=4, **dates
    )
    assert asked.cards_per_day is not None


def test_shifts_are_chosen_against_them_with_the_office_at_hand() -> None:
    rule = ek.against(ROWS, built(), office=OFFICE, start=START, days=9, dates=2)
    assert rule.scenario == "new"
    with pytest.raises(UsageError, match="office is None; give an Office"):
        ek.against(ROWS, built(), start=START)
    with pytest.raises(OfficeError):
        ek.against(ROWS, built(), office={}, start=START)
