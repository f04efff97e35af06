"""Reading scenarios.toml: what it means, and one sentence for each mistake."""

from __future__ import annotations

import tomllib
from copy import deepcopy
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenario_cases import START, desk, scenarios

from ektp_sched.errors import InputError, ScenarioError, UsageError
from ektp_sched.scenarios import NewResource, load_scenarios
from ektp_sched.scenarios.world.laws import (
    ArrivalLaw,
    BreakdownLaw,
    HeldLaw,
    Question,
    Told,
    Worth,
)
from ektp_sched.scenarios.world.loading import scenarios_of

if TYPE_CHECKING:
    from pathlib import Path

LAW = {"mean_days_between": 60, "mean_days_down": 4}

FULL = """
baseline = "now"
[arrivals]
per_working_day = 90
dispersion = 1.5
mix = { emergency = 0.1, routine = 0.9 }
[breakdowns.server-1]
mean_days_between = 60
mean_days_down = 4
[breakdowns.server-new]
failures = 1
days_up = 40
repairs = 1
days_down = 3
prior = { failure = [0.5, 10], repair = [0.5, 2] }
[scenarios.now]
[scenarios.new-server]
label = "A new one"
cost_idr = 300_000_000
[[scenarios.new-server.servers]]
id = "server-new"
cards_per_day = { low = 600, likely = 650, high = 700 }
replaces = ["server-1"]
from = { earliest = 2017-11-01, likely = 2018-01-15, latest = 2018-04-30 }
[[scenarios.new-server.printers]]
id = "printer-new"
cards_per_day = 120
cards = ["KTP-el"]
from = 2017-10-02
to = 2018-10-01
[scenarios.saturdays]
office.calendar.workdays = ["mon", "tue", "wed", "thu", "fri", "sat"]
office.cards.KTP-el.stock = 12_000
[sources]
"scenarios.new-server.cost_idr" = "fact: budgeted"
arrivals = "assumed, by hand"
"office.servers.server-1.cards_per_day" = "fact"
"""


def load(tmp_path: Path, text: str, **changes: Any) -> Any:
    path = tmp_path / "scenarios.toml"
    path.write_text(text, encoding="utf-8")
    return load_scenarios(path, desk(), **({"start": START} | changes))


def problems(data: dict[str, Any] | None = None, **named: Any) -> tuple[str, ...]:
    with pytest.raises(ScenarioError) as caught:
        scenarios(data, **named)
    assert isinstance(caught.value, InputError)
    assert all("\n" not in problem for problem in caught.value.problems)
    return caught.value.problems


def added(**changes: Any) -> dict[str, Any]:
    """A scenario with one new server."""
    return {"servers": [{"id": "new", "cards_per_day": 600} | changes]}


def test_every_key(tmp_path: Path) -> None:
    found = load(tmp_path, FULL)
    assert found.baseline == "now"
    assert list(found.scenarios) == ["now", "new-server", "saturdays"]
    assert found.arrivals == ArrivalLaw(
        Fraction(90),
        Fraction(3, 2),
        {"emergency": Fraction(1, 10), "routine": Fraction(9, 10)},
    )
    assert found.breakdowns["server-1"] == BreakdownLaw(1 / 60, 1 / 4)
    fit = found.breakdowns["server-new"].fit
    assert (fit.failures, fit.days_up, fit.repairs, fit.days_down) == (1, 40, 1, 3)
    assert (fit.failure_prior, fit.repair_prior) == ((0.5, 10.0), (0.5, 2.0))
    assert fit.means == (1.5 / 50.5, 1.5 / 5.5)
    new = found.scenarios["new-server"]
    assert (new.label, new.cost_idr) == ("A new one", 300_000_000)
    assert new.added == (
        NewResource(
            "server-new",
            "servers",
            (600, 650, 700),
            (date(2017, 11, 1), date(2018, 1, 15), date(2018, 4, 30)),
            ("server-1",),
        ),
        NewResource(
            "printer-new", "printers", (120,) * 3, (date(2017, 10, 2),) * 3, ()
        ),
    )
    assert [s.id for s in new.office.servers] == ["server-1", "server-2", "server-new"]
    assert new.office.servers[-1].cards_per_day == 650
    assert new.office.servers[-1].from_ == date(2018, 1, 15)
    assert new.office.printers[-1].to == date(2018, 10, 1)
    assert not new.added[0].is_certain
    assert new.added[1].is_certain
    saturdays = found.scenarios["saturdays"].office
    assert saturdays.calendar.workdays[-1] == "sat"
    assert saturdays.cards["KTP-el"].stock == 12_000
    assert found.scenarios["saturdays"].label == "saturdays"
    assert found.office == desk()
    assert found.visits == desk().visits
    assert len(found.digest) == 64


