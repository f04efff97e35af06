"""Knowing a folder that this program wrote, and whether it was changed since."""

from __future__ import annotations

import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.output.parallel import WORKERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = [
    "AGAINST",
    "BACKTEST",
    "COMPARISON",
    "INDEXES",
    "PROGRAM",
    "PROMISES",
    "SUMMARY",
    "TEMPORARY",
    "Verdict",
    "files_below",
    "foreign_file",
    "judge",
    "seal",
]

PROGRAM: Final = "ektp-sched"
TEMPORARY: Final = ".ektp-sched-"
"""How the names of folders begin that are being written."""

_JUNK: Final = re.compile(
    r"\.DS_Store|Thumbs\.db|desktop\.ini|~\$.*|\.~lock\..*#|\.ektp-sched-.*"
)
"""Names that systems and open spreadsheets leave in any folder."""

SUMMARY: Final = "summary.json"
"""Names the program and the digests of all other files."""

COMPARISON: Final = "comparison.json"
PROMISES: Final = "promises.json"
BACKTEST: Final = "backtest.json"
AGAINST: Final = "against.json"
"""The same in the folders of other commands."""

INDEXES: Final = {
    SUMMARY: "plan",
    COMPARISON: "comparison",
    PROMISES: "promise",
    BACKTEST: "back-test",
    AGAINST: "choice against dates",
}
"""What a folder with such an index holds."""

_REJECTS_HEADING: Final = b"row,column,reason\n"
_UNSEALED: Final = ("files", "seconds")
_BATCHES: Final = "batches"
_CHUNK: Final = 1 << 20
_BEGINNING: Final = 4096


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an existing folder is.

    Parameters
    ----------
    foreign
        A file that makes it no folder of that command; None if it may be one.
    changed
        A file that is not as this program left it; None if all are.
    """

    foreign: str | None = None
    changed: str | None = None


def seal(folder: Path, summary: dict[str, Any], index: str = SUMMARY) -> dict[str, str]:
    """Return the SHA-256 of everything in a folder, by name.

    Parameters
    ----------
    folder
        With all its files; its index itself may be missing or out of date.
    summary
        What the index will hold.  Its own digest leaves out the times, so
        that equal plans have equal digests.

    Returns
    -------
    dict
        One entry a file of the root, and one for all of batches/.
    """
    names = [name for name in files_below(folder) if name != index]
    found = dict(zip(names, _digests(folder, names), strict=True))
    sheets = [name for name in names if name.startswith(f"{_BATCHES}/")]
    if sheets:
        lines = "".join(f"{found.pop(name)}  {name}\n" for name in sheets)
        found[_BATCHES] = hashlib.sha256(lines.encode()).hexdigest()
    kept = {key: value for key, value in summary.items() if key not in _UNSEALED}
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False)
    found[index] = hashlib.sha256(text.encode()).hexdigest()
    return dict(sorted(found.items()))


def judge(folder: Path, wanted: str = SUMMARY) -> Verdict:
    """Return whether a folder is empty, ours, or ours and changed.

    Parameters
    ----------
    folder
        An existing folder.
    wanted
        Name of the index that the command writes: what another one wrote is
        not its own.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    names = files_below(folder)
    if not names or _is_rejects_alone(folder, names):
        return Verdict()
    found = _index(folder)
    if found is None:
        return Verdict(foreign=names[0])
    index, summary = found
    if index != wanted:
        return Verdict(foreign=index)
    stated = summary["files"]
    actual = seal(folder, summary, index)
    for name in sorted({*stated, *actual}):
        if stated.get(name) != actual.get(name):
            return Verdict(changed=name)
    return Verdict()


def foreign_file(folder: Path, own: Mapping[str, bytes]) -> str | None:
    """Return a file that a command with few files of its own did not leave.

    Parameters
    ----------
    folder
        It may be missing.
    own
        By name of the command's files, bytes that each holds in its first
        kilobytes.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    for name in files_below(folder):
        if name not in own or not (folder / name).is_file():
            return name
        with (folder / name).open("rb") as file:
            if own[name] not in file.read(_BEGINNING):
                return name
    return None


def _is_rejects_alone(folder: Path, names: list[str]) -> bool:
    if names != ["rejects.csv"]:
        return False
    with (folder / "rejects.csv").open("rb") as file:
        return file.read(len(_REJECTS_HEADING)) == _REJECTS_HEADING


def _index(folder: Path) -> tuple[str, dict[str, Any]] | None:
    """Return name and contents of the index, if this program wrote one here."""
    for name in INDEXES:
        try:
            found = json.loads((folder / name).read_bytes())
        except (OSError, ValueError, RecursionError):
            continue
        ours = isinstance(found, dict) and found.get("program") == PROGRAM
        if ours and isinstance(found.get("files"), dict):
            return name, found
    return None


def files_below(folder: Path) -> list[str]:
    """Return files, and folders without any, below a folder, sorted."""
    names = []
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if any(_JUNK.fullmatch(part) for part in parts):
            continue
        if path.is_symlink() or not path.is_dir() or not any(path.iterdir()):
            names.append("/".join(parts))
    return sorted(names)


def _digests(folder: Path, names: Iterable[str]) -> list[str]:
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(lambda name: _digest(folder / name), names))


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    if path.is_file():
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()
