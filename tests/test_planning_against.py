"""Shifts against several dates: worked by hand, brute force, laws."""

from __future__ import annotations

from functools import cache
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from strategies import HALF, START, Case, DatedCase, dated_cases, desk, person
from test_planning_shifts import allowed, cohorts_of, value

from ektp_sched.errors import UnsupportedRuleError
from ektp_sched.office import Option, options
from ektp_sched.people.objectives import EARLINESS
from ektp_sched.planning.decisions.against import Possible, decide_against
from ektp_sched.planning.decisions.search import largest
from ektp_sched.planning.tiers import objectives

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ektp_sched.planning.decisions.against import Chosen, Decision

Values = tuple[int, ...]
MOST_OPTIONS = 5


def decided(dated: DatedCase, **more: Any) -> Decision:
    first = dated.futures[0]
    parts = zip(dated.days, dated.times, dated.futures, strict=True)
    return decide_against(
        first.backlog,
        [Possible(day, times, case.office) for day, times, case in parts],
        start=first.start,
        days=first.days,
        count=dated.count,
        **more,
    )


def able(case: Case) -> tuple[Option, ...]:
    return options(case.office, case.start, case.days)


def subsets(some: Sequence[Option]) -> Iterator[tuple[Option, ...]]:
    for number in range(len(some) + 1):
        yield from combinations(some, number)


def names_of(case: Case) -> list[str]:
    cohorts = cohorts_of(case)
    tiers = objectives(case.office, cohorts, case.days, decided=True)
    return [tier.name for tier in tiers if tier.name != EARLINESS]


class Oracle:
    """Every choice of every future, valued one by one."""

    def __init__(self, dated: DatedCase) -> None:
        self.dated = dated
        self.names = names_of(dated.futures[0])
        self.cohorts = [cohorts_of(case) for case in dated.futures]
        self.value = cache(self._value)

    def _value(self, index: int, path: tuple[Option, ...]) -> Values | None:
        """Return the tiers of a path; what adds nothing is paid for all the same."""
        case = self.dated.futures[index]
        if not allowed(case.office, path, case.start):
            return None
        there = {(o.day, o.shift) for o in able(case)}
        used = [o for o in path if (o.day, o.shift) in there]
        found = value(case, used, self.cohorts[index])
        if found is None:
            return None
        own = {"cost_idr": sum(o.cost_idr for o in path), "shifts": len(path)}
        pairs = zip(self.names, found, strict=True)
        return tuple(own.get(name, v) for name, v in pairs)

    def measure(self, values: Sequence[Values]) -> Values:
        times, count = self.dated.times, self.dated.count
        return tuple(largest(tier, times, count) for tier in zip(*values, strict=True))

    def best(self, *, known: bool) -> Values | None:
        """Return the least tiers over every choice that the rule may make."""
        futures = self.dated.futures
        parted = self.dated.days if known else [case.days for case in futures]
        common = {
            (o.day, o.shift): o
            for case, day in zip(futures, parted, strict=True)
            for o in able(case)
            if o.day < day
        }
        found = []
        for shared in subsets([common[key] for key in sorted(common)]):
            each = []
            for index, (case, day) in enumerate(zip(futures, parted, strict=True)):
                before = [o for o in shared if o.day < day]
                own = subsets([o for o in able(case) if o.day >= day])
                paths = ((*before, *more) for more in own)
                values = {self.value(index, path) for path in paths}
                each.append(values - {None})
            found += [self.measure(chosen) for chosen in product(*each)]  # type: ignore[arg-type]
        return min(found, default=None)

    def apart(self) -> list[Values | None]:
        """Return each future's own least tiers."""
        return [
            min(
                (v for p in subsets(able(case)) if (v := self.value(index, p))),
                default=None,
            )
            for index, case in enumerate(self.dated.futures)
        ]


def tiers_of(chosen: Chosen) -> Values:
    return tuple(tier.value for tier in chosen.tiers)


