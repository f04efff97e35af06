"""Many offices: each as if it were alone, whoever runs it, and none stops another."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from ektp_sched.backlog import read_backlog
from ektp_sched.children import child_command, child_environment
from ektp_sched.errors import BacklogError, FolderError, OfficeError, UsageError
from ektp_sched.example.nation import write_nation
from ektp_sched.fleet import Outcome, fleet
from ektp_sched.fleet.offices import is_key, office_for
from ektp_sched.output import load
from ektp_sched.planning import plan
from ektp_sched.trust import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

START, DAYS = "2017-09-12", 20


class Here(Executor):
    """Runs each at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nation")
    write_nation(folder, offices=7, applications=900)
    return folder


def run(nation: Path, out: Path, **options: Any) -> dict[str, Outcome]:
    told: dict[str, Any] = {"start": START, "days": DAYS, "executor": Here()}
    made = fleet(nation / "backlogs", nation / "offices", out, **(told | options))
    return {outcome.key: outcome for outcome in made.outcomes}


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder, without the times that their making took."""
    files = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        raw = path.read_bytes()
        if path.name == "summary.json":
            raw = json.dumps(json.loads(raw) | {"seconds": {}}).encode()
        files[path.relative_to(folder).as_posix()] = raw
    return files


def test_each_office_is_planned_as_if_it_were_alone(
    nation: Path, tmp_path: Path
) -> None:
    outcomes = run(nation, tmp_path / "out")
    data = pl.read_parquet(nation / "backlogs")
    assert {*outcomes} == {*data["office"]}
    assert sum(o.summary["read"] for o in outcomes.values()) == data.height
    for key in sorted(outcomes)[::3]:
        office = office_for(nation / "offices", key)
        alone = tmp_path / f"{key}.parquet"
        data.filter(pl.col("office") == key).drop("office").write_parquet(alone)
        backlog = read_backlog(alone, office)
        made = plan(backlog, office, start=START, days=DAYS)
        saved = load(tmp_path / "out/offices" / key)
        assert saved.assignments.equals(made.assignments)
        assert saved.tiers == made.tiers
        assert verify(saved, backlog, office) == []


def test_processes_and_this_one_write_the_same(nation: Path, tmp_path: Path) -> None:
    run(nation, tmp_path / "here")
    run(nation, tmp_path / "there", executor=None, workers=2)
    assert contents(tmp_path / "here") == contents(tmp_path / "there")


@contextmanager
def dask_cluster() -> Iterator[str]:
    """Start a scheduler and two workers, each a process of its own."""
    program = (
        "import sys\n"
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True,\n"
        "                      dashboard_address=None) as cluster:\n"
        "        print(cluster.scheduler_address, flush=True)\n"
        "        sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        child_command("-c", program),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=child_environment("ektp_sched", "distributed"),
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate(timeout=60)


@pytest.mark.slow
def test_a_dask_scheduler_writes_the_same(nation: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    run(nation, tmp_path / "here")
    with dask_cluster() as address:
        command = ["fleet", str(nation / "backlogs"), "--dask", address]
        command += ["--offices", str(nation / "offices"), "--start", START]
        command += ["--days", str(DAYS), "--out", str(tmp_path / "dask")]
        run_command(*command)
    assert contents(tmp_path / "here") == contents(tmp_path / "dask")


def run_command(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        child_command("-m", "ektp_sched", *arguments),
        capture_output=True,
        text=True,
        env=child_environment("ektp_sched", "polars"),
    )
    assert done.returncode == code, done.stderr
    return done


def test_a_second_run_does_what_is_missing_or_changed(
    nation: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert {o.state for o in run(nation, out).values()} == {"planned"}
    before = contents(out)
    assert {o.state for o in run(nation, out).values()} == {"kept"}
    first, second, third, *_ = sorted(run(nation, out))
    shutil.rmtree(out / "offices" / first)
    office = nation / "offices" / f"{second}.toml"
    text = office.read_text("utf-8")
    try:
        office.write_text(text + "\n[reserve]\ncards_per_day = 0\n", "utf-8")
        states = {key: o.state for key, o in run(nation, out).items()}
    finally:
        office.write_text(text, "utf-8")
    assert {k for k, state in states.items() if state == "planned"} == {first, second}
    assert states[third] == "kept"
    run(nation, out)
    assert contents(out / "offices" / first) == {
        name.split("/", 2)[2]: raw
        for name, raw in before.items()
        if name.startswith(f"offices/{first}/")
    }
    # What somebody changed is not written over unless that is said.
    (out / "offices" / third / "plan.csv").unlink()
    assert run(nation, out)[third].state == "failed"
    assert run(nation, out, force=True)[third].state == "planned"
    # Told otherwise, nothing is kept.
    assert {o.state for o in run(nation, out, days=5).values()} == {"planned"}


def test_a_failure_is_listed_and_stops_nobody(nation: Path, tmp_path: Path) -> None:
    data = pl.read_parquet(nation / "backlogs")
    broken = tmp_path / "nation"
    (broken / "backlogs").mkdir(parents=True)
    strange = data.head(3).with_columns(office=pl.lit("../evil"))
    frame = pl.concat([data, strange])
    first, second, third, *_ = sorted({*data["office"]})
    no_dates = pl.when(office=second).then(None).otherwise("waiting_since")
    frame = frame.with_columns(no_dates.alias("waiting_since"))
    frame.write_parquet(broken / "backlogs/all.parquet")
    offices = broken / "offices"
    offices.mkdir()
    for path in (nation / "offices").iterdir():
        (offices / path.name).write_bytes(path.read_bytes())
    (offices / f"{first}.toml").write_text("name = 7\n")
    outcomes = run(broken, tmp_path / "out")
    failed = {key for key, o in outcomes.items() if o.state == "failed"}
    assert failed == {first, second, "../evil"}
    assert all(outcomes[key].why for key in failed)
    assert not (tmp_path / "evil").exists()
    assert outcomes[third].summary["printed"] > 0
    page = (tmp_path / "out/index.html").read_text("utf-8")
    assert all(key in page for key in failed)
    table = (tmp_path / "out/fleet.csv").read_text("utf-8")
    rows = [*csv.DictReader(table.splitlines())]
    assert [row["state"] for row in rows[:3]] == ["failed"] * 3
    assert sum(row["state"] == "planned" for row in rows) == len(outcomes) - 3
    # Of nobody's data is anything on the page or in the table.
    for name in data["nama"].unique().to_list()[:50]:
        assert name is None or name not in page


def test_exports_of_single_offices_and_shared_ones_are_read(
    nation: Path, tmp_path: Path
) -> None:
    data = pl.read_parquet(nation / "backlogs")
    first, *others = sorted({*data["office"]})
    folder = tmp_path / "exports"
    folder.mkdir()
    own = data.filter(pl.col("office") == first).drop("office")
    own.write_csv(folder / f"{first}.csv")
    rest = data.filter(pl.col("office") != first).rename({"office": "Kode Kantor"})
    rest.head(300).write_csv(folder / "a.csv")
    rest.tail(-300).write_csv(folder / "b.csv", separator=";")
    made = fleet(
        folder,
        nation / "offices",
        tmp_path / "out",
        start=START,
        days=DAYS,
        column="kode kantor",
        executor=Here(),
    )
    whole = run(nation, tmp_path / "whole")
    assert {o.key for o in made.outcomes} == {first, *others}
    for outcome in made.outcomes:
        for key in ("read", "planned", "printed", "tiers", "by_area"):
            assert outcome.summary[key] == whole[outcome.key].summary[key]


def test_what_cannot_be_begun_is_said_before_anything_is_written(
    nation: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(FolderError):
        run(nation, other)
    assert (other / "thesis.txt").read_text() == "mine"
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(FolderError):
        fleet(nation / "backlogs", empty, tmp_path / "x", start=START)
    with pytest.raises(BacklogError):
        fleet(empty, nation / "offices", tmp_path / "y", start=START)
    with pytest.raises(BacklogError):
        run(nation, tmp_path / "z", column="kantor")
    with pytest.raises(UsageError):
        run(nation, tmp_path / "w", workers=2)
    with pytest.raises(OfficeError):
        office_for(empty, "1001")


def test_an_office_says_what_it_has_besides(tmp_path: Path) -> None:
    (tmp_path / "defaults.toml").write_text(
        'language = "en"\n[reserve]\ncards_per_day = 3\n'
        '[[servers]]\nid = "a"\ncards_per_day = 9\n'
        '[[servers]]\nid = "b"\ncards_per_day = 9\n'
        '[[printers]]\nid = "p"\ncards_per_day = 9\n'
    )
    (tmp_path / "5371.toml").write_text('[[servers]]\nid = "c"\ncards_per_day = 1\n')
    own, plain = office_for(tmp_path, "5371"), office_for(tmp_path, "5372")
    assert [s.id for s in own.servers] == ["c"]
    assert [s.id for s in plain.servers] == ["a", "b"]
    assert (own.name, plain.name) == ("5371", "5372")
    assert own.reserve.cards_per_day == plain.reserve.cards_per_day == 3
    assert own.source_digest != plain.source_digest


def test_keys_are_names_of_files_everywhere() -> None:
    good = ("5371", "Kota Kupang", "kab. Alor", "é-1")
    bad = ("", ".", "..", "a/b", "a\\b", " a", "a ", "a.", "_", "a\nb", "x" * 61, "a:b")
    assert all(map(is_key, good))
    assert not any(map(is_key, bad))


@pytest.mark.slow
def test_the_command_says_what_failed_and_goes_on_where_it_was(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "nation"
    options = ["--offices", "4", "--applications", "200", "--lang", "en"]
    run_command("init", str(folder), "--example", "nation", *options)
    command = ["fleet", str(folder / "backlogs"), "--offices", str(folder / "offices")]
    command += ["--start", START, "--days", "9", "--out", str(tmp_path / "out")]
    command += ["--workers", "1", "--json"]
    made = json.loads(run_command(*command).stdout)
    assert {row["state"] for row in made["offices"]} == {"planned"}
    (folder / "offices" / "1002.toml").write_text("x = 1\n")
    done = run_command(*command, code=1)
    states = {row["office"]: row["state"] for row in json.loads(done.stdout)["offices"]}
    assert states.pop("1002") == "failed"
    assert {*states.values()} == {"kept"}


def test_saving_needs_no_charts_for_the_page_of_all(
    nation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    assert run(nation, tmp_path / "out")
    assert (tmp_path / "out/index.html").exists()
