"""Histories: what is read of them, what they say, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scenario_cases import START, desk, history, scenarios, working_days, world

from ektp_sched.errors import ScenarioError
from ektp_sched.scenarios.world.draws import BLOCK, stream
from ektp_sched.scenarios.world.history import (
    ArrivalFit,
    BreakdownFit,
    fit_arrivals,
    read_arrivals,
    read_outages,
    transitions,
)

if TYPE_CHECKING:
    from pathlib import Path

Z = 5.5
"""Standard errors allowed: a chance of 4e-8 that a right draw lies beyond."""


def arrivals(days: list[date], routine: list[int]) -> list[str]:
    return [f"{d},routine,{n}" for d, n in zip(days, routine, strict=True)]


def test_counts_by_class_and_working_day(tmp_path: Path) -> None:
    days = working_days(date(2017, 9, 1), 4)  # a Friday
    rows = [
        *arrivals(days, [5, 0, 7, 9]),
        f"{days[2]:%d/%m/%Y},Emergency,2",
        "2017-09-02,routine,0",  # a Saturday on which nobody came
    ]
    path = history(tmp_path / "a.csv", "day,urgency,cards", rows[::-1])
    found = read_arrivals(path, desk(), START)
    assert found.tolist() == [[0, 0, 2, 0], [5, 0, 7, 9]]


def test_one_class_needs_no_column_of_classes(tmp_path: Path) -> None:
    path = history(tmp_path / "a.csv", "Tanggal;Jumlah", ["1/9/2017;5", "4/9/2017;6"])
    assert read_arrivals(path, desk(urgency={}), START).tolist() == [[5, 6]]


def test_holidays_are_no_gap(tmp_path: Path) -> None:
    # 21 September 2017 was the Islamic new year.
    days = [date(2017, 9, 20), date(2017, 9, 22)]
    path = history(tmp_path / "a.csv", "day,urgency,cards", arrivals(days, [1, 2]))
    office = desk(calendar={"country": "ID"})
    assert read_arrivals(path, office, date(2017, 10, 2)).shape == (2, 2)
    with pytest.raises(ScenarioError, match="no row for the working day 2017-09-21;"):
        read_arrivals(path, desk(), date(2017, 10, 2))


DAYS = working_days(date(2017, 8, 28), 5)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (arrivals(DAYS[:2], [1, -1]), "row 3, column cards: is below 0;"),
        (["2017-08-28,routine,x"], "row 2, column cards: is no whole number"),
        (["2017-08-28,routine,1.5"], "row 2, column cards: is no whole number"),
        (["2017-08-28,routine,"], "row 2, column cards: is empty;"),
        (["2017-08-28,kilat,1"], "row 2, column urgency: is no urgency class"),
        (["2017-08-28,,1"], "row 2, column urgency: is empty;"),
        (["2017-13-28,routine,1"], "row 2, column day: is no date"),
        ([",routine,1"], "row 2, column day: is empty;"),
        (arrivals([DAYS[0]] * 2, [1, 1]), "row 3, column day: says the same day twice"),
        (["2017-08-28,routine,1,5"], "row 2: has more cells than headings"),
        (arrivals([START], [1]), "row 2, column day: lies on or after the start;"),
        (arrivals([date(2018, 9, 10)], [1]), "row 2, column day: lies on or after"),
        (
            arrivals(working_days(date(2016, 8, 29), 5), [1] * 5),
            "column day: ends on 2016-09-02, more than a year before the start "
            "2017-09-12;",
        ),
        (
            arrivals([date(2006, 8, 28), *DAYS], [1] * 6),
            "column day: goes from 2006-08-28 to 2017-09-01, more than 3,660 days;",
        ),
        (
            arrivals([DAYS[0], DAYS[3], DAYS[4]], [1] * 3),
            "column day: has no row for the working day 2017-08-29 (and 1 more);",
        ),
        (
            arrivals([*DAYS, date(2017, 9, 2)], [1] * 6),
            "column day: 2017-09-02 is no working day of the office;",
        ),
        (arrivals(DAYS[:1], [1]), "column day: has 1 working days; an estimate needs"),
        ([], "has no rows;"),
    ],
)
def test_a_history_that_is_refused(tmp_path: Path, rows: list[str], said: str) -> None:
    history(tmp_path / "a.csv", "day,urgency,cards", rows)
    with pytest.raises(ScenarioError) as caught:
        scenarios({"arrivals": {"history": "a.csv"}}, folder=tmp_path)
    (problem,) = caught.value.problems
    key, _, sentence = problem.partition("a.csv")
    assert key == "arrivals.history: "
    assert sentence.lstrip(",: ").startswith(said)


def test_every_bad_row_is_named(tmp_path: Path) -> None:
    rows = ["2017-08-28,kilat,-1", "x,routine,1", "2017-08-29,routine,1"]
    path = history(tmp_path / "a.csv", "day,urgency,cards", rows)
    with pytest.raises(ScenarioError) as caught:
        read_arrivals(path, desk(), START)
    assert [p.split(":")[0] for p in caught.value.problems] == [
        "row 2, column urgency",
        "row 3, column day",
    ]
    assert (caught.value.file, caught.value.row) == (str(path), 2)


@pytest.mark.parametrize(
    "rows",
    [
        ["{0}", "{1}", "Jumlah,,3", "", "Kupang,,"],
        ["{0}", "{1}", ",,3"],
        ["1,2,3", "{0}", "TOTAL,,1", "FEBRUARI,,", "day,urgency,cards", "{1}"],
    ],
)
def test_rows_that_are_nobodys_are_left_out(tmp_path: Path, rows: list[str]) -> None:
    lines = [row.format(*arrivals(DAYS[:2], [1, 2])) for row in rows]
    path = history(tmp_path / "a.csv", "day,urgency,cards", lines)
    assert read_arrivals(path, desk(), START).tolist() == [[0, 0], [1, 2]]
    lines = [row.format(f"{DAYS[0]},s,1", f"{DAYS[1]},s,0") for row in rows]
    lines = [row.replace("urgency,cards", "resource,up") for row in lines]
    path = history(tmp_path / "o.csv", "day,resource,up", lines)
    assert read_outages(path, "s", desk(), START).tolist() == [True, False]


def test_a_cell_too_long_and_text_without_a_mark_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for length in (131_072, 131_073):
        rows = [f"{row},{'x' * length}" for row in arrivals(DAYS[:2], [1, 2])]
        history(path, "day,urgency,cards,note", rows)
        if length == 131_072:
            assert read_arrivals(path, desk(), START).shape == (2, 2)
    with pytest.raises(ScenarioError, match="more than 131,072"):
        read_arrivals(path, desk(), START)
    text = "\n".join(["day,urgency,cards", *arrivals(DAYS[:2], [1, 2])])
    path.write_text(text, "utf-16")
    assert read_arrivals(path, desk(), START).shape == (2, 2)
    path.write_text(text, "utf-16-le")
    with pytest.raises(ScenarioError, match="binary file"):
        read_arrivals(path, desk(), START)


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("day,cards", "has no column urgency; it needs day, urgency, cards"),
        ("urgency,x", "has no column day nor cards; it needs"),
        ("day,urgency,cards,jumlah", "has two columns for cards; keep one of them"),
    ],
)
def test_columns_of_a_history(tmp_path: Path, heading: str, said: str) -> None:
    path = history(tmp_path / "a.csv", heading, ["1,2,3"])
    with pytest.raises(ScenarioError) as caught:
        read_arrivals(path, desk(), START)
    assert caught.value.message.startswith(said)


def test_a_history_that_is_not_there(tmp_path: Path) -> None:
    data = {"arrivals": {"history": "no.csv"}}
    with pytest.raises(ScenarioError, match=r"arrivals\.history: no\.csv: "):
        scenarios(data, folder=tmp_path)


def test_outages_of_one_of_several(tmp_path: Path) -> None:
    up = [1, 1, 0, 0, 1]
    rows = [f"{d},server-1,{n}" for d, n in zip(DAYS, up, strict=True)]
    rows += [f"{d},server-2,yes" for d in DAYS]
    rows.append("2017-09-02,server-1,0")  # a Saturday: no trial
    path = history(tmp_path / "o.csv", "day,resource,up", rows)
    found = read_outages(path, "server-1", desk(), START)
    assert found.tolist() == [True, True, False, False, True]
    assert transitions(found) == (1, 2, 1, 2)
    assert read_outages(path, "server-2", desk(), START).all()
    rules = {"server-1": {"history": "o.csv"}}
    law = scenarios({"breakdowns": rules}, folder=tmp_path).breakdowns["server-1"]
    assert law.fit == BreakdownFit(1, 2, 1, 2, (0.5, 20.0), (1.0, 3.0))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["2017-08-28,server-1,maybe"], "row 2, column up: is neither 1"),
        (["2017-08-28,server-1,"], "row 2, column up: is empty"),
        (["2017-08-28,server-2,1"], 'column resource: has no row for "server-1"'),
        (["2017-08-28,server-1,1"] * 2, "row 3, column day: says the same day twice"),
        (
            ["2017-08-28,server-1,1", "2017-08-30,server-1,1"],
            "column day: has no row for the working day 2017-08-29;",
        ),
    ],
)
def test_outages_that_are_refused(tmp_path: Path, rows: list[str], said: str) -> None:
    history(tmp_path / "o.csv", "day,resource,up", rows)
    rules: dict[str, Any] = {"server-1": {"history": "o.csv"}}
    with pytest.raises(ScenarioError) as caught:
        scenarios({"breakdowns": rules}, folder=tmp_path)
    assert f"breakdowns.server-1.history: o.csv, {said}" in caught.value.problems[0]


def test_transitions_by_hand() -> None:
    assert transitions(np.array([True] * 5)) == (0, 4, 0, 0)
    assert transitions(np.array([False, True, False])) == (1, 1, 1, 1)


def test_the_fit_by_hand() -> None:
    # Totals 2, 6, 4, 8: mean 5, squares 9 + 1 + 1 + 9 = 20; 20/5/3 = 4/3.
    cards = np.array([[1, 2, 0, 1], [1, 4, 4, 7]])
    fit = fit_arrivals(("a", "b"), cards, (0.5, 0.0))
    assert (fit.cards, fit.days) == ((4, 16), 4)
    assert fit.dispersion == pytest.approx(4 / 3)
    assert fit_arrivals(("a",), np.array([[5, 5, 5]]), (0.5, 0.0)).dispersion == 1
    assert fit_arrivals(("a",), np.array([[0, 0]]), (0.5, 0.0)).dispersion == 1


def test_posterior_rates_have_the_stated_moments() -> None:
    fit = ArrivalFit(("a",), (4800,), 60, 4.0, (0.5, 0.0))
    by = np.full(200_000, 4.0)
    rates = fit.rates("a", stream(1, 0, "rate", "a"), by)
    # Gamma(0.5 + 4800/4, 60/4): mean and variance.
    mean, variance = 1200.5 / 15, 1200.5 / 225
    assert abs(rates.mean() - mean) <= Z * sqrt(variance / len(rates))
    assert rates.var() == pytest.approx(variance, rel=0.03)  # 9 standard errors


def test_a_class_never_seen_still_may_come() -> None:
    fit = ArrivalFit(("a",), (0,), 60, 1.0, (0.5, 0.0))
    rates = fit.rates("a", stream(1, 0, "rate", "a"), np.ones(100_000))
    assert abs(rates.mean() - 0.5 / 60) <= Z * sqrt(0.5 / 60**2 / len(rates))


def test_posterior_dispersion_is_never_below_poisson() -> None:
    fit = ArrivalFit(("a",), (4800,), 61, 3.0, (0.5, 0.0))
    drawn = fit.dispersions(stream(1, 0, "dispersion"), 200_000)
    assert drawn.min() >= 1
    # Scaled inverse chi-square, 60 degrees: mean 3·60/58, sd 3·60/58·√(2/56).
    mean = 180 / 58
    assert abs(drawn.mean() - mean) <= Z * mean * sqrt(2 / 56 / len(drawn))


def test_posterior_chances_have_the_stated_means() -> None:
    fit = BreakdownFit(2, 60, 3, 10, (0.5, 20.0), (1.0, 3.0))
    failure, repair = fit.chances(stream(1, 0, "breakdown-rate"), 200_000)
    for drawn, a, b in ((failure, 2.5, 78.0), (repair, 4.0, 10.0)):
        sd = sqrt(a * b / (a + b) ** 2 / (a + b + 1))
        assert abs(drawn.mean() - a / (a + b)) <= Z * sd / sqrt(len(drawn))
        assert drawn.std() == pytest.approx(sd, rel=0.03)
    assert fit.means == (2.5 / 80.5, 4 / 14)


def test_one_draw_of_the_parameters_a_future(tmp_path: Path) -> None:
    """Estimated rates differ between futures and stay in each; certain ones do not."""
    days = working_days(START - timedelta(days=30), 20)
    history(tmp_path / "a.csv", "day,urgency,cards", arrivals(days, [40, 60] * 10))
    fitted = scenarios({"arrivals": {"history": "a.csv"}}, folder=tmp_path)
    mix = {"routine": 1}
    known = scenarios({"arrivals": {"per_working_day": 50, "mix": mix}})
    sums = [
        world(s, days=700, size=BLOCK).arrivals.cards[1].sum(axis=1)
        for s in (fitted, known)
    ]
    # 500 working days of 50: Poisson sums have sd 158, the posterior adds 500·1.6.
    assert sums[0].std() > 500
    assert sums[1].std() < 200
    assert world(fitted, days=60).arrivals.cards[0].sum() > 0