@pytest.mark.slow
@HALF
@given(dated_cases())
def test_no_rule_is_better(dated: DatedCase) -> None:
    assume(all(len(able(case)) <= MOST_OPTIONS for case in dated.futures))
    oracle = Oracle(dated)
    made = decided(dated)
    for chosen, known in ((made.rule, True), (made.fixed, False)):
        wanted = oracle.best(known=known)
        assert chosen.keeps_pins == (wanted is not None)
        if wanted is not None:
            assert chosen.proven
            assert tiers_of(chosen) == wanted
    apart = [one for one in oracle.apart() if one is not None]
    if len(apart) == len(dated.futures):
        assert made.known.proven
        assert made.known.values == tuple(apart)
        assert tiers_of(made.known) == oracle.measure(apart)
    if made.rule.keeps_pins:
        is_what_it_says(made.rule, oracle)
    if made.fixed.keeps_pins:
        assert tiers_of(made.rule) <= tiers_of(made.fixed)


def is_what_it_says(rule: Chosen, oracle: Oracle) -> None:
    """Check that the shifts stated obey every rule and come to what is stated."""
    dated = oracle.dated
    for index, (case, day) in enumerate(zip(dated.futures, dated.days, strict=True)):
        before = [o for o in rule.shared if o.day < day]
        assert all(o.day >= day for o in rule.own[index])
        path = (*before, *rule.own[index])
        assert allowed(case.office, path, case.start)
        assert oracle.value(index, path) == rule.values[index]
    assert tiers_of(rule) == oracle.measure(rule.values)


# Tuesday to Monday, Saturday and Sunday closed: one card a day makes five, and a
# shift on the Saturday or the Sunday adds four.
WEEK = {"workdays": ["mon", "tue", "wed", "thu", "fri"]}
SATURDAY = {"id": "sat", "days": ["sat"], "share": 4, "cost_idr": 3}
SUNDAY = {"id": "sun", "days": ["sun"], "share": 4, "cost_idr": 3}


def with_server(case: Case, *days: int) -> tuple[Case, ...]:
    """Return the case with a server of nine a day from each of some days on."""
    old, new = case.document["servers"], {"id": "new", "cards_per_day": 9}
    return tuple(
        case.with_document(servers=[*old, new | {"from": case.day(day)}])
        for day in days
    )


def by_hand(count: int, *days: int, times: tuple[int, ...] = ()) -> DatedCase:
    """Nine people; a server of nine a day from one of some days on.

    Saturday is day 4, Sunday day 5, Monday day 6, the last.
    """
    document = desk(
        1,
        calendar=WEEK,
        shifts=[SATURDAY, SUNDAY],
        budget={"idr": 3},
        plan={"tiers": ["unprinted"]},
    )
    rows = tuple(person(f"A{n}", 30) for n in range(9))
    case = Case(document, rows)
    new = {"id": "new", "cards_per_day": 9}
    futures = tuple(
        case.with_document(
            servers=[*document["servers"], new | {"from": case.day(day)}]
        )
        for day in days
    )
    return DatedCase(futures, days, times or (1,) * len(days), count)


def test_nothing_is_bought_where_every_date_comes_in_time() -> None:
    # On Friday (day 3) the new server prints all that are left; if it comes on
    # Sunday (day 5), it does so on Monday, the last day.
    made = decided(by_hand(2, 3, 5))
    assert tiers_of(made.rule) == (0, 0, 0)
    assert made.rule.shared == ()


def test_saturday_is_bought_only_if_nothing_has_come() -> None:
    # If the server comes on Friday, all are printed then.  If it never comes,
    # five are printed by Monday and Saturday's shift adds four: all nine.
    # Decided now, the Saturday is bought for both: 3 rupiah against 0 and 3.
    made = decided(by_hand(2, 3, 7))
    assert tiers_of(made.rule) == (0, 3, 1)
    assert [(o.shift, o.day) for o in made.rule.shared] == [("sat", 4)]
    assert made.rule.own == ((), ())
    assert made.rule.values == ((0, 0, 0), (0, 3, 1))
    assert tiers_of(made.fixed) == (0, 6, 2)
    assert tiers_of(made.known) == (0, 3, 1)


def test_the_worst_counts_alone_where_one_is_asked_for() -> None:
    # The dearest date alone: 3 rupiah, waiting or not.
    made = decided(by_hand(1, 3, 7, times=(9, 1)))
    assert tiers_of(made.rule) == tiers_of(made.fixed) == (0, 3, 1)


