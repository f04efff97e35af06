"""Capacities of scenarios: by hand, against the office's own, and their laws."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenario_cases import START, desk, scenarios, world
from strategies import documents

from ektp_sched.office import Office, capacity
from ektp_sched.scenarios import Limits, likely_office, limits_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ALWAYS = {"calendar": {"workdays": EVERY_DAY}}
ONE_AND_ONE = {"mean_days_between": 1, "mean_days_down": 1}
RANGES: dict[str, Any] = {
    "cards_per_day": {"low": 600, "likely": 650, "high": 700},
    "from": {
        "earliest": date(2017, 9, 14),
        "likely": date(2017, 9, 18),
        "latest": date(2017, 9, 30),
    },
}


def day(offset: int) -> date:
    return START + timedelta(days=offset)


def rows(limits: Limits) -> dict[str, NDArray[np.int64]]:
    """Cards of each resource, shape (R or 1, H)."""
    servers = dict(zip(limits.servers, limits.server_cards, strict=True))
    return servers | dict(zip(limits.printers, limits.printer_cards, strict=True))


def first(found: Any, name: str = "new", **changes: Any) -> dict[str, list[int]]:
    """Cards of each resource in the first future."""
    block = world(found, **({"days": 6, "size": 3} | changes))
    cards = rows(limits_of(found.scenarios[name], block))
    return {name: row[0].tolist() for name, row in cards.items()}


def new(**changes: Any) -> dict[str, Any]:
    return {"servers": [{"id": "new", "cards_per_day": 600} | changes]}


def same(limits: Limits, office: Office, days: int) -> None:
    """Hold that a scenario's limits are those of an office, in every future."""
    wanted = capacity(office, START, days)
    assert (limits.start, limits.days) == (START, days)
    assert (limits.printers, limits.servers) == (wanted.printers, wanted.servers)
    assert (limits.open == wanted.open).all()
    assert (limits.reaches == wanted.reaches).all()
    assert limits.printer_cards.shape == (len(wanted.printers), 1, days)
    assert limits.server_cards.shape == (len(wanted.servers), 1, days)
    assert (limits.printer_cards[:, 0] == wanted.printer_cards).all()
    assert (limits.server_cards[:, 0] == wanted.server_cards).all()
    assert limits.printers_unbroken is None
    assert limits.servers_unbroken is None
    assert limits.reserve == office.reserve.cards_per_day
    assert limits.supply.keys() == wanted.supply.keys()
    for card, supply in limits.supply.items():
        assert (supply == wanted.supply[card]).all()


@given(st.data())
def test_without_uncertainty_they_are_the_offices(data: st.DataObject) -> None:
    days = data.draw(st.integers(1, 20))
    document = data.draw(documents(START, days))
    office = Office.model_validate(document)
    cards = data.draw(st.integers(1, 9))
    span = data.draw(st.tuples(st.integers(0, 25), st.integers(0, 25)).map(sorted))
    entry = {"id": "new", "cards_per_day": cards, "from": day(span[0])}
    entry |= {"to": day(span[1])}
    found = scenarios(office=office, more={"servers": [entry]})
    block = world(found, days=days)
    same(limits_of(found.scenarios["now"], block), office, days)
    wider = Office.model_validate(document | {"servers": [*document["servers"], entry]})
    same(limits_of(found.scenarios["more"], block), wider, days)


@given(st.data())
def test_the_likely_office_is_what_happens_where_all_is_certain(
    data: st.DataObject,
) -> None:
    days = data.draw(st.integers(1, 20))
    office = Office.model_validate(data.draw(documents(START, days)))
    old = data.draw(st.sampled_from([s.id for s in office.servers]))
    entry: dict[str, Any] = {"id": "new", "cards_per_day": 9, "replaces": [old]}
    entry["from"] = day(data.draw(st.integers(0, 22)))
    outages = [o.model_dump(by_alias=True) for o in office.outages]
    at = data.draw(st.integers(0, 22))
    share = data.draw(st.sampled_from([0, 1]))
    outages.append({"resource": "new", "from": day(at), "to": day(at + 3)})
    outages[-1]["share"] = share
    found = scenarios(
        office=office, new={"servers": [entry], "office": {"outages": outages}}
    )
    scenario = found.scenarios["new"]
    limits = limits_of(scenario, world(found, days=days))
    same(limits, likely_office(scenario, START, days), days)


def test_a_replaced_server_stands_by() -> None:
    outage = {"resource": "new", "from": day(3), "to": day(3)}
    half = {"resource": "new", "from": day(4), "to": day(4), "share": 0.5}
    found = scenarios(
        office=desk(**ALWAYS),
        new=new(**{"from": day(2), "to": day(4), "replaces": ["server-1"]})
        | {"office": {"outages": [outage, half]}},
    )
    assert first(found) == {
        "new": [0, 0, 600, 0, 300, 0],
        "server-1": [200, 200, 0, 200, 0, 200],
        "server-2": [70] * 6,
        "printer-1": [900] * 6,
    }


