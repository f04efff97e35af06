"""Scarce blanks: no division is better, it is proven, and two rules are beside it."""

from __future__ import annotations

import csv
import itertools
import json
import random
import shutil
from collections import Counter
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from blanks_check import troubles
from test_fleet import Here, contents, run_command

from ektp_sched.backlog import read_backlog
from ektp_sched.documents import Status
from ektp_sched.errors import UnsupportedRuleError, UsageError
from ektp_sched.example.nation import write_nation
from ektp_sched.fleet import fleet
from ektp_sched.fleet.claims import with_blanks
from ektp_sched.fleet.offices import office_for
from ektp_sched.fleet.summary import blanks_said
from ektp_sched.office.writing import tables_to_toml
from ektp_sched.output import load
from ektp_sched.output.languages import language
from ektp_sched.planning import plan

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.fleet import Fleet

START = date(2017, 9, 12)
DAYS = 6
LATER = 3
Value = tuple[int, ...]


class Drawn:
    """A small nation, drawn: offices of different rules, people of all kinds."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.draw = folder, random.Random(seed)
        self.offices, self.backlogs = folder / "offices", folder / "backlogs"
        self.offices.mkdir(parents=True)
        self.backlogs.mkdir()
        self.has_ranks = seed % 2 == 0
        tiers = ["unprinted", "overdue", "promise", "pressure"]
        if seed % 3 == 1:
            tiers = ["unprinted", "overdue"]
        if seed % 5 == 4:
            tiers = ["overdue", "unprinted", "pressure"]
        rank = {"rank": 0} if self.has_ranks else {}
        urgency = {
            "urgent": {"target_days": 7} | rank,
            "routine": {"target_days": 30, "default": True},
        }
        common = {"plan": {"tiers": tiers}, "urgency": urgency}
        (self.offices / "defaults.toml").write_text(tables_to_toml(common))
        self.keys = [f"{n}" for n in range(1, 2 + self.draw.randint(1, 2))]
        for key in self.keys:
            (self.offices / f"{key}.toml").write_text(tables_to_toml(self.office()))
            self.people(key).write_csv(self.backlogs / f"{key}.csv")

    def office(self) -> dict[str, Any]:
        draw = self.draw
        tables: dict[str, Any] = {
            "name": "Test",
            "population": draw.randint(1, 900),
            "servers": [
                {"id": f"s{n}", "cards_per_day": draw.randint(1, 2)}
                for n in range(draw.randint(1, 2))
            ],
            "printers": [{"id": "p", "cards_per_day": draw.randint(1, 2)}],
        }
        if draw.random() < 0.5:
            tables["printers"].append(
                {"id": "q", "cards_per_day": 1, "servers": ["s0"]}
            )
        if draw.random() < 0.4:
            tables["reserve"] = {"cards_per_day": 1}
        if draw.random() < 0.5:
            own: dict[str, Any] = {"default": True, "stock": draw.randint(0, 2)}
            if draw.random() < 0.5:
                own["deliveries"] = [{"on": START + timedelta(days=2), "cards": 1}]
            tables["cards"] = {"KTP": own}
        return tables

    def people(self, key: str) -> pl.DataFrame:
        draw = self.draw
        rows = []
        for n in range(draw.randint(2, 7)):
            since = draw.choice([-40, -9, -9, -3, 0, 1])
            due = draw.choice([None, None, 0, 1, 3, 5])
            told = draw.choice([None, None, 1, 3])
            ready = draw.choice([None, None, 2, 4])
            rows.append(
                {
                    "application_id": f"{key}-{n}",
                    "waiting_since": START + timedelta(days=since),
                    "urgency": draw.choice(["routine", "routine", "urgent"]),
                    "due_on": due and START + timedelta(days=max(due, since)),
                    "promised_on": told and START + timedelta(days=told),
                    "ready_on": ready and START + timedelta(days=ready),
                }
            )
        schema = dict.fromkeys(("due_on", "promised_on", "ready_on"), pl.Date)
        return pl.DataFrame(rows, schema_overrides=schema)

    def divided(self, out: Path, blanks: int, **options: Any) -> Fleet:
        told: dict[str, Any] = {"start": START, "days": DAYS, "executor": Here()}
        return fleet(
            self.backlogs, self.offices, out, blanks=blanks, **(told | options)
        )

    @cache  # noqa: B019 - lives as long as its test
    def values(self, key: str, blanks: int, later: int = 0) -> Counter[tuple[str, Any]]:
        """Plan an office alone with so many blanks; return its tiers."""
        office = with_blanks(
            office_for(self.offices, key), START, ((0, blanks), (LATER, later))
        )
        backlog = read_backlog(self.backlogs / f"{key}.csv", office)
        made = plan(backlog, office, start=START, days=DAYS)
        assert made.status is Status.OPTIMAL
        return Counter({(tier.name, tier.rank): tier.value for tier in made.tiers})

    def total(self, order: list[Any], shares: dict[str, int]) -> Value:
        values = [self.values(key, share) for key, share in shares.items()]
        return tuple(sum(value[tier] for value in values) for tier in order)


def order_of(document: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(tier["name"], tier["rank"]) for tier in document["tiers"]]


def document_of(out: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((out / "blanks.json").read_bytes())
    return document


def proportional(blanks: int, weights: dict[str, int]) -> dict[str, int]:
    """Give each blank to whom it is owed most, one after another."""
    whole = sum(weights.values())
    shares = {key: blanks * weight // whole for key, weight in weights.items()}
    for key in sorted(
        weights, key=lambda k: (shares[k] * whole - blanks * weights[k], k)
    )[: blanks - sum(shares.values())]:
        shares[key] += 1
    return shares


def seeds(*numbers: int) -> list[Any]:
    """One small nation for every change, and the others where there is time."""
    return [pytest.param(n, marks=[pytest.mark.slow] * (n != 4)) for n in numbers]


@pytest.mark.parametrize("seed", seeds(*range(7)))
def test_no_division_is_better(tmp_path: Path, seed: int) -> None:
    drawn = Drawn(tmp_path / "nation", seed)
    for blanks in (drawn.draw.randint(1, 5), drawn.draw.randint(5, 12)):
        out = tmp_path / f"out-{blanks}"
        made = drawn.divided(out, blanks)
        assert not made.failed
        document = document_of(out)
        order = order_of(document)
        shares = {key: row["blanks"] for key, row in document["offices"].items()}
        assert sum(shares.values()) + document["kept"] == blanks
        every = itertools.product(range(blanks + 1), repeat=len(drawn.keys))
        best = min(
            drawn.total(order, dict(zip(drawn.keys, cards, strict=True)))
            for cards in every
            if sum(cards) == blanks
        )
        assert drawn.total(order, shares) == best
        # Each office is planned with what it gets.
        for key in drawn.keys:
            saved = load(out / "offices" / key)
            tiers = {(tier.name, tier.rank): tier.value for tier in saved.tiers}
            assert tiers == +drawn.values(key, shares[key]) | tiers
        assert troubles(out, drawn.offices) == []
        weights = {
            "backlog": {k: row["waiting"] for k, row in document["offices"].items()},
            "population": {
                k: row["population"] for k, row in document["offices"].items()
            },
        }
        for name, rule in document["rules"].items():
            assert rule["blanks"] == proportional(blanks, weights[name])
            value = drawn.total(order, rule["blanks"])
            more = [a - b for a, b in zip(value, best, strict=True)]
            assert rule["more"]["tiers"] == more
            counted = sum(
                m for (t, _), m in zip(order, more, strict=True) if t == "unprinted"
            )
            assert rule["more"]["unprinted"] == counted


@pytest.mark.parametrize("seed", seeds(*range(5)))
def test_no_division_of_what_is_here_and_comes_later_is_better(
    tmp_path: Path, seed: int
) -> None:
    drawn = Drawn(tmp_path / "nation", seed)
    lots = drawn.draw.randint(0, 3), drawn.draw.randint(1, 4)
    out = tmp_path / "out"
    later = {START + timedelta(days=LATER): lots[1]}
    assert not drawn.divided(out, lots[0], deliveries=later).failed
    document = document_of(out)
    order = order_of(document)
    rows = document["offices"].values()
    shares = [(row["blanks"], *row["later"]) for row in rows]
    every = [
        [
            cards
            for cards in itertools.product(range(lot + 1), repeat=len(shares))
            if sum(cards) == lot
        ]
        for lot in lots
    ]

    def total(shares: Any) -> Value:
        values = [
            drawn.values(key, *share)
            for key, share in zip(drawn.keys, shares, strict=True)
        ]
        return tuple(sum(value[tier] for value in values) for tier in order)

    best = min(
        total(zip(now, then, strict=True)) for now, then in itertools.product(*every)
    )
    assert total(shares) == best
    assert troubles(out, drawn.offices) == []


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nation")
    write_nation(folder, offices=4, applications=160)
    return folder


def run(nation: Path, out: Path, blanks: int | None, **options: Any) -> Fleet:
    told: dict[str, Any] = {"start": START, "days": 30, "executor": Here()}
    backlogs, offices = nation / "backlogs", nation / "offices"
    return fleet(backlogs, offices, out, blanks=blanks, **(told | options))


@pytest.fixture(scope="module")
def divided(nation: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("divided") / "out"
    assert not run(nation, out, 30).failed
    return out


def test_a_division_that_was_changed_is_not_proven(
    nation: Path, divided: Path, tmp_path: Path
) -> None:
    offices = nation / "offices"
    assert troubles(divided, offices) == []
    document = document_of(divided)
    key = max(document["offices"], key=lambda k: document["offices"][k]["blanks"])

    def changed(path: str, change: Any) -> list[str]:
        out = tmp_path / "changed"
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(divided, out)
        stated = json.loads((out / path).read_bytes())
        change(stated)
        (out / path).write_text(json.dumps(stated))
        return troubles(out, offices)

    def dearer(stated: dict[str, Any]) -> None:
        stated["tiers"][-1]["price"] += 1

    def moved(stated: dict[str, Any]) -> None:
        stated["offices"][key]["blanks"] -= 1

    def kept(stated: dict[str, Any]) -> None:
        stated["blanks"] += 1

    def cheaper(stated: dict[str, Any]) -> None:
        for tier in stated["tiers"]:
            tier["stock"] = {}

    assert changed("blanks.json", lambda _: None) == []
    for change in (dearer, moved, kept):
        assert changed("blanks.json", change), change
    assert changed(f"blanks/{key}.json", cheaper)


@pytest.mark.slow
def test_processes_write_the_same_division(
    nation: Path, divided: Path, tmp_path: Path
) -> None:
    for workers in (1, 2):
        out = tmp_path / f"{workers}"
        run(nation, out, 30, executor=None, workers=workers)
        assert contents(out) == contents(divided)


def test_a_second_run_plans_whose_share_has_changed(
    nation: Path, divided: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(divided, out)
    done: list[float] = []
    again = run(nation, out, 30, dividing=done.append)
    assert {outcome.state for outcome in again.outcomes} == {"kept"}
    assert not done, "what was divided already is not divided again"
    before = {k: row["blanks"] for k, row in document_of(out)["offices"].items()}
    states = {outcome.key: outcome.state for outcome in run(nation, out, 31).outcomes}
    after = {k: row["blanks"] for k, row in document_of(out)["offices"].items()}
    assert {k for k, state in states.items() if state == "planned"} == {
        key for key in before if before[key] != after[key]
    }
    assert "kept" in states.values()
    assert troubles(out, nation / "offices") == []
    run(nation, out, None)
    assert not (out / "blanks.json").exists()
    assert not any((out / "blanks").iterdir())
    assert "blanks_by_backlog" not in (out / "fleet.csv").read_text()


def test_more_than_can_be_used_is_kept(nation: Path, tmp_path: Path) -> None:
    made = run(nation, tmp_path / "out", 10**6)
    document = document_of(tmp_path / "out")
    assert {tier["price"] for tier in document["tiers"]} == {0}
    assert document["kept"] == 10**6 - made.total("printed") > 0
    assert troubles(tmp_path / "out", nation / "offices") == []


def test_an_office_that_cannot_be_planned_gets_nothing_and_stops_nobody(
    nation: Path, tmp_path: Path
) -> None:
    other = tmp_path / "nation"
    shutil.copytree(nation, other)
    (other / "offices/1002.toml").write_text("x = 1\n")
    text = (other / "offices/1003.toml").read_text()
    (other / "offices/1003.toml").write_text(text.replace("population", "# people"))
    out = tmp_path / "out"
    made = run(other, out, 20)
    assert [outcome.key for outcome in made.failed] == ["1002"]
    document = document_of(out)
    assert sum(row["blanks"] for row in document["offices"].values()) == 20
    assert "1002" not in document["offices"]
    # By population nothing is said where somebody's is not known.
    assert document["rules"]["population"] == {"unknown": 1}
    assert document["rules"]["backlog"]["more"]["unprinted"] >= 0


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ('[[shifts]]\nid = "w"\ndays = ["sat"]\ncost_idr = 1\n', "shift"),
        ('[[quotas]]\nper = "day"\nurgency = "urgent"\nat_most = 1\n', "quota"),
        ("[cards.A]\nstock = 9\nexpires_on = 2017-09-20\n", "cards.A"),
        ('[plan]\ntiers = ["overdue"]\n', "1001"),
    ],
)
def test_rules_without_a_price_are_named(
    nation: Path, tmp_path: Path, rule: str, named: str
) -> None:
    other = tmp_path / "nation"
    shutil.copytree(nation, other)
    path = other / "offices/1003.toml"
    path.write_text(path.read_text() + "\n" + rule)
    with pytest.raises(UnsupportedRuleError) as refused:
        run(other, tmp_path / "out", 20)
    assert "1003" in str(refused.value)
    assert named in str(refused.value)


@pytest.mark.parametrize(
    "options",
    [
        {"blanks": -1},
        {"blanks": 5, "days": None},
        {"blanks": 5, "deliveries": {START: 3}},
        {"blanks": 5, "deliveries": {"2017-10-32": 3}},
        {"blanks": 5, "deliveries": {"2018-10-02": 3}},
        {"blanks": 5, "deliveries": {"2017-09-20": 0}},
    ],
)
def test_numbers_that_are_none_are_refused_before_anything_is_written(
    nation: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        run(nation, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_deliveries_are_divided_too_and_shares_add_up(
    nation: Path, tmp_path: Path
) -> None:
    later = {"2017-09-14": 5, "2017-09-18": 3}
    made = run(nation, tmp_path / "out", 4, days=9, deliveries=later)
    document = document_of(tmp_path / "out")
    rows = document["offices"].values()
    assert sum(row["blanks"] for row in rows) == 4
    assert [sum(row["later"][k] for row in rows) for k in (0, 1)] == [5, 3]
    assert {outcome.state for outcome in made.outcomes} == {"planned"}
    assert troubles(tmp_path / "out", nation / "offices") == []
    table = (tmp_path / "out/fleet.csv").read_text("utf-8")
    listed = [*csv.DictReader(table.splitlines())]
    assert sum(int(row["blanks_2017-09-18"]) for row in listed) == 3


@pytest.mark.slow
def test_the_command_divides_and_says_what_a_blank_is_worth(
    nation: Path, tmp_path: Path
) -> None:
    command = ["fleet", str(nation / "backlogs"), "--offices", str(nation / "offices")]
    command += ["--start", str(START), "--days", "30", "--out", str(tmp_path / "out")]
    command += ["--workers", "1", "--blanks", "30"]
    made = json.loads(run_command(*command, "--json").stdout)
    assert sum(row["blanks"] for row in made["offices"]) == 30
    assert made["blanks"]["tiers"][-1]["price"] > 0
    for lang in ("id", "en"):
        said = " ".join(run_command(*command, "--lang", lang).stdout.split())
        page = (tmp_path / "out/index.html").read_text("utf-8")
        fleet_made = run(nation, tmp_path / "out", 30)
        for sentence in blanks_said(fleet_made, language(lang)):
            assert sentence in said
            assert sentence in page
