"""What became of plans: which the ledger knows, and what came after each.

A plan's folder is written whole, and is on the disk, before its act is committed; then
it is put in place.  Whoever is killed between the two leaves it beside under a name
that says its number, and the next command puts it in place, or takes it away where its
act was never committed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from datetime import date
from typing import TYPE_CHECKING, Final

from ektp_sched.days.folder import PLANS, PlanFolder
from ektp_sched.days.supplies import counted_in_file, office_of
from ektp_sched.documents.seal import SUMMARY
from ektp_sched.errors import FolderError
from ektp_sched.ledger import short_head
from ektp_sched.places import settle
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.ledger import Act, Reader
    from ektp_sched.office import Office


_WAITING: Final = re.compile(r"\.plan-(\d+)")
"""What the folder of a plan is called until its act is committed."""


_RELEVANT: Final = frozenset(
    {"import", "plan", "adopt", "prints", "count", "outage", "told"}
    | {"priority", "accept", "reprint", "undo"}
)
"""Acts after which another plan might be made."""


def waiting_place(folder: OfficeFolder, number: int) -> Path:
    """Return where a plan is written until its act is committed."""
    return folder.path / PLANS / f".plan-{number}"


def finish(folder: OfficeFolder) -> None:
    """Put in place what a killed command had written, or take it away."""
    plans = folder.path / PLANS
    if not plans.is_dir():
        return
    settle(plans / "next")
    waiting = _waiting(plans)
    if not waiting or not folder.ledger.exists:
        return
    with folder.ledger.reading() as reader:
        _finish(folder, waiting, reader)
    if _waiting(plans):  # what has no act may be what somebody is writing just now
        with folder.ledger.writing() as writer:
            _finish(folder, _waiting(plans), writer)
            for path in _waiting(plans):
                shutil.rmtree(path, ignore_errors=True)


def _waiting(plans: Path) -> list[Path]:
    return sorted(p for p in plans.glob(".plan-*") if _WAITING.fullmatch(p.name))


def _finish(folder: OfficeFolder, waiting: list[Path], reader: Reader) -> None:
    acts = {act.plan: act for act in reader.acts("plan", live=False)}
    for path in waiting:
        act = acts.get(int(path.name.rpartition("-")[2]))
        if act is not None and mark_of(path) == (act.plan, short_head(act.hash)):
            put_in_place(path, folder.path / str(act.detail["path"]))


def mark_of(path: Path) -> tuple[int, str] | None:
    """Return plan number and head that a folder states; None if none."""
    try:
        mark = json.loads((path / SUMMARY).read_bytes())["ledger"]
        return int(mark["plan"]), str(mark["head"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def put_in_place(path: Path, target: Path) -> None:
    """Move a plan's folder to where it belongs; its act is committed."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir() and not any(target.iterdir()):
            target.rmdir()
        path.rename(target)
    except OSError:
        if not path.exists() and target.exists():
            return  # another command did it
        raise
    if os.name == "posix":
        handle = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def last_plan(folder: OfficeFolder, reader: Reader) -> PlanFolder | None:
    """Return the folder of the last plan that the ledger knows; None before the first.

    Raises
    ------
    ektp_sched.errors.FolderError
        It is not there.
    """
    acts = reader.acts("plan", "adopt")
    if not acts:
        return None
    last = max(acts, key=lambda act: act.plan or 0)
    path = folder.path / str(last.detail["path"])
    if not (path / SUMMARY).is_file():
        message = said(
            "is not there, and the ledger has it as plan {number}; put it back from "
            "the backup of the office folder",
            "tidak ada, padahal di buku besar tercatat sebagai rencana {number}; "
            "kembalikan dari cadangan folder kantor",
            number=str(last.plan),
        )
        raise FolderError(message, file=str(path))
    day = date.fromisoformat(last.detail["start"])
    return PlanFolder(path, day, last.plan or 0, last.number)


def unknown_plans(folder: OfficeFolder, reader: Reader) -> list[PlanFolder]:
    """Return the plan folders that the ledger does not know, in order of number.

    So it is where an older ledger was restored, or that of another office.
    """
    known = {
        (act.plan, str(act.detail.get("head") or short_head(act.hash)))
        for act in reader.acts("plan", "adopt", live=False)
    }
    return [plan for plan in folder.plans() if mark_of(plan.path) not in known]


def is_relevant(act: Act) -> bool:
    """Return whether another plan might be made after an act.

    So it is where cards were handed over that nobody knew to be printed; not where
    people were told another date, as the first one goes on to count.
    """
    if act.detail.get("anew"):
        return False
    return act.kind in _RELEVANT or bool(act.detail.get("printed"))


def came_since(
    folder: OfficeFolder, reader: Reader, plan: PlanFolder, planned: Office
) -> bool:
    """Return whether what is left of a plan's first day must be planned anew.

    What an export says besides is not looked at.

    Parameters
    ----------
    folder
        The office as its file says now.
    reader
        Its ledger.
    plan
        The last plan.
    planned
        The office that it was made for.
    """
    acts = {act.number: act for act in reader.acts(live=False)}
    since = [act for act in acts.values() if act.number > plan.act]
    # What was counted after the sheets were made is for the next plan.
    counts = [act for act in since if _root(acts, act).kind == "count"]
    if any(is_relevant(act) and act not in counts for act in since):
        return True
    if counted_in_file(folder.office, reader, plan.day) is not None:
        return True
    if plan.path.name != plan.day.isoformat():
        return False  # the office of the rest of a day has what was left then
    office = office_of(folder.office, reader, plan.day)
    if counts:
        office = office.model_copy(update={"cards": planned.cards})
    if any(act.detail.get("ribbons") for act in counts):
        office = office.model_copy(update={"printers": planned.printers})
    return planned != office


def _root(acts: Mapping[int, Act], act: Act) -> Act:
    """Return the act that one takes back or takes up again; itself if it does not."""
    while act.undoes is not None:
        act = acts[act.undoes]
    return act
