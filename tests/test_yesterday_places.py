"""Who keeps printer, batch and position of the previous plan, and what is checked."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import (
    FEW,
    HALF,
    START,
    Case,
    cases,
    consumable_cases,
    desk,
    make_known,
    mixed_cases,
    person,
    quota_cases,
    quota_shift_cases,
    shift_cases,
)

from ektp_sched.backlog.known import GIVEN
from ektp_sched.office import capacity
from ektp_sched.people.order import PublicOrder
from ektp_sched.planning import plan
from ektp_sched.planning.servers import even_shares, servers_of
from ektp_sched.trust.verify.verify import verify
from ektp_sched.yesterday.places import GivenPlaces

if TYPE_CHECKING:
    from ektp_sched.backlog import Backlog
    from ektp_sched.documents import Plan
    from ektp_sched.office import Capacity

Place = tuple[Any, ...]  # day, printer, batch, position


def knowing(backlog: Backlog, places: dict[str, Place]) -> Backlog:
    """Return the backlog beside a previous plan that gave these places."""
    ids = backlog.frame["application_id"].to_list()
    rows = [places.get(name, (None,) * 4) for name in ids]
    number = len(rows)
    known = make_known(rows, start=START, planned_before=number, waiting=number)
    return replace(backlog, known=known)


def places_of(made: Plan) -> dict[str, Place]:
    table = made.assignments
    columns = ("application_id", "day", "printer", "batch", "position")
    return {row[0]: row[1:] for row in table.select(columns).iter_rows()}


def planned_again(case: Case, places: dict[str, Place]) -> tuple[Plan, Backlog]:
    backlog = knowing(case.backlog, places)
    again = plan(backlog, case.office, start=case.start, days=case.days)
    return again, backlog


def codes(made: Plan, backlog: Backlog, case: Case) -> set[str]:
    return {found.code for found in verify(made, backlog, case.office)}


# -- worked by hand ----------------------------------------------------------------


def two_printers(**plan_rules: Any) -> dict[str, Any]:
    printers = [{"id": name, "cards_per_day": 3} for name in ("a", "b")]
    return desk(6, printers=printers, plan=plan_rules)


def row_of(made: Plan) -> dict[str, list[str]]:
    """Return ids by printer, in the order of the sheet."""
    table = made.assignments.group_by("printer", maintain_order=True)
    return {str(key[0]): part["application_id"].to_list() for key, part in table}


def test_who_has_a_place_keeps_it_and_the_most_pressing_others_fill_the_rest() -> None:
    rows = [person(f"n{n}", 20 - n) for n in range(6)]
    case = Case(two_printers(), tuple(rows), days=1)
    first = {"n5": (START, "a", 1, 1), "n3": (START, "b", 1, 2)}
    made, backlog = planned_again(case, first)
    assert row_of(made) == {"a": ["n5", "n1", "n2"], "b": ["n0", "n3", "n4"]}
    assert codes(made, backlog, case) == set()


def test_a_place_that_is_not_there_is_not_kept() -> None:
    rows = [person(f"n{n}", 20 - n) for n in range(4)]
    case = Case(two_printers(batch_size=2), tuple(rows), days=1)
    places = {
        "n0": (START, "b", 2, 1),  # b prints two
        "n1": (START, "b", 1, 3),  # batches have two
        "n2": (START, "c", 1, 1),  # sold since
        "n3": (START + timedelta(days=1), "a", 1, 1),  # another day
    }
    made, backlog = planned_again(case, places)
    assert made.assignments.equals(case.plan().assignments)
    assert codes(made, backlog, case) == set()


def test_of_two_with_one_place_the_first_in_the_public_order_keeps_it() -> None:
    rows = [person(f"n{n}", 20 - n) for n in range(4)]
    case = Case(two_printers(), tuple(rows), days=1)
    made, backlog = planned_again(case, dict.fromkeys(("n3", "n2"), (START, "b", 1, 2)))
    assert row_of(made) == {"a": ["n0", "n3"], "b": ["n1", "n2"]}
    assert codes(made, backlog, case) == set()


def two_pools() -> dict[str, Any]:
    """Return an office of two printers, of which one serves Alak alone."""
    printers: list[dict[str, Any]] = [
        {"id": "a", "cards_per_day": 2},
        {"id": "b", "cards_per_day": 2, "areas": ["Alak"]},
    ]
    return desk(4, printers=printers)


@pytest.mark.parametrize("printers", ["abba", "baab"])
def test_a_printer_of_another_pool_is_kept_as_well(printers: str) -> None:
    rows = [person(f"n{n}", 9, area="Alak") for n in range(4)]
    stranger = person("x", 9, area="Maulafa", pinned_on=1)
    case = Case(two_pools(), (*rows, stranger), days=2)
    places: dict[str, Place] = {
        f"n{n}": (START, printer, 1, printers[: n + 1].count(printer))
        for n, printer in enumerate(printers)
    }
    made, backlog = planned_again(case, places)
    assert {n: p for n, p in places_of(made).items() if n != "x"} == places
    assert codes(made, backlog, case) == set()


def test_who_alone_may_use_a_printer_takes_it_from_who_was_given_it() -> None:
    rows = [person(f"n{n}", 9, area="Alak") for n in range(3)]
    case = Case(two_pools(), (*rows, person("x", 9, area="Maulafa")), days=1)
    places = {
        "n0": (START, "a", 1, 1),
        "n1": (START, "a", 1, 2),
        "n2": (START, "b", 1, 1),
    }
    made, backlog = planned_again(case, places)
    now = {name: place[1] for name, place in places_of(made).items()}
    assert now == {"n0": "a", "n1": "b", "n2": "b", "x": "a"}
    assert codes(made, backlog, case) == set()


def test_printers_whom_the_people_no_longer_tell_apart_share_as_they_were_given() -> (
    None
):
    # Nobody of another area is left; a gave one card, b had three.
    printers: list[dict[str, Any]] = [
        {"id": "a", "cards_per_day": 5},
        {"id": "b", "cards_per_day": 5, "areas": ["Alak"]},
    ]
    rows = [person(f"n{n}", 9, area="Alak") for n in range(5)]
    case = Case(desk(9, printers=printers), tuple(rows), days=1)
    places = {f"n{n}": (START, "b", 1, n + 1) for n in range(3)}
    made, backlog = planned_again(case, places | {"n3": (START, "a", 1, 1)})
    assert row_of(made) == {"a": ["n3", "n4"], "b": ["n0", "n1", "n2"]}
    assert codes(made, backlog, case) == set()


# -- the law of pools: as many as can be -------------------------------------------


def own_pools(case: Case) -> dict[str, Any]:
    """Return what is equal for printers that serve the same people alike."""
    rows = case.rows
    return {
        printer.id: (
            tuple(printer.id in able_of(case, row) for row in rows),
            frozenset(printer.servers or (s.id for s in case.office.servers)),
        )
        for printer in case.office.printers
    }


def able_of(case: Case, row: dict[str, Any]) -> tuple[str, ...]:
    card = row.get("card") if case.office.cards else None
    return case.office.eligible(card, row.get("area"))


def can_be_served(cards: Counter[str], limits: Capacity, day: int) -> bool:
    """Whether printers and servers can do so much, by Hall's condition."""
    index = {name: number for number, name in enumerate(limits.printers)}
    if any(n > limits.printer_cards[index[p], day] for p, n in cards.items()):
        return False
    for size in range(1, len(cards) + 1):
        for chosen in combinations(cards, size):
            reached = limits.reaches[[index[p] for p in chosen]].any(axis=0)
            room = int(limits.server_cards[reached, day].sum())
            if sum(cards[p] for p in chosen) > room:
                return False
    return True


