"""What became of everybody whom yesterday's plan had: by hand, and by a law."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from builders import day
from hypothesis import given
from hypothesis import strategies as st
from strategies import START, desk, make_backlog, make_known, person

import ektp_sched as ek
from ektp_sched.backlog.known import CARRIED, DONE_REJECTS, Known
from ektp_sched.backlog.model import HELD
from ektp_sched.documents import Plan, Status
from ektp_sched.documents.plan import PLAN, UNPRINTED
from ektp_sched.errors import AskedError, FolderError, UsageError
from ektp_sched.office import Office
from ektp_sched.yesterday import as_previous, with_yesterday
from ektp_sched.yesterday.filled import DONE, Done
from ektp_sched.yesterday.reconcile import reconcile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ektp_sched.backlog import Backlog

STATUS = {"printable": ["PRR"], "done": ["PRINTED"]}
DESK = desk(2, status=STATUS)
OFFICE = Office.model_validate(DESK)
WEEKDAYS = Office.model_validate(
    desk(2, status=STATUS, calendar={"workdays": ["mon", "tue", "wed", "thu", "fri"]})
)


def says(strangers: str = "", /, **results: tuple[str, int]) -> Done:
    """Return results with the days after the start on which they were noted."""
    rows = [
        (n, r, day(at), None, None, "sheet.csv", place)
        for place, (n, (r, at)) in enumerate(results.items(), 2)
    ]
    frame = pl.DataFrame(rows, schema=DONE, orient="row")
    unknown = pl.col("application_id").is_in([*strangers])
    return Done(
        frame=frame.filter(~unknown),
        strangers=frame.filter(unknown),
        rejects=pl.DataFrame(schema=dict(DONE_REJECTS)),
        readings=(),
    )


def export(
    ready: str = "", held: str = "", done: str = "", rejected: str = ""
) -> Backlog:
    """Return an export of people with names of one letter."""
    table = [(n, "WAIT", None) for n in held] + [(n, "PRINTED", None) for n in done]
    backlog = make_backlog([person(name, status="PRR") for name in ready])
    return replace(
        backlog,
        held=pl.DataFrame(table, schema=dict(HELD), orient="row"),
        rejected_ids=pl.Series([*rejected], dtype=pl.String),
        read=len(ready + held + done + rejected),
    )


def planned(
    days: Mapping[str, int | None], carried: dict[str, tuple[str, int]] | None = None
) -> Plan:
    """Return a plan from the start on; None is unprinted, carried is by result."""
    rows = [
        (name, day(at), "p", "s", 1, place, 0, "routine", 0.0)
        for place, (name, at) in enumerate(days.items(), 1)
        if at is not None
    ]
    backlog = make_backlog([person(name) for name in days])
    if carried is not None:
        handed_on = says(**carried).frame.select(*CARRIED).sort("application_id")
        known = make_known(carried=handed_on.rows(), start=START)
        backlog = replace(backlog, known=known)
    return Plan(
        office=OFFICE,
        backlog=backlog,
        start=START,
        days=7,
        status=Status.OPTIMAL,
        engine="flow",
        assignments=pl.DataFrame(rows, schema=PLAN, orient="row"),
        unprinted=pl.DataFrame(schema=UNPRINTED),
    )


def beside(
    today: Backlog, previous: Plan, at: int = 1, office: Office = OFFICE, **options: Any
) -> tuple[Backlog, Known]:
    """Return today's backlog, and what is known, some days after the start."""
    options = {"gone": "accept"} | options
    backlog = reconcile(today, office, start=day(at), previous=previous, **options)
    assert backlog.known is not None
    return backlog, backlog.known


def states(known: Known) -> dict[str, int]:
    counts = known.counts.model_dump()
    names = ("printed", "open", "waiting", "held", "gone", "new")
    return {name: counts[name] for name in names if counts[name]}


def handed_on(known: Known) -> dict[str, tuple[str, int]]:
    rows = known.carried.select("application_id", "result", "date").iter_rows()
    return {name: (result, (on - START).days) for name, result, on in rows}


def given_days(backlog: Backlog, known: Known) -> dict[str, int | None]:
    names = backlog.frame["application_id"]
    return {
        name: None if on is None else (on - START).days
        for name, on in zip(names, known.given["given_on"], strict=True)
    }


# -- one state at a time -------------------------------------------------------------


