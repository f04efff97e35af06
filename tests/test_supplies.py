"""Blanks counted down, ribbons too, and machines that are out, out of the ledger."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ektp_sched import Office
from ektp_sched.days.supplies import (
    OFFICE_FILE,
    blanks_left,
    counted_in_file,
    office_of,
    outages,
    used,
)
from ektp_sched.ledger import Ledger, NewAct, Writer, address, personal
from ektp_sched.ledger.state import state_of
from ektp_sched.office import capacity

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

START = date(2017, 9, 12)
MACHINES: dict[str, Any] = {
    "name": "Kantor Uji",
    "servers": [{"id": "server-1", "cards_per_day": 10}],
    "printers": [{"id": "printer-1", "cards_per_day": 10}],
}


def day(number: int) -> date:
    return START + timedelta(days=number)


def office(**more: Any) -> Office:
    return Office.model_validate(MACHINES | more)


def stocked(stock: int, *deliveries: tuple[int, int], **more: Any) -> Office:
    came = [{"on": day(on), "cards": cards} for on, cards in deliveries]
    card = {"default": True, "stock": stock, "deliveries": came} | more
    return office(cards={"KTP-el": card})


def ledger(folder: Path) -> Ledger:
    return Ledger(address(folder))


def count(writer: Writer, on: int, blanks: int) -> None:
    facts = {"counts": pl.DataFrame({"card": ["KTP-el"], "blanks": [blanks]})}
    writer.append(NewAct(kind="count", day=day(on), by="Sri"), facts)


def spent(
    writer: Writer,
    on: int,
    results: list[str],
    refs: pl.Series | None = None,
    plan: int | None = 1,
) -> pl.Series:
    """Record what became of cards, of people of their own unless they are given."""
    people = personal(pl.Series([f"A-{n}" for n in range(len(results))]), "application")
    refs = people.refs if refs is None else refs
    prints = pl.DataFrame(
        {
            "person": refs,
            "result": results,
            "day": [day(on)] * len(results),
            "printer": ["printer-1"] * len(results),
            "card": ["KTP-el"] * len(results),
            "plan": pl.Series([plan] * len(results), dtype=pl.Int64),
        }
    )
    texts = [people] if refs is people.refs else []
    writer.append(
        NewAct(kind="prints", day=day(on), by="Sri"), {"prints": prints}, *texts
    )
    return refs


def told_in_file(writer: Writer, rules: Office, on: int) -> bool:
    word = counted_in_file(rules, writer, day(on))
    if word is not None:
        writer.append(*word)
    return word is not None


RESULTS = st.lists(
    st.sampled_from(["printed", "spoilt", "unprinted", "open"]), max_size=4
)
LATEST = 9
EVENTS = st.lists(
    st.tuples(st.integers(1, LATEST), st.one_of(RESULTS, st.integers(0, 60))),
    max_size=8,
    unique_by=lambda event: (event[0], isinstance(event[1], int)),
)


@given(
    st.integers(0, 50),
    EVENTS.flatmap(st.permutations),
    st.lists(st.tuples(st.integers(0, LATEST), st.integers(1, 20)), max_size=3),
    st.integers(1, LATEST + 1),
)
def test_blanks_are_counted_down_from_the_last_count_in_whatever_order_it_was_recorded(
    stock: int,
    events: list[tuple[int, list[str] | int]],
    deliveries: list[tuple[int, int]],
    today: int,
) -> None:
    rules = stocked(stock, *sorted(deliveries))
    with TemporaryDirectory() as folder, ledger(Path(folder)).writing() as writer:
        told_in_file(writer, rules, 0)
        for on, event in events:
            if isinstance(event, int):
                count(writer, on, event)
            else:
                spent(writer, on, event)
        left = blanks_left(rules, writer, day(today))
        planned = office_of(rules, writer, day(today)).cards["KTP-el"]
    counts = {0: stock} | {on: n for on, n in events if isinstance(n, int)}
    base = max(on for on in counts if on <= today)
    used = {
        on: len([r for r in results if r in {"printed", "spoilt"}])
        for on, results in events
        if not isinstance(results, int) and on >= base
    }
    came = sum(cards for on, cards in deliveries if base <= on < today)
    expected = counts[base] + came - sum(n for on, n in used.items() if on < today)
    assert left == {"KTP-el": expected}
    assert planned.stock is not None
    today_too = expected - used.get(today, 0)
    on_day = sum(d.cards for d in planned.deliveries if d.on == day(today))
    delivered = sum(cards for on, cards in deliveries if on == today)
    assert planned.stock + on_day == max(today_too, 0) + max(
        delivered + min(today_too, 0), 0
    )
    assert [d.cards for d in planned.deliveries if d.on > day(today)] == [
        cards for on, cards in sorted(deliveries) if on > today
    ]


def test_a_card_recorded_twice_costs_one_blank_and_two_sheets_may_cost_two(
    tmp_path: Path,
) -> None:
    rules = stocked(100)
    with ledger(tmp_path).writing() as writer:
        told_in_file(writer, rules, 0)
        refs = spent(writer, 0, ["printed", "spoilt", "printed"])
        spent(writer, 0, ["spoilt", "spoilt", "unprinted"], refs)  # corrected
        assert blanks_left(rules, writer, day(1)) == {"KTP-el": 98}
        spent(writer, 0, ["printed", "printed", "printed"], refs, plan=2)
        assert blanks_left(rules, writer, day(1)) == {"KTP-el": 95}
        # Printed once, on whichever day the last word says.
        spent(writer, 1, ["printed", "printed", "printed"], refs, plan=3)
        assert blanks_left(rules, writer, day(2)) == {"KTP-el": 95}


def test_a_card_that_turns_out_to_be_none_is_the_blank_it_was(tmp_path: Path) -> None:
    rules = stocked(100)
    with ledger(tmp_path).writing() as writer:
        told_in_file(writer, rules, 0)
        refs = spent(writer, 0, ["printed", "printed"])
        spent(writer, 1, ["spoilt", "unprinted"], refs, plan=None)
        assert state_of(writer).results["result"].to_list() == ["spoilt", "unprinted"]
        assert blanks_left(rules, writer, day(2)) == {"KTP-el": 99}
        spent(writer, 2, ["printed", "printed"], refs, plan=2)
        assert blanks_left(rules, writer, day(3)) == {"KTP-el": 97}


WORDS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["printed", "spoilt", "unprinted", "open"]),
        st.sampled_from([None, 1, 2]),
    ),
    max_size=5,
)


@given(WORDS)
@example([(0, "printed", None), (0, "open", None)])
@example([(1, "printed", 2), (1, "open", None)])
def test_whose_card_is_there_has_used_one_blank_for_it_and_nobody_else(
    words: list[tuple[int, str, int | None]],
) -> None:
    with TemporaryDirectory() as folder, ledger(Path(folder)).writing() as writer:
        refs = spent(writer, 0, ["unprinted"])
        for on, result, plan in words:
            spent(writer, on, [result], refs, plan)
        known = state_of(writer).results.filter(result="printed")
        cards = used(writer, day(0))
        later = used(writer, day(1))
    columns = ["person", "day", "act"]
    assert cards.filter(result="printed").select(columns).equals(known.select(columns))
    spoilt = {(on, plan) for on, result, plan in words if result == "spoilt"}
    assert cards.filter(result="spoilt").height <= len(spoilt)
    assert later.equals(cards.filter(pl.col("day") >= day(1)))


def test_a_card_that_is_printed_and_then_spoilt_in_one_log_is_two(
    tmp_path: Path,
) -> None:
    with ledger(tmp_path).writing() as writer:
        refs = spent(writer, 0, ["unprinted"])
        twice = pl.concat([refs, refs])
        spent(writer, 1, ["printed", "spoilt"], twice)
        assert used(writer, day(0))["result"].to_list() == ["spoilt", "spoilt"]
        spent(writer, 1, ["spoilt", "printed"], twice)
        assert sorted(used(writer, day(0))["result"]) == ["printed", "spoilt"]


def test_what_the_file_says_counts_when_it_is_new_and_only_then(tmp_path: Path) -> None:
    with ledger(tmp_path).writing() as writer:
        assert told_in_file(writer, stocked(100), 0)
        assert not told_in_file(writer, stocked(100), 1)
        spent(writer, 1, ["printed"] * 4)
        count(writer, 2, 90)
        assert not told_in_file(writer, stocked(90), 3)  # the count, copied over
        spent(writer, 3, ["printed"] * 5)
        assert told_in_file(writer, stocked(80), 4)
        last = writer.facts("counts").row(-1, named=True)
        assert (last["blanks"], last["expected"]) == (80, 85)
        assert writer.acts("count")[-1].by == OFFICE_FILE
        assert office_of(stocked(80), writer, day(4)).cards["KTP-el"].stock == 80


def test_an_undone_count_counts_no_longer(tmp_path: Path) -> None:
    rules = stocked(100)
    with ledger(tmp_path).writing() as writer:
        told_in_file(writer, rules, 0)
        count(writer, 1, 5)
        number = writer.acts("count")[-1].number
        writer.append(NewAct(kind="undo", day=day(1), by="Sri", undoes=number))
    with ledger(tmp_path).reading() as reader:
        assert blanks_left(rules, reader, day(2)) == {"KTP-el": 100}


def test_blanks_that_expire_first_are_used_first_and_then_gone(tmp_path: Path) -> None:
    rules = stocked(10, (1, 20), expires_on=day(3))
    with ledger(tmp_path).writing() as writer:
        told_in_file(writer, rules, 0)
        spent(writer, 1, ["printed"] * 4)
        card = office_of(rules, writer, day(2)).cards["KTP-el"]
        assert (card.stock, [d.cards for d in card.deliveries]) == (6, [20])
        spent(writer, 2, ["printed"] * 8)
        card = office_of(rules, writer, day(3)).cards["KTP-el"]
        assert (card.stock, [d.cards for d in card.deliveries]) == (0, [18])
        assert blanks_left(rules, writer, day(5)) == {"KTP-el": 18}
        count(writer, 6, 17)  # of those that have not expired
        card = office_of(rules, writer, day(7)).cards["KTP-el"]
        assert sum(capacity_of(rules, writer, 7)) == 17


def capacity_of(rules: Office, writer: Writer, today: int) -> Iterator[int]:
    """Blanks that a plan of one day can use."""
    supply = capacity(office_of(rules, writer, day(today)), day(today), 1).supply
    return (int(up_to[0]) for up_to in supply.values())


def test_what_is_set_aside_is_used_by_its_class(tmp_path: Path) -> None:
    classes = {
        "emergency": {"target_days": 3},
        "routine": {"target_days": 30, "default": True},
    }
    card = {"default": True, "stock": 10, "set_aside": {"emergency": 4}}
    rules = office(urgency=classes, cards={"KTP-el": card})
    with ledger(tmp_path).writing() as writer:
        told_in_file(writer, rules, 0)
        refs = spent(writer, 1, ["printed"] * 5)
        seen = pl.DataFrame(
            {"person": refs, "state": ["ready"] * 5, "urgency": ["emergency"] * 5}
        ).head(3)
        writer.append(NewAct(kind="import", day=day(1), by="Sri"), {"seen": seen})
        left = office_of(rules, writer, day(2)).cards["KTP-el"]
    assert (left.stock, left.set_aside) == (5, {"emergency": 1})


def test_what_is_set_aside_stays_where_the_opening_count_was_undone(
    tmp_path: Path,
) -> None:
    rules = office(
        urgency={"routine": {"target_days": 30, "default": True}},
        cards={"KTP-el": {"default": True, "stock": 10, "set_aside": {"routine": 4}}},
    )
    with ledger(tmp_path).writing() as writer:
        told_in_file(writer, rules, 0)
        count(writer, 0, 10)
        writer.append(NewAct(kind="undo", day=day(0), by="Sri", undoes=1))
        assert not told_in_file(writer, rules, 1)
        spent(writer, 1, ["printed"])
        left = office_of(rules, writer, day(2)).cards["KTP-el"]
    assert (left.stock, left.set_aside) == (9, {"routine": 3})


def test_ribbons_are_counted_down_like_blanks(tmp_path: Path) -> None:
    printer = {
        "id": "printer-1",
        "cards_per_day": 10,
        "cards_per_ribbon": 5,
        "ribbons": Decimal("2.4"),
        "ribbon_deliveries": [{"on": day(1), "ribbons": 1}],
    }
    rules = office(printers=[printer])
    with ledger(tmp_path).writing() as writer:
        assert told_in_file(writer, rules, 0)
        assert not told_in_file(writer, rules, 1)
        spent(writer, 1, ["printed", "spoilt", "unprinted"])
        left = office_of(rules, writer, day(2)).printers[0]
    assert (left.ribbons, left.ribbon_deliveries) == (Decimal(3), ())


SPANS = st.lists(
    st.tuples(
        st.sampled_from(["server-1", "printer-1"]),
        st.integers(0, 9),
        st.one_of(st.none(), st.integers(0, 6)),
        st.sampled_from([0, 500_000, 1_000_000]),
    ),
    max_size=6,
)


@given(SPANS)
@example([("printer-1", 0, None, 0), ("printer-1", 2, None, 0), ("printer-1", 0, 0, 0)])
def test_of_outages_the_last_word_holds_on_each_day(
    spans: list[tuple[str, int, int | None, int]],
) -> None:
    with TemporaryDirectory() as folder, ledger(Path(folder)).writing() as writer:
        for resource, first, length, left in spans:
            ends = None if length is None else day(first + length)
            facts = {"resource": [resource], "begins": [day(first)], "left": [left]}
            frame = pl.DataFrame(facts).with_columns(ends=pl.lit(ends, pl.Date))
            writer.append(
                NewAct(kind="outage", day=START, by="Sri"), {"outages": frame}
            )
        standing = outages(writer)
        planned = office_of(office(), writer, day(3))
    for resource in ("server-1", "printer-1"):
        for number in range(30):
            expected = 1_000_000
            until_further_notice = False
            for name, first, length, left in spans:
                if name != resource:
                    continue
                if number >= first and until_further_notice:
                    expected, until_further_notice = 1_000_000, False
                if first <= number and (length is None or number <= first + length):
                    expected, until_further_notice = left, length is None
            left_then = [
                each.left
                for each in standing
                if each.resource == resource
                and each.begins <= day(number)
                and (each.ends is None or day(number) <= each.ends)
            ]
            assert (left_then or [1_000_000]) == [expected]
            if number >= 3:
                shares = [
                    each.share
                    for each in planned.outages
                    if each.resource == resource
                    and each.from_ <= day(number) <= each.to
                ]
                assert (shares or [Decimal(1)]) == [Decimal(expected) / 1_000_000]
