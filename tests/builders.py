"""Small offices, backlogs and plans for the tests of trust, made by hand."""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from math import inf, lcm
from typing import TYPE_CHECKING, Any

import polars as pl
from reference import rank_of, reference

from ektp_sched.backlog import Backlog, from_frame
from ektp_sched.documents import Certificate, Plan, ShiftUse, Status, Tier
from ektp_sched.documents.files import form_of
from ektp_sched.documents.plan import PLAN, UNPRINTED
from ektp_sched.documents.seal import file_of, seal
from ektp_sched.errors import EktpSchedError
from ektp_sched.office import Office, calendar, capacity, to_toml
from ektp_sched.output.batches import write_batches
from ektp_sched.output.languages import language
from ektp_sched.output.limits import limits_csv
from ektp_sched.output.rows import sheet_rows
from ektp_sched.output.summary import summarise
from ektp_sched.output.tables import write_applications, write_plan, write_tables
from ektp_sched.rules import holding_back

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from reference import Reference
    from strategies import Case as Drawn

    from ektp_sched.office import Capacity

FakePlan = Plan
"""One made by hand, with what is wrong in it."""

START = date(2017, 9, 12)
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Slot = tuple[int, str, str] | None
"""Day offset, printer and server; ``None`` for "not printed"."""


def day(offset: int) -> date:
    return START + timedelta(days=offset)


def make_office(**changes: Any) -> Office:
    """Return an office with one printer of two cards a day, open every day."""
    base: dict[str, Any] = {
        "name": "Test",
        "calendar": {"workdays": EVERY_DAY},
        "urgency": {
            "routine": {"target_days": 30, "default": True},
            "urgent": {"target_days": 10},
        },
        "servers": [{"id": "s", "cards_per_day": 100}],
        "printers": [{"id": "p", "cards_per_day": 2}],
    }
    return Office.model_validate(base | changes)


def make_backlog(rows: Sequence[Mapping[str, Any]], office: Office) -> Backlog:
    """Return a backlog of rows; waiting_since may be an offset from the start."""
    dates = ("waiting_since", "ready_on", "due_on", "promised_on", "pinned_on")
    table: dict[str, list[Any]] = {"application_id": [], "waiting_since": []}
    names = list(dict.fromkeys(name for row in rows for name in row))
    for name in names:
        table[name] = [row.get(name) for row in rows]
    for name in dates:
        if name in table:
            table[name] = [
                day(value) if isinstance(value, int) else value for value in table[name]
            ]
    schema = {
        name: pl.Date
        if name in dates
        else pl.Datetime("us")
        if name == "recorded_at"
        else pl.String
        for name in table
    }
    backlog = from_frame(pl.DataFrame(table, schema=schema), office)
    assert backlog.rejected == 0, backlog.rejects
    return backlog


