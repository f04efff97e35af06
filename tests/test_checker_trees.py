"""checker_trees.py: what it adds up is never above a plan that keeps the rules."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

from builders import planned, write_folder
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import (
    FEW,
    Case,
    consumable_cases,
    crossing_cases,
    mixed_cases,
    quota_cases,
    quota_shift_cases,
)
from test_rules_parity import parity_cases, shift_cases

from ektp_sched.trust import checker
from ektp_sched.trust.checker_trees import Trees, divided, place_of

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    import pytest

DRAWN = st.one_of(
    quota_cases(),
    consumable_cases(),
    crossing_cases(),
    mixed_cases(),
    quota_shift_cases(),
    shift_cases(),
    parity_cases().map(lambda drawn: drawn[0]),
)


def checked(case: Any, path: Path) -> tuple[checker.Folder, dict[str, Any]]:
    """Return the folder of a plan that trees prove, and its trees."""
    plan = planned(case)
    assume(plan.certificate is not None and plan.certificate.trees is not None)
    folder = checker.Folder(write_folder(plan, case, path))
    folder.run()
    document = json.loads((path / "certificate.json").read_text(encoding="utf-8"))
    return folder, document["trees"]


@FEW
@given(case=DRAWN)
def test_it_accepts_what_the_program_proves(
    case: Case, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, _ = checked(case, tmp_path_factory.mktemp("out") / "plan")
    assert folder.wrong == []
    assert folder.whole


def limit(place: str, days: range, **more: Any) -> dict[str, Any]:
    row = {"of": "limit", "place": place, "key": "", "part": "", "line": None}
    return row | {"first": days[0], "last": days[-1]} | more


def stretch(days: int, random: Random) -> dict[str, int]:
    first = random.randrange(days)
    return {"first": first, "last": random.randrange(first, days)}


def stated(folder: checker.Folder, given: Any, random: Random) -> dict[str, Any]:
    """Return all rows there are, with lines that hold, and much that is counted."""
    trees, days = Trees(folder, given), folder.days
    rows = [
        limit(place, range(0 if own.so_far else d, d + 1))
        for place, own in trees.limits.items()
        for d in range(days)
    ]
    groups = set()
    for amount in trees.amounts:
        place, part = place_of(amount)
        for line in (None, *([random.randint(-4, 4) for _ in "xyb"] for _ in range(5))):
            names = {"key": amount.key, "part": part, "line": line}
            rows.append(limit(place, amount.days, **names))
        for mark in amount.who:
            kinds = sorted(k for k, c in trees.example.items() if mark in c.marks)
            groups.add((*kinds,))
    counted = [
        {"of": "left", "kinds": [*kinds], "last": d}
        for kinds in sorted(groups)
        for d in range(days)
    ]
    left = range(len(counted))
    rows += [{"of": "left", "left": n} for n in left]
    rows += [{"of": "order", "left": n, "later": m} for n in left for m in left]
    rows += [{"of": "printed", "printing": len(counted) + d} for d in range(days)]
    counted += [{"of": "printing", "last": d} for d in range(days)]
    uses = range(len(trees.uses))
    for _ in range(3 * bool(uses)):
        used = random.sample(uses, random.randint(1, min(4, len(uses))))
        counted.append({"of": "used", "uses": used})
    for weights, most in (divided(*rule) for rule in folder.rules_on(trees.uses)):
        rows.append({"of": "use", "weights": [*weights], "most": most})
    every = range(len(trees.kinds))
    for _ in range(9):
        kinds = sorted(random.sample(every, random.randint(1, len(every))))
        printers = random.choice([None, [random.choice([*folder.printers])]])
        cards: dict[str, Any] = {"of": "cards", "kinds": kinds, "printers": printers}
        counted.append(cards | stretch(days, random))
    for blanks in folder.lots:
        card = {"card": blanks.removeprefix("blanks ")} | stretch(days, random)
        rows.append({"of": "blanks"} | card)
        rows += [{"of": "own", "urgency": name} | card for name in folder.classes]
    tried = {"kinds": trees.kinds, "uses": given["uses"], "counted": counted}
    tried |= {"facts": [], "tiers": []}

    def holds(row: dict[str, Any]) -> bool:
        try:
            Trees(folder, tried | {"rows": [row]})
        except ValueError:
            return False
        return True

    return tried | {"rows": [row for row in rows if holds(row)]}


def counts(folder: checker.Folder, trees: Trees) -> list[int]:
    """Count in the plan what is counted, from its tables alone."""
    kinds = {
        row["application_id"]: trees.kinds.index(trees.kind(row))
        for row in folder.rows("applications.csv")
    }
    slots = {
        row["application_id"]: (date.fromisoformat(row["day"]), row["printer"])
        for row in folder.rows("plan.csv")
    }
    worked = {
        (
            (on - folder.start).days,
            (*sorted(n for day, n in folder.worked if day == on),),
        )
        for on, _ in folder.worked
    }
    printed = {(on - folder.start).days for on, _ in slots.values()}
    numbers = []
    for what in trees.counted:
        if what["of"] == "printing":
            numbers.append(int(what["last"] in printed))
            continue
        if what["of"] == "used":
            numbers.append(sum(trees.uses[use] in worked for use in what["uses"]))
            continue
        number = Counter[bool]()
        for name, (c, _) in folder.people.items():
            on, printer = slots.get(name, (date.max, ""))
            d, last = (on - folder.start).days, what["last"]
            if kinds[name] in what["kinds"] and what["of"] == "cards":
                inside = what["first"] <= d <= last
                number[inside and printer in (what["printers"] or [printer])] += 1
            elif kinds[name] in what["kinds"] and c.able:
                number[max(c.ready, c.pin or 0) <= last < d] += 1
        full = number[True]
        numbers.append(full if what["of"] == "cards" else min(full, 1))
    return numbers


@FEW
@given(case=DRAWN, random=st.randoms(use_true_random=False))
def test_no_prices_exclude_a_plan_that_keeps_the_rules(
    case: Case, random: Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Where the plan takes every step, the bound is at most what it comes to."""
    folder, given = checked(case, tmp_path_factory.mktemp("out") / "plan")
    trees = Trees(folder, stated(folder, given, random))
    numbers = counts(folder, trees)
    values = [value for _, value, _ in trees.tiers]
    for _ in range(40):
        tiers = [random.choice([0, 1, 3]) for _ in trees.tiers]
        path = []
        for _ in range(random.randrange(4)):
            at = random.randrange(len(numbers))
            if random.random() < 0.5 or not numbers[at]:
                path.append([at, numbers[at], False])
            else:
                path.append([at, random.randrange(numbers[at]), True])
        chosen = random.sample(range(len(trees.rows)), min(len(trees.rows), 6))
        part = {
            "path": path,
            "times": [random.randint(0, 3) for _ in path],
            "tiers": tiers,
            "rows": [[at, random.randint(1, 5)] for at in chosen],
        }
        reached = sum(n * value for n, value in zip(tiers, values, strict=True))
        assert trees.bound(part, len(tiers) - 1) <= reached
