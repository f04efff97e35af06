"""An office file that is recorded and not in place yet.

The new file is on the disk, under a name that says its act, before the act is
committed; then it takes the place of the old one.  Whoever is killed between the two
leaves it there, and whoever opens the office next puts it in place, or takes it away
where its act was never committed.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from ektp_sched.documents.seal import digest_of
from ektp_sched.errors import FolderError
from ektp_sched.places import DENIED, replace_file
from ektp_sched.words import said

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.ledger import Act, Ledger, Reader

_WAITING: Final = re.compile(r"\.office-(\d+)")
"""What a new office file is called until it is in place."""


def write_waiting(folder: Path, act: int, raw: bytes) -> None:
    """Write the office file of an act that is about to be committed."""
    with (folder / f".office-{act}").open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def settle_office(folder: Path, ledger: Ledger) -> bool:
    """Put in place what a killed command had recorded, or take it away.

    Returns
    -------
    bool
        Whether there was anything.

    Raises
    ------
    ektp_sched.errors.FolderError
        The office file is open in a program that lets nobody replace it.
    """
    if not _waiting(folder) or not ledger.exists:
        return False
    with ledger.reading() as reader:
        put_recorded(folder, reader)
    if _waiting(folder):  # what has no act may be what somebody is writing just now
        with ledger.writing() as writer:
            put_recorded(folder, writer)
            for path in _waiting(folder):
                path.unlink(missing_ok=True)
    return True


def put_recorded(folder: Path, reader: Reader) -> None:
    """Put in place the office files whose acts are committed."""
    waiting = _waiting(folder)
    acts = {act.number: act for act in reader.acts("office", live=False)}
    for path in waiting:
        act = acts.get(int(path.name.rpartition("-")[2]))
        if act is not None and digest_of(path) == act.detail["sha256"]:
            _put(folder, path, act)


def _waiting(folder: Path) -> list[Path]:
    paths = [path for path in folder.glob(".office-*") if _WAITING.fullmatch(path.name)]
    return sorted(paths, key=lambda path: int(path.name.rpartition("-")[2]))


def _put(folder: Path, path: Path, act: Act) -> None:
    """Let a file take the place of the one that its act rests on.

    One that somebody else has changed since stays as it is.
    """
    target = folder / str(act.detail["file"])
    try:
        if not target.exists() or digest_of(target) == act.detail["before"]:
            replace_file(target, path.read_bytes())
    except FileNotFoundError:
        return  # another command did it
    except OSError as error:
        if error.errno not in DENIED:
            raise
        message = said(
            "is open in another program, or cannot be written; close it there: what "
            "act {act} records is put in place as soon as this folder is used again",
            "sedang terbuka di program lain, atau tidak dapat ditulis; tutuplah di "
            "sana: isi catatan {act} dipasang begitu folder ini dipakai lagi",
            act=str(act.number),
        )
        raise FolderError(message, file=str(target)) from None
    path.unlink(missing_ok=True)