def test_little_is_enough(tmp_path: Path) -> None:
    found = load(tmp_path, "[scenarios.now]\n")
    assert (found.baseline, found.arrivals, found.breakdowns) == ("now", None, {})
    assert found.scenarios["now"].office == desk()


def test_inputs_are_marked(tmp_path: Path) -> None:
    marks = {a.key: (a.value, a.kind, a.note) for a in load(tmp_path, FULL).assumptions}
    assert marks["scenarios.new-server.cost_idr"] == (300_000_000, "fact", "budgeted")
    assert marks["arrivals.dispersion"] == (1.5, "assumed", "by hand")
    assert marks["arrivals.mix"] == (
        {"emergency": 0.1, "routine": 0.9},
        "assumed",
        "by hand",
    )
    assert marks["office.servers.server-1.cards_per_day"] == (200, "fact", "")
    assert marks["office.servers.server-2.cards_per_day"] == (70, "assumed", "")
    assert marks["scenarios.new-server.servers.server-new.from"] == (
        {"earliest": "2017-11-01", "likely": "2018-01-15", "latest": "2018-04-30"},
        "assumed",
        "",
    )
    assert "office.name" not in marks
    assert "scenarios.new-server.label" not in marks


def test_the_longest_marked_key_counts() -> None:
    sources = {"arrivals": "fact: counted", "arrivals.dispersion": "assumed"}
    rules = {"per_working_day": 9, "mix": {"routine": 1}}
    found = scenarios(
        {"arrivals": rules | {"dispersion": 2}, "sources": sources}
    ).assumptions
    kinds = {a.key: a.kind for a in found if a.key.startswith("arrivals")}
    assert kinds == {
        "arrivals.per_working_day": "fact",
        "arrivals.dispersion": "assumed",
        "arrivals.mix": "fact",
    }


def test_the_backlog_gives_the_mix_where_none_is_given() -> None:
    found = scenarios({"arrivals": {"per_working_day": 10}})
    law = found.with_backlog_mix({"routine": 30, "emergency": 10}).arrivals
    assert law is not None
    assert law.mix == {"emergency": Fraction(1, 4), "routine": Fraction(3, 4)}
    with pytest.raises(UsageError, match="an empty backlog has no mix of classes"):
        found.with_backlog_mix({})
    given = scenarios({"arrivals": {"per_working_day": 1, "mix": {"routine": 1}}})
    assert given.with_backlog_mix({}) is given


ASKED = """
baseline = "now"
question = { choose = "sat", against = "dates_only", by = "wait" }
deliveries_known_until = 2018-02-26
[held]
per_working_day = 40
people = 14_000
mix = { routine = 1 }
[breakdowns.server-1]
mean_days_between = 60
mean_days_down = 4
for_good = 0.1
replaced_after = 90
replacement_cost_idr = 300_000_000
[told]
heeded = 0.8
cost_idr = 5_000_000
[worth]
day_without_card_idr = 1_000
years_of_use = 2.5
[scenarios.now]
[scenarios.sat]
cost_idr_per_day = 750_000
office.calendar.workdays = ["mon", "tue", "wed", "thu", "fri", "sat"]
[sources]
"told.heeded" = "fact: counted"
"breakdowns.server-2.failures" = "fact: none in ten years"
breakdowns = "assumed"
"""


def test_what_is_asked_and_what_was_hidden(tmp_path: Path) -> None:
    known = load(tmp_path, ASKED)
    assert known.question == Question(choose="sat", against="dates_only", by="wait")
    assert known.deliveries_known_until == date(2018, 2, 26)
    everybody = {"emergency": Fraction(0), "routine": Fraction(1)}
    assert known.held == HeldLaw(Fraction(40), 14_000, everybody)
    assert known.breakdowns["server-1"] == BreakdownLaw(
        1 / 60, 1 / 4, None, 0.1, 90, 300_000_000
    )
    assert known.told == Told(Fraction(4, 5), 5_000_000)
    assert known.worth == Worth(1_000, Fraction(5, 2))
    assert known.scenarios["sat"].cost_idr_per_day == 750_000
    assert not known.is_certain(known.scenarios["now"])
    marks = {a.key: (a.value, a.kind, a.stated) for a in known.assumptions}
    assert marks["told.heeded"] == (0.8, "fact", True)
    assert marks["held.mix"] == ({"routine": 1}, "assumed", True)
    assert marks["arrivals.per_working_day"] == (0, "assumed", False)
    assert marks["breakdowns.server-2.failures"] == (0, "fact", False)
    assert marks["breakdowns.printer-1.failures"] == (0, "assumed", False)
    assert "breakdowns.server-1.failures" not in marks
    assert not {key for key in marks if key.startswith("question")}


