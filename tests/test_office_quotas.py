"""Quotas: kept and broken, with the sentence that each mistake gives."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from strategies import START, desk, make_backlog, person

from ektp_sched.errors import OfficeError
from ektp_sched.office import Office
from ektp_sched.office.office import parse_office
from ektp_sched.planning import plan

if TYPE_CHECKING:
    from ektp_sched.rules.quotas import Quota

QUOTA: dict[str, Any] = {"area": "Alak", "per": "day", "at_least": 50}
DATA = desk(
    urgency={"urgent": {"target_days": 14}, "routine": {"target_days": 30}}
    | {"routine": {"target_days": 30, "default": True}},
    cards={"KTP-el": {"default": True}, "KIA": {}},
)


def quota(**changes: Any) -> Quota:
    (found,) = parse_office(DATA | {"quotas": [QUOTA | changes]}).quotas
    return found


def problems(*quotas: Any, **tables: Any) -> tuple[str, ...]:
    with pytest.raises(OfficeError) as caught:
        parse_office(DATA | {"quotas": list(quotas)} | tables)
    assert all("\n" not in problem for problem in caught.value.problems)
    return caught.value.problems


def test_a_name_and_a_list_of_one_are_the_same() -> None:
    assert quota(urgency="urgent").urgency == ("urgent",)
    assert quota(urgency="urgent") == quota(urgency=["urgent"])
    assert quota(card=["KIA", "KTP-el"]).card == ("KIA", "KTP-el")


def test_what_is_left_out() -> None:
    found = quota()
    assert (found.id, found.urgency, found.card) == (None, None, None)
    assert (found.at_most, found.at_most_share, found.at_least_share) == (None,) * 3
    assert parse_office(DATA).quotas == ()


def test_limits_may_meet_and_take_the_whole_range() -> None:
    found = quota(at_most=50, at_least_share=0, at_most_share=Decimal("0.50"))
    assert (found.at_least, found.at_most) == (50, 50)
    assert str(found.at_most_share) == "0.5"
    assert quota(at_least_share=1, at_most_share=1, per="plan").per == "plan"


@pytest.mark.parametrize(
    ("per", "printed", "left"),
    [("week", 3, [2, 5]), ("plan", 9, [0, 5]), ("day", 3, [5, 5])],
)
def test_cards_of_before_count_in_the_stretch_that_they_are_in(
    per: str, printed: int, left: list[int]
) -> None:
    before = quota(per=per).after(printed)
    assert before.amounts(5, np.array([0, 6])).tolist() == left
    assert quota(per=per).amounts(5, np.array([0, 6])).tolist() == [5, 5]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"per": "weekly"}, '.per: unknown period "weekly"'),
        ({"per": 7}, ".per: is 7"),
        ({"at_least": -1}, ".at_least: is -1"),
        ({"at_most": 10**9 + 1}, ".at_most: is 1000000001"),
        ({"at_most": Decimal("50.5")}, ".at_most: is 50.5"),
        ({"at_most_share": Decimal("1.1")}, ".at_most_share: is 1.1"),
        ({"at_least_share": Decimal("-0.1")}, ".at_least_share: is -0.1"),
        ({"urgency": "urgnt"}, '.urgency[1]: unknown urgency class "urgnt"'),
        ({"card": ["KIA", "KTP"]}, '.card[2]: unknown card type "KTP"'),
        ({"area": []}, ".area: is empty"),
        ({"card": 5}, ".card: is 5"),
        ({"at_most": 49}, ".at_least: 50 is above at_most = 49"),
        (
            {"at_most_share": Decimal("0.1"), "at_least_share": Decimal("0.2")},
            ".at_least_share: 0.2 is above at_most_share = 0.1",
        ),
        ({"id": "a/b"}, '.id: "a/b" is no id'),
        ({"least": 1}, '.least: unknown key "least"'),
        ({"area": None}, ": selects no cards"),
        ({"at_least": None}, ": limits nothing"),
    ],
    ids=str,
)
def test_mistakes(changes: dict[str, Any], sentence: str) -> None:
    (problem,) = problems(QUOTA | changes)
    assert problem.startswith(f"quotas[1]{sentence}")
    assert "; " in problem  # and then what would be right


def test_areas_are_those_of_the_list_where_there_is_one() -> None:
    areas: dict[str, list[str]] = {"Alak": ["Kec. Alak"], "Maulafa": []}
    assert parse_office(DATA | {"areas": areas, "quotas": [QUOTA]}).quotas
    assert problems(QUOTA | {"area": ["Kec. Alak", "Maulfa"]}, areas=areas) == (
        'quotas[1].area[1]: "Kec. Alak" is a spelling of "Alak"; write "Alak"',
        'quotas[1].area[2]: unknown area "Maulfa"; the nearest known one is "Maulafa"',
    )


def test_cards_need_card_types() -> None:
    assert problems(QUOTA | {"card": "KIA"}, cards={}) == (
        'quotas[1].card[1]: unknown card type "KIA"; none is defined',
    )


def test_ids_stand_once_and_a_shift_may_have_the_same() -> None:
    shifts = [{"id": "alak", "days": ["sat"]}]
    one, two = QUOTA | {"id": "alak"}, QUOTA | {"id": "Alak"}
    assert parse_office(DATA | {"quotas": [one, QUOTA, QUOTA], "shifts": shifts})
    assert problems(one, QUOTA, two) == (
        'quotas[3].id: "Alak" is already the id of quotas[1]; give each quota an id '
        "of its own",
    )


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = problems(
        {"urgency": "x", "at_least": -1},
        5,
        {"per": "day"},
    )
    assert [p.split(": ")[0] for p in found][:3] == [
        "quotas[1].per",
        "quotas[1].at_least",
        "quotas[2]",
    ]
    found = problems({"urgency": "x", "at_least": -1}, {"per": "day"})
    assert [p.split(": ")[0] for p in found] == [
        "quotas[1].per",
        "quotas[1].at_least",
        "quotas[1].urgency[1]",
        "quotas[2]",
        "quotas[2]",
    ]


def test_quotas_are_planned_without_a_remark() -> None:
    quotas = [QUOTA | {"at_least": 1, "at_most": 1}]
    office = Office.model_validate(DATA | {"quotas": quotas})
    assert office.warnings() == ()
    made = plan(make_backlog([person("a")]), office, start=START, days=3)
    assert made.engine == "milp"
    assert made.unprinted.is_empty()