def test_the_old_server_works_while_the_new_one_is_broken() -> None:
    found = scenarios(
        {"breakdowns": {"new": ONE_AND_ONE}},
        office=desk(**ALWAYS),
        new=new(**{"from": day(1), "replaces": ["server-1"]}),
    )
    # Up on the morning of its first day, it fails at once, and on every other.
    cards = first(found)
    assert cards["new"] == [0, 0, 600, 0, 600, 0]
    assert cards["server-1"] == [200, 200, 0, 200, 0, 200]
    block = world(found, days=6)
    unbroken = limits_of(found.scenarios["new"], block).servers_unbroken
    assert unbroken is not None
    assert unbroken[:, 0].tolist() == [
        [0, 600, 600, 600, 600, 600],
        [200, 0, 0, 0, 0, 0],
        [70] * 6,
    ]


def test_one_that_replaces_a_replacement_lets_all_stand_by() -> None:
    found = scenarios(
        {"breakdowns": {"n1": ONE_AND_ONE}},
        office=desk(**ALWAYS),
        new={
            "servers": [
                {"id": "n1", "cards_per_day": 500, "replaces": ["server-1"]},
                {"id": "n2", "cards_per_day": 600, "replaces": ["n1"], "from": day(3)},
            ]
        },
    )
    cards = first(found)
    assert cards["n1"] == [0, 500, 0, 0, 0, 0]
    assert cards["n2"] == [0, 0, 0, 600, 600, 600]
    assert cards["server-1"] == [200, 0, 200, 0, 0, 0]


def test_a_replaced_printer_stands_by() -> None:
    entry = {"id": "p2", "cards_per_day": 300, "replaces": ["printer-1"]}
    found = scenarios(office=desk(**ALWAYS), new={"printers": [entry]})
    cards = first(found)
    assert (cards["p2"], cards["printer-1"]) == ([300] * 6, [0] * 6)


def test_closed_days_do_nothing_and_saturdays_do() -> None:
    saturdays = {"office": {"calendar": {"workdays": EVERY_DAY[:6]}}}
    saturdays["office"]["calendar"]["share"] = {"sat": 0.33}  # type: ignore[assignment]
    found = scenarios(sat=saturdays)
    # From a Tuesday: Saturday is day 4, Sunday day 5.
    assert first(found, "now")["server-1"] == [200] * 4 + [0, 0]
    assert first(found, "sat")["server-1"] == [200] * 4 + [66, 0]
    assert first(found, "sat")["server-2"] == [70] * 4 + [23, 0]


def test_breakdowns_of_saturdays_are_those_of_the_week_until_then() -> None:
    saturdays = {"office": {"calendar": {"workdays": EVERY_DAY[:6]}}}
    law = {"server-1": {"mean_days_between": 3, "mean_days_down": 2}}
    found = scenarios({"breakdowns": law}, sat=saturdays)
    block = world(found, size=1000)
    now, sat = (rows(limits_of(found.scenarios[n], block)) for n in ("now", "sat"))
    assert (now["server-1"][:, :4] == sat["server-1"][:, :4]).all()
    # One number a calendar day, high ones good: soon all states are alike again.
    alike = (now["server-1"] > 0) == (sat["server-1"] > 0)
    assert alike[:, 6:11].mean(axis=0).tolist() == sorted(alike[:, 6:11].mean(axis=0))
    assert alike[:, 10].mean() > 0.99
    assert not now["server-1"][:, 4].any()
    assert sat["server-1"][:, 4].any()


def test_uncertain_numbers_hold_from_the_drawn_day_on() -> None:
    shares = {"calendar": {"workdays": EVERY_DAY, "share": {"fri": 0.8}}}
    entry = {"id": "new", "replaces": ["server-1"]} | RANGES
    found = scenarios(office=desk(**shares), new={"servers": [entry]})
    scenario = found.scenarios["new"]
    block = world(found)
    cards = rows(limits_of(scenario, block))
    amounts, begins = block.cards(scenario.added[0]), block.first(scenario.added[0])
    assert len(set(amounts.tolist())) > 10
    assert len(set(begins.tolist())) > 5
    for r, (amount, begin) in enumerate(zip(amounts, begins, strict=True)):
        for d in range(28):
            friday = day(d).weekday() == 4
            amount_then = int(amount) * 4 // 5 if friday else int(amount)
            assert cards["new"][r, d] == (amount_then if d >= begin else 0)
            own = 160 if friday else 200
            assert cards["server-1"][r, d] == (0 if d >= begin else own)
    assert limits_of(scenario, block).servers_unbroken is None


def test_shares_of_many_decimals_are_exact() -> None:
    third = Decimal("0." + "3" * 29 + "4")
    shares = {"calendar": {"workdays": EVERY_DAY, "share": {"tue": third}}}
    cards = {"low": 3, "likely": 3, "high": 4}
    entry = {"id": "new", "cards_per_day": cards, "from": RANGES["from"]}
    found = scenarios(office=desk(**shares), new={"servers": [entry]})
    row = rows(limits_of(found.scenarios["new"], world(found)))["new"]
    # 3 times a little more than a third is a little more than 1.
    assert set(row[:, 21].tolist()) == {1}