def test_what_is_hidden_is_listed_as_assumed_with_its_number() -> None:
    law = {"mean_days_between": 60, "mean_days_down": 3}
    saturdays = {"office": {"calendar": {"workdays": ["mon", "sat"]}}}
    known = scenarios({"breakdowns": {"server-1": law}}, sat=saturdays)
    unstated = {a.key: (a.value, a.kind) for a in known.assumptions if not a.stated}
    assert unstated == {
        "arrivals.per_working_day": (0, "assumed"),
        "held.per_working_day": (0, "assumed"),
        "told.heeded": (1, "assumed"),
        "told.cost_idr": (0, "assumed"),
        "worth.day_without_card_idr": (0, "assumed"),
        "scenarios.sat.cost_idr_per_day": (0, "assumed"),
        "breakdowns.server-1.for_good": (0, "assumed"),
        "breakdowns.server-2.failures": (0, "assumed"),
        "breakdowns.printer-1.failures": (0, "assumed"),
    }
    # A mark of the table says nothing of what the table does not say.
    sources = {"breakdowns.server-1": "fact: the log"}
    known = scenarios({"breakdowns": {"server-1": law}, "sources": sources})
    kinds = {a.key: a.kind for a in known.assumptions}
    assert kinds["breakdowns.server-1.mean_days_down"] == "fact"
    assert kinds["breakdowns.server-1.for_good"] == "assumed"


def test_the_question_is_of_the_first_with_a_price_unless_it_says() -> None:
    assert scenarios(sat={}).question is None
    dear, dearer = {"cost_idr_per_day": 1}, {"cost_idr": 9}
    asked = scenarios(sat={}, dear=dear, dearer=dearer).question
    assert asked == Question(choose="dear", against="now", by="money")
    by_date = {"question": {"by": "date"}}
    assert scenarios(by_date, sat={}).question == Question(
        choose="sat", against="now", by="date"
    )
    turned = {"question": {"against": "dear"}}
    assert scenarios(turned, dear=dear, dearer=dearer).question == Question(
        choose="dearer", against="dear"
    )


def test_a_price_counts_for_the_days_in_which_it_is_used_up() -> None:
    assert Worth().counted(900, 10) == 900
    assert Worth(years_of_use=Fraction(2)).counted(730, 365) == 365
    assert Worth(years_of_use=Fraction(1, 2)).counted(730, 365) == 730


def test_a_scenario_without_any_capacity_is_allowed() -> None:
    outages = [
        {"resource": r, "from": START, "to": date(2027, 1, 1)}
        for r in ("server-1", "server-2")
    ]
    found = scenarios(dead={"office": {"outages": outages}})
    assert len(found.scenarios["dead"].office.outages) == 2


def test_printers_that_reach_a_replaced_server_reach_the_new_one() -> None:
    printers = [
        {"id": "a", "cards_per_day": 1, "servers": ["server-1"]},
        {"id": "b", "cards_per_day": 1, "servers": ["server-2"]},
        {"id": "c", "cards_per_day": 1},
    ]
    new = {
        "servers": [
            {"id": "n1", "cards_per_day": 5, "replaces": ["server-1"]},
            {"id": "n2", "cards_per_day": 5, "replaces": ["n1"]},
        ],
        "printers": [{"id": "d", "cards_per_day": 1, "servers": ["server-1"]}],
    }
    found = scenarios(office=desk(printers=printers), new=new).scenarios["new"]
    reached = {p.id: p.servers for p in found.office.printers}
    both = ("server-1", "n1", "n2")
    assert reached == {"a": both, "b": ("server-2",), "c": None, "d": both}
    assert found.added[1].replaces == ("n1", "server-1")


