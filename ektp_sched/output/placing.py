"""Putting a whole folder in place of another, or leaving all as it was."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import tempfile
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from xlsxwriter.exceptions import FileCreateError

from ektp_sched.errors import FolderError
from ektp_sched.output.seal import INDEXES, PROGRAM, SUMMARY, TEMPORARY, judge, seal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["abandon", "replaced_folder", "sealed_folder"]

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_PATIENCE: Final = 2.0  # seconds
_MOVING: Final = threading.Lock()
_BEGUN: Final[dict[Path, list[Path]]] = {}
"""Each folder that is being written in, and those made above its target."""
_DENIED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY})


@contextmanager
def replaced_folder(
    path: str | Path, *, index: str = SUMMARY, force: bool = False
) -> Iterator[Path]:
    """Yield an empty folder to write to; it becomes `path` at the end.

    Whatever fails inside, or in moving, leaves `path` as it was and removes
    what was written, also when interrupted.

    Parameters
    ----------
    path
        The folder to be.  It may be missing, empty, hold rejects.csv alone,
        or hold what the same command wrote earlier.
    index
        Name of the file by which that is known.
    force
        Also replace what was changed since.

    Raises
    ------
    ektp_sched.errors.FolderError
        If `path` holds anything else or cannot be written.
    """
    shown = str(path)
    target = Path(os.path.realpath(path))
    with _sentences(shown):
        _refuse(target, shown, index, force)
        made = _make_parents(target)
    workplace: Path | None = None
    try:
        with _sentences(shown):
            workplace = _workplace(target)
            _BEGUN[workplace] = made
            new = workplace / "new"
            new.mkdir()
            yield new
            _sync(new)
            with _MOVING:
                _swap(new, target)
                made.clear()
    finally:
        with _MOVING:
            _tidy(workplace, made)
            if workplace is not None:
                _BEGUN.pop(workplace, None)


def abandon() -> None:
    """Remove what is being written, and let nothing more be put in place.

    For one who ends the process while others still write.
    """
    _MOVING.acquire(timeout=_PATIENCE)  # never given back
    for workplace, made in list(_BEGUN.items()):
        # Under another name nobody adds to it by a path.
        gone = workplace.with_name(f"{workplace.name}-gone")
        with suppress(OSError):
            workplace.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
        _tidy(workplace, made)


def _tidy(workplace: Path | None, made: list[Path]) -> None:
    """Remove a folder that was written in, and what was made above its target."""
    if workplace is not None:
        shutil.rmtree(workplace, ignore_errors=True)
    for folder in reversed(made):
        with suppress(OSError):
            folder.rmdir()


@contextmanager
def sealed_folder(
    path: str | Path, document: Mapping[str, Any], *, index: str, force: bool = False
) -> Iterator[Path]:
    """Yield a folder as `replaced_folder` does, and write its index at the end.

    Parameters
    ----------
    path, index, force
        As of `replaced_folder`.
    document
        What the index holds, beside the digests of all files.

    Raises
    ------
    ektp_sched.errors.FolderError
        As `replaced_folder` does.
    """
    with replaced_folder(path, index=index, force=force) as folder:
        yield folder
        whole = {"program": PROGRAM, **document}
        whole["files"] = seal(folder, whole, index)
        text = json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False)
        (folder / index).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _refuse(target: Path, shown: str, index: str, force: bool) -> None:
    """Raise unless the target may be replaced."""
    if not os.path.lexists(target):
        return
    if not target.is_dir():
        raise FolderError("is a file; name another, for a folder", file=shown)
    verdict, kind = judge(target, index), INDEXES[index]
    if verdict.foreign is not None:
        message = (
            f"holds {verdict.foreign}, which no {kind} of this program left there; "
            "name another folder"
        )
        raise FolderError(message, file=shown)
    if verdict.changed is not None and not force:
        message = (
            f"holds a {kind} that was changed since it was written "
            f"({verdict.changed}); name another folder, or use --force to replace it"
        )
        raise FolderError(message, file=shown)


def _make_parents(target: Path) -> list[Path]:
    """Make the folders above the target; return those that are new."""
    missing = []
    for folder in target.parents:
        if folder.exists():
            break
        missing.append(folder)
    made: list[Path] = []
    try:
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
            made.append(folder)
    except OSError:
        for folder in reversed(made):
            folder.rmdir()
        raise
    return made


def _workplace(target: Path) -> Path:
    """Make a folder to write in, on the file system of the target.

    Beside the target, so that one rename moves all of it; inside where the
    target itself cannot be moved.
    """
    prefix = f"{TEMPORARY}{target.name}-"
    if target.is_dir() and _is_fixed(target):
        return Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=target))
    try:
        return Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
    except OSError as error:
        if error.errno not in _DENIED or not target.is_dir():
            raise
    return Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=target))


def _is_fixed(target: Path) -> bool:
    """Return whether a folder is a mount, or somebody works in it."""
    here = Path.cwd()
    return target.is_mount() or target == here or target in here.parents


def _swap(new: Path, target: Path) -> None:
    """Put the new folder in place, the old one aside, or all back."""
    old = new.with_name("old")
    if new.parent.parent == target:
        _swap_entries(new, target, old)
        return
    try:
        if target.exists():
            target.rename(old)
        new.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        raise


def _swap_entries(new: Path, target: Path, old: Path) -> None:
    old.mkdir()
    leaving = [
        (entry, old / entry.name)
        for entry in sorted(target.iterdir())
        if entry != new.parent
    ]
    # A folder with an index is whole, so the index comes last.
    coming = sorted(new.iterdir(), key=lambda entry: (entry.name in INDEXES, entry))
    moves = leaving + [(entry, target / entry.name) for entry in coming]
    done = []
    try:
        for before, after in moves:
            before.rename(after)
            done.append((before, after))
    except BaseException:
        for before, after in reversed(done):
            after.rename(before)
        raise


def _sync(folder: Path) -> None:
    """Wait until the folder's own files are on the disk.

    The sheets under batches/ follow from plan.csv and may take their time.
    """
    for entry in sorted(folder.iterdir()):
        if entry.is_file():
            with entry.open("r+b") as file:
                os.fsync(file.fileno())
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _sentences(shown: str) -> Iterator[None]:
    """Turn what the system says into one sentence."""
    try:
        yield
    except (OSError, pl.exceptions.PolarsError, FileCreateError) as error:
        code = _code(error)
        if code is None and not isinstance(error, OSError):
            raise
        raise FolderError(_sentence(code), file=shown) from error


def _code(error: BaseException) -> int | None:
    """Return the system's error number, also from the text of a wrapper."""
    inner = error.args[0] if error.args else None
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    if isinstance(inner, OSError):
        return inner.errno
    found = re.search(r"os error (\d+)", str(error))
    if found:
        number = int(found[1])
        windows = {112: errno.ENOSPC, 39: errno.ENOSPC, 5: errno.EACCES}
        return windows.get(number, number) if os.name == "nt" else number
    return errno.ENOSPC if "No space left" in str(error) else None


def _sentence(code: int | None) -> str:
    if code in _FULL:
        return (
            "cannot be written, the disk is full; free some space or name a folder "
            "on another disk; nothing was left behind"
        )
    if code in _DENIED:
        return (
            "cannot be written; name a folder that you may write to, "
            "and close sheets of it that are open"
        )
    why = os.strerror(code).lower() if code is not None else "the system refused"
    return f"cannot be written ({why}); name another folder"