def test_knowing_is_worth_something_where_the_budget_must_be_spent_early() -> None:
    # Six wait, and three days print three.  The shift is on Tuesday (day 0), before
    # it is known whether the server comes on Wednesday.
    first = {"id": "tue", "days": ["tue"], "share": 4, "cost_idr": 3}
    document = desk(
        1,
        calendar=WEEK,
        shifts=[first],
        plan={"tiers": ["unprinted"]},
    )
    rows = tuple(person(f"A{n}", 30) for n in range(6))
    case = Case(document, rows, days=3)
    new = {"id": "new", "cards_per_day": 9}
    futures = tuple(
        case.with_document(
            servers=[*document["servers"], new | {"from": case.day(day)}]
        )
        for day in (1, 3)
    )
    made = decided(DatedCase(futures, (1, 3), (1, 1), 2))
    # Without it 3 of 6 stay if the server never comes; so it is bought for both
    # dates, and for the first of them in vain.
    assert tiers_of(made.rule) == tiers_of(made.fixed) == (0, 6, 2)
    assert tiers_of(made.known) == (0, 3, 1)


def test_a_time_that_is_over_leaves_a_rule_and_says_so() -> None:
    made = decided(by_hand(2, 3, 7), time_limit=1e-9)
    assert not made.rule.proven
    assert made.rule.shared == ()
    assert tiers_of(made.rule)[0] == 4
    assert made.rule.tiers[0].bound == 0


def test_nobody_waits() -> None:
    dated = by_hand(2, 3, 7)
    futures = tuple(case.with_rows(()) for case in dated.futures)
    made = decided(DatedCase(futures, dated.days, dated.times, 2))
    assert made.rule.proven
    assert tiers_of(made.rule) == (0, 0, 0)


def test_quotas_are_refused() -> None:
    quota = [{"urgency": "routine", "per": "day", "at_most": 3}]
    dated = by_hand(2, 3, 7)
    futures = tuple(case.with_document(quotas=quota) for case in dated.futures)
    with pytest.raises(UnsupportedRuleError, match=r"^quotas: shifts are"):
        decided(DatedCase(futures, dated.days, dated.times, 2))


@pytest.mark.parametrize(
    ("tables", "place"),
    [
        ({"cards": {"K": {"stock": 3, "expires_on": START}}}, r"^cards\.K: "),
        ({"cards": {"K": {"stock": 1, "set_aside": {"routine": 1}}}}, r"^cards\.K: "),
        ({"ribbons": 0.5}, "^p: "),
    ],
)
def test_what_expires_or_is_set_aside_and_ribbons_are_refused(
    tables: dict[str, Any], place: str
) -> None:
    dated = by_hand(2, 3, 7)
    futures = tuple(_with_consumables(case, tables) for case in dated.futures)
    with pytest.raises(UnsupportedRuleError, match=place + "shifts cannot be chosen"):
        decided(DatedCase(futures, dated.days, dated.times, 2))


def test_ribbons_and_blanks_that_cannot_run_out_are_no_matter() -> None:
    dated = by_hand(2, 3, 7)
    ample = {"cards": {"K": {"stock": 99, "set_aside": {"routine": 1}}}, "ribbons": 99}
    futures = tuple(_with_consumables(case, ample) for case in dated.futures)
    made = decided(DatedCase(futures, dated.days, dated.times, 2))
    plain = decided(dated)
    assert tiers_of(made.rule) == tiers_of(plain.rule)
    assert made.rule.shared == plain.rule.shared


def _with_consumables(case: Case, tables: dict[str, Any]) -> Case:
    """Return a case whose cards and printers have these blanks and ribbons."""
    kinds = {key: value for key, value in tables.items() if key == "cards"}
    own = {"cards_per_ribbon": 4, "ribbons": tables.get("ribbons", 99)}
    printers = [printer | own for printer in case.document["printers"]]
    rows = [row | {"card": "K"} if kinds else row for row in case.rows]
    return case.with_document(printers=printers, **kinds).with_rows(rows)