def test_a_scenario_without_capacity_has_none() -> None:
    dead = [
        {"resource": r, "from": START, "to": day(99)} for r in ("server-1", "server-2")
    ]
    found = scenarios(dead={"office": {"outages": dead}})
    limits = limits_of(found.scenarios["dead"], world(found))
    assert not limits.server_cards.any()
    assert limits.printer_cards.any()


# Common random numbers.

BASE: dict[str, Any] = {
    "arrivals": {"per_working_day": 40, "dispersion": 2, "mix": {"routine": 1}},
    "breakdowns": {
        "server-1": {"mean_days_between": 9, "mean_days_down": 2},
        "printer-1": {"failures": 1, "days_up": 40, "repairs": 1, "days_down": 2},
    },
}


def everything(limits: Limits) -> tuple[bytes, ...]:
    return tuple(
        array.tobytes() for array in (limits.printer_cards, limits.server_cards)
    )


@pytest.mark.parametrize("before", [True, False])
def test_another_scenario_changes_no_byte_of_the_others(before: bool) -> None:
    entry = {"id": "s3", "replaces": ["server-1"]} | RANGES
    mine = {"servers": [entry]}
    other = {"servers": [{"id": "aaa"} | RANGES], "printers": [{"id": "0"} | RANGES]}
    alone = scenarios(BASE, mine=mine)
    law = {"aaa": {"mean_days_between": 2, "mean_days_down": 2}}
    more = BASE | {"breakdowns": law | BASE["breakdowns"], "baseline": "now"}
    named = [("other", other), ("mine", mine)]
    order: dict[str, Any] = dict(named if before else named[::-1])
    both = scenarios(more, **order)
    one, two = world(alone, size=200), world(both, size=200)
    assert one.arrivals.cards.tobytes() == two.arrivals.cards.tobytes()
    for name in ("now", "mine"):
        limits = [
            limits_of(s.scenarios[name], w) for s, w in ((alone, one), (both, two))
        ]
        assert everything(limits[0]) == everything(limits[1])


def test_another_resource_changes_no_byte_of_the_rest() -> None:
    more = {"servers": [{"id": "aaa"} | RANGES], "printers": [{"id": "p0"} | RANGES]}
    found = scenarios(BASE, more=more)
    block = world(found, size=200)
    few, many = (rows(limits_of(found.scenarios[n], block)) for n in ("now", "more"))
    assert set(many) - set(few) == {"aaa", "p0"}
    for name, row in few.items():
        wide = np.broadcast_to(row, (200, 28))
        assert (np.broadcast_to(many[name], (200, 28)) == wide).all()


def test_two_scenarios_share_the_draws_of_the_same_new_server() -> None:
    entry = {"id": "s3"} | RANGES
    faster = entry | {"cards_per_day": {"low": 700, "likely": 750, "high": 800}}
    found = scenarios(BASE, a={"servers": [entry]}, b={"servers": [faster]})
    block = world(found, size=200)
    a, b = (rows(limits_of(found.scenarios[n], block))["s3"] for n in "ab")
    assert (b == np.where(a > 0, a + 100, 0)).all()


def test_a_block_in_parts_is_the_block() -> None:
    entry = {"id": "s3", "replaces": ["server-1"]} | RANGES
    found = scenarios(BASE, mine={"servers": [entry]})
    whole = rows(limits_of(found.scenarios["mine"], world(found, size=300)))
    part = rows(limits_of(found.scenarios["mine"], world(found, size=20)))
    for name, row in part.items():
        assert (row == whole[name][: len(row)]).all()


def test_better_chances_never_make_a_day_worse() -> None:
    worse = {"server-1": {"mean_days_between": 5, "mean_days_down": 3}}
    better = {"server-1": {"mean_days_between": 8, "mean_days_down": 2}}
    worked = np.ones(28, dtype=np.bool_)
    low, high = (
        world(scenarios({"breakdowns": law}), size=1000).up("server-1", worked)
        for law in (worse, better)
    )
    assert low is not None
    assert high is not None
    assert (high >= low).all()
    assert (high > low).any()


def test_the_order_in_which_resources_stand_changes_nothing() -> None:
    turned = desk(
        servers=[s.model_dump(exclude_none=True) for s in desk().servers][::-1]
    )
    found, other = scenarios(BASE), scenarios(BASE, office=turned)
    assert everything(limits_of(found.scenarios["now"], world(found))) == everything(
        limits_of(other.scenarios["now"], world(other))
    )


def test_limits_are_a_copy_apart() -> None:
    """Nobody who reads the limits can change what the next one reads."""
    found = scenarios(BASE)
    limits = limits_of(found.scenarios["now"], world(found))
    with pytest.raises(ValueError, match="read-only"):
        limits.server_cards[0, 0, 0] = 5
    assert replace(limits, reserve=1).reserve == 1
