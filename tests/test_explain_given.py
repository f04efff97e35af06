"""Explanations on a second morning: what was given before, and why it changed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from builders import day
from hypothesis import assume, given
from strategies import FEW, START, Case, cases, desk, given_cases, make_backlog, person

from ektp_sched.backlog.identity import queue_numbers
from ektp_sched.documents import Status
from ektp_sched.office import Office
from ektp_sched.output.explain_text import explanation_lines
from ektp_sched.output.languages import language
from ektp_sched.planning import plan
from ektp_sched.trust.explain.explain import explain
from ektp_sched.trust.explain.model import Carried, Explanation, Given
from ektp_sched.yesterday import with_yesterday
from ektp_sched.yesterday.changes import changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.documents import Plan

OFFICE = Office.model_validate(desk(1))
ROWS = [person(f"A{n}", 9 - n) for n in range(5)]
"""One card a day; A0 has waited longest."""


FIRST = plan(make_backlog(ROWS), OFFICE, start=START, days=9)


def second(
    rows: Sequence[dict[str, Any]], office: Office = OFFICE, **known: Any
) -> Plan:
    """Plan the next morning, after A0 was printed unless something else is said."""
    backlog = with_yesterday(
        make_backlog(list(rows)),
        office,
        start=day(1),
        previous=FIRST,
        open=known.get("open", "exclude"),
        gone="accept",
    )
    return plan(backlog, office, start=day(1), days=9)


def about(made: Plan, name: str) -> Explanation:
    return explain(made, made.backlog, made.office, name)


def said(found: Explanation, code: str = "en") -> str:
    lines = explanation_lines(found, language(code))
    assert all(line.strip() for line in lines)
    return " ".join(lines)


def test_who_keeps_the_day_and_who_gives_way_to_whom() -> None:
    # N was recorded long ago and became ready overnight: it comes before all.
    made = second([*ROWS[1:], person("N", 20)])
    assert about(made, "N").given is None
    found = about(made, "A1")
    assert found.given == Given(day(1), "p", 1, 1, 1, "others")
    for code in ("en", "id"):
        assert language(code).plain_date(day(1)) in said(found, code)
    again = second(ROWS[1:])
    kept = about(again, "A1")
    assert kept.given == Given(day(1), "p", 1, 1, 0, None)
    assert "given" in kept.to_dict()
    json.dumps(kept.to_dict())


def test_a_day_that_is_closed_now_is_named() -> None:
    out = [{"resource": "p", "from": day(1), "to": day(1)}]
    office = Office.model_validate(desk(1, outages=out))
    found = about(second(ROWS[1:], office), "A1")
    assert found.given is not None
    assert (found.given.days, found.given.because) == (1, "closed")


def test_who_is_asked_about_is_not_planned_and_the_sheet_is_named() -> None:
    made = second(ROWS)
    found = about(made, "A0")
    assert found.outcome == "carried"
    assert found.carried is not None
    assert (found.carried.result, found.carried.date) == ("open", START)
    assert found.to_dict()["carried"]["date"] == START.isoformat()
    for code in ("en", "id"):
        text = said(found, code)
        assert "--open plan" in text
        assert str(found.carried.source) in text


def test_who_is_planned_again_has_only_the_day_left() -> None:
    found = about(second(ROWS, open="plan"), "A0")
    assert found.outcome == "printed"
    assert found.given == Given(day(1), None, None, None, 0, None)
    said(found)


def test_who_was_printed_and_is_there_still_is_named_with_its_day() -> None:
    made = second(ROWS)
    known = made.backlog.known
    assert known is not None
    carried = known.carried.with_columns(result=pl.lit("printed"))
    backlog = replace(made.backlog, known=replace(known, carried=carried))
    found = explain(made, backlog, OFFICE, "A0")
    assert found.carried == Carried("printed", START, carried["source"][0])
    assert said(found, "en") != said(found, "id")
    assert "--open" not in said(found)


@pytest.mark.parametrize("because", ["gone", "rejected", "held"])
def test_who_has_left_is_named_with_the_day_given(because: str) -> None:
    made = second(ROWS[1:4])
    known = made.backlog.known
    assert known is not None
    assert known.left["application_id"].to_list() == ["A4"]
    left = known.left.with_columns(because=pl.lit(because))
    backlog = replace(made.backlog, known=replace(known, left=left))
    if because == "held":
        held = pl.DataFrame(
            {"application_id": ["A4"], "status": ["X"], "area": [None]},
            schema=backlog.held.schema,
        )
        backlog = replace(backlog, held=held)
    found = explain(made, backlog, OFFICE, "A4")
    assert found.outcome == ("held" if because == "held" else "left")
    assert found.given == Given(day(4), because=because)
    for code in ("en", "id"):
        said(found, code)


def test_queue_numbers_find_whoever_is_carried() -> None:
    ids = pl.Series(["0123456789ABCDEF", "ZZZZZZZZZZZZZZZZ"])
    rows = [person(name, 9 - n) for n, name in enumerate(ids)]
    first = plan(make_backlog(rows), OFFICE, start=START, days=5)
    backlog = with_yesterday(
        make_backlog(rows), OFFICE, start=day(1), previous=first, open="exclude"
    )
    made = plan(backlog, OFFICE, start=day(1), days=5)
    for name, number in zip(ids, queue_numbers(ids), strict=True):
        assert about(made, number.lower()).application_id == name
    assert about(made, queue_numbers(ids)[0]).outcome == "carried"


def test_a_first_morning_says_nothing_of_it() -> None:
    document = about(FIRST, "A1").to_dict()
    assert not {"given", "carried"} & set(document)


@FEW
@given(given_cases(cases()))
def test_what_is_said_of_a_day_is_what_changes_csv_has(case: Case) -> None:
    made = case.plan()
    assume(made.status is Status.OPTIMAL)
    known = made.backlog.known
    table = {row["application_id"]: row for row in changes(made).to_dicts()}
    for at, name in enumerate(made.backlog.frame["application_id"]):
        found = about(made, name)
        if known is None or known.given["given_on"][at] is None:
            assert found.given is None
            continue
        assert found.given is not None
        change = table.get(name, {"because": None})
        assert found.given.because == change["because"]
        if found.slot is not None:
            days = (found.slot.day - found.given.day).days if found.given.day else None
            assert found.given.days == days
        for code in ("en", "id"):
            said(found, code)