def test_whom_a_sheet_says_to_be_printed_is_not_planned_again() -> None:
    previous = planned({"a": 0, "b": 1})
    backlog, known = beside(export("abn"), previous, done=says(a=("printed", 0)))
    assert backlog.frame["application_id"].to_list() == ["b", "n"]
    assert states(known) == {"printed": 1, "waiting": 1, "new": 1}
    assert handed_on(known) == {"a": ("printed", 0)}
    assert known.carried["source"].to_list() == ["sheet.csv"]
    assert known.counts.taken_out == 1


def test_who_was_printed_without_any_plan_is_not_planned_either() -> None:
    done = says("nmo", n=("printed", 0), m=("spoilt", 0), o=("printed", 2))
    backlog, known = beside(export("amno"), planned({"a": 1}), done=done)
    assert backlog.frame["application_id"].to_list() == ["a", "m", "o"]
    assert handed_on(known) == {"n": ("printed", 0)}
    assert states(known) == {"waiting": 1, "new": 2}


def test_whom_the_registry_has_as_printed_or_has_dropped_is_printed_and_forgotten() -> (
    None
):
    previous = planned({"a": 0, "b": 0, "c": 1}, carried={"x": ("printed", -1)})
    _, known = beside(export("c", done="a"), previous)
    assert states(known) == {"printed": 2, "waiting": 1}
    assert handed_on(known) == {}


@pytest.mark.parametrize("result", ["spoilt", "unprinted"])
def test_whose_card_was_spoilt_is_listed_where_the_registry_calls_it_done(
    result: str,
) -> None:
    """The export has the person no longer print-ready, and nobody has the card."""
    said = says(a=(result, 0))
    backlog, known = beside(export(done="a"), planned({"a": 0}), done=said)
    assert backlog.planned == 0
    assert states(known) == {"held": 1}
    because = "spoilt-done" if result == "spoilt" else "held"
    assert known.left.rows() == [("a", START, because)]
    assert handed_on(known) == {}


def test_one_of_an_earlier_sheet_of_whom_nothing_is_known_is_asked_about() -> None:
    previous = planned({"a": 0, "b": 1})
    with pytest.raises(AskedError) as asked:
        beside(export("ab"), previous)
    for language in ("en", "id"):
        sentence = asked.value.sentence(language)
        assert sentence.startswith("1 ")
        assert "--open exclude" in sentence
        assert "--open plan" in sentence
    backlog, known = beside(export("ab"), previous, open="exclude")
    assert backlog.frame["application_id"].to_list() == ["b"]
    assert states(known) == {"open": 1, "waiting": 1}
    assert handed_on(known) == {"a": ("open", 0)}
    backlog, known = beside(export("ab"), previous, open="plan")
    assert given_days(backlog, known) == {"a": 1, "b": 1}
    assert states(known) == {"waiting": 2}
    assert known.counts.replanned == 1
    assert handed_on(known) == {}


def test_many_days_asked_about_are_named_by_the_first_and_the_last() -> None:
    previous = planned({name: day for day, name in enumerate("abcde")})
    with pytest.raises(AskedError) as asked:
        beside(export("abcde"), previous, at=4)
    first, last = str(previous.start), str(previous.start + timedelta(days=3))
    assert f"{first} to {last}" in asked.value.sentence("en")
    assert f"{first} sampai {last}" in asked.value.sentence("id")


def test_an_empty_box_on_a_ticked_sheet_says_nothing() -> None:
    previous = planned({"a": 0})
    _, known = beside(
        export("a"), previous, done=says(a=("open", 0)), open="exclude", at=2
    )
    assert states(known) == {"open": 1}
    _, known = beside(export(""), previous, done=says(a=("open", 0)))
    assert states(known) == {"printed": 1}


def test_a_skipped_day_counts_as_an_earlier_sheet() -> None:
    previous = planned({"a": 0, "b": 1, "c": 2})
    _, known = beside(export("abc"), previous, at=2, open="exclude")
    assert states(known) == {"open": 2, "waiting": 1}


def test_today_planned_anew_asks_about_nobody() -> None:
    previous = planned({"a": 0, "b": 1})
    backlog, known = beside(export("ba"), previous, at=0)
    assert given_days(backlog, known) == {"b": 1, "a": 0}
    assert known.given["given_position"].to_list() == [2, 1]


