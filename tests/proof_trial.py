"""Random mixes of rules, each proven, and false claims about them: ``make proofs``.

Each mix is planned.  Its proof must be accepted by ``verify`` and by ``checker.py``,
and where every plan can be tried none may be better.  Then values that no plan reaches
and worse plans claim to be the best, with the true proof as it is, restated for them,
or with something in it changed: none may be believed.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields, is_dataclass, replace
from itertools import chain, combinations_with_replacement, product
from math import comb, prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from builders import Case as Made
from builders import certificate_dict, make_plan, write_folder
from hypothesis import HealthCheck, Phase, given, seed, settings
from opinions import nothing_is_wrong
from reference import broken_quotas, reference, slots_of
from strategies import START, mixes
from test_rules_parity import broken as broken_parity

from ektp_sched import verify
from ektp_sched.documents import Status
from ektp_sched.trust import checker
from ektp_sched.trust.checker_trees import Trees
from ektp_sched.trust.facts import read_facts
from ektp_sched.trust.findings import Findings
from ektp_sched.trust.proof.prices import read_certificate
from ektp_sched.trust.proof.trees import check_trees
from ektp_sched.trust.verify.rules import check_rules
from ektp_sched.trust.verify.tiers import values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reference import Reference, Slot
    from strategies import Case

    from ektp_sched.documents import Certificate, Plan, TreeProof

    Place = tuple[Any, ...]

_EVERY = 20_000
"""So many plans of a mix are tried one by one at most."""

_TRIES = 20
"""So often a worse plan is looked for by chance."""

_PART = 100
"""Mixes that are drawn after one seed."""


def trial(number: int, mixes_of: int, seconds: float | None = None) -> Counter[str]:
    """Try so many mixes, as far as processor time allows; count what was tried."""
    done: Counter[str] = Counter()
    random_ = random.Random(number)
    end = None if seconds is None else time.process_time() + seconds

    @seed(number)
    @settings(
        max_examples=mixes_of,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=[*HealthCheck],
    )
    @given(mixes())
    def tried(case: Case) -> None:
        if end is None or time.process_time() < end:
            try_mix(case, random_, done)

    tried()
    return done


def try_mix(case: Case, random_: random.Random, done: Counter[str]) -> None:
    """Plan a mix, and claim of its plan what is true and what is not."""
    made, own = case.plan(), Made(case.office, case.backlog, case.days, case.start)
    done["mixes"] += 1
    done[f"plans {made.status}"] += 1
    best = tuple(tier.value for tier in made.tiers) or None
    if not case.office.shifts:
        better = is_bettered(own, best)
        assert not better or made.status is not Status.OPTIMAL, best
        assert not better or made.status is not Status.INFEASIBLE
        done["mixes of which every plan was tried"] += better is not None
    if best is None:
        return
    nothing_is_wrong(made, case)
    trees = made.certificate and made.certificate.trees
    if not trees:
        return
    done["plans with trees"] += 1
    done["tiers with trees"] += len(trees.tiers)
    done["leaves"] += sum(len(tree.parts) for tree in trees.tiers)
    for what, is_refused in false_claims(made, own, random_):
        done["false claims"] += 1
        done[f"false claims: {what}"] += 1
        assert is_refused, what


# -- what is true -----------------------------------------------------------------


def is_bettered(own: Made, best: tuple[int, ...] | None) -> bool | None:
    """Return whether some plan comes below values; None where they are too many.

    Without values, whether there is any plan.
    """
    known = reference(own)
    areas = {row["application_id"]: row["area"] for row in own.rows()}
    groups: dict[Any, list[Any]] = {}
    for person in known.people:
        alike = replace(person, name="", recorded=None), areas[person.name]
        groups.setdefault(alike, []).append(person)
    slots = [known.choices(people[0]) for people in groups.values()]
    ways = [
        comb(len(may) + len(people) - 1, len(people)) if may else 0
        for may, people in zip(slots, groups.values(), strict=True)
    ]
    if prod(ways) > _EVERY:
        return None
    cost = [
        {
            slot: [known.cost(tier, people[0], known.day(slot)) for tier in known.tiers]
            for slot in may
        }
        for may, people in zip(slots, groups.values(), strict=True)
    ]
    names = [person.name for people in groups.values() for person in people]
    for chosen in product(
        *(
            combinations_with_replacement(may, len(people))
            for may, people in zip(slots, groups.values(), strict=True)
        )
    ):
        paid = [
            of_slot[slot]
            for of_slot, taken in zip(cost, chosen, strict=True)
            for slot in taken
        ]
        if best is None or tuple(map(sum, zip(*paid, strict=True))) < best:
            plan = dict(zip(names, chain.from_iterable(chosen), strict=True))
            if keeps(own, known, plan):
                return True
    return False


def keeps(own: Made, known: Reference, slots: Mapping[str, Slot]) -> bool:
    """Return whether a plan keeps every rule."""
    if known.broken(slots):
        return False
    days = {name: slot and slot[0] for name, slot in slots.items()}
    if own.office.quotas and broken_quotas(own, days):
        return False
    choice = [slots[row["application_id"]] for row in own.rows()]
    return not own.office.parity or not broken_parity(own, choice)


# -- what is not ------------------------------------------------------------------


def false_claims(
    made: Plan, own: Made, random_: random.Random
) -> Iterator[tuple[str, bool]]:
    """Yield false claims, and whether both ``verify`` and ``checker.py`` refuse them.

    A true proof with a change in it may still prove the best plan; what is claimed
    with changes is that a worse one is.
    """
    assert made.certificate is not None
    assert made.certificate.trees is not None
    trees = made.certificate.trees
    at = random_.randrange(len(trees.tiers))
    yield "a value less one step", _is_refused(_less_one_step(made, at), own)
    worse = _worse(made, own, random_)
    if worse is None:
        return
    with TemporaryDirectory() as root:
        told = _Told(worse, made.certificate, own, Path(root))
        said = [tier.value for tier in worse.tiers]
        for what, forged in _forged(trees, said, random_):
            yield what, told.is_refused(forged)


def _forged(
    trees: TreeProof, said: Sequence[int], random_: random.Random
) -> Iterator[tuple[str, TreeProof]]:
    """Yield proofs for values that are not the least."""
    yield "a worse plan with the proof of the better", trees
    tiers = [
        replace(tree, value=value)
        for tree, value in zip(trees.tiers, said, strict=False)
    ]
    restated = replace(trees, tiers=tuple(tiers))
    yield "a worse plan with that proof restated", restated
    long = [n for n, tree in enumerate(tiers) if tree.parts]
    if long:
        which = random_.choice(long)
        parts = [*tiers[which].parts]
        del parts[random_.randrange(len(parts))]
        tiers[which] = replace(tiers[which], parts=tuple(parts))
        yield "a leaf left out", replace(restated, tiers=tuple(tiers))
    places: dict[str, list[Place]] = {}
    for path in numbers(restated):
        if path[-1] != "value":
            name = next(each for each in reversed(path) if isinstance(each, str))
            places.setdefault(_WORDS.get(name, "a row"), []).append(path)
    for what in sorted(places):
        path, by = random_.choice(places[what]), random_.choice((-1, 1, 2, 7, 1000))
        yield f"{what} changed", changed(restated, path, by)


_WORDS = {
    "path": "a step of a leaf",
    "times": "a price of a step",
    "rows": "a price of a row",
    "tiers": "a multiple of a tier",
    "step": "a tier's step",
    "scale": "a tier's scale",
    "line": "a line of a hull",
    "kinds": "what is counted",
    "counted": "what is counted",
}


def _less_one_step(made: Plan, at: int) -> Plan:
    """Return a plan that says of a tier that it comes to one step less."""
    assert made.certificate is not None
    assert made.certificate.trees is not None
    trees, tiers = [*made.certificate.trees.tiers], [*made.tiers]
    trees[at] = replace(trees[at], value=trees[at].value - trees[at].step)
    tiers[at] = replace(tiers[at], value=trees[at].value, bound=trees[at].value)
    proof = replace(made.certificate.trees, tiers=tuple(trees))
    certificate = replace(made.certificate, trees=proof)
    return replace(made, tiers=tuple(tiers), certificate=certificate)


def _is_refused(plan: Plan, own: Made) -> bool:
    with TemporaryDirectory() as root:
        folder = checker.Folder(write_folder(plan, own, Path(root)))
        folder.run()
    return bool(folder.wrong) and verify(plan, own.backlog, own.office) != []


def _worse(made: Plan, own: Made, random_: random.Random) -> Plan | None:
    """Return a worse plan that keeps the rules: one card is printed later, or never."""
    known, slots = reference(own), slots_of(made)
    best = [tier.value for tier in made.tiers]
    for _ in range(_TRIES):
        person = random_.choice(known.people)
        slot = random_.choice(known.choices(person))
        others = {**slots, person.name: slot}
        if keeps(own, known, others) and [*known.values(others)] > best:
            names = own.backlog.frame["application_id"]
            return make_plan(own, [others[name] for name in names])
    return None


class _Told:
    """A plan that claims to be the best, read once by each of those who doubt."""

    def __init__(
        self, plan: Plan, certificate: Certificate, own: Made, root: Path
    ) -> None:
        self.certificate = certificate
        self.plan = replace(
            plan,
            status=Status.OPTIMAL,
            certificate=certificate,
            tiers=tuple(replace(t, bound=t.value, proven=True) for t in plan.tiers),
        )
        self.facts, findings = (
            read_facts(plan, own.backlog, own.office),
            Findings(START),
        )
        check_rules(self.facts, findings)
        assert findings.violations == []
        self.values = values(self.facts)
        self.folder = checker.Folder(write_folder(self.plan, own, root))
        self.folder.run()
        assert "proof" in {code for code, _ in self.folder.wrong}

    def is_refused(self, trees: TreeProof) -> bool:
        """Return whether both find that some trees prove nothing of the plan."""
        findings = Findings(self.plan.start)
        stated = replace(self.certificate, trees=trees)
        read = read_certificate(stated, self.facts, findings)
        if read is not None:
            check_trees(self.facts, self.plan, read, self.values, findings)
        try:
            document = certificate_dict(stated)["trees"]
            trouble = Trees(self.folder, document).trouble()
        except (LookupError, TypeError, ValueError):
            trouble = "trees"
        return bool(findings.violations) and bool(trouble)


def numbers(part: Any, path: Place = ()) -> Iterator[Place]:
    """Yield where in a document a whole number stands."""
    if isinstance(part, bool):
        return
    if isinstance(part, int):
        yield path
    elif isinstance(part, tuple):
        for at, each in enumerate(part):
            yield from numbers(each, (*path, at))
    elif is_dataclass(part):
        for each in fields(part):
            yield from numbers(getattr(part, each.name), (*path, each.name))


def changed(part: Any, path: Place, by: int) -> Any:
    """Return a document with one number changed."""
    if not path:
        return part + by
    if isinstance(part, tuple):
        at = path[0]
        return (*part[:at], changed(part[at], path[1:], by), *part[at + 1 :])
    return replace(part, **{path[0]: changed(getattr(part, path[0]), path[1:], by)})


def main() -> None:
    """Try many mixes on all processors, and print what was tried."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mixes", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="of the first part")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    given_ = parser.parse_args()
    parts = -(-given_.mixes // _PART)
    done: Counter[str] = Counter()
    with ProcessPoolExecutor(given_.workers) as pool:
        numbers_of = range(given_.seed, given_.seed + parts)
        sizes = [_PART] * (parts - 1) + [given_.mixes - _PART * (parts - 1)]
        for number, part in enumerate(pool.map(trial, numbers_of, sizes), 1):
            done += part
            print(f"{number} of {parts} parts: {done['mixes']} mixes", flush=True)
    for what, count in sorted(done.items()):
        print(f"{count:8,} {what}")


if __name__ == "__main__":
    main()
