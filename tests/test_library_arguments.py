"""The library takes what callers have at hand, or says what would be right."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

import ektp_sched as ek
from ektp_sched.errors import BacklogError, OfficeError, UsageError
from ektp_sched.office import to_toml

if TYPE_CHECKING:
    from pathlib import Path

TABLES: dict[str, Any] = {
    "name": "Contoh",
    "calendar": {"workdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]},
    "servers": [{"id": "s", "cards_per_day": 2}],
    "printers": [{"id": "p", "cards_per_day": 2}],
}
ROWS = [
    {"application_id": f"A{n}", "waiting_since": date(2017, 9, n)} for n in range(1, 6)
]
COLUMNS = {name: [row[name] for row in ROWS] for name in ROWS[0]}
FRAME = pl.DataFrame(ROWS)
START = date(2017, 9, 12)


class Arrow:
    """A table of a library that speaks Arrow and nothing else that we know."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


def office() -> ek.Office:
    return ek.Office.model_validate(TABLES)


def days(plan: ek.Plan) -> list[tuple[str, date]]:
    return (
        plan.assignments.select("application_id", "day")
        .sort("day", "application_id")
        .rows()
    )


@pytest.mark.parametrize(
    "backlog",
    [FRAME, FRAME.lazy(), Arrow(FRAME), ROWS, COLUMNS],
    ids=["frame", "lazy", "arrow", "rows", "columns"],
)
def test_any_table_is_a_backlog(backlog: Any) -> None:
    rules = office()
    expected = days(ek.plan(ek.from_frame(FRAME, rules), rules, start=START, days=5))
    plan = ek.plan(backlog, TABLES, start=START, days=5)
    assert days(plan) == expected
    assert len(expected) == 5
    assert ek.verify(plan, backlog, TABLES) == []
    assert ek.fairness(plan, backlog, TABLES).avoidable == 0
    assert ek.check_certificate(plan, backlog, TABLES) == []
    assert ek.explain(plan, backlog, TABLES, "A5").outcome == "printed"


def test_a_table_of_pandas_is_a_backlog_and_what_is_missing_stays_missing() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(ROWS)
    frame["waiting_since"] = pandas.to_datetime(frame["waiting_since"])
    frame["due_on"] = [None, pandas.Timestamp("2017-09-13"), None, None, None]
    plan = ek.plan(frame, office(), start=START, days=5)
    assert plan.backlog.frame["due_on"].null_count() == 4
    assert days(plan)[0] == ("A1", START)


def test_paths_stand_for_what_they_hold(tmp_path: Path) -> None:
    FRAME.write_csv(tmp_path / "backlog.csv")
    (tmp_path / "office.toml").write_text(to_toml(office()))
    plan = ek.plan(
        tmp_path / "backlog.csv", str(tmp_path / "office.toml"), start="2017-09-12"
    )
    assert plan.status is ek.Status.OPTIMAL
    log = tmp_path / "log.csv"
    plan.assignments.select(
        "application_id", printed_at="day", printer="printer"
    ).write_csv(log)
    assert ek.audit(log, plan.backlog, plan.office, plans=[plan]).clean


@pytest.mark.parametrize(
    "start",
    [
        "2017-09-12",
        " 2017-09-12 ",
        "2017-09-12T08:30:00",
        datetime(2017, 9, 12, 8, 30),
        np.datetime64("2017-09-12"),
        np.datetime64("2017-09-12T08:30"),
    ],
    ids=str,
)
def test_a_day_is_plain_however_it_is_given(start: Any) -> None:
    assert ek.plan(FRAME, TABLES, start=start, days=3).start == START


@pytest.mark.parametrize("start", ["12/09/2017", "soon", 20170912, None, ""], ids=repr)
def test_what_is_no_day_is_refused_in_a_sentence(start: Any) -> None:
    with pytest.raises(UsageError, match=r"start .*2017-09-12") as refusal:
        ek.plan(FRAME, TABLES, start=start, days=3)
    assert "berikan tanggal" in refusal.value.sentence("id")


@pytest.mark.parametrize(
    "backlog",
    [None, 7, [1, 2], b"x", office(), {}],
    ids=lambda v: type(v).__name__,
)
def test_what_is_no_backlog_is_refused_in_a_sentence(backlog: Any) -> None:
    with pytest.raises(UsageError, match=r"backlog is .*; give a Backlog") as refusal:
        ek.plan(backlog, TABLES, start=START)
    assert "berikan Backlog" in refusal.value.sentence("id")


def test_columns_of_unequal_length_are_no_table() -> None:
    columns: Any = {"application_id": ["A", "B"], "waiting_since": [START]}
    with pytest.raises(UsageError, match="differ in length"):
        ek.plan(columns, TABLES, start=START)


@pytest.mark.parametrize("rules", [None, 7, FRAME], ids=lambda v: type(v).__name__)
def test_what_is_no_office_is_refused_in_a_sentence(rules: Any) -> None:
    with pytest.raises(UsageError, match=r"office is .*; give an Office"):
        ek.plan(FRAME, rules, start=START)


def test_tables_and_files_that_are_wrong_say_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match=r"cards_per_day"):
        ek.plan(FRAME, TABLES | {"servers": [{"id": "s"}]}, start=START)
    with pytest.raises(OfficeError, match="no such file"):
        ek.plan(FRAME, tmp_path / "office.toml", start=START)
    with pytest.raises(BacklogError, match="no such file"):
        ek.plan(tmp_path / "backlog.csv", TABLES, start=START)


