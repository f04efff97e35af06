"""The verb itself: progress, interruption, and the same answer everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from cli_server import LONGEST
from reference import digest
from strategies import Case, desk, person

from ektp_sched.backlog import from_frame
from ektp_sched.planning import Status
from ektp_sched.planning.network import engine as network
from ektp_sched.planning.network import flow
from ektp_sched.trust import verify

STAGES = ["cohorts", "program", "solve", "assign", "prices"]
_HERE = Path(__file__).parent
_PATHS = os.pathsep.join((str(_HERE), str(_HERE.parent)))


def a_case() -> Case:
    return Case(desk(1), (person("a", 9), person("b", 3, due_on=0)), days=3)


def test_progress_names_the_stages_in_order() -> None:
    seen: list[tuple[str, float]] = []
    a_case().plan(progress=lambda stage, share: seen.append((stage, share)))
    names = [stage for stage, _ in seen]
    assert [name for name in names if name in STAGES] == STAGES
    shares = [share for _, share in seen]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)


def test_seconds_are_stated_by_stage() -> None:
    plan = a_case().plan()
    assert list(plan.seconds) == STAGES
    assert all(seconds >= 0 for seconds in plan.seconds.values())


@pytest.mark.parametrize("stage", STAGES)
def test_an_interruption_in_any_stage_passes_through(stage: str) -> None:
    def interrupt(name: str, _: float) -> None:
        if name == stage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        a_case().plan(progress=interrupt)


def test_an_interruption_inside_an_engine_passes_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(network, "by_index", lambda *_: None)
    monkeypatch.setattr(flow, "_direct", interrupted)
    with pytest.raises(KeyboardInterrupt):
        a_case().plan()


def test_planning_does_not_change_what_it_is_given() -> None:
    case = a_case()
    frame, document = case.backlog.frame.clone(), case.office.model_dump()
    case.plan()
    assert case.backlog.frame.equals(frame)
    assert case.office.model_dump() == document


def test_a_plan_knows_what_was_planned() -> None:
    case = a_case()
    plan = case.plan()
    assert plan.office is case.office
    assert plan.backlog is case.backlog
    assert (plan.start, plan.days) == (case.start, 3)


def test_a_backlog_read_from_a_frame_plans_the_same() -> None:
    case = a_case()
    read = from_frame(
        case.backlog.frame.select("application_id", "waiting_since", "due_on"),
        case.office,
    )
    other = Case(case.document, (), case.start, case.days)
    object.__setattr__(other, "backlog", read)
    assert other.plan().assignments.equals(case.plan().assignments)


def test_holidays_in_the_horizon_are_listed() -> None:
    document = desk()
    document["calendar"]["country"] = "ID"
    plan = Case(document, (person("a"),), days=10).plan()
    assert [day.isoformat() for day in plan.holidays] == ["2017-09-21"]


def test_a_case_of_every_rule_is_optimal() -> None:
    plan = every_rule(300).plan()
    assert plan.status is Status.OPTIMAL


def every_rule(count: int) -> Case:
    """Return one office with every network rule and a backlog with all fields."""
    areas = ("Alak", "Maulafa", "Oebobo")
    classes = {
        "emergency": {"target_days": 3, "rank": 0},
        "urgent": {"target_days": 14},
        "routine": {"target_days": 30, "default": True},
    }
    document = desk(
        calendar={"country": "ID", "share": {"fri": Decimal("0.8")}},
        urgency=classes,
        cards={
            "KTP-el": {
                "default": True,
                "stock": count // 2,
                "deliveries": [{"on": date(2017, 9, 20), "cards": count}],
            }
        },
        servers=[{"id": "s", "cards_per_day": 13}, {"id": "t", "cards_per_day": 9}],
        printers=[
            {"id": "p", "cards_per_day": 7},
            {"id": "q", "cards_per_day": 7},
            {"id": "r", "cards_per_day": 9, "areas": areas[:2], "servers": ["t"]},
        ],
        outages=[{"resource": "t", "from": date(2017, 9, 14), "to": date(2017, 9, 15)}],
        reserve={"cards_per_day": 2},
        plan={"batch_size": 4},
        area_rank={"Alak": 1},
    )
    rows = tuple(
        person(
            f"n{(number * 37) % count:04}",
            (number * 7) % 40,
            urgency=("emergency", "urgent", "routine", "routine")[number % 4],
            card="KTP-el",
            area=areas[number % 3],
            due_on=number % 20 if number % 9 == 0 else None,
            promised_on=number % 15 if number % 5 == 0 else None,
            pinned_on=3 if number in (5, 50) else None,
            ready_on=number % 6 if number % 11 == 0 else -((number * 7) % 40),
        )
        for number in range(count)
    )
    return Case(document, rows, days=25)


_SCRIPT = """
import hashlib, os, sys
cores = int(sys.argv[1])
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
from reference import digest
from test_planning_solve import every_rule
from ektp_sched.planning.network import flow
found = [digest(every_rule(300).plan()), digest(every_rule(24).plan(engine="cpsat"))]
flow._DIRECT, flow._COARSE = 0, 20
found.append(digest(every_rule(300).plan()))
print(hashlib.sha256("".join(found).encode()).hexdigest())
"""


@pytest.mark.slow
def test_hash_seeds_and_cores_change_no_byte() -> None:
    found = set()
    for seed, cores in (("0", 1), ("4242", 2)):
        setting = {"PYTHONHASHSEED": seed, "POLARS_MAX_THREADS": str(cores)}
        run = subprocess.run(
            [sys.executable, "-c", _SCRIPT, str(cores)],
            env={**os.environ, **setting, "PYTHONPATH": _PATHS},
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(run.stdout)
    assert len(found) == 1


_INTERRUPTED = """
import _thread, threading
from test_planning_solve import a_hard_case

