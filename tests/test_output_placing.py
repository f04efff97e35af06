"""A folder is replaced whole or left as it was, and only if it may be."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import openpyxl
import polars as pl
import pytest
from cli_server import LONGEST
from output_cases import files_of, make

import ektp_sched
from ektp_sched import places
from ektp_sched.documents.seal import BACKTEST, COMPARISON, PROMISES
from ektp_sched.errors import FolderError
from ektp_sched.output import folder as writer
from ektp_sched.output import load, save
from ektp_sched.output.placing import replaced_folder, sealed_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from ektp_sched.planning import Plan


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return make(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return make(tmp_path_factory.mktemp("other"), rate=5)


def quick(plan: Plan, path: Path, *, force: bool = False) -> None:
    save(plan, path, xlsx=False, report=False, verify=False, force=force)


def test_parents_are_made(made: Plan, tmp_path: Path) -> None:
    quick(made, tmp_path / "a/b/out")
    assert load(tmp_path / "a/b/out").days == 10


def test_an_empty_folder_is_replaced(made: Plan, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    quick(made, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert load(tmp_path / "out").days == 10


@pytest.mark.slow
def test_an_earlier_plan_is_replaced(made: Plan, other: Plan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    save(made, out)
    (out / ".DS_Store").write_bytes(b"left by a file manager")
    quick(other, out)
    assert load(out).assignments.equals(other.assignments)
    assert not (out / "plan.xlsx").exists()
    assert not (out / ".DS_Store").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def change(out: Path) -> None:
    (out / "plan.csv").write_bytes((out / "plan.csv").read_bytes() + b"\n")


def remove(out: Path) -> None:
    (out / "held.csv").unlink()


def tick(out: Path) -> None:
    sheet = out / "batches/2017-09-12/printer-1.csv"
    sheet.write_bytes(sheet.read_bytes().replace(b",,,", b",x,,", 1))


def note(out: Path) -> None:
    """Write beside the boxes, which marks none."""
    sheet = out / "batches/2017-09-12/printer-1.csv"
    sheet.write_bytes(sheet.read_bytes().replace(b"\n", b",note\n", 1))


def misstate(out: Path) -> None:
    path = out / "summary.json"
    path.write_bytes(path.read_bytes().replace(b'"printed": 20', b'"printed": 19', 1))


def empty_folder(out: Path) -> None:
    (out / "batches/2017-09-30").mkdir()


CHANGES: dict[Callable[[Path], None], str] = {
    change: "plan.csv",
    remove: "held.csv",
    note: "batches",
    misstate: "summary.json",
    empty_folder: "batches",
}


@pytest.mark.slow
@pytest.mark.parametrize("act", CHANGES)
def test_a_changed_plan_needs_force(
    made: Plan, other: Plan, tmp_path: Path, act: Callable[[Path], None]
) -> None:
    out = tmp_path / "out"
    quick(made, out)
    act(out)
    before = files_of(out)
    with pytest.raises(FolderError) as caught:
        quick(other, out)
    assert f"changed since it was written ({CHANGES[act]})" in str(caught.value)
    assert "--force" in str(caught.value)
    assert files_of(out) == before
    quick(other, out, force=True)
    assert load(out).assignments.equals(other.assignments)


def tick_workbook(out: Path) -> None:
    path = out / "batches/2017-09-12/printer-1.xlsx"
    book = openpyxl.load_workbook(path)
    boxes = (cell for row in book.active for cell in row if cell.value == "☐")
    next(boxes).value = "x"
    book.save(path)


def break_sheet(out: Path) -> None:
    """Leave a changed sheet of which nobody can tell what stood in it."""
    (out / "batches/2017-09-12/printer-1.xlsx").write_bytes(b"PK")


@pytest.mark.slow
@pytest.mark.parametrize("act", [tick, tick_workbook, break_sheet])
@pytest.mark.parametrize("force", [False, True])
def test_filled_sheets_are_never_removed(
    made: Plan, other: Plan, tmp_path: Path, act: Callable[[Path], None], force: bool
) -> None:
    out = tmp_path / "out"
    save(made, out, report=False, verify=False)
    act(out)
    before = files_of(out)
    with pytest.raises(FolderError) as caught:
        quick(other, out, force=force)
    assert "batches/2017-09-12/printer-1" in str(caught.value)
    assert "--force" not in str(caught.value)
    assert files_of(out) == before


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt",
        "identity.key",
        "batches/2017-09-12/printer-1 (isi).xlsx",
        "batches/2017-09-12/notes.csv",
        "batches/notes.csv",
        "batches/2017-09-12/more/printer-1.csv",
        ".ektp-sched-notes/letter.txt",
        "~$mine/letter.txt",
    ],
)
@pytest.mark.parametrize("force", [False, True])
def test_what_somebody_put_into_a_plan_is_never_removed(
    made: Plan, other: Plan, tmp_path: Path, name: str, force: bool
) -> None:
    out = tmp_path / "out"
    quick(made, out)
    (out / name).parent.mkdir(exist_ok=True)
    (out / name).write_text("mine")
    before = files_of(out)
    with pytest.raises(FolderError) as caught:
        quick(other, out, force=force)
    assert f"holds {name}, which no plan of this program left" in str(caught.value)
    assert f"berisi {name}, yang tidak ditulis" in caught.value.sentence("id")
    assert files_of(out) == before


def test_the_times_in_a_summary_are_no_change(
    made: Plan, other: Plan, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    quick(made, out)
    text = (out / "summary.json").read_text("utf-8")
    (out / "summary.json").write_text(text.replace('"write": ', '"write": 1'), "utf-8")
    quick(other, out)


FOREIGN: dict[str, dict[str, bytes]] = {
    "a document": {"letter.txt": b"dear"},
    "a folder": {"sub/letter.txt": b"dear"},
    "another program's summary": {"summary.json": b"{}", "x.csv": b""},
    "a broken summary": {"summary.json": b"{", "plan.csv": b""},
    "a list for a summary": {"summary.json": b"[]"},
    "a summary without digests": {"summary.json": b'{"program": "ektp-sched"}'},
    "foreign rejects": {"rejects.csv": b"name,reason\n"},
    "rejects with company": {"rejects.csv": b"row,column,reason\n", "b.txt": b""},
    "a deep nest": {"summary.json": b"[" * 100_000},
}


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("name", sorted(FOREIGN))
def test_a_foreign_folder_is_never_replaced(
    made: Plan, tmp_path: Path, name: str, force: bool
) -> None:
    out = tmp_path / "out"
    for inner, raw in FOREIGN[name].items():
        (out / inner).parent.mkdir(parents=True, exist_ok=True)
        (out / inner).write_bytes(raw)
    before = files_of(out)
    with pytest.raises(FolderError, match="name another folder"):
        quick(made, out, force=force)
    assert files_of(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_file_in_the_way_is_named(made: Plan, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(FolderError, match="out: is a file; name another"):
        quick(made, tmp_path / "out", force=True)
    with pytest.raises(FolderError, match="cannot be written"):
        quick(made, tmp_path / "out/deeper")
    assert (tmp_path / "out").read_text() == "x"


def test_a_link_stays_a_link(made: Plan, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    quick(made, tmp_path / "out")
    assert (tmp_path / "out").is_symlink()
    assert load(tmp_path / "real").days == 10


def test_the_folder_that_one_works_in(
    made: Plan, other: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.chdir(out)
    node = out.stat().st_ino
    quick(made, Path())
    quick(other, Path())
    assert load(Path()).assignments.equals(other.assignments)
    assert out.stat().st_ino == node
    assert not [p for p in out.iterdir() if p.name.startswith(".")]


def test_a_failure_in_the_folder_that_one_works_in(
    made: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(made, tmp_path / "out")
    monkeypatch.chdir(tmp_path / "out")
    before = files_of(Path())
    moved = Path.rename

    def fail_late(self: Path, target: Path) -> Path:
        if self.name == "plan.csv" and self.parent.name == "new":
            raise OSError(errno.EIO, "broken")
        return moved(self, target)

    monkeypatch.setattr(Path, "rename", fail_late)
    with pytest.raises(FolderError, match=r"\(Input/output error\)"):
        quick(made, Path())
    assert files_of(Path()) == before
    assert not [p for p in Path().iterdir() if p.name.startswith(".")]


def raising(error: BaseException) -> Callable[..., NoReturn]:
    def fail(*args: object, **options: object) -> NoReturn:
        raise error

    return fail


FULL = "the disk is full"
FAILURES: dict[str, tuple[BaseException, str]] = {
    "full": (OSError(errno.ENOSPC, "No space left on device"), FULL),
    "quota": (OSError(errno.EDQUOT, "Quota"), FULL),
    "polars": (OSError("No space left on device (os error 28)"), FULL),
    "parquet": (
        pl.exceptions.ComputeError("parquet: No space left on device"),
        FULL,
    ),
    "denied": (PermissionError(errno.EACCES, "Permission denied"), "may write to"),
    "odd": (OSError(errno.EFBIG, "File too large"), r"\(File too large\)"),
    "unknown": (OSError("?"), r"\(the system refused\)"),
}


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize("name", sorted(FAILURES))
def test_a_failure_midway_leaves_all_as_it_was(
    made: Plan,
    other: Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    earlier: bool,
) -> None:
    error, said = FAILURES[name]
    out = tmp_path / "deep/out"
    if earlier:
        quick(made, out)
    before = files_of(tmp_path)
    monkeypatch.setattr(writer, "write_batches", raising(error))
    with pytest.raises(FolderError, match=said):
        quick(other, out)
    assert files_of(tmp_path) == before
    assert (tmp_path / "deep").exists() == earlier
    assert list(tmp_path.rglob(".ektp-sched-*")) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("a fault of ours")])
def test_an_interruption_leaves_nothing(
    made: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.setattr(writer, "seal", raising(error))
    with pytest.raises(type(error)):
        quick(made, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


_WRITING = """
import os, sys, threading, time
from pathlib import Path
from ektp_sched.output.placing import replaced_folder
from ektp_sched.places import abandon