@pytest.mark.parametrize("result", ["spoilt", "unprinted"])
def test_who_is_known_to_have_no_card_keeps_the_first_open_day(result: str) -> None:
    friday = planned({"a": 3, "b": 6})  # START is a Tuesday
    backlog, known = beside(
        export("ab"), friday, at=4, office=WEEKDAYS, done=says(a=(result, 3))
    )
    assert given_days(backlog, known) == {"a": 6, "b": 6}
    assert known.given["given_printer"].to_list() == [None, "p"]
    assert known.counts.model_dump()[result] == 1


def test_a_card_spoilt_before_the_sheet_was_written_says_nothing_of_that_sheet() -> (
    None
):
    previous = planned({"a": 0}, carried={"x": ("open", -1)})
    done = says(a=("spoilt", -1), x=("unprinted", -2))
    _, known = beside(export("ax"), previous, done=done, open="exclude")
    assert states(known) == {"open": 1}
    assert handed_on(known) == {"a": ("open", 0), "x": ("open", -1)}


def test_who_cannot_be_printed_now_is_held_and_still_remembered() -> None:
    previous = planned({"a": 0, "b": 1, "c": None, "d": 0})
    done = says(d=("spoilt", 0))
    _, known = beside(export(held="ab", rejected="cd"), previous, done=done)
    assert states(known) == {"held": 4}
    assert known.left.rows() == [
        ("a", day(0), "held"),
        ("b", day(1), "held"),
        ("c", None, "rejected"),
        ("d", day(0), "rejected"),
    ]
    # Whether `a` has a card is not known, and tomorrow it may be print-ready again.
    assert handed_on(known) == {"a": ("open", 0)}


def test_who_was_spoilt_and_is_done_in_the_export_is_named_apart() -> None:
    previous = planned({"a": 0, "b": 0, "c": 0})
    done = says(a=("spoilt", 0), b=("unprinted", 0), c=("spoilt", 0))
    _, known = beside(export(done="ab", held="c"), previous, done=done)
    assert states(known) == {"held": 3}
    assert known.left["because"].to_list() == ["spoilt-done", "held", "held"]
    assert known.counts.spoilt_gone == 1


def test_a_rejected_row_that_repeats_an_id_is_nobody_else() -> None:
    _, known = beside(export("a", rejected="a"), planned({"a": 1}))
    assert states(known) == {"waiting": 1}


def test_who_vanished_without_a_card_is_gone_and_many_are_a_question() -> None:
    previous = planned({"a": 0, **dict.fromkeys("bc", 1)})
    done = says(a=("spoilt", 0))
    _, known = beside(export("b"), previous, done=done)
    assert states(known) == {"waiting": 1, "gone": 2}
    assert known.left.rows() == [("a", day(0), "spoilt-gone"), ("c", day(1), "gone")]
    assert known.counts.spoilt_gone == 1
    with pytest.raises(AskedError) as asked:
        beside(export("b"), previous, done=done, gone="ask")
    for language in ("en", "id"):
        sentence = asked.value.sentence(language)
        assert sentence.startswith("2 ")
        assert "3" in sentence
        assert "--gone accept" in sentence


def test_up_to_two_percent_may_vanish_unasked() -> None:
    people = {f"{number:03}": 1 for number in range(100)}
    today = make_backlog([person(name) for name in [*people][2:]])
    _, known = beside(today, planned(people), gone="ask")
    assert known.counts.gone == 2
    with pytest.raises(AskedError):
        beside(
            today.only(today.frame["application_id"] != "050"),
            planned(people),
            gone="ask",
        )


def test_a_plan_of_other_people_is_no_question_but_a_mistake() -> None:
    with pytest.raises(UsageError, match="Kantor"):
        beside(export("xyz"), planned({"a": 1, "b": 1}), gone="ask")
    # All were printed, and others came: that is an ordinary morning.
    _, known = beside(export("xyz"), planned({"a": 0, "b": 0}), gone="ask")
    assert states(known) == {"printed": 2, "new": 3}


def test_who_was_carried_and_is_known_to_have_no_card_returns() -> None:
    previous = planned(
        {"a": 1}, carried={"p": ("printed", -1), "o": ("open", -1), "q": ("open", -1)}
    )
    done = says(p=("spoilt", -1), o=("printed", -1))
    backlog, known = beside(export("apoqn"), previous, done=done)
    assert given_days(backlog, known) == {"a": 1, "p": 1, "n": None}
    assert states(known) == {"waiting": 1, "new": 2}
    assert known.counts.returned == 1
    # Whom the office left out once is not asked about again.
    assert handed_on(known) == {"o": ("printed", -1), "q": ("open", -1)}
    backlog, known = beside(export("q"), previous, open="plan")
    assert given_days(backlog, known) == {"q": 1}
    assert known.counts.returned == 1