@pytest.mark.parametrize(
    ("data", "named", "said"),
    [
        ({"arrival": {}}, {}, 'arrival: unknown key "arrival"'),
        (
            {"arrivals": {"per_working_days": 9, "per_working_day": 9}},
            {},
            "arrivals.per_working_days: unknown key",
        ),
        ({}, {"new": {"cost": 1}}, 'scenarios.new.cost: unknown key "cost"'),
        (
            {},
            {"new": added(from_=START)},
            'scenarios.new.servers[1].from_: unknown key "from_"',
        ),
        (
            {},
            {"new": added(cards_per_day={"low": 1, "likely": 2, "hi": 3, "high": 3})},
            'scenarios.new.servers[1].cards_per_day.hi: unknown key "hi"',
        ),
        (
            {},
            {"new": added(cards_per_day={"low": 700, "likely": 650, "high": 800})},
            "scenarios.new.servers[1].cards_per_day: low = 700, likely =",
        ),
        (
            {},
            {"new": added(cards_per_day={"low": 7, "likely": 8})},
            "scenarios.new.servers[1].cards_per_day.high: is missing",
        ),
        (
            {},
            {"new": added(cards_per_day=-5)},
            "scenarios.new.servers[1].cards_per_day: is -5",
        ),
        (
            {},
            {"new": added(**{"from": date(2017, 9, 11)})},
            "scenarios.new.servers[1].from: 2017-09-11 is before the start",
        ),
        (
            {},
            {
                "new": added(
                    **{
                        "from": {
                            "earliest": date(2018, 1, 2),
                            "likely": date(2018, 1, 1),
                            "latest": date(2018, 1, 3),
                        }
                    }
                )
            },
            "scenarios.new.servers[1].from: earliest = 2018-01-02, likely =",
        ),
        (
            {},
            {"new": added(**{"from": date(2018, 1, 2), "to": date(2018, 1, 1)})},
            'scenarios.new.servers[1]: "new" may begin on 2018-01-02, after',
        ),
        (
            {},
            {"new": added(**{"from": "2018-01-02"})},
            'scenarios.new.servers[1].from: is "2018-01-02" in quotes',
        ),
        (
            {},
            {"new": added(replaces=["server-3"])},
            "scenarios.new.servers[1].replaces[1]: unknown server",
        ),
        (
            {},
            {"new": added(replaces=["printer-1"])},
            "scenarios.new.servers[1].replaces[1]: unknown server",
        ),
        (
            {},
            {"new": added(replaces=["new"])},
            'scenarios.new.servers[1].replaces: "new" would replace itself',
        ),
        (
            {},
            {"new": added(id="server-1")},
            'scenarios.new.servers[1].id: "server-1" is already the id of',
        ),
        (
            {},
            {"new": {"printers": [{"id": "p", "cards_per_day": 1, "servers": ["s"]}]}},
            'scenarios.new.printers[1].servers[1]: unknown server "s"',
        ),
        (
            {},
            {"sat": {"office": {"calendar": {"workday": ["sat"]}}}},
            'scenarios.sat.office.calendar.workday: unknown key "workday"',
        ),
        (
            {},
            {"sat": {"office": {"reserve": {"cards_per_day": -1}}}},
            "scenarios.sat.office.reserve.cards_per_day: is -1",
        ),
        ({}, {"sat": {"cost_idr": -1}}, "scenarios.sat.cost_idr: is -1"),
        ({}, {".a": {}}, 'scenarios.".a": is no name of a scenario'),
        ({}, {"NOW": {}}, 'scenarios.NOW: differs from "now" in capitals alone'),
        ({}, {"new": 5}, "scenarios.new: is 5"),
        ({"scenarios": {}}, {}, "scenarios: there is none"),
        ({"scenarios": []}, {}, "scenarios: is empty"),
        ({"baseline": "no"}, {}, 'baseline: unknown scenario "no"'),
        ({"baseline": 5}, {}, "baseline: is 5"),
        (
            {"breakdowns": {"server-7": {"mean_days_between": 9, "mean_days_down": 2}}},
            {},
            'breakdowns.server-7: unknown printer or server "server-7"',
        ),
        (
            {
                "breakdowns": {
                    "server-1": {"mean_days_between": -9, "mean_days_down": 2}
                }
            },
            {},
            "breakdowns.server-1.mean_days_between: is -9",
        ),
        (
            {"breakdowns": {"server-1": {"mean_days_between": 9}}},
            {},
            "breakdowns.server-1: write mean_days_between and",
        ),
        (
            {
                "breakdowns": {
                    "server-1": {"mean_days_between": 9, "mean_days_down": 2}
                    | {"history": "x.csv"}
                }
            },
            {},
            "breakdowns.server-1: write mean_days_between and",
        ),
        (
            {
                "breakdowns": {
                    "server-1": {"failures": 3, "days_up": 2}
                    | {"repairs": 0, "days_down": 0}
                }
            },
            {},
            "breakdowns.server-1: failures = 3 is more than days_up = 2",
        ),
        ({"arrivals": {"per_working_day": -1}}, {}, "arrivals.per_working_day: is -1"),
        (
            {"arrivals": {"per_working_day": Decimal("NaN")}},
            {},
            "arrivals.per_working_day: is NaN",
        ),
        ({"arrivals": {}}, {}, "arrivals: neither per_working_day nor history is"),
        ({"arrivals": 90}, {}, "arrivals: is 90"),
        (
            {"arrivals": {"per_working_day": 9, "dispersion": Decimal("0.5")}},
            {},
            "arrivals: dispersion = 0.5 would be steadier than chance",
        ),
        (
            {"arrivals": {"per_working_day": 9, "mix": {"urgent": 1}}},
            {},
            'arrivals.mix.urgent: unknown urgency class "urgent"',
        ),
        (
            {
                "arrivals": {"per_working_day": 9}
                | {"mix": {"emergency": Decimal("0.1"), "routine": Decimal("0.91")}}
            },
            {},
            "arrivals.mix: the shares sum to 1.01",
        ),
        (
            {"arrivals": {"per_working_day": 9, "mix": {"routine": -1}}},
            {},
            "arrivals.mix.routine: is -1",
        ),
        (
            {},
            {"new": {"office": {"urgency": {"vip": {"target_days": 5}}}}},
            "scenarios.new.office.urgency.vip: the classes must be those of",
        ),
        (
            {},
            {"dates_only": {}},
            "scenarios.dates_only: is what reports call the baseline with",
        ),
        (
            {"question": {"choose": "neww"}},
            {"new": {}},
            'question.choose: unknown scenario "neww"',
        ),
        (
            {"question": {"choose": "new", "against": "dates-only"}},
            {"new": {}},
            'question.against: unknown scenario "dates-only"',
        ),
        (
            {"question": {"choose": "new", "against": "new"}},
            {"new": {}},
            "question: choose and against are both new",
        ),
        ({"question": {}}, {}, "question: choose and against are both now"),
        (
            {"question": {"choose": "dates_only"}},
            {"new": {}},
            "question.choose: dates_only costs nothing to choose",
        ),
        (
            {"question": {"by": "cards"}},
            {"new": {}},
            'question.by: unknown measure "cards"',
        ),
        ({"question": "new"}, {"new": {}}, 'question: is "new"'),
        (
            {"deliveries_known_until": "2018-02-26"},
            {},
            'deliveries_known_until: is "2018-02-26" in quotes',
        ),
        ({"told": {"heeded": 2}}, {}, "told.heeded: is 2"),
        ({"told": 1}, {}, "told: is 1"),
        ({"worth": {"years_of_use": 0}}, {}, "worth.years_of_use: is 0"),
        ({"held": {"people": 5}}, {}, "held.per_working_day: is missing"),
        (
            {"held": {"per_working_day": 5, "mix": {"vip": 1}}},
            {},
            'held.mix.vip: unknown urgency class "vip"',
        ),
        (
            {"breakdowns": {"server-1": {"for_good": Decimal("0.1")}}},
            {},
            "breakdowns.server-1: write mean_days_between and",
        ),
        (
            {"breakdowns": {"server-1": LAW | {"replaced_after": 90}}},
            {},
            "breakdowns.server-1: replaced_after is given, but no failure",
        ),
        (
            {
                "breakdowns": {
                    "server-1": LAW | {"for_good": 1, "replacement_cost_idr": 9}
                }
            },
            {},
            "breakdowns.server-1: replacement_cost_idr is given, but",
        ),
        (
            {"breakdowns": {"server-1": LAW | {"for_good": 1, "replaced_after": 0}}},
            {},
            "breakdowns.server-1.replaced_after: is 0",
        ),
        (
            {"sources": {"scenarios.new.cost": "fact"}},
            {"new": {"cost_idr": 1}},
            'sources."scenarios.new.cost": unknown key "scenarios.new.cost"',
        ),
        (
            {"sources": {"scenarios.new.cost_idr": "factual"}},
            {"new": {"cost_idr": 1}},
            'sources."scenarios.new.cost_idr": must be text that begins',
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    data: dict[str, Any], named: dict[str, Any], said: str
) -> None:
    (problem,) = problems(data, **named)
    assert problem.startswith(said)


def test_dates_before_the_start_are_a_matter_of_the_start() -> None:
    new = added(**{"from": date(2017, 9, 11)})
    assert scenarios(start=None, new=new).scenarios["new"].added[0].first is not None


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = """
    baseline = "x"
    question = { choose = "later", by = "cards" }
    [arrivals]
    per_working_day = -1
    [breakdowns.server-9]
    mean_days_between = 60
    mean_days_down = 3
    [scenarios.now]
    cost_idr = -1
    office.plan.batch_size = 0
    [[scenarios.now.servers]]
    id = "n"
    cards_per_day = { low = 2, likely = 1, high = 3 }
    [[scenarios.now.servers]]
    id = "m"
    cards_per_day = 9
    from = 2016-01-01
    [sources]
    nothing = "fact"
    """
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path, text)
    keys = [problem.split(": ")[0] for problem in caught.value.problems]
    assert keys == [
        "arrivals.per_working_day",
        "baseline",
        "breakdowns.server-9",
        "question.by",
        "question.choose",
        "scenarios.now.cost_idr",
        "scenarios.now.servers[1].cards_per_day",
        "scenarios.now.office.plan.batch_size",
        "scenarios.now.servers[2].from",
        "sources.nothing",
    ]
    assert str(caught.value).endswith("(and 9 more)")
    assert caught.value.file == str(tmp_path / "scenarios.toml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty; it must have at least one table [scenarios.NAME]"),
        (b"\xff\xfe\x00", "is not text in UTF-8 (line 1); save it as UTF-8"),
        (b"PK\x03\x04", "is a workbook; scenarios are written as text"),
        (b"a = ", "line 1 is not valid TOML"),
        (b"a = \x00", "is not a text file; it must be scenarios.toml in UTF-8"),
    ],
)
def test_a_file_that_is_no_scenarios(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "scenarios.toml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        load_scenarios(path, desk())
    assert caught.value.message.startswith(said)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"there is no such file; name a scen"):
        load_scenarios(tmp_path / "x.toml", desk())
    with pytest.raises(ScenarioError, match=r"is a folder; name the file of scen"):
        load_scenarios(tmp_path, desk())