@st.composite
def again_cases(
    draw: st.DrawFn, ribbons: tuple[int, ...] = (999,)
) -> tuple[Case, dict[str, Place]]:
    """Draw a problem and places that some plan may have given.

    Some printers have so many ribbons, of one card each.
    """
    case = draw(cases(most=9))
    printers = deepcopy(case.document["printers"])
    for printer in printers:
        if draw(st.integers(0, 2)) == 2:
            printer |= {
                "cards_per_ribbon": 1,
                "ribbons": draw(st.sampled_from(ribbons)),
            }
    case = case.with_document(printers=printers)
    assume(len(printers) > 1 and case.rows)
    days = {name: place[0] for name, place in places_of(case.plan()).items()}
    names = [printer["id"] for printer in printers]
    places: dict[str, Place] = {}
    for name, day in days.items():
        if draw(st.integers(0, 5)):
            where = draw(st.sampled_from(names))
            places[name] = day, where, draw(st.integers(1, 2)), draw(st.integers(1, 3))
    return case, places


@HALF
@given(again_cases())
def test_as_many_as_can_be_are_in_the_pool_of_their_printer(
    drawn: tuple[Case, dict[str, Place]],
) -> None:
    case, places = drawn
    made, _ = planned_again(case, places)
    pools, rows = own_pools(case), {row["application_id"]: row for row in case.rows}
    limits = capacity(case.office, case.start, case.days)
    for (day,), part in made.assignments.group_by("day"):
        names = part["application_id"].to_list()
        own = [
            pools[places[n][1]] if n in places and places[n][0] == day else None
            for n in names
        ]
        able = [able_of(case, rows[n]) for n in names]
        assume(np.prod([len(printers) for printers in able]) <= 4096)

        def satisfied(chosen: tuple[str, ...], own: list[Any] = own) -> int:
            return sum(pools[p] == o for p, o in zip(chosen, own, strict=True))

        best = max(
            satisfied(chosen)
            for chosen in product(*able)
            if can_be_served(Counter(chosen), limits, (day - case.start).days)
        )
        assert satisfied(tuple(part["printer"])) == best


