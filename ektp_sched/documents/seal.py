"""Knowing a folder that this program wrote, and whether it was changed since."""

from __future__ import annotations

import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.parallel import WORKERS
from ektp_sched.places import is_workplace
from ektp_sched.rules import HOLDING
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ektp_sched.rules import Rule

_SYSTEM: Final = re.compile(r"\.DS_Store|Thumbs\.db|desktop\.ini")
"""Names of files that systems leave."""

_OPEN: Final = re.compile(r"~\$.+\.(xls[xmb]?|ods)|\.~lock\..+#", re.I)
"""Names of files that lie beside a spreadsheet while it is open."""

SUMMARY: Final = "summary.json"
"""Names the program and the digests of all other files."""

COMPARISON: Final = "comparison.json"
PROMISES: Final = "promises.json"
BACKTEST: Final = "backtest.json"
AGAINST: Final = "against.json"
NEED: Final = "need.json"
"""The same in the folders of other commands."""

INDEXES: Final = {
    SUMMARY: said("plan", "rencana"),
    COMPARISON: said("comparison", "perbandingan"),
    PROMISES: said("promise", "tanggal siap"),
    BACKTEST: said("back-test", "uji balik"),
    AGAINST: said("choice against dates", "pilihan terhadap tanggal"),
    NEED: said("search for capacity", "pencarian kapasitas"),
}
"""What a folder with such an index holds."""

CARRIED_FILE: Final = "carried.csv"
CHANGES_FILE: Final = "changes.csv"
DONE_REJECTS_FILE: Final = "done_rejects.csv"
KNOWN_FILES: Final = frozenset({CARRIED_FILE, CHANGES_FILE, DONE_REJECTS_FILE})
"""Of a plan that knows the one before."""

SLIPPED_FILE: Final = "slipped.csv"
RECORDS_FILE: Final = "records.csv"

DONE_FILE: Final = "done.csv"
TOLD_FILE: Final = "told.csv"
LEDGER_FILES: Final = frozenset({DONE_FILE, TOLD_FILE})
"""What the ledger knew of cards and dates, of a plan that one knows."""


def file_of(rule: Rule) -> str:
    """Return the file of a plan folder that has a row for each of its periods."""
    return f"{rule.name}.csv"


FILES: Final = {
    SUMMARY: frozenset(
        {"office.toml", "applications.csv", "plan.csv", "plan.parquet"}
        | {"unprinted.csv", "held.csv", "rejects.csv", "shifts.csv"}
        | {file_of(rule) for rule in HOLDING}
        | {SLIPPED_FILE, RECORDS_FILE, *KNOWN_FILES, *LEDGER_FILES}
        | {"prices.csv", SUMMARY, "certificate.json", "plan.xlsx", "report.html"}
    ),
    COMPARISON: frozenset({COMPARISON, "daily.csv", "report.html"}),
    PROMISES: frozenset(
        {PROMISES, "promises.csv", SLIPPED_FILE, "poster.id.html", "poster.en.html"}
    ),
    BACKTEST: frozenset({BACKTEST, "backtest.csv", "backtest.html"}),
    AGAINST: frozenset({AGAINST}),
    NEED: frozenset({NEED}),
}
"""All names that the root of such a folder may have, beside batches/ of a plan."""

_UNSEALED: Final = ("files", "seconds")
BATCHES: Final = "batches"
"""The folder of sheets in that of a plan."""

_LATER: Final = re.compile(r"[2-9]|[1-9][0-9]+")
"""Names of the folders of a day's later plans, in that of its first."""


def seal(folder: Path, summary: dict[str, Any], index: str = SUMMARY) -> dict[str, str]:
    """Return the SHA-256 of everything in a folder, by name."""
    names = [name for name in file_names(folder) if name != index]
    digests = dict(zip(names, _digests(folder, names), strict=True))
    sheets = {n: digests.pop(n) for n in names if n.startswith(f"{BATCHES}/")}
    if sheets:
        digests[BATCHES] = _of_sheets(sheets)
    kept = {key: value for key, value in summary.items() if key not in _UNSEALED}
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False)
    digests[index] = hashlib.sha256(text.encode()).hexdigest()
    return dict(sorted(digests.items()))


def changed_names(
    folder: Path, summary: dict[str, Any], index: str = SUMMARY
) -> list[str]:
    """Return, sorted, the names of what is not as it was sealed, or was not there."""
    actual, written = seal(folder, summary, index), summary["files"]
    names = sorted({*actual, *written})
    return [name for name in names if actual.get(name) != written.get(name)]


def sheets_as_written(folder: Path, summary: dict[str, Any]) -> bool:
    """Return whether the sheets in a plan's folder are those that were sealed."""
    names = [f"{BATCHES}/{name}" for name in file_names(folder / BATCHES)]
    digests = dict(zip(names, _digests(folder, names), strict=True))
    written: str | None = summary["files"].get(BATCHES)
    return written == (_of_sheets(digests) if digests else None)


def _of_sheets(digests: Mapping[str, str]) -> str:
    lines = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
    return hashlib.sha256(lines.encode()).hexdigest()


def later_plans(folder: Path) -> list[str]:
    """Return the names of later plans of the day in a plan's folder, in order.

    Each is sealed by itself, and no part of the folder in which it lies.
    """
    names = [
        index.parent.name
        for index in folder.glob(f"*/{SUMMARY}")
        if _LATER.fullmatch(index.parent.name) and not index.parent.is_symlink()
    ]
    return sorted(names, key=int)


def file_names(folder: Path, *, opened: bool = False) -> list[str]:
    """Return files, and folders without any, below a folder, sorted.

    Without what is written at the moment, and without later plans of the day.
    """
    names = []
    others = {path.name for path in folder.glob(".*") if is_workplace(path)}
    others |= {*later_plans(folder)}
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        is_file = path.is_symlink() or not path.is_dir()
        if parts[0] in others or (is_file and is_junk(path.name, opened=opened)):
            continue
        if is_file or not any(path.iterdir()):
            names.append("/".join(parts))
    return sorted(names)


def is_junk(name: str, *, opened: bool = False) -> bool:
    """Return whether systems, or open workbooks if not ``opened``, leave such files."""
    return bool(_SYSTEM.fullmatch(name) or (not opened and _OPEN.fullmatch(name)))


def _digests(folder: Path, names: Iterable[str]) -> list[str]:
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(lambda name: digest_of(folder / name), names))


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file; of what is none, that of nothing."""
    if not path.is_file():
        return hashlib.sha256().hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
