"""Limits: each kind kept and broken by hand, and the four questions on drawn ones."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_sched.rules import RULES, Limit, Limits, Standing, tally
from ektp_sched.rules.limit import Cards, Slots, Waiting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Card = tuple[int, int, int, int]  # kind, printer, server, day

KINDS, PRINTERS, SERVERS, DAYS = 3, 2, 2, 4
EVERYBODY = np.ones(KINDS, dtype=np.int64)


def limit(**changes: Any) -> Limit:
    """At most two cards on the first two days, unless told otherwise."""
    given: dict[str, Any] = {"code": "c", "place": "p", "entry": 0}
    given |= {"weights": EVERYBODY, "first": [0], "last": [1], "amount": [2]} | changes
    for name in ("weights", "first", "last", "amount"):
        if not isinstance(given[name], Fraction):
            given[name] = np.array(given[name], dtype=np.int64)
    return Limit(**given)


def standing(
    limits: Sequence[Limit],
    cards: Sequence[Card],
    waiting: Sequence[tuple[int, int, int]] = (),
) -> Standing:
    rows = Limits(limits, kinds=KINDS, printers=PRINTERS, servers=SERVERS, days=DAYS)
    columns = np.array(cards, dtype=np.int64).reshape(-1, 4).T
    people = np.array(waiting, dtype=np.int64).reshape(-1, 3).T
    return Standing(rows, tally(rows, Cards(*columns), Waiting(*people)))


TWO: tuple[Card, ...] = ((0, 0, 0, 0), (1, 1, 0, 1))
THREE: tuple[Card, ...] = (*TWO, (1, 1, 1, 1))
ONLY_1 = [0, 1, 0]


@pytest.mark.parametrize(
    ("changes", "kept", "broken"),
    [
        ({}, TWO, THREE),
        ({"last": [3]}, TWO, (*TWO, (2, 0, 0, 3))),
        ({"weights": ONLY_1, "amount": [1]}, TWO, THREE),
        ({"weights": [2, -1, 0], "amount": [0]}, THREE, TWO),
        ({"printer": 1, "amount": [1]}, TWO, THREE),
        ({"server": 1, "amount": [0]}, TWO, THREE),
        ({"printer": 1, "server": 1, "amount": [0]}, TWO, THREE),
        ({"printer": 1, "weights": ONLY_1, "amount": [1]}, TWO, THREE),
        ({"sense": "least", "amount": [3]}, THREE, TWO),
        ({"weights": ONLY_1, "amount": Fraction(1, 2)}, TWO, THREE),
        (
            {"weights": [1, 0, 0], "amount": Fraction(2, 5), "sense": "least"},
            TWO,
            THREE,
        ),
    ],
)
def test_each_kind_of_limit_is_kept_and_broken(
    changes: dict[str, Any], kept: Sequence[Card], broken: Sequence[Card]
) -> None:
    assert standing([limit(**changes)], kept).broken.tolist() == [False]
    assert standing([limit(**changes)], broken).broken.tolist() == [True]


@pytest.mark.parametrize(
    ("unless", "waiting", "broken"),
    [
        ([ONLY_1], [(1, 1, 2)], True),
        ([ONLY_1], [(1, 2, 3), (1, 0, 1), (0, 0, 4)], False),
        ([ONLY_1, [1, 0, 0]], [(1, 0, 4)], False),
        ([ONLY_1, [1, 0, 0]], [(1, 0, 4), (0, 1, 4)], True),
        ([[0, 0, 0]], [(1, 0, 4)], False),
    ],
)
def test_a_limit_is_lifted_where_nobody_of_a_group_is_left(
    unless: list[list[int]], waiting: list[tuple[int, int, int]], broken: bool
) -> None:
    named = np.array(unless, dtype=bool)
    least = limit(sense="least", amount=[9], unless=named)
    most = limit(amount=[1], unless=named)
    found = standing([least, most, limit()], TWO, waiting)
    assert found.broken.tolist() == [broken, broken, False]
    assert found.period(0).kept is found.period(1).kept is not broken


def test_who_is_left_is_told_of_a_limit_that_names_no_group() -> None:
    found = standing([limit(), limit(weights=ONLY_1)], TWO, [(1, 0, 2), (2, 1, 4)])
    assert [found.period(row).waiting for row in (0, 1)] == [2, 1]
    assert standing([limit()], TWO).period(0).waiting == 0


def test_a_share_of_thirty_decimals_is_exact() -> None:
    third = Fraction("0.333333333333333333333333333333")
    most = limit(weights=[1, 0, 0], amount=third)
    assert standing([most], THREE).broken.tolist() == [True]
    assert (
        standing([limit(weights=[1, 0, 0], amount=Fraction(1, 3))], THREE).left[0] == 0
    )


LIMITS = st.builds(
    lambda days, amount, **more: limit(
        first=[min(days)], last=[max(days)], amount=amount, **more
    ),
    st.tuples(st.integers(0, DAYS - 1), st.integers(0, DAYS - 1)),
    st.integers(-1, 3).map(lambda n: [n]) | st.fractions(0, 1, max_denominator=4),
    weights=st.lists(st.integers(-1, 2), min_size=KINDS, max_size=KINDS),
    sense=st.sampled_from(["most", "least"]),
    printer=st.none() | st.integers(0, PRINTERS - 1),
    server=st.none() | st.integers(0, SERVERS - 1),
    unless=st.none()
    | st.lists(
        st.lists(st.booleans(), min_size=KINDS, max_size=KINDS), min_size=1, max_size=2
    ).map(lambda groups: np.array(groups)),
)
CARD = st.tuples(
    st.integers(0, KINDS - 1),
    st.integers(0, PRINTERS - 1),
    st.integers(0, SERVERS - 1),
    st.integers(0, DAYS),
)


def short(one: Limit, people: Sequence[Card]) -> int | None:
    """Return by how much a limit of one stretch breaks; None if it does not."""
    first, last = int(one.first[0]), int(one.last[0])
    inside = [card for card in people if first <= card[3] <= last]
    counted = sum(
        int(one.weights[kind])
        for kind, printer, server, _ in inside
        if one.printer in (None, printer) and one.server in (None, server)
    )
    if isinstance(one.amount, Fraction):
        amount = one.amount * len(inside)
    else:
        amount = Fraction(int(one.amount[0]))
    whole = amount // 1 if one.sense == "most" else -(-amount // 1)
    gap = counted - whole if one.sense == "most" else whole - counted
    groups: Any = [] if one.unless is None else one.unless
    left = [card[0] for card in people if card[3] > last]
    lifted = any(not any(group[kind] for kind in left) for group in groups)
    return gap if gap > 0 and not lifted else None


def worse(one: Limit, before: Sequence[Card], after: Sequence[Card]) -> bool:
    now, then = short(one, before), short(one, after)
    return then is not None and (now is None or then > now)


def drawn_standing(limits: Sequence[Limit], people: Sequence[Card]) -> Standing:
    """Count people who could all be printed from the first day on."""
    printed = [card for card in people if card[3] < DAYS]
    return standing(limits, printed, [(card[0], 0, card[3]) for card in people])


@given(limits=st.lists(LIMITS, max_size=4), people=st.lists(CARD, max_size=6))
def test_what_is_broken_is_what_the_definition_says(
    limits: list[Limit], people: list[Card]
) -> None:
    found = drawn_standing(limits, people)
    assert found.broken.tolist() == [short(one, people) is not None for one in limits]


@given(
    limits=st.lists(LIMITS, min_size=1, max_size=4),
    people=st.lists(CARD, min_size=2, max_size=6),
)
def test_a_change_is_held_by_the_limits_that_it_would_break(
    limits: list[Limit], people: list[Card]
) -> None:
    found = drawn_standing(limits, people)
    coming, going, *rest = people
    to, away = slot(going), slot(coming)
    exchanged = [(coming[0], *going[1:]), (going[0], *coming[1:]), *rest]
    kinds = np.array([coming[0]]), np.array([going[0]])
    held = found.against(kinds[0], to, away, kinds[1])[0, 0]
    assert held.tolist() == [worse(one, people, exchanged) for one in limits]
    moved = [exchanged[0], going, *rest]
    held = found.against(kinds[0], to, away)[0, 0]
    assert held.tolist() == [worse(one, people, moved) for one in limits]


def slot(card: Card) -> Slots:
    _, printer, server, day = card
    return Slots(np.array([day]), np.array([printer]), np.array([server]))


@given(one=LIMITS, people=st.lists(CARD, max_size=6), kind=st.integers(0, KINDS - 1))
def test_there_is_room_where_one_card_more_breaks_nothing(
    one: Limit, people: list[Card], kind: int
) -> None:
    machines = (one.printer is not None) + (one.server is not None)
    if machines == 2 or (machines and isinstance(one.amount, Fraction)):
        return  # no rule lays such limits, and room is not told by machine then
    waits: Card = (kind, 0, 0, DAYS)
    found = drawn_standing([one], [*people, waits]).room(kind)
    for day in range(DAYS):
        for printer in range(PRINTERS):
            for server in range(SERVERS):
                more = [*people, (kind, printer, server, day)]
                fits = found.days[day] and found.printers[printer, day]
                fits &= found.servers[server, day]
                assert fits == (not worse(one, [*people, waits], more))


def test_every_rule_names_what_its_breaches_are_called() -> None:
    codes = [code for rule in RULES for code in rule.codes]
    assert len(codes) == len(set(codes)) == 10