def test_a_print_that_the_registry_does_not_learn_of_is_overdue_after_a_week() -> None:
    previous = planned({"a": 0})
    done = says(a=("printed", 0))
    for at, overdue in ((6, 0), (7, 1), (8, 1)):
        _, known = beside(export("a"), previous, at=at, done=done, office=WEEKDAYS)
        assert known.counts.overdue_registry == overdue
    _, known = beside(export(held="a"), previous, at=8, done=done, office=WEEKDAYS)
    assert known.counts.overdue_registry == 0


def test_a_backlog_is_laid_beside_a_plan_once() -> None:
    previous = planned({"a": 1})
    backlog, _ = beside(export("a"), previous)
    with pytest.raises(UsageError):
        beside(backlog, previous)


# -- the plan before -----------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "yesterday"
    plan = ek.plan(export("abc"), DESK, start=START, days=7)
    plan.save(path, xlsx=False, report=False)
    return path


def refusal(previous: object, at: int = 1) -> str:
    with pytest.raises((FolderError, UsageError)) as refused:
        as_previous(previous, day(at))
    assert "\n" not in str(refused.value)
    assert refused.value.sentence("id") != str(refused.value)
    return str(refused.value)


def test_the_plan_before_is_read_from_its_folder_with_the_sheets_filled_in(
    folder: Path,
) -> None:
    again: dict[str, Any] = {"start": day(1), "days": 7, "previous": folder}
    sheet = folder / "batches" / str(START) / "p.csv"
    text = sheet.read_text(encoding="utf-8-sig")
    elsewhere = folder.parent / "sheet.csv"
    elsewhere.write_text(text.replace("s,,,\n", "s,,,x\n", 1))
    marked = ek.plan(export("abc"), DESK, **again, done=elsewhere)
    sheet.write_text(elsewhere.read_text())
    for plan in (marked, ek.plan(export("abc"), DESK, **again)):
        assert plan.backlog.known is not None
        assert states(plan.backlog.known) == {"printed": 1, "waiting": 2}
        assert plan.backlog.known.counts.spoilt == 1
        assert plan.backlog.known.counts.readings[0].read_as == "all-but-marked"
        assert {*plan.assignments["application_id"]} == {"a", "c"}


def test_a_folder_hands_on_what_it_was_handed(folder: Path) -> None:
    options: dict[str, Any] = {
        "days": 7,
        "previous": folder,
        "open": "exclude",
        "gone": "accept",
    }
    second = ek.plan(export("abcd"), DESK, start=day(1), **options)
    second.save(folder, xlsx=False, report=False)
    again = ek.plan(export("abcd"), DESK, start=day(2), **options)
    assert again.backlog.known is not None
    assert handed_on(again.backlog.known) == {
        **dict.fromkeys("ab", ("open", 0)),
        **dict.fromkeys("cd", ("open", 1)),
    }
    assert again.assignments.height == 0


@pytest.mark.parametrize("name", ["plan.csv", "applications.csv", "held.csv"])
def test_a_plan_that_was_changed_is_refused_by_name(folder: Path, name: str) -> None:
    saved = ek.load(folder)
    path = folder / name
    path.write_text(path.read_text().replace("a,", "b,", 1) + "\n")
    assert name in refusal(folder)
    assert name in refusal(saved)


def test_what_is_no_plan_before_is_refused(folder: Path, tmp_path: Path) -> None:
    assert "not there" in refusal(tmp_path / "nothing")
    assert "summary.json" in refusal(tmp_path)
    assert str(folder) in refusal(folder, at=-1)
    assert "2017-09-12" in refusal(planned({"a": 0}), at=-1)
    assert "infeasible" in refusal(replace(planned({}), status=Status.INFEASIBLE), at=1)
    assert "an int" in refusal(3)


@pytest.mark.parametrize(
    "options",
    [
        {"open": "plan"},
        {"gone": "accept"},
        {"open": "no"},
        {"gone": "no"},
        {"done": "sheet.csv"},
    ],
)
def test_options_that_say_nothing_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=next(iter(options))):
        ek.plan(export("a"), DESK, start=START, days=7, **options)


# -- dates that were told ------------------------------------------------------------


