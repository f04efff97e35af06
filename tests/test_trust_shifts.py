"""Trust and shifts: every plan made passes, every other choice is seen through."""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest
from builders import as_fake, certificate_dict, write_folder
from damages import base
from hypothesis import given
from hypothesis import strategies as st
from opinions import nothing_is_wrong
from strategies import FEW, HALF, Case, desk, person, shift_cases
from test_planning_shifts import truth

from ektp_sched.documents import Prices
from ektp_sched.planning import Status
from ektp_sched.rules.tiers import DECISION_TIERS
from ektp_sched.trust import (
    check_certificate,
    checker,
    checker_choice,
    proves_choice,
    verify,
)
from ektp_sched.trust.facts import read_facts
from ektp_sched.trust.proof.bounds import Bounds
from ektp_sched.trust.proof.choice import Cut
from ektp_sched.trust.proof.prices import limit_prices
from ektp_sched.trust.verify.shifts import ShiftRules
from ektp_sched.trust.verify.tiers import demanded, priced

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from builders import FakePlan

    Document = dict[str, Any]


def test_a_broken_rule_is_named_by_its_place_counted_from_one() -> None:
    shift = {"id": "sat", "days": ["sat"], "share": 1}
    document = desk(1, calendar={"workdays": ["mon", "tue"]}, shifts=[shift])
    case = Case(document, tuple(person(f"a{n}", 9) for n in range(8)), days=14)
    plan = case.plan()
    assert len(plan.shifts) == 2
    strict = case.with_document(shifts=[shift | {"max_uses": 1}]).office
    said = [violation.message for violation in verify(plan, case.backlog, strict)]
    assert any("shifts[1].max_uses" in sentence for sentence in said)


def split(proof: Document, tier: int) -> list[Document]:
    """Make two leaves of the only one: at most one of the uses is taken, or more."""
    (leaf,) = proof["leaves"][tier]
    steps = [[[0, 1], 0, above] for above in (False, True)]
    proof["leaves"][tier] = [leaf | {"path": [step], "times": [0]} for step in steps]
    found: list[Document] = proof["leaves"][tier]
    return found


def _price(proof: Document, change: int) -> None:
    proof["cuts"][1]["printers"]["p1"][1] += change


def _drop_use(proof: Document) -> None:
    for line in (proof["uses"], *(cut["slope"] for cut in proof["cuts"])):
        del line[0]
    for _, weights, _ in proof["rows"]:
        del weights[0]


def _first(proof: Document, tier: int, kind: str) -> list[Any]:
    pair: list[Any] = proof["leaves"][tier][0][kind][0]
    return pair


PRESSURE, COST = 4, 5
TAMPERINGS: dict[str, tuple[str, Callable[[Document], object]]] = {
    "a price too high": ("cuts", lambda p: _price(p, 1000)),
    "a price below 0": ("cuts", lambda p: _price(p, -2)),
    "a bound too high": ("cuts", lambda p: p["cuts"][1].update(constant=11)),
    "a slope too low": ("cuts", lambda p: p["cuts"][2]["slope"].__setitem__(0, 0)),
    "another weight": ("cuts", lambda p: p["cuts"][2]["weights"].__setitem__(1, 9)),
    "a last weight": ("cuts", lambda p: p["cuts"][1]["weights"].__setitem__(1, 2)),
    "a tier beyond": ("cuts", lambda p: p["cuts"][1].update(tier=9, weights=[1] * 10)),
    "a rule too strict": ("rows", lambda p: p["rows"][0].__setitem__(2, 6)),
    "a rule too heavy": ("rows", lambda p: p["rows"][1][1].__setitem__(2, 1)),
    "a cost too low": ("rows", lambda p: p["rows"][3].__setitem__(2, 6)),
    "a use left out": ("uses", _drop_use),
    "a use twice": ("uses", lambda p: p["uses"].__setitem__(1, p["uses"][0])),
    "a use not allowed": ("uses", lambda p: p["uses"][0].__setitem__(0, 2)),
    "a use of nothing": ("uses", lambda p: p["uses"][0][1].clear()),
    "a tier left out": ("leaves", lambda p: p["leaves"].pop()),
    "no leaf": ("leaves", lambda p: p["leaves"][PRESSURE].clear()),
    "an omitted leaf": ("leaves", lambda p: split(p, PRESSURE).pop()),
    "a leaf twice": (
        "leaves",
        lambda p: (some := split(p, PRESSURE)).__setitem__(0, some[1]),
    ),
    "a wrong step": (
        "leaves",
        lambda p: split(p, PRESSURE)[0]["path"][0].__setitem__(1, 1),
    ),
    "a step that helps too much": (
        "leaves",
        lambda p: split(p, PRESSURE)[1]["times"].__setitem__(0, 1 << 60),
    ),
    "a lowered multiple": (
        "leaves",
        lambda p: _first(p, PRESSURE, "cuts").__setitem__(1, 1),
    ),
    "a raised multiple": (
        "leaves",
        lambda p: _first(p, PRESSURE, "rows").__setitem__(1, 1 << 60),
    ),
    "a later cut": ("leaves", lambda p: _first(p, 1, "cuts").__setitem__(0, 2)),
    "a later row": ("leaves", lambda p: _first(p, PRESSURE, "rows").__setitem__(0, 4)),
    "a multiple below 0": (
        "form",
        lambda p: _first(p, PRESSURE, "rows").__setitem__(1, -1),
    ),
    "a fraction": ("form", lambda p: _first(p, COST, "rows").__setitem__(1, 0.5)),
    "no number": ("form", lambda p: p["cuts"][1].update(constant=float("nan"))),
    "a cut that is not there": (
        "form",
        lambda p: _first(p, COST, "cuts").__setitem__(0, 7),
    ),
    "a short line": ("form", lambda p: p["cuts"][1]["slope"].pop()),
    "a missing list": ("form", lambda p: p.pop("rows")),
    "another printer": ("form", lambda p: p["cuts"][1]["printers"].update(p9=[0] * 8)),
}