@dataclass(frozen=True)
class Case:
    """A small problem, and which shifts a plan made by hand works."""

    office: Office
    backlog: Backlog
    days: int
    start: date = START
    worked: tuple[tuple[str, int], ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        return [dict(row) for row in self._rows]

    # Read once: thousands of plans of one case are tried.

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        return self.backlog.frame.to_dicts()

    @cached_property
    def limits(self) -> Capacity:
        return capacity(self.office, self.start, self.days, self.worked)

    @cached_property
    def room(self) -> dict[tuple[str, int], int]:
        """Cards of each printer and server on each day."""
        limits = self.limits
        lines = [
            *zip(limits.printers, limits.printer_cards.tolist(), strict=True),
            *zip(limits.servers, limits.server_cards.tolist(), strict=True),
        ]
        return {(name, at): n for name, line in lines for at, n in enumerate(line)}

    @cached_property
    def problem(self) -> Reference:
        return reference(self)

    @cached_property
    def costs(self) -> list[list[list[int]]]:
        """Cost in each tier of each application on each day."""
        problem = self.problem
        return [
            [
                [problem.cost(tier, person, at) for at in range(self.days + 1)]
                for person in problem.people
            ]
            for tier in problem.tiers
        ]


def _label(office: Office, rank: tuple[float, float]) -> int | str | None:
    key = [None if part == inf else int(part) for part in rank]
    classes = any(c.rank is not None for c in office.urgency.values())
    if classes and office.area_rank:
        return "/".join("-" if part is None else str(part) for part in key)
    return key[0] if classes else key[1]


def tier_vector(case: Case, choice: Sequence[Slot]) -> tuple[int, ...]:
    """Values of all tiers in order, by the definitions."""
    costs = {shift.id: shift.cost_idr for shift in case.office.shifts}
    own = {
        "cost_idr": sum(costs[s] for s, _ in case.worked),
        "shifts": len(case.worked),
    }
    days = [case.days if slot is None else slot[0] for slot in choice]
    return tuple(
        own[name]
        if name in own
        else sum(line[at] for line, at in zip(lines, days, strict=True))
        for (name, _), lines in zip(case.problem.tiers, case.costs, strict=True)
    )


def choices(case: Case, row: Mapping[str, Any]) -> list[Slot]:
    """What the rules allow one application, capacity apart."""
    limits = case.limits
    pinned = row["pinned_on"]
    pin = None if pinned is None else (pinned - case.start).days
    if pin is not None and pin >= case.days:
        return [None]
    ready = (row["ready_on"] - case.start).days
    able = case.office.eligible(row["card"], row["area"])
    found: list[Slot] = [
        (at, name, server)
        for at in range(max(0, ready), case.days)
        if pin is None or pin < 0 or at == pin
        for p, name in enumerate(limits.printers)
        if name in able and limits.printer_cards[p, at]
        for s, server in enumerate(limits.servers)
        if limits.reaches[p, s] and limits.server_cards[s, at]
    ]
    if pin is None or pin < 0:
        found.append(None)
    return found


def keeps_limits(case: Case, choice: Sequence[Slot]) -> bool:
    limits = case.limits
    taken = [slot for slot in choice if slot is not None]
    used = Counter((name, at) for at, *names in taken for name in names)
    if any(cards > case.room.get(which, 0) for which, cards in used.items()):
        return False
    if limits.total is not None:
        for at, cards in Counter(slot[0] for slot in taken).items():
            if cards > limits.total[at]:
                return False
    for card, supply in limits.supply.items():
        days = [
            slot[0]
            for slot, row in zip(choice, case.rows(), strict=True)
            if slot is not None and row["card"] == card
        ]
        if any(sum(d <= at for d in days) > supply[at] for at in range(case.days)):
            return False
    return True


def every_plan(case: Case) -> Iterator[tuple[Slot, ...]]:
    """Every plan that keeps every rule; for tiny cases alone."""
    options = [choices(case, row) for row in case.rows()]
    for choice in itertools.product(*options):
        if keeps_limits(case, choice):
            yield choice


def _reason(case: Case, row: Mapping[str, Any]) -> str:
    last = case.start + timedelta(days=case.days - 1)
    if not case.office.eligible(row["card"], row["area"]):
        return "no-printer"
    if row["pinned_on"] is not None and row["pinned_on"] > last:
        return "pinned-later"
    return "not-ready" if row["ready_on"] > last else "capacity"


def make_plan(
    case: Case,
    choice: Sequence[Slot],
    *,
    certificate: Any = None,
    status: str = "feasible",
) -> Plan:
    """Return the plan of these choices, with every figure right."""
    rows = case.rows()
    late = datetime.max
    printed = []
    for row, slot in zip(rows, choice, strict=True):
        if slot is None:
            continue
        on = case.start + timedelta(days=slot[0])
        waited = (on - row["waiting_since"]).days
        pressure = Fraction(waited + 1, case.office.urgency[row["urgency"]].target_days)
        order = (
            slot[0],
            slot[1],
            rank_of(case.office, row),
            -pressure,
            row["recorded_at"] or late,
            row["application_id"],
        )
        printed.append((order, row, slot, on, waited, pressure))
    printed.sort(key=lambda entry: entry[0])
    table = []
    for (_, printer), part in itertools.groupby(printed, lambda e: e[0][:2]):
        for place, (_, row, slot, on, waited, pressure) in enumerate(part):
            size = case.office.plan.batch_size
            table.append(
                (
                    row["application_id"],
                    on,
                    printer,
                    slot[2],
                    place // size + 1,
                    place % size + 1,
                    waited,
                    row["urgency"],
                    round(float(pressure), 6),
                )
            )
    left = sorted(
        (
            row["application_id"],
            row["waiting_since"],
            row["urgency"],
            _reason(case, row),
        )
        for row, slot in zip(rows, choice, strict=True)
        if slot is None
    )
    scale = lcm(*(c.target_days for c in case.office.urgency.values()))
    values = tier_vector(case, choice)
    costs = {shift.id: shift.cost_idr for shift in case.office.shifts}
    proven = certificate is not None
    tiers = tuple(
        Tier(
            name,
            None if key is None else _label(case.office, key),
            value,
            scale if name == "pressure" else 1,
            value if proven else None,
            proven,
        )
        for (name, key), value in zip(case.problem.tiers, values, strict=True)
    )
    return Plan(
        office=case.office,
        backlog=case.backlog,
        engine="flow",
        start=case.start,
        days=case.days,
        status=Status("optimal" if proven else status),
        assignments=_frame(table, PLAN),
        unprinted=_frame(left, UNPRINTED),
        tiers=tiers,
        certificate=certificate,
        holidays=calendar(case.office, case.start, case.days).holidays,
        shifts=tuple(
            shift_use(shift, case.start + timedelta(days=at), costs[shift])
            for shift, at in case.worked
        ),
    )


def _frame(rows: Sequence[tuple[Any, ...]], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def planned(case: Case) -> Any:
    """Return what the program itself plans."""
    from ektp_sched.planning import plan

    return plan(case.backlog, case.office, start=case.start, days=case.days)


def as_fake(plan: Plan, **changes: Any) -> Plan:
    """Return a plan of the program as a plain one, with changes."""
    bare: dict[str, Any] = {"prices": None, "rows": None, "notices": (), "seconds": {}}
    shifts = tuple(shift_use(u.shift, u.day, u.cost_idr) for u in plan.shifts)
    return replace(plan, **bare, shifts=shifts, **changes)


def shift_use(name: str, day: date, cost_idr: int) -> ShiftUse:
    """Return a shift worked of which nobody says what it saves."""
    return ShiftUse(name, day, cost_idr, (), 0, Fraction(0))


def certificate_dict(certificate: Any) -> Any:
    """Return a certificate as it stands in certificate.json."""
    if isinstance(certificate, dict):
        return certificate
    return form_of(Certificate).dump_python(certificate, mode="json")


def write_folder(plan: Any, case: Case | Drawn, path: Path) -> Path:
    """Write a plan folder as `save` does, whatever is wrong with the plan.

    What cannot be counted of a plan with strange rows is left out of summary.json.
    """
    path.mkdir(parents=True, exist_ok=True)
    view = replace(plan, office=case.office, backlog=case.backlog)
    (path / "office.toml").write_text(to_toml(case.office), encoding="utf-8")
    write_applications(case.backlog, path / "applications.csv")
    write_plan(view, path / "plan.csv")
    write_tables(view, path)
    for rule in holding_back(case.office):
        (path / file_of(rule)).write_bytes(limits_csv(view, rule))
    texts = language(case.office.language)
    write_batches(sheet_rows(view), path, texts, provisional=False)
    if plan.certificate is not None:
        text = json.dumps(certificate_dict(plan.certificate))
        (path / "certificate.json").write_text(text, encoding="utf-8")
    (path / "summary.json").write_text(json.dumps(_summary(view)), encoding="utf-8")
    return renewed(path)


def _summary(view: Plan) -> dict[str, Any]:
    texts = language(view.office.language)
    try:
        found = summarise(view, texts)
    except (LookupError, ValueError, EktpSchedError, pl.exceptions.PolarsError):
        nothing = {
            name: getattr(view, name).clear() for name in ("assignments", "unprinted")
        }
        found = summarise(replace(view, **nothing, shifts=()), texts)
        found |= {
            name: getattr(view, table).height
            for name, table in (("printed", "assignments"), ("unprinted", "unprinted"))
        }
        shifts = form_of(tuple[ShiftUse, ...])
        found["shifts"] = shifts.dump_python(view.shifts, mode="json")
    return found | {"seconds": {}, "files": {}}


def renewed(path: Path) -> Path:
    """Write all digests of a folder anew, as who wants to deceive would."""
    summary = json.loads((path / "summary.json").read_text(encoding="utf-8"))
    summary["files"] = seal(path, summary)
    (path / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    return path


def random_case(
    seed: int, *, people: int = 12, days: int = 6, shifts: bool = False
) -> Case:
    """Return a random problem in which any rule may appear."""
    rng = random.Random(seed)
    has_cards = rng.random() < 0.4
    urgency: dict[str, dict[str, Any]] = {
        "emergency": {"target_days": rng.choice([2, 3])},
        "routine": {"target_days": rng.choice([10, 30]), "default": True},
        "urgent": {"target_days": rng.choice([3, 7])},
    }
    if rng.random() < 0.35:
        urgency["emergency"]["rank"] = 0
        if rng.random() < 0.5:
            urgency["urgent"]["rank"] = rng.choice([0, 1])
    changes = _random_resources(rng, days, has_cards=has_cards)
    if has_cards:
        changes["cards"] = {"A": {"default": True}, "B": {}}
    elif rng.random() < 0.5:
        lot = {"on": day(rng.randint(0, days)), "cards": rng.randint(1, 4)}
        stock = rng.randint(0, people // 2)
        changes["cards"] = {"A": {"stock": stock, "deliveries": [lot]}}
    if rng.random() < 0.3:
        changes["reserve"] = {"cards_per_day": 1}
    if rng.random() < 0.25:
        changes["area_rank"] = {"South": 0}
    if rng.random() < 0.4:
        changes["calendar"] = {
            "workdays": ["mon", "tue", "wed", "thu", "fri"],
            "share": {"fri": 0.5},
            "open": [day(4)],
        }
    rules = _random_rules(rng)
    if shifts:
        changes["shifts"] = [{"id": "x", "days": ["sat"], "cost_idr": 5}]
        for name in rng.sample(["cost_idr", "shifts"], rng.randint(0, 2)):
            rules["tiers"].insert(rng.randint(0, len(rules["tiers"])), name)
    office = make_office(**changes, urgency=urgency, plan=rules)
    rows = [_random_row(rng, i, days, has_cards=has_cards) for i in range(people)]
    return Case(office, make_backlog(rows, office), days)


AREAS = ["North", "South"]


def _random_resources(
    rng: random.Random, days: int, *, has_cards: bool
) -> dict[str, Any]:
    servers = [
        {"id": f"s{i}", "cards_per_day": rng.randint(1, 4)}
        for i in range(rng.choice([1, 1, 2]))
    ]
    printers = []
    for i in range(rng.choice([1, 2, 2, 3])):
        printer: dict[str, Any] = {
            "id": f"p{i}",
            "cards_per_day": rng.choice([1, 2, 2, 3]),
        }
        if rng.random() < 0.3:
            printer["areas"] = [rng.choice(AREAS)]
        if has_cards and rng.random() < 0.4:
            printer["cards"] = [rng.choice(["A", "B"])]
        if len(servers) > 1 and rng.random() < 0.4:
            printer["servers"] = [rng.choice(servers)["id"]]
        printers.append(printer)
    changes: dict[str, Any] = {"servers": servers, "printers": printers}
    if rng.random() < 0.4:
        at = rng.randrange(days)
        outage = {
            "resource": rng.choice([*servers, *printers])["id"],
            "from": day(at),
            "to": day(at + 1),
            "share": rng.choice([0.0, 0.5]),
        }
        changes["outages"] = [outage]
    return changes


def _random_rules(rng: random.Random) -> dict[str, Any]:
    rules: dict[str, Any] = {"batch_size": rng.choice([1, 2, 50])}
    if rng.random() < 0.2:
        rules |= {"tie_break": "lottery", "seed": rng.randrange(100)}
    rules["tiers"] = rng.choice(
        [
            ["unprinted", "overdue", "promise", "pressure"],
            ["unprinted", "overdue", "promise", "pressure"],
            ["unprinted", "promise", "pressure", "overdue"],
            ["unprinted", "pressure"],
            ["overdue", "unprinted", "promise"],
        ]
    )
    return rules


def _random_row(
    rng: random.Random, i: int, days: int, *, has_cards: bool
) -> dict[str, Any]:
    since = rng.choice([-40, -12, -12, -3, -3, 0, 0, 2])
    row: dict[str, Any] = {
        "application_id": f"id-{(i * 7) % 97:02d}",
        "waiting_since": since,
        "urgency": rng.choice(["routine", "routine", "urgent", "emergency"]),
        "area": rng.choice([*AREAS, None]),
    }
    if rng.random() < 0.2:
        row["ready_on"] = max(since, rng.randint(0, days + 1))
    if rng.random() < 0.25:
        row["due_on"] = rng.randint(-2, days + 1)
    if rng.random() < 0.25:
        row["promised_on"] = rng.randint(-2, days + 1)
    if rng.random() < 0.05:
        row["pinned_on"] = rng.randint(-1, days + 1)
    if rng.random() < 0.6:
        row["recorded_at"] = datetime(2017, 1, 1, rng.randint(0, 3))
    if has_cards:
        row["card"] = rng.choice(["A", "B"])
    return row
