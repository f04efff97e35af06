"""Commands that are killed, and many at once: nothing is lost, or happens twice."""

from __future__ import annotations

import csv
import json
import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from cli_cases import HEADING, OFFICE, run, run_at_once, run_killed

from ektp_sched.days import open_office
from ektp_sched.ledger import breaks, short_head
from ektp_sched.trust.checker import Folder

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

    import sqlalchemy as sa

    from ektp_sched.ledger import Act

pytestmark = pytest.mark.slow

KILLS = {"sqlite": 50, "postgresql": 10} if os.environ.get("CI") else {}
START = date(2017, 9, 12)


@pytest.fixture
def office(
    tmp_path: Path, ledger_url: sa.URL, monkeypatch: pytest.MonkeyPatch
) -> Office:
    """Return an office folder whose ledger is in one of the databases."""
    monkeypatch.setenv("EKTP_LEDGER", ledger_url.render_as_string(hide_password=False))
    (tmp_path / "exports").mkdir()
    (tmp_path / "office.toml").write_text(OFFICE, encoding="utf-8")
    return Office(tmp_path)


@dataclass
class Office:
    """An office, and what its commands have acknowledged."""

    path: Path
    day: date = START
    people: int = 0
    acts: list[Act] = field(default_factory=list)  # seen by somebody before
    printed: set[str] = field(default_factory=set)  # as a command said and left

    def drop(self, people: int = 20) -> None:
        """Drop an export; it still has everybody whose card was printed."""
        self.people += people
        rows = [
            f"A{n:03d},2017-0{1 + n % 8}-1{n % 10},,Warga {n}"
            for n in range(self.people)
        ]
        path = self.path / "exports" / f"{self.day}.csv"
        path.write_text("\n".join([HEADING, *rows, ""]), encoding="utf-8")

    def words(self, *arguments: object) -> list[object]:
        command, *rest = arguments
        return [command, self.path, *rest, "--on", self.day, "--by", "Maria"]

    def run(self, *arguments: object) -> CompletedProcess[str]:
        return run(*self.words(*arguments))

    def sheet(self) -> dict[str, str]:
        """Return who stands on today's sheets, and on which."""
        path = self.path / "plans" / str(self.day) / "plan.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return {
                row["application_id"]: row["printer"]
                for row in csv.DictReader(file)
                if row["day"] == str(self.day)
            }

    def write_list(self, name: str, results: dict[str, str]) -> Path:
        path = self.path / f"{name}.csv"
        rows = [f"{who},{result}" for who, result in results.items()]
        path.write_text("\n".join(["application_id,result", *rows, ""]), "utf-8")
        return path

    def prints(self) -> list[tuple[str, str]]:
        """Return all that the ledger knows of cards, each word as often as it is."""
        with open_office(self.path).ledger.reading() as reader:
            names = dict(reader.names().iter_rows())
            words = reader.facts("prints").select("person", "result").rows()
        return [(names[person], result) for person, result in words]

    def check(self) -> None:
        """Check that nothing was lost or done twice, and nothing lies about."""
        folder = open_office(self.path)
        with folder.ledger.reading() as reader:
            acts = reader.acts(live=False)
            heads = [act.hash for act in acts]
            assert breaks(reader.connection, heads) == []
            planned = [act for act in reader.acts("plan") if act.plan is not None]
        assert acts[: len(self.acts)] == self.acts, "what was read once stays"
        self.acts = acts
        folders = {plan.number: plan.path for plan in folder.plans()}
        assert folders == {
            act.plan: self.path / act.detail["path"] for act in planned
        }, "a folder for each act, an act for each folder"
        for act in planned[-1:]:
            path = folders[act.plan or 0]
            mark = json.loads((path / "summary.json").read_bytes())["ledger"]
            assert (mark["plan"], mark["head"]) == (act.plan, short_head(act.hash))
            check = Folder(path)
            check.run()
            assert not check.wrong, check.wrong[:5]
            assert any((path / "batches").rglob("*.csv"))
        days = {path.name for path in (self.path / "plans").iterdir()}
        assert all(date.fromisoformat(day) for day in days)
        assert {*os.listdir(self.path)} <= {
            *("office.toml", "exports", "plans", "rejects"),
            *("ledger.db", "ledger.db-wal", "ledger.db-shm"),
            *(path.name for path in self.path.glob("*.csv")),
        }
        words = Counter(self.prints())
        cards = Counter(who for who, word in words.elements() if word == "printed")
        assert max(cards.values(), default=1) == 1, "a card is printed once"
        assert self.printed <= {*cards}


