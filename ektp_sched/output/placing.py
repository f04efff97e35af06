"""Putting a whole folder in place of another, or leaving all as it was."""

from __future__ import annotations

import errno
import os
import re
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.documents.files import json_text
from ektp_sched.documents.seal import INDEXES, SUMMARY, later_plans, seal
from ektp_sched.documents.summary import PROGRAM
from ektp_sched.errors import FolderError
from ektp_sched.output.owned import changed_file, foreign_file, foreign_to, marked_sheet
from ektp_sched.places import (
    DENIED,
    Workplace,
    put_in_place,
    settle,
    sync,
    workplace,
    write_new,
)
from ektp_sched.words import said, system_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ektp_sched.words import Said

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_LINKS: Final = 40
"""Links one after another that a system follows."""


@contextmanager
def replaced_folder(
    path: str | Path,
    *,
    index: str = SUMMARY,
    own: Mapping[str, bytes] | None = None,
    force: bool = False,
    files: Mapping[Path, bytes] | None = None,
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
    own
        The same for a command without an index: by name of its files, bytes
        that each holds in its first kilobytes.
    force
        Also replace what this program wrote and somebody changed since; but never
        sheets that somebody filled in.
    files
        What else is put in place with the folder, by path; before it.

    Raises
    ------
    ektp_sched.errors.FolderError
        If `path` holds anything else or cannot be written.
    """
    shown = str(path)
    target = Path(os.path.realpath(path))
    with _sentences(shown):
        settle(target)
        _refuse(target, shown, index, own, force)
    with ExitStack() as begun:
        with _sentences(shown):
            place = begun.enter_context(_workplace(target))
            place.new.mkdir()
            yield place.new
            sync(place.new)
        further = []
        for file, raw in (files or {}).items():
            with _sentences(str(file)):
                beside = begun.enter_context(workplace(file))
                write_new(beside, raw)
            further.append(beside)
        with _sentences(shown):
            put_in_place(*further, place)


@contextmanager
def sealed_folder(
    path: str | Path,
    document: Mapping[str, Any],
    *,
    index: str,
    force: bool = False,
    files: Mapping[Path, bytes] | None = None,
) -> Iterator[Path]:
    """Yield a folder as `replaced_folder` does, and write its index at the end.

    Parameters
    ----------
    path, index, force, files
        As of `replaced_folder`.
    document
        What the index holds, beside the digests of all files.

    Raises
    ------
    ektp_sched.errors.FolderError
        As `replaced_folder` does.
    """
    with replaced_folder(path, index=index, force=force, files=files) as folder:
        yield folder
        whole = {"program": PROGRAM, **document}
        whole["files"] = seal(folder, whole, index)
        text = json_text(whole)
        (folder / index).write_text(text, encoding="utf-8", newline="\n")


def refuse_early(
    path: str | Path,
    *,
    index: str = SUMMARY,
    own: Mapping[str, bytes] | None = None,
    inputs: Iterable[str | Path] = (),
) -> None:
    """Raise what `replaced_folder` would raise whatever is written.

    For a command that works long before it writes; what the folder holds is
    looked at, not yet whether it was changed.

    Parameters
    ----------
    path, index, own
        As of `replaced_folder`.
    inputs
        Files that the command reads; none of them may lie in the folder.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the folder must not be replaced.
    """
    shown = str(path)
    target = Path(os.path.realpath(path))
    with _sentences(shown):
        settle(target)
        _refuse_foreign(target, shown, index, own, inputs)


def _refuse(
    target: Path,
    shown: str,
    index: str,
    own: Mapping[str, bytes] | None,
    force: bool,
) -> None:
    """Raise unless the target may be replaced."""
    _refuse_foreign(target, shown, index, own)
    if own is not None or not target.is_dir():
        return
    marked = marked_sheet(target) if index == SUMMARY else None
    if marked is not None:
        message = said(
            "holds sheets that somebody filled in ({name}), and they are never "
            "removed; name another folder (the filled sheets are read with --previous)",
            "berisi lembar yang sudah diisi ({name}), dan lembar seperti itu tidak "
            "pernah dihapus; sebutkan folder lain (lembar yang terisi dibaca dengan "
            "--previous)",
            name=marked,
        )
        raise FolderError(message, file=shown)
    if force:
        return
    changed = changed_file(target, index)
    if changed is not None:
        message = said(
            "holds a {kind} that was changed since it was written ({name}); name "
            "another folder, or use --force to replace it",
            "berisi {kind} yang sudah diubah setelah ditulis ({name}); sebutkan "
            "folder lain, atau pakai --force untuk menggantinya",
            kind=INDEXES[index],
            name=changed,
        )
        raise FolderError(message, file=shown)


def _refuse_foreign(
    target: Path,
    shown: str,
    index: str,
    own: Mapping[str, bytes] | None,
    inputs: Iterable[str | Path] = (),
) -> None:
    """Raise if the target holds what is read, or what this program did not write."""
    if not os.path.lexists(target):
        return
    if not target.is_dir():
        message = said(
            "is a file; name another, for a folder",
            "adalah berkas; sebutkan nama lain, untuk folder",
        )
        raise FolderError(message, file=shown)
    read = _read_inside(target, inputs)
    if read is not None:
        message = said(
            "is read by this command and lies in {folder}, the folder that would be "
            "replaced; name another folder to write to",
            "dibaca oleh perintah ini dan terletak di dalam {folder}, folder yang akan "
            "diganti; sebutkan folder lain untuk hasilnya",
            folder=shown,
        )
        raise FolderError(message, file=str(read))
    later = later_plans(target)
    if later:
        message = said(
            "holds a later plan of that day ({name}), which is never removed; name "
            "another folder",
            "berisi rencana berikutnya untuk hari itu ({name}), yang tidak pernah "
            "dihapus; sebutkan folder lain",
            name=later[-1],
        )
        raise FolderError(message, file=shown)
    name = foreign_to(target, index) if own is None else foreign_file(target, own)
    if name is not None:
        kind = INDEXES[index] if own is None else said("audit", "audit")
        message = said(
            "holds {name}, which no {kind} of this program left there; name another "
            "folder, or move that file elsewhere",
            "berisi {name}, yang tidak ditulis oleh {kind} program ini; sebutkan "
            "folder lain, atau pindahkan berkas itu",
            name=name,
            kind=kind,
        )
        raise FolderError(message, file=shown)


def _read_inside(target: Path, inputs: Iterable[str | Path]) -> str | Path | None:
    """Return a file that is read and would go with the target, by whatever name.

    Files are told by what the system numbers them by, so that links, other
    spellings and second names of one file are seen.
    """
    paths = [path for path in inputs if os.path.lexists(path)]
    if not paths:
        return None
    inside = {_identity(target)}
    for folder, folders, names in os.walk(target):
        inside |= {_identity(os.path.join(folder, n)) for n in (*folders, *names)}
    for path in paths:
        if any(step in inside for step in _steps(path)):
            return path
    return None


def _steps(path: str | Path) -> Iterator[tuple[int, int]]:
    """Yield what the system knows a file by, and every link on the way to it."""
    here = os.fspath(path)
    for _ in range(_LINKS):
        if not os.path.lexists(here):
            return
        yield _identity(here)
        if not os.path.islink(here):
            return
        here = os.path.join(os.path.dirname(here), os.readlink(here))


def _identity(path: str | Path) -> tuple[int, int]:
    entry = os.lstat(path)
    return entry.st_dev, entry.st_ino


@contextmanager
def _workplace(target: Path) -> Iterator[Workplace]:
    """Yield a place to write in, on the file system of the target.

    Beside the target, so that one step moves all of it; inside where the
    target itself cannot be moved.
    """
    inside = target.is_dir() and _is_fixed(target)
    with ExitStack() as begun:
        try:
            place = begun.enter_context(workplace(target, inside=inside))
        except OSError as error:
            if inside or error.errno not in DENIED or not target.is_dir():
                raise
            place = begun.enter_context(workplace(target, inside=True))
        yield place


def _is_fixed(target: Path) -> bool:
    """Return whether a folder is a mount, or somebody works in it."""
    here = Path.cwd()
    return target.is_mount() or target == here or target in here.parents


@contextmanager
def _sentences(shown: str) -> Iterator[None]:
    """Turn what the system says into one sentence."""
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        code = _code(error)
        if code is None and not isinstance(error, OSError):
            raise
        raise FolderError(_sentence(code), file=shown) from error


def _code(error: BaseException) -> int | None:
    """Return the system's error number, also from the text of a wrapper."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    number = re.search(r"os error (\d+)", str(error))
    if number:
        code = int(number[1])
        windows = {112: errno.ENOSPC, 39: errno.ENOSPC, 5: errno.EACCES}
        return windows.get(code, code) if os.name == "nt" else code
    return errno.ENOSPC if "No space left" in str(error) else None


def _sentence(code: int | None) -> Said:
    if code in _FULL:
        return said(
            "cannot be written, the disk is full; free some space or name a place on "
            "another disk; nothing was left behind",
            "tidak dapat ditulis karena disk penuh; kosongkan sebagian atau sebutkan "
            "tempat di disk lain; tidak ada yang tertinggal",
        )
    if code in DENIED:
        return said(
            "cannot be written; name a folder that you may write to, and close sheets "
            "of it that are open",
            "tidak dapat ditulis; sebutkan folder yang boleh Anda tulisi, dan tutup "
            "lembar di dalamnya yang sedang terbuka",
        )
    return said(
        "cannot be written ({why}); name another folder",
        "tidak dapat ditulis ({why}); sebutkan folder lain",
        why=system_reason(OSError() if code is None else code),
    )