def tampered(change: Callable[[Document], object]) -> tuple[Any, FakePlan]:
    case, plan = base("shifts")
    proof = deepcopy(certificate_dict(plan.certificate))
    change(proof["decisions"])
    return case, replace(plan, certificate=proof)


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_proof_that_was_tampered_with_is_found(name: str, tmp_path: Path) -> None:
    code, change = TAMPERINGS[name]
    case, plan = tampered(change)
    found = verify(plan, case.backlog, case.office)
    assert [violation.code for violation in found] == [f"choice-{code}"]
    assert check_certificate(plan, case.backlog, case.office) == found
    check = checker.Folder(write_folder(plan, case, tmp_path))
    check.run()
    assert {wrong for wrong, _ in check.wrong} == {"proof", "claim"}


def test_a_proof_in_more_leaves_passes() -> None:
    case, plan = tampered(lambda proof: split(proof, PRESSURE))
    assert nothing_is_wrong(plan, case).chosen is True


def test_without_proof_the_choice_is_the_solvers_word(tmp_path: Path) -> None:
    case, plan = base("shifts")
    assert plan.certificate is not None
    plan = replace(plan, certificate=replace(plan.certificate, decisions=None))
    assert verify(plan, case.backlog, case.office) == []
    assert not proves_choice(plan.certificate)
    check = checker.Folder(write_folder(plan, case, tmp_path))
    check.run()
    assert (check.wrong, check.whole, check.chosen) == ([], True, False)


SHAKEN = ("constant", "slope", "printers", "servers", "reserve", "stock", "times")


def shaken(part: Any, rng: random.Random) -> Any:
    """Change some numbers of a proof at random, but none that names something."""
    if isinstance(part, dict):
        return {
            key: _jolted(each, rng)
            if key in SHAKEN
            else [[n, _jolted(times, rng)] for n, times in each]
            if key in ("cuts", "rows")
            else shaken(each, rng)
            for key, each in part.items()
        }
    return [shaken(each, rng) for each in part] if isinstance(part, list) else part