@HALF
@given(again_cases())
def test_exactly_those_keep_their_place_whom_the_rule_names(
    drawn: tuple[Case, dict[str, Place]],
) -> None:
    case, places = drawn
    made, backlog = planned_again(case, places)
    assert codes(made, backlog, case) == set()
    pools, now = own_pools(case), places_of(made)
    cards = Counter((day, printer) for day, printer, *_ in now.values())
    size = case.office.plan.batch_size
    public = PublicOrder.of(case.backlog.frame, case.office).rows().tolist()
    ids = case.backlog.frame["application_id"].to_list()
    taken: set[Place] = set()
    for name in (ids[row] for row in public):
        if name not in places or name not in now:
            continue
        day, printer, batch, position = places[name]
        place = (batch - 1) * size + position - 1
        if (
            now[name][0] == day
            and pools[now[name][1]] == pools[printer]
            and position <= size
            and place < cards[day, printer]
            and (day, printer, place) not in taken
        ):
            taken.add((day, printer, place))
            assert now[name] == places[name]


@FEW
@given(again_cases(ribbons=(1, 2, 4, 999)))
def test_ribbons_are_not_used_up_to_keep_a_printer(
    drawn: tuple[Case, dict[str, Place]],
) -> None:
    case, places = drawn
    made, backlog = planned_again(case, places)
    assert codes(made, backlog, case) == set()
    again, backlog = planned_again(case, places_of(made))
    assert again.assignments.equals(made.assignments)


# -- an undisturbed plan is the same, to the byte ------------------------------------


def undisturbed(case: Case) -> None:
    first = case.plan()
    assume(first.status in ("optimal", "feasible"))
    again, backlog = planned_again(case, places_of(first))
    assert again.assignments.equals(first.assignments)
    assert again.unprinted.equals(first.unprinted)
    assert codes(again, backlog, case) == set()


@HALF
@given(cases(pins=False) | shift_cases())
def test_the_same_morning_is_the_same_plan(case: Case) -> None:
    undisturbed(case)


@FEW
@given(quota_cases() | quota_shift_cases() | consumable_cases() | mixed_cases())
def test_the_same_morning_is_the_same_plan_where_rows_are_no_network(
    case: Case,
) -> None:
    undisturbed(case)


def test_without_time_for_a_better_one_the_previous_plan_is_offered() -> None:
    quota = {"per": "day", "area": ["Alak"], "at_most": 1}
    document = desk(2, quotas=[quota], areas={"Alak": [], "Maulafa": []})
    rows = [person(f"n{n}", 9, area=("Alak", "Maulafa")[n % 2]) for n in range(6)]
    case = Case(document, tuple(rows), days=7)
    # One a day, though two a day could be printed.
    places = {f"n{n}": (case.day(n), "p", 1, 1) for n in range(6)}
    assert len({place[0] for place in places_of(case.plan()).values()}) == 3
    backlog = knowing(case.backlog, places)
    made = plan(backlog, case.office, start=START, days=7, time_limit=1e-6)
    assert places_of(made) == places
    assert codes(made, backlog, case) == set()


# -- damages -------------------------------------------------------------------------


def swapped(made: Plan, name: str, other: str) -> Plan:
    """Let two people change places."""
    table = made.assignments
    whose = ("application_id", "wait_days", "urgency", "pressure")
    people = {row["application_id"]: row for row in table.select(whose).to_dicts()}
    changed = [
        row | people[{name: other, other: name}.get(n := row["application_id"], n)]
        for row in table.to_dicts()
    ]
    return replace(made, assignments=pl.DataFrame(changed, schema=table.schema))


