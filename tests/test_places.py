"""Killed at any moment, a folder is whole: the old one, or the new one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from output_cases import files_of

import ektp_sched
from ektp_sched import places
from ektp_sched.documents.seal import PROMISES
from ektp_sched.output.placing import replaced_folder, sealed_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


OF_ONE = {"old": "poster.id.html", "new": "poster.en.html"}
"""A file that only one of two folders has."""


def put(where: Path, mark: str) -> None:
    with sealed_folder(where, {"n": mark}, index=PROMISES) as folder:
        for name in ("promises.csv", OF_ONE[mark]):
            (folder / name).write_text(mark)


def names(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


def contents(mark: str) -> list[str]:
    return sorted([OF_ONE[mark], "promises.csv", PROMISES])


def left_over(root: Path) -> list[str]:
    return [name for name in names(root) if places.TEMPORARY in name]


def kill_at_every_step(root: Path, *, exchange: bool, inside: bool) -> Iterator[int]:
    """Yield after each kill, until a process comes to its end."""
    for number in range(1, 200):
        put(root / "out", "old")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # threads of others: of no use here
            child = os.fork()
        if child == 0:
            killed_at(number, root / "out", exchange, inside)
        _, status = os.waitpid(child, 0)
        if status == 0:
            assert number > 10, "too few steps were seen"
            return
        assert os.WTERMSIG(status) == signal.SIGKILL
        yield number
    pytest.fail("it never came to its end")


def killed_at(number: int, out: Path, exchange: bool, inside: bool) -> NoReturn:
    """Replace a folder, and be killed before or after a step that changes a disk."""
    left = number

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: object, **options: object) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            result = call(*arguments, **options)
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return step

    try:
        if not exchange:
            places._renameat2 = lambda: None  # type: ignore[assignment]
        for name in ("rename", "rmdir", "mkdir", "replace"):
            setattr(Path, name, counted(getattr(Path, name)))
        for name in ("unlink", "rmdir", "fsync"):
            setattr(os, name, counted(getattr(os, name)))
        places._exchange = counted(places._exchange)
        if inside:
            os.chdir(out)
        put(Path() if inside else out, "new")
    finally:
        os._exit(1 if sys.exc_info()[0] else 0)


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("exchange", [True, False])
def test_killed_at_any_step_the_folder_is_whole(tmp_path: Path, exchange: bool) -> None:
    old, new = contents("old"), contents("new")
    seen = set()
    for _ in kill_at_every_step(tmp_path, exchange=exchange, inside=False):
        out = tmp_path / "out"
        if exchange:
            assert names(out) in (old, new), "whole even before anybody looks"
        places.settle(out)
        assert names(out) in (old, new)
        mark = "old" if names(out) == old else "new"
        seen.add(mark)
        assert all(
            raw.decode() == mark for raw in files_of(out).values() if len(raw) < 4
        )
        assert left_over(tmp_path) == []
    assert seen == {"old", "new"}


@pytest.mark.slow
@POSIX
def test_killed_in_a_folder_that_cannot_move_the_next_command_completes_it(
    tmp_path: Path,
) -> None:
    old, new = contents("old"), contents("new")
    seen = set()
    for _ in kill_at_every_step(tmp_path, exchange=True, inside=True):
        out = tmp_path / "out"
        places.settle(out)
        assert names(out) in (old, new)
        mark = "old" if names(out) == old else "new"
        seen.add(mark)
        assert (out / "promises.csv").read_text() == mark
        assert left_over(tmp_path) == []
    assert seen == {"old", "new"}


def test_nobody_takes_away_what_another_one_writes(tmp_path: Path) -> None:
    with replaced_folder(tmp_path / "a") as first:
        (first / "x").write_text("1")
        with replaced_folder(tmp_path / "b") as second:
            (second / "x").write_text("2")
        places.settle(tmp_path / "a")
        assert (first / "x").read_text() == "1"
    assert files_of(tmp_path) == {"a/x": b"1", "b/x": b"2"}


@pytest.mark.slow
@POSIX
def test_another_process_keeps_its_workplace(tmp_path: Path) -> None:
    code = """
import sys, time
from ektp_sched.output.placing import replaced_folder
with replaced_folder(sys.argv[1] + "/a") as folder:
    (folder / "x").write_text("1")
    print("begun", flush=True)
    time.sleep(3600)
"""
    package = str(Path(ektp_sched.__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": package},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n"
    places.settle(tmp_path / "a")
    assert len(left_over(tmp_path)) == 3
    process.kill()
    process.wait()
    process.stdout.close()
    places.settle(tmp_path / "b")
    assert names(tmp_path) == []


def test_a_folder_that_another_one_takes_away_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two commands make the folder above; one fails and removes it, being empty."""
    target, make = tmp_path / "plans" / "new.txt", tempfile.mkdtemp
    removed = iter([True])

    def other(**names: Any) -> Any:
        if next(removed, False):
            target.parent.rmdir()
        return make(**names)

    monkeypatch.setattr(tempfile, "mkdtemp", other)
    with places.workplace(target) as place:
        places.write_new(place, b"here")
        places.put_in_place(place)
    assert target.read_bytes() == b"here"


@pytest.mark.parametrize(
    "name", [".ektp-sched-out-abcd1234", ".ektp-sched-letters", ".ektp-sched-abcd1234"]
)
def test_somebodys_own_folder_is_no_left_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "letter.txt").write_text("mine")
    places.replace_file(tmp_path / "file", b"1")
    assert (tmp_path / name / "letter.txt").read_text() == "mine"


def test_a_left_over_of_this_program_goes_and_a_link_stays(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/new").write_text("mine")
    link = tmp_path / ".ektp-sched-out-abcd1234"
    link.symlink_to(tmp_path / "kept")
    for name in (".ektp-sched-x-abcd1234", ".ektp-sched-x-abcd1235-gone"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "new").write_text("names of people")
    places.replace_file(tmp_path / "file", b"1")
    assert names(tmp_path) == [link.name, "file", "kept", "kept/new"]


def test_files_and_folder_are_put_in_place_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, file, other = (tmp_path / name for name in ("out", "copy.csv", "more.csv"))
    put(out, "old")
    file.write_bytes(b"before")
    before = files_of(tmp_path)
    files = {file: b"after", other: b"new"}
    swap = places._swap

    def fail(place: places.Workplace) -> object:
        if place.target == out:
            raise OSError(5, "broken")
        return swap(place)

    for exchange in (True, False):
        with monkeypatch.context() as patch:
            patch.setattr(places, "_swap", fail)
            if not exchange:
                patch.setattr(places, "_renameat2", lambda: None)
            with (
                pytest.raises(ektp_sched.errors.FolderError),
                sealed_folder(out, {}, index=PROMISES, files=files),
            ):
                pass
        assert files_of(tmp_path) == before
        assert left_over(tmp_path) == []
    with sealed_folder(out, {}, index=PROMISES, files=files):
        pass
    assert (file.read_bytes(), other.read_bytes()) == (b"after", b"new")


def test_many_files_are_waited_for_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_MANY", 3)
    with replaced_folder(tmp_path / "out") as folder:
        for number in range(9):
            (folder / f"{number}").write_text("x")
    assert len(files_of(tmp_path)) == 9