def test_shares_are_exact_decimals(tmp_path: Path) -> None:
    shares = ", ".join(f"{name} = 0.1" for name in "abcdefghij")
    classes = {n: {"target_days": 30, "default": n == "a"} for n in "abcdefghij"}
    text = f"[arrivals]\nper_working_day = 1\nmix = {{ {shares} }}\n[scenarios.now]"
    assert sum(tomllib.loads(text)["arrivals"]["mix"].values()) != 1
    path = tmp_path / "scenarios.toml"
    path.write_text(text, encoding="utf-8")
    found = load_scenarios(path, desk(urgency=classes)).arrivals
    assert found is not None
    assert found.mix == dict.fromkeys("abcdefghij", Fraction(1, 10))


JUNK: tuple[Any, ...] = (
    *(None, True, -1, 0, 10**30, "", "x", "server-1", START, [], {}, [1], [{}]),
    *(Decimal("NaN"), Decimal("0.5"), {"a": 1}, [[1]], {"from_": 1}, {"": ""}),
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of all tables, lists and values of a document."""
    found = [path] if path else []
    entries: Any = ()
    if isinstance(data, dict | list):
        entries = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in entries:
        found += places(value, (*path, key))
    return found


def complaints(document: dict[str, Any]) -> tuple[str, ...]:
    try:
        scenarios_of(document, desk(), start=START)
    except ScenarioError as error:
        return error.problems
    return ()


@given(st.data())
def test_junk_anywhere_is_refused_or_understood(data: st.DataObject) -> None:
    """Never another error than one of sentences, whatever stands where."""
    text = data.draw(st.sampled_from((FULL, ASKED)))
    document = tomllib.loads(text, parse_float=Decimal)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(document)))
        parent: Any = document
        for part in path[:-1]:
            parent = parent[part]
        parent[path[-1]] = deepcopy(data.draw(st.sampled_from(JUNK)))
    assert all(said and "\n" not in said for said in complaints(document))