def test_a_place_that_could_have_been_kept_is_missed() -> None:
    rows = [person(f"n{n}", 20 - n) for n in range(6)]
    case = Case(two_printers(), tuple(rows), days=1)
    made, backlog = planned_again(case, {"n5": (START, "a", 1, 1)})
    for other in ("n1", "n0"):
        assert "place-kept" in codes(swapped(made, "n5", other), backlog, case)


def test_others_are_in_their_order_around_those_who_keep_a_place() -> None:
    rows = [person(f"n{n}", 20 - n) for n in range(6)]
    case = Case(two_printers(), tuple(rows), days=1)
    made, backlog = planned_again(case, {"n5": (START, "a", 1, 2)})
    assert row_of(made)["a"] == ["n0", "n5", "n3"]
    assert codes(swapped(made, "n0", "n3"), backlog, case) == {"order"}


def test_a_printer_that_could_have_been_kept_is_missed() -> None:
    rows = [person(f"n{n}", 9, area="Alak") for n in range(4)]
    stranger = person("x", 9, area="Maulafa", pinned_on=1)
    case = Case(two_pools(), (*rows, stranger), days=2)
    places = {f"n{n}": (START, "ab"[n % 2], 1, n // 2 + 1) for n in range(4)}
    made, backlog = planned_again(case, places)
    assert "printer-kept" in codes(swapped(made, "n0", "n1"), backlog, case)


# -- parts -----------------------------------------------------------------------------


@given(st.data())
def test_shares_are_even_above_what_each_gets_at_least(data: st.DataObject) -> None:
    members = data.draw(st.integers(1, 5))
    cell = st.integers(0, 7)
    line = st.lists(cell, min_size=members, max_size=members)
    limits = np.array(data.draw(line))[:, None]
    least = np.minimum(limits, np.array(data.draw(line))[:, None])
    total = data.draw(st.integers(int(least.sum()), int(limits.sum())))
    shares = even_shares(limits, np.array([total]), least)
    assert shares.sum() == total
    assert ((shares >= least) & (shares <= limits)).all()
    for one, other in product(range(members), repeat=2):
        if shares[one, 0] > least[one, 0] and shares[other, 0] < limits[other, 0]:
            assert shares[one, 0] - shares[other, 0] <= 1


@given(st.integers(0, 2**32))
def test_servers_can_do_what_printers_print_whenever_any_choice_can(seed: int) -> None:
    draw = np.random.default_rng(seed)
    printers, servers, days = draw.integers(1, 5), draw.integers(1, 4), 3
    reaches = draw.random((printers, servers)) < 0.6
    reaches[np.arange(printers), draw.integers(0, servers, printers)] = True
    office = Case(desk(), ()).office
    bare = capacity(office, START, days)
    limits = replace(
        bare,
        printers=tuple("pqrst"[:printers]),
        servers=tuple("uvwx"[:servers]),
        printer_cards=draw.integers(0, 5, (printers, days)),
        server_cards=draw.integers(0, 6, (servers, days)),
        reaches=reaches,
    )
    count = np.zeros((days, printers), dtype=np.int64)
    for day in range(days):
        for printer in draw.permutation(printers).tolist():
            for _ in range(draw.integers(0, 5)):
                count[day, printer] += 1
                cards = Counter(
                    dict(zip(limits.printers, count[day].tolist(), strict=True))
                )
                if not can_be_served(cards, limits, day):
                    count[day, printer] -= 1
    every, printer = np.divmod(
        np.repeat(np.arange(count.size), count.ravel()), printers
    )
    server = servers_of(limits, every, printer)
    assert reaches[printer, server].all()
    used = np.zeros((servers, days), dtype=np.int64)
    np.add.at(used, (server, every), 1)
    assert (used <= limits.server_cards).all()
    # Each day by itself has the same.
    for day in range(days):
        here = every == day
        alone = servers_of(limits, every[here], printer[here])
        assert alone.tolist() == server[here].tolist()


@pytest.mark.parametrize(
    ("batch", "position", "place"),
    [
        (1, 1, 0),
        (2, 3, 6),
        (2, 4, 7),
        (1, 5, -1),
        (0, 1, -1),
        (1, 0, -1),
        (None, 1, -1),
    ],
)
def test_a_place_is_counted_in_batches_of_today(
    batch: int | None, position: int, place: int
) -> None:
    table = pl.DataFrame(
        [(START, "p", batch, position)], schema=dict(GIVEN), orient="row"
    )
    given_places = GivenPlaces.of(table, START, ("o", "p"), 4)
    assert given_places.place.tolist() == [place]
    assert given_places.printer.tolist() == [1]
    assert given_places.day.tolist() == [0]