def test_of_two_dates_the_earlier_holds_and_each_way_is_counted() -> None:
    today = make_backlog(
        [
            person("a"),
            person("b", promised_on=3),
            person("c", promised_on=5),
            person("d", promised_on=4),
            person("e", promised_on=4),
        ]
    )
    told = pl.DataFrame(
        {
            "application_id": ["a", "b", "c", "d", "x", "y"],
            "ready_by": [day(2), day(4), day(4), day(4), day(1), None],
        }
    )
    days = {"a": 2, "b": 3, "c": 4, "d": 4, "e": 4}
    alone = with_yesterday(today, OFFICE, start=START, promises=told)
    assert alone.known is None
    both = with_yesterday(
        today,
        OFFICE,
        start=START,
        promises=told,
        previous=planned(dict.fromkeys(days, 0)),
    )
    for backlog in (alone, both):
        held = backlog.frame["promised_on"].to_list()
        assert held == [day(at) for at in days.values()]
    assert both.known is not None
    counts = both.known.counts
    assert counts.promises_joined == 1
    assert counts.promises_earlier_in_export == 1
    assert counts.promises_earlier_in_file == 1
    assert counts.promises_unknown == 1


# -- over several mornings -----------------------------------------------------------


def test_the_last_plan_is_the_memory_until_the_registry_knows() -> None:
    """The registry lags three days; each morning has the last plan alone."""
    everybody = "abcdef"
    plan = ek.plan(export(everybody), DESK, start=START, days=7)
    printed: list[str] = []
    for at in range(1, 4):
        sheet = plan.assignments.filter(pl.col("day") < day(at))["application_id"]
        printed += sheet.to_list()
        done = says(**dict.fromkeys(sheet, ("printed", at - 1)))
        backlog, known = beside(export(everybody), plan, at=at, done=done)
        assert handed_on(known).keys() == set(printed)
        assert {*backlog.frame["application_id"]} == {*everybody} - set(printed)
        plan = ek.plan(backlog, DESK, start=day(at), days=7)
    assert len(printed) == len(set(printed)) == 6
    _, known = beside(export("ab", done="cdef"), plan, at=4)
    assert handed_on(known).keys() == {"a", "b"}


def test_nothing_happened_and_nothing_changes() -> None:
    first = ek.plan(export("dbeca"), DESK, start=START, days=7)
    again = ek.plan(export("dbeca"), DESK, start=START, days=7, previous=first)
    assert again.assignments.equals(first.assignments)
    rest = first.assignments.filter(pl.col("day") > START)
    dropped = first.assignments["application_id"].head(2)
    today = export("".join(n for n in "dbeca" if n not in dropped))
    second = ek.plan(today, DESK, start=day(1), days=6, previous=again)
    assert second.assignments.equals(rest)


# -- a law ---------------------------------------------------------------------------

NAMES = "abcdefgh"
RESULTS = st.sampled_from(["printed", "spoilt", "unprinted", "open"])


@dataclass(frozen=True)
class Morning:
    """Whatever may have happened since a plan of up to eight people."""

    given: dict[str, int | None]
    carried: dict[str, tuple[str, int]]
    export: dict[str, str]
    done: dict[str, tuple[str, int]]
    at: int
    choice: str

    def fate(self, name: str) -> tuple[str, int | None]:
        """Return a person's state, and the given day that is left, by the words."""
        on = self.given.get(name)
        listed = name in self.carried or (on is not None and on < self.at)
        where = self.export.get(name)
        known, since = self.carried.get(name, (None, 0))
        said, said_on = self.done.get(name, (None, 0))
        if said == "printed" or (said not in (None, "open") and said_on >= since):
            known = said
        if known == "open":
            known = None
        if known == "printed" or (where == "done" and known is None):
            return "printed", None
        if where is None:
            return ("printed" if listed and known is None else "gone"), None
        if where != "ready":
            return ("held and open" if listed and known is None else "held"), None
        if listed and known is None and self.choice == "exclude":
            return "open", None
        return "waiting", self.at if listed else on


@st.composite
def mornings(draw: st.DrawFn) -> Morning:
    names = draw(st.permutations(NAMES))
    split = sorted(draw(st.integers(0, len(names))) for _ in range(2))
    days = st.one_of(st.none(), st.integers(0, 4))
    return Morning(
        given={name: draw(days) for name in names[: split[0]]},
        carried={
            name: (draw(st.sampled_from(["printed", "open"])), -1)
            for name in names[split[0] : split[1]]
        },
        export=draw(
            st.dictionaries(
                st.sampled_from(NAMES),
                st.sampled_from(["ready", "ready", "held", "done", "rejected"]),
            )
        ),
        done=draw(
            st.dictionaries(
                st.sampled_from(NAMES), st.tuples(RESULTS, st.integers(-2, 2))
            )
        ),
        at=draw(st.integers(0, 4)),
        choice=draw(st.sampled_from(["exclude", "plan"])),
    )