begun = threading.Event()

def write():
    with replaced_folder(Path(sys.argv[1]) / "new" / "out") as folder:
        for number in range(10**9):
            (folder / f"{number}").write_text("half", "utf-8")
            if number == 50:
                begun.set()

threading.Thread(target=write, daemon=True).start()
begun.wait()
abandon()
os._exit(7)
"""


@pytest.mark.slow
def test_who_leaves_while_another_writes_leaves_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WRITING, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(Path(ektp_sched.__file__).parents[1])},
        check=False,
        timeout=LONGEST,
        capture_output=True,
    )
    assert done.returncode == 7, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_failed_exchange_puts_the_old_back(
    made: Plan, other: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    quick(made, out)
    before = files_of(tmp_path)
    moved = Path.rename
    monkeypatch.setattr(places, "_renameat2", lambda: None)

    def fail(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise PermissionError(errno.EACCES, "a sheet is open")
        return moved(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(FolderError, match="close sheets of it that are open"):
        quick(other, out)
    assert files_of(tmp_path) == before


@pytest.mark.slow
def test_a_workbook_that_fails_lets_go_of_its_files(
    made: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ektp_sched.output import workbook

    monkeypatch.setattr(
        workbook, "_write_held", raising(OSError(errno.ENOSPC, "No space"))
    )
    with pytest.raises(FolderError, match=FULL):
        save(made, tmp_path / "out", verify=False)
    assert list(tmp_path.iterdir()) == []


LIMITED = """
import resource, sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from output_cases import make
from ektp_sched.errors import FolderError
from ektp_sched.output import save
made = make(Path({case!r}))
resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
try:
    save(made, {out!r}, xlsx=False, report=False)