@dataclass
class Killer:
    """Kills commands at moments, and before changes of folders, drawn evenly."""

    chance: random.Random = field(default_factory=lambda: random.Random(20170912))
    lasts: dict[str, float] = field(default_factory=dict)  # seconds
    changes: dict[str, int] = field(default_factory=dict)
    killed: int = 0

    def run(self, words: list[object], cwd: Path) -> CompletedProcess[str]:
        """Run a command, which may reach its end before it is killed."""
        what = str(words[0])
        with pytest.MonkeyPatch.context() as patch:
            if self.chance.random() < 0.5:
                moment = self.chance.uniform(0, self.lasts.get(what, 1.0))
                cut = run_killed(moment, *words, cwd=cwd)
            else:
                at = self.chance.randrange(self.changes.get(what, 60))
                patch.setenv("EKTP_TEST_KILLED_AT", str(at))
                cut = run(*words, cwd=cwd)
                if cut.returncode == 0:
                    self.changes[what] = max(1, at)
        assert cut.returncode in (0, -9), cut.stderr
        self.killed += cut.returncode == -9
        return cut

    def run_again(self, words: list[object]) -> CompletedProcess[str]:
        """Run the next command, which just works."""
        start = time.monotonic()
        done = run(*words)
        self.lasts[str(words[0])] = time.monotonic() - start
        assert done.returncode == 0, done.stderr
        return done


@pytest.mark.slow
def test_a_command_killed_at_any_moment_is_made_good_by_the_next(
    office: Office, request: pytest.FixtureRequest
) -> None:
    killer = Killer()
    kills = KILLS.get(request.node.callspec.params["ledger_url"], 6)
    results: dict[str, str] = {}
    while killer.killed < kills:
        office.day += timedelta(days=bool(office.people))
        office.drop(5 if office.people else 20)
        for step in ("today", "printer-1", "printer-2"):
            if step == "today":
                command: list[object] = ["today", "--days", 6, "--no-report"]
                results = {}
            else:
                names = [name for name, on in office.sheet().items() if on == step]
                if not names:
                    continue  # a closed day
                first, *names = names
                results = {first: "spoilt"} | dict.fromkeys(names, "printed")
                command = ["record", office.write_list(step, results)]
            words = office.words(*command)
            printed = {who for who, word in results.items() if word == "printed"}
            for _ in range(2):  # once more while it makes good what the first left
                cut = killer.run(words, office.path)
                if cut.returncode == 0 or "Act " in cut.stdout:
                    assert printed <= {who for who, word in office.prints()}
                if cut.returncode == 0:
                    break
            killer.run_again(words)
            office.printed |= printed
            office.check()


def test_who_records_the_same_sheet_at_once_is_told_that_it_is_known(
    office: Office, request: pytest.FixtureRequest
) -> None:
    count = 2 if request.node.callspec.params["ledger_url"] == "sqlite" else 8
    office.drop()
    assert office.run("today", "--days", 6, "--no-report").returncode == 0
    sheet = dict.fromkeys(office.sheet(), "printed")
    path = office.write_list("list", sheet)
    words = office.words("record", path, "--json")
    told = run_at_once(*[words] * count)
    assert [done.returncode for done in told] == [0] * count, told
    documents = [json.loads(done.stdout) for done in told]
    acts = [document["act"] for document in documents if document["act"] is not None]
    assert len(acts) == 1, documents
    assert Counter(office.prints()) == Counter(sheet.items())
    office.check()


def test_who_records_other_sheets_at_once_loses_none_and_prints_none_twice(
    office: Office, request: pytest.FixtureRequest
) -> None:
    """Each list has a card of its own and one that all have; two plan at once."""
    count = 2 if request.node.callspec.params["ledger_url"] == "sqlite" else 8
    document = OFFICE.replace("cards_per_day = 4", "cards_per_day = 9")
    document = document.replace("cards_per_day = 3", "cards_per_day = 5")
    (office.path / "office.toml").write_text(document, encoding="utf-8")
    office.drop()
    told = run_at_once(*[office.words("today", "--days", 6, "--no-report")] * 2)
    assert [done.returncode for done in told] == [0, 0], told
    office.check()
    common, *names = office.sheet()
    lists = [
        office.write_list(f"list-{n}", {common: "printed", names[n]: "printed"})
        for n in range(count)
    ]
    told = run_at_once(*[office.words("record", path) for path in lists])
    assert [done.returncode for done in told] == [0] * count, told
    assert Counter(office.prints()) == dict.fromkeys(
        [(who, "printed") for who in (common, *names[:count])], 1
    )
    office.check()