def test_an_office_is_built_of_its_parts() -> None:
    built = ek.Office(
        name="Contoh",
        calendar=ek.CalendarRules(
            workdays=("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        ),
        urgency={"routine": ek.UrgencyClass(target_days=30, default=True)},
        servers=(ek.Server(id="s", cards_per_day=2),),
        printers=(ek.Printer(id="p", cards_per_day=2),),
    )
    assert built == office()


SCENARIOS: dict[str, Any] = {"scenarios": {"now": {}}}
GOAL = ek.Goal("cleared", date(2017, 9, 14))


def test_promise_takes_what_is_at_hand() -> None:
    rules = office()
    exact = ek.promise(ek.from_frame(FRAME, rules), rules, None, start=START, days=9)
    loose = ek.promise(ROWS, TABLES, start="2017-09-12", days=9)
    assert loose.frame.equals(exact.frame)
    assert loose.start == START
    assert loose.dated == 5


def test_backtest_takes_what_is_at_hand() -> None:
    tried = ek.backtest(
        ROWS, TABLES, start="2017-09-12", days=9, replications=9, fresh=1
    )
    assert tried.start == START
    assert tried.cases[0].undated == 0


def test_compare_takes_what_is_at_hand() -> None:
    seen = ek.compare(
        ROWS, TABLES, SCENARIOS, start="2017-09-12", days=9, replications=1
    )
    assert (seen.start, seen.people["initial"]) == (START, 5)


def test_need_takes_what_is_at_hand() -> None:
    asked = ek.need(ROWS, TABLES, resource="p", goal=GOAL, start="2017-09-12", days=9)
    text: Any = "2017-09-14"
    again = ek.need(
        FRAME, office(), resource="p", goal=ek.Goal("cleared", text), start=START
    )
    assert asked.cards_per_day == again.cards_per_day == 2
    assert again.goal == GOAL


def test_scenarios_are_read_with_what_is_at_hand(tmp_path: Path) -> None:
    path = tmp_path / "scenarios.toml"
    path.write_text("[scenarios.now]\n", "utf-8")
    exact = ek.load_scenarios(path, office(), start=START)
    assert ek.load_scenarios(str(path), TABLES, start="2017-09-12") == exact


def test_shifts_are_chosen_with_what_is_at_hand(tmp_path: Path) -> None:
    path = tmp_path / "scenarios.toml"
    new = "[[scenarios.new.servers]]\nid = 's2'\ncards_per_day = 9\n"
    path.write_text(new + "from = 2017-09-13\n", "utf-8")
    shift = {"id": "late", "days": ["wed"], "cost_idr": 10}
    scenarios = ek.load_scenarios(path, TABLES | {"shifts": [shift]})
    dates: list[date | str] = ["2017-09-13", date(2017, 9, 14)]
    made = ek.against(
        ROWS, scenarios, start="2017-09-12", scenario="new", days=9, dates=dates
    )
    assert (made.start, made.people) == (START, 5)
    assert [on for on, _ in made.dates] == [date(2017, 9, 13), date(2017, 9, 14)]


@pytest.mark.parametrize("given", [7, [SCENARIOS], FRAME], ids=["7", "list", "frame"])
def test_what_are_no_scenarios_is_refused_in_a_sentence(given: Any) -> None:
    with pytest.raises(UsageError, match=r"scenarios is an? .*load_scenarios") as no:
        ek.compare(FRAME, TABLES, given, start=START)
    assert "hasil load_scenarios" in no.value.sentence("id")
    with pytest.raises(UsageError, match=r"scenarios is an? .*load_scenarios"):
        ek.against(FRAME, given, start=START)


@pytest.mark.parametrize("verb", [ek.promise, ek.backtest, ek.compare])
def test_whatever_the_verb_the_refusal_is_one(verb: Any) -> None:
    with pytest.raises(UsageError, match="backlog is an int; give a Backlog"):
        verb(7, TABLES, SCENARIOS, start=START)
    with pytest.raises(UsageError, match="office is an int; give an Office"):
        verb(FRAME, 7, SCENARIOS, start=START)
    with pytest.raises(UsageError, match="start is 'soon'; give a date"):
        verb(FRAME, TABLES, SCENARIOS, start="soon")


def test_a_backlog_is_read_with_an_office_at_hand(tmp_path: Path) -> None:
    FRAME.write_csv(tmp_path / "backlog.csv")
    (tmp_path / "office.toml").write_text(to_toml(office()))
    exact = ek.from_frame(FRAME, office()).frame
    for rules in (TABLES, tmp_path / "office.toml", str(tmp_path / "office.toml")):
        assert ek.from_frame(FRAME, rules).frame.equals(exact)
        read = ek.read_backlog(str(tmp_path / "backlog.csv"), rules)
        assert read.frame.equals(exact)


def test_a_lazy_table_that_fails_is_refused_in_a_sentence() -> None:
    lazy = FRAME.lazy().select(pl.col("application_id").str.to_integer())
    with pytest.raises(UsageError, match="backlog is no table"):
        ek.plan(lazy, TABLES, start=START)


NAME = "Warga Contoh"


def test_what_is_shown_is_one_line_and_names_nobody() -> None:
    rules = office()
    frame = FRAME.with_columns(nama=pl.lit(NAME))
    backlog = ek.from_frame(frame, rules)
    plan = ek.plan(backlog, rules, start=START, days=5)
    log = plan.assignments.select("application_id", printed_at="day", printer="printer")
    results = [
        rules,
        backlog,
        plan,
        plan.certificate,
        ek.explain(plan, backlog, rules, "A1"),
        ek.fairness(plan, backlog, rules),
        ek.audit(log, backlog, rules),
        ek.promise(backlog, rules, None, start=START, days=30),
    ]
    for result in results:
        shown = repr(result)
        assert shown.startswith(f"{type(result).__name__}(")
        assert "\n" not in shown
        assert len(shown) < 600
        assert NAME not in shown
        assert "A1" not in shown