except FolderError as error:
    sys.stdout.write(str(error))
"""


def run_python(code: str) -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(ektp_sched.__file__).parents[1]),
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    return done.stdout


@pytest.mark.slow
def test_a_real_limit_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    out = tmp_path / "room/out"
    here = str(Path(__file__).parent)
    code = LIMITED.format(tests=here, case=str(tmp_path / "case"), out=str(out))
    said = run_python(code)
    assert said.startswith(f"{out}: cannot be written (File too large)")
    assert list((tmp_path / "room").iterdir()) == []


DENIED = """
import os, sys
from ektp_sched.errors import FolderError
from ektp_sched.output.placing import replaced_folder
if os.geteuid() == 0:
    os.seteuid(65534)
try:
    with replaced_folder({out!r}) as folder:
        (folder / "x").write_text("x")
except FolderError as error:
    sys.stdout.write(str(error))
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["out", "deep/out", ""])
def test_a_folder_that_one_may_not_write_to(name: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o555)
        out = str(Path(place) / name)
        said = run_python(DENIED.format(out=out))
        assert said.startswith(f"{out}: cannot be written; name a folder")
        assert list(Path(place).iterdir()) == []
        Path(place).chmod(0o755)


def test_the_new_folder_is_as_open_as_any(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with replaced_folder(tmp_path / "out"):
        pass
    plain, out = (tmp_path / name for name in ("plain", "out"))
    assert out.stat().st_mode == plain.stat().st_mode


def test_a_plan_folder_moved_elsewhere_is_still_known(
    made: Plan, other: Plan, tmp_path: Path
) -> None:
    quick(made, tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "moved")
    quick(other, tmp_path / "moved")
    kept: Any = load(tmp_path / "moved").assignments
    assert kept.equals(other.assignments)


WRITABLE_INSIDE = """
import os, sys
from ektp_sched.output.placing import replaced_folder
if os.geteuid() == 0:
    os.seteuid(65534)
with replaced_folder({out!r}) as folder:
    (folder / "x").write_text("x")
"""


@pytest.mark.slow
def test_a_folder_that_one_may_write_to_in_one_that_one_may_not() -> None:
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "out"
        out.mkdir()
        out.chmod(0o777)
        Path(place).chmod(0o555)
        run_python(WRITABLE_INSIDE.format(out=str(out)))
        assert files_of(Path(place)) == {"out/x": b"x"}
        Path(place).chmod(0o755)


def test_a_command_replaces_its_own_folders_alone(made: Plan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with sealed_folder(out, {"n": 1}, index=PROMISES) as folder:
        (folder / "promises.csv").write_text("a\n", "utf-8")
    with sealed_folder(out, {"n": 2}, index=PROMISES):
        pass
    before = (out / PROMISES).read_bytes()
    assert json.loads(before)["n"] == 2
    for index in (COMPARISON, BACKTEST):
        with (
            pytest.raises(FolderError, match=r"holds promises\.json, which no"),
            sealed_folder(out, {}, index=index, force=True),
        ):
            pass
    with pytest.raises(FolderError, match=r"holds promises\.json, which no plan"):
        quick(made, out, force=True)
    assert [p.name for p in out.iterdir()] == [PROMISES]
    (out / PROMISES).write_bytes(before.replace(b'"n": 2', b'"n": 3'))
    before = (out / PROMISES).read_bytes()
    with (
        pytest.raises(FolderError, match="holds a promise that was"),
        sealed_folder(out, {}, index=PROMISES),
    ):
        pass
    assert (out / PROMISES).read_bytes() == before