@given(mornings())
def test_nobody_is_lost_and_nobody_is_two_things(case: Morning) -> None:
    places = {
        where: "".join(n for n, w in case.export.items() if w == where)
        for where in ("ready", "held", "done", "rejected")
    }
    today = export(**places)
    backlog, known = beside(
        today,
        planned(case.given, case.carried),
        at=case.at,
        done=says(**case.done),
        open=case.choice,
    )
    counts = known.counts
    fates = {name: case.fate(name) for name in NAMES}

    before = Counter(fates[name][0] for name in case.given)
    before["held"] += before.pop("held and open", 0)
    for state in ("printed", "open", "waiting", "held", "gone"):
        assert counts.model_dump()[state] == before[state], state
    assert counts.planned_before == len(case.given) == sum(before.values())

    waiting = [name for name in places["ready"] if fates[name][0] == "waiting"]
    assert backlog.frame["application_id"].to_list() == waiting
    assert backlog.planned == counts.waiting + counts.new
    assert backlog.read == (
        backlog.planned
        + backlog.held_count
        + len(places["rejected"])
        + counts.taken_out
    )
    assert counts.returned == sum(name in case.carried for name in waiting)
    assert given_days(backlog, known) == {name: fates[name][1] for name in waiting}

    carried = {
        name: "printed" if state == "printed" else "open"
        for name, (state, _) in fates.items()
        if state in ("open", "held and open")
        or (state == "printed" and case.export.get(name) not in (None, "done"))
    }
    assert {n: result for n, (result, _) in handed_on(known).items()} == carried
    assert counts.carried_printed + counts.carried_open == len(carried)
    left = known.left["application_id"].to_list()
    assert left == sorted(
        n for n in case.given if fates[n][0] in ("gone", "held", "held and open")
    )
    # Everybody is somewhere, and in one place.
    kept = [*waiting, *carried]
    assert len(kept) == len(set(kept))
    unseen = set(case.given) | set(places["ready"])
    unseen -= {*kept, *left} | {n for n, fate in fates.items() if fate[0] == "printed"}
    assert unseen == set()


def test_what_is_counted_of_the_planned_is_counted_of_those_who_are_left(
    tmp_path: Path,
) -> None:
    """Rows in the sheet, classes by rule, and the priority list."""
    rule = {"column": "NOTE", "matches": "sick", "urgency": "urgent"}
    classes = {
        "routine": {"target_days": 30, "default": True},
        "urgent": {"target_days": 10},
    }
    office = Office.model_validate(DESK | {"classify": [rule], "urgency": classes})
    path = tmp_path / "export.csv"
    path.write_text(
        "application_id,waiting_since,status,NOTE\n"
        "a,2017-01-01,PRR,sick\nh,2017-01-01,WAIT,sick\nb,2017-01-01,PRR,sick\n"
        "r,nonsense,PRR,sick\nc,2017-01-01,PRR,\n"
    )
    listed = tmp_path / "priority.csv"
    listed.write_text(
        "application_id,urgency,reason,by\na,urgent,x,y\nc,urgent,x,y\nh,urgent,x,y\n"
    )
    today = ek.read_backlog(path, office, priority=listed, max_rejects=1)
    assert (today.classified, today.prioritised) == ({"NOTE ~ sick → urgent": 2}, 2)
    done = says(a=("printed", 0))
    backlog, known = beside(
        today, planned({"a": 0, "r": 2, "b": 0}), done=done, open="plan"
    )
    assert backlog.frame["application_id"].to_list() == ["b", "c"]
    assert [
        backlog.first_row(pl.Series([n == at for n in range(2)])) for at in range(2)
    ] == [4, 6]
    assert backlog.classified == {"NOTE ~ sick → urgent": 1}
    assert backlog.priorities["application_id"].to_list() == ["c"]
    assert (backlog.prioritised, backlog.priority_unmatched) == (1, 2)
    assert known.left.rows() == [("r", day(2), "rejected")]
    assert (
        backlog.read
        == 5
        == backlog.planned + 1 + backlog.rejected + known.counts.taken_out
    )