def progress(stage, share):
    if stage == "solve":
        threading.Timer(1.0, _thread.interrupt_main).start()

try:
    a_hard_case().plan(engine="cpsat", progress=progress)
except KeyboardInterrupt:
    print("interrupted")
"""


def a_hard_case() -> Case:
    """Return a case that keeps CP-SAT busy for minutes, and flow not at all."""
    case = every_rule(3000)
    servers = [{"id": "s", "cards_per_day": 80}, {"id": "t", "cards_per_day": 50}]
    printers = [
        {"id": "p", "cards_per_day": 47},
        {"id": "q", "cards_per_day": 47},
        {"id": "r", "cards_per_day": 59, "areas": ["Alak"], "servers": ["t"]},
    ]
    tables = {"servers": servers, "printers": printers, "cards": {}}
    return replace(case.with_document(**tables), days=40)


@pytest.mark.slow
def test_ctrl_c_stops_cpsat_within_seconds() -> None:
    run = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED],
        env={**os.environ, "PYTHONPATH": _PATHS},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=True,
    )
    assert run.stdout == "interrupted\n"


@pytest.mark.slow
def test_a_time_limit_stops_cpsat_and_what_it_leaves_is_a_plan() -> None:
    case = a_hard_case()
    plan = case.plan(engine="cpsat", time_limit=2.0)
    # A slow machine finds no plan in time; none may call this one optimal.
    assert plan.status in (Status.FEASIBLE, Status.UNKNOWN)
    proof = () if plan.certificate is None else plan.certificate.tiers
    assert len(proof) == sum(tier.proven for tier in plan.tiers)
    best = case.plan().tiers
    for tier, ideal in zip(plan.tiers, best, strict=False):
        assert tier.bound is None or tier.bound <= tier.value
        if not tier.proven:
            break
        assert tier == ideal
    if plan.status is Status.FEASIBLE:
        assert [t.value for t in plan.tiers] > [t.value for t in best]
        assert verify(plan, case.backlog, case.office) == []


def test_digest_sees_a_plan() -> None:
    assert digest(a_case().plan()) == digest(a_case().plan())
    other = Case(desk(2), a_case().rows, days=3)
    assert digest(a_case().plan()) != digest(other.plan())
