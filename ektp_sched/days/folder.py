"""An office folder: its office, its exports on their way in, its plans, its ledger.

A new office file is on the disk, under a name that says its act, before the act is
committed; then it takes the place of the old one.  Whoever is killed between the two
leaves it there, and whoever opens the office next puts it in place, or takes it away
where its act was never committed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ektp_sched.documents.seal import SUMMARY, digest_of, is_junk
from ektp_sched.errors import FolderError, UsageError
from ektp_sched.ledger import Ledger, address
from ektp_sched.office import Office
from ektp_sched.office.files import EXPORTS
from ektp_sched.places import DENIED, put_in_place, replace_file, sync, workplace
from ektp_sched.words import said, typed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from ektp_sched.ledger import Act, Reader
_WAITING: Final = re.compile(r"\.office-(\d+)")
"""What a new office file is called until it is in place."""


PLANS: Final = "plans"
"""Where a folder of each day lies, a later plan of that day in it."""

OFFICES: Final = ("office.toml", "office.xlsx")
ENDINGS: Final = frozenset(
    {".csv", ".tsv", ".tab", ".txt", ".parquet", ".pq", ".json", ".jsonl", ".ndjson"}
    | {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
)
"""Of files that may be an export."""

_OWN: Final = frozenset(
    {*OFFICES, "arrivals.csv", "breakdowns.csv", "history.csv", "priority.csv"}
    | {"office.schema.json", "scenarios.schema.json", "record_rejects.csv"}
    | {"forgotten.json"}
)
"""Files of an office folder that are none."""

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


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


@dataclass(frozen=True, slots=True)
class PlanFolder:
    """One plan of one day.

    Parameters
    ----------
    path
        ``plans/2017-09-12``, or ``plans/2017-09-12/2`` for the second of that day.
    day
        Its first day.
    number
        Its number in the ledger, which no other plan of the office ever has.
    act
        Number of the act that it is.
    """

    path: Path
    day: date
    number: int
    act: int


@dataclass(frozen=True, slots=True)
class OfficeFolder:
    """Where an office lives.

    Parameters
    ----------
    path
        The folder.
    office
        What its office file says; what the ledger knows besides is not in it.
    ledger
        The office's ledger, which may not be there yet.
    """

    path: Path
    office: Office
    ledger: Ledger

    def plans(self) -> list[PlanFolder]:
        """Return the plan folders that have a number, in its order."""
        places = [path for path in self.with_summary() if _is_plan(path)]
        plans = [_plan(path / SUMMARY) for path in places]
        numbered = [plan for plan in plans if plan is not None]
        return sorted(numbered, key=lambda plan: plan.number)

    def with_summary(self) -> list[Path]:
        """Return the folders below plans/ with a summary.json, whatever they hold."""
        indexes = [
            *self.path.glob(f"{PLANS}/*/{SUMMARY}"),
            *self.path.glob(f"{PLANS}/*/*/{SUMMARY}"),
        ]
        return sorted(index.parent for index in indexes)

    def mornings(self) -> list[PlanFolder]:
        """Return the first plan of each day alone."""
        plans = self.plans()
        return [plan for plan in plans if plan.path.name == plan.day.isoformat()]

    def place(self, day: date) -> Path:
        """Return where the next plan of a day is written."""
        first = self.path / PLANS / day.isoformat()
        if not (first / SUMMARY).exists():
            return first
        number = 2
        while (first / str(number)).exists():
            number += 1
        return first / str(number)


def exports(folder: OfficeFolder) -> list[Path]:
    """Return all exports that the office has dropped, with whatever may be one."""
    beside = [path for path in _tables(folder.path) if path.name not in _OWN]
    return [*_tables(folder.path / EXPORTS), *beside]


def newest_export(folder: OfficeFolder) -> Path:
    """Return the export that was dropped last, by its time, then by its name.

    It lies in ``exports/``, or in the office folder itself, where other tables lie too:
    what was recorded, such as a printer's log, is none.

    Raises
    ------
    ektp_sched.errors.FolderError
        There is none.
    """
    dropped = exports(folder)
    if folder.ledger.exists and any(path.parent == folder.path for path in dropped):
        with folder.ledger.reading() as reader:
            recorded = {
                file["sha256"]
                for act in reader.acts(live=False)
                for file in act.detail.get("files", ())
                if isinstance(file, dict)
            }
        dropped = [
            path
            for path in dropped
            if path.parent != folder.path or digest_of(path) not in recorded
        ]
    if not dropped:
        message = said(
            "holds no export; drop the newest one in {folder}",
            "tidak berisi ekspor; taruh ekspor terbaru di {folder}",
            folder=f"{EXPORTS}/",
        )
        raise FolderError(message, file=str(folder.path))
    return max(dropped, key=lambda path: (path.stat().st_mtime_ns, path.name))


def _tables(place: Path) -> Iterator[Path]:
    """Yield the files of a folder that may be an export."""
    for path in place.iterdir() if place.is_dir() else ():
        is_hidden = path.name.startswith(".") or is_junk(path.name)
        if path.suffix.lower() in ENDINGS and path.is_file() and not is_hidden:
            yield path


def _is_plan(folder: Path) -> bool:
    name, above = folder.name, folder.parent.name
    return bool(_DAY.fullmatch(name) or (name.isdigit() and _DAY.fullmatch(above)))


def _plan(index: Path) -> PlanFolder | None:
    try:
        summary = json.loads(index.read_bytes())
        mark = summary["ledger"]
        day = date.fromisoformat(summary["start"])
        return PlanFolder(index.parent, day, int(mark["plan"]), int(mark["act"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def open_office(
    path: str | PathLike[str] = ".",
    *,
    ledger: str | None = None,
    office: Office | None = None,
) -> OfficeFolder:
    """Return the office that lives in a folder.

    Parameters
    ----------
    path
        A folder with office.toml or office.xlsx.
    ledger
        Address of its ledger; see `ektp_sched.ledger.database.address`.
    office
        What `office_in` returns, where that was asked before.

    Raises
    ------
    ektp_sched.errors.FolderError
        There is no office file in it, or there are two.
    ektp_sched.errors.OfficeError
        That file is not what it should be.
    ektp_sched.errors.LedgerError
        The address is none.
    """
    folder = Path(path)
    rules = office_in(folder) if office is None else office
    place = Ledger(address(folder, given=ledger, of_office=rules.ledger.url))
    if settle_office(folder, place):
        rules = office_in(folder)
    return OfficeFolder(folder, rules, place)


def office_in(folder: Path) -> Office:
    """Return the office of the one office file in a folder.

    Raises
    ------
    ektp_sched.errors.FolderError
        There is none, or there are two.
    ektp_sched.errors.OfficeError
        It is not what it should be.
    """
    return Office.load(office_file(folder))


def office_file(folder: Path) -> Path:
    """Return the one office file in a folder.

    Raises
    ------
    ektp_sched.errors.FolderError
        There is none, or there are two.
    """
    files = [folder / name for name in OFFICES if (folder / name).is_file()]
    if len(files) != 1:
        message = (
            said(
                "holds no office.toml or office.xlsx; name the office folder, or make "
                "one{how}",
                "tidak berisi office.toml atau office.xlsx; sebutkan folder kantor, "
                "atau buatlah{how}",
                how=typed(" with `ektp-sched init`", " dengan `ektp-sched init`"),
            )
            if not files
            else said(
                "holds office.toml and office.xlsx; keep one of them",
                "berisi office.toml dan office.xlsx; pertahankan salah satu",
            )
        )
        raise FolderError(message, file=str(folder))
    return files[0]


def keep_export(folder: OfficeFolder, path: Path, day: date) -> Path:
    """Keep a file as the newest export of an office.

    The same file again is kept once, and is then the newest again.

    Parameters
    ----------
    folder
        The office.
    path
        The file as it was dropped; nothing but the ending of its name is used.
    day
        On which it came.

    Returns
    -------
    pathlib.Path
        Where it lies, in ``exports/``.

    Raises
    ------
    ektp_sched.errors.UsageError
        It can be no export: it is empty, or of another kind.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS or not path.stat().st_size:
        message = (
            said(
                "that file is of another kind; take the export as CSV, XLSX or ODS",
                "berkas itu jenisnya lain; ambil ekspor dalam bentuk CSV, XLSX, atau "
                "ODS",
            )
            if ending not in ENDINGS
            else said("that file is empty", "berkas itu kosong")
        )
        raise UsageError(message)
    digest, size = digest_of(path), path.stat().st_size
    for kept in exports(folder):
        is_alike = kept.parent != folder.path and kept.stat().st_size == size
        if is_alike and digest_of(kept) == digest:
            os.utime(kept)
            return kept
    target = folder.path / EXPORTS / f"{day}-{digest[:8]}{ending}"
    with workplace(target) as place:
        shutil.copyfile(path, place.new)
        sync(place.path)
        put_in_place(place)
    return target