def _jolted(part: Any, rng: random.Random) -> Any:
    if isinstance(part, dict):
        return {key: _jolted(each, rng) for key, each in part.items()}
    if isinstance(part, list):
        return [_jolted(each, rng) for each in part]
    if part is None or rng.random() < 0.8:
        return part
    return max(0, part + rng.choice((-1, 1, part, -part // 2)))


@HALF
@given(case=shift_cases(), seed=st.integers(0, 10**6))
def test_no_proof_convinces_of_a_worse_choice(case: Case, seed: int) -> None:
    best = case.plan()
    if best.status is Status.INFEASIBLE or not best.shifts:
        return
    closed = case.with_document(shifts=[], plan=without_own(case.document["plan"]))
    other = closed.plan()
    values = [worse_value(other, tier) for tier in best.tiers]
    if other.status is Status.INFEASIBLE or values <= [t.value for t in best.tiers]:
        return
    tiers = [
        replace(tier, value=value, bound=value)
        for tier, value in zip(best.tiers, values, strict=True)
    ]
    rng = random.Random(seed)
    flows = certificate_dict(other.certificate)
    by_name = {(t["name"], t["rank"]): t for t in flows["tiers"]}
    order = [(t.name, t.rank) for t in tiers if (t.name, t.rank) in by_name]
    proof = certificate_dict(best.certificate)["decisions"]
    for row in proof["rows"]:
        row[2] = 0 if row[0] in ("cost_idr", "shifts") else row[2]
    some_proofs = [proof]
    for _ in range(5):
        parts = {key: shaken(proof[key], rng) for key in ("cuts", "leaves")}
        some_proofs.append(proof | parts)
    for some in some_proofs:
        certificate = flows | {
            "tiers": [by_name[key] for key in order],
            "decisions": some,
        }
        plan = as_fake(other, tiers=tuple(tiers), certificate=certificate)
        codes = [v.code for v in verify(plan, case.backlog, case.office)]
        assert any(code.startswith(("choice-", "certificate-")) for code in codes)


def without_own(rules: Document) -> Document:
    names = rules.get("tiers", ["unprinted", "overdue", "promise", "pressure"])
    kept = [name for name in names if name not in ("cost_idr", "shifts")]
    return rules | {"tiers": kept}


def worse_value(other: Any, tier: Any) -> int:
    same = [t for t in other.tiers if (t.name, t.rank) == (tier.name, tier.rank)]
    return same[0].value if same else 0


@FEW
@given(case=shift_cases(), seed=st.integers(0, 10**6))
def test_any_prices_bound_every_choice(
    case: Case, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng = random.Random(seed)
    plan = case.plan()
    facts = read_facts(plan, case.backlog, case.office)
    tiers = priced(facts)
    limits = facts.limits

    def line() -> tuple[int, ...]:
        return tuple(rng.choice((0, 0, 1, 3, 40)) for _ in range(case.days))

    source: dict[str, Any] = {
        "printers": {name: line() for name in limits.printers},
        "servers": {name: line() for name in limits.servers},
        "reserve": None if limits.total is None else line(),
        "stock": {name: line() for name in limits.supply},
    }
    weights = tuple(rng.choice((0, 1, 2, 100)) for _ in tiers)
    cut = Cut(len(tiers) - 1, weights, 0, (), limit_prices(Prices(**source), facts))
    by_day: dict[int, list[str]] = {}
    for name, on in ShiftRules(case.office, case.start, case.days).may_be_worked():
        by_day.setdefault(on, []).append(name)
    uses = [
        (on, some)
        for on, names in by_day.items()
        for size in range(1, len(names) + 1)
        for some in combinations(names, size)
    ]
    bounds = Bounds(facts, tiers, by_day)
    constant, (slope,) = bounds.constant(cut), bounds.slopes(uses, [cut])
    names = [tier.name for tier in demanded(facts)]
    for used, values in truth(case).items():
        if values is None:
            continue
        flows = [
            v for n, v in zip(names, values, strict=True) if n not in DECISION_TIERS
        ]
        real = sum(
            weight * (v - tier.constant(facts))
            for weight, v, tier in zip(weights, flows, tiers, strict=True)
        )
        worked = {(o.day, o.shift) for o in used}
        there = {on: tuple(sorted(s for d, s in worked if d == on)) for on, _ in worked}
        less = sum(slope[uses.index(pair)] for pair in there.items())
        assert constant - less <= real
    if plan.status is not Status.INFEASIBLE:
        folder = write_folder(plan, case, tmp_path_factory.mktemp("out"))
        assert checked(folder, tiers, weights, source) == constant


def checked(folder: Path, tiers: Any, weights: tuple[int, ...], prices: Any) -> int:
    """Return the constant that checker.py finds."""
    check = checker.Folder(folder)
    check.run()
    flows = [t for t, _, _ in check.values if t[0] not in DECISION_TIERS]
    assert len(flows) == len(tiers)
    cut = {"weights": list(weights), **prices}
    given = {"uses": [], "rows": [], "cuts": [cut], "leaves": []}
    return checker_choice.Choice(check, given).bounds(flows)[0]
