"""The questions of the page What if that run aside, and where their answers are."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.desk.verbs import folder_of
from ektp_sched.documents.seal import COMPARISON, NEED, PROMISES
from ektp_sched.errors import FolderError, UsageError
from ektp_sched.places import settle
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.arguments import Progress
    from ektp_sched.morning.waiting import Waiting


COMPARED: Final = "compared"
NEEDED: Final = "needed"
PROMISED: Final = "promised"
"""Folders in an office folder; in each lies one answer a day, the last of that day."""

_INDEXES: Final = {COMPARED: COMPARISON, NEEDED: NEED, PROMISED: PROMISES}


def answer_place(folder: Path, kind: str, day: date) -> Path:
    """Return where the answer of a day lies."""
    return folder / kind / day.isoformat()


def answered_days(folder: Path, kind: str) -> list[date]:
    """Return the days of which there is an answer, the last one first."""
    days = []
    for index in (folder / kind).glob(f"*/{_INDEXES[kind]}"):
        try:
            days.append(date.fromisoformat(index.parent.name))
        except ValueError:  # somebody else's folder
            continue
    return sorted(days, reverse=True)


def newest_answer(folder: Path, kind: str) -> date | None:
    """Return the last day of which there is an answer; None before the first."""
    if (folder / kind).is_dir():
        settle(folder / kind / "next")
    return next(iter(answered_days(folder, kind)), None)


def document_in(folder: Path, kind: str, day: date) -> dict[str, Any]:
    """Return what the answer of a day says.

    Raises
    ------
    ektp_sched.errors.FolderError
        It is not there, or no longer what was written.
    """
    path = answer_place(folder, kind, day) / _INDEXES[kind]
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        document = None
    if not isinstance(document, dict):
        message = said(
            "is not there or cannot be read; ask again",
            "tidak ada atau tidak dapat dibaca; tanyakan lagi",
        )
        raise FolderError(message, file=f"{kind}/{day}/{path.name}")
    return document


def compare(order: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Compare the office's scenarios from those who wait today."""
    from ektp_sched.output.report.comparison_file import save_comparison
    from ektp_sched.scenarios import compare as run
    from ektp_sched.scenarios import load_scenarios

    asked, given = _asked(order, progress)
    if given is None:
        raise _no_scenarios()
    made = run(
        asked.backlog,
        asked.office,
        load_scenarios(given, asked.office, start=asked.start),
        start=asked.start,
        progress=progress,
        **order["arguments"],
    )
    progress("write", 0.98)
    save_comparison(made, _answer(order, COMPARED), lang=order["lang"])
    return {"day": order["on"]}


def need(order: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Search how many cards a day a resource must do from those who wait today."""
    from ektp_sched.documents.seal import NEED
    from ektp_sched.output.placing import sealed_folder
    from ektp_sched.scenarios import need as search
    from ektp_sched.scenarios.compare.need import Goal

    asked, given = _asked(order, progress)
    goal = dict(order["arguments"]["goal"])
    goal["by"] = date.fromisoformat(goal["by"])
    answer = search(
        asked.backlog,
        asked.office,
        given,
        start=asked.start,
        progress=progress,
        **{**order["arguments"], "goal": Goal(**goal)},
    )
    document = {"schema_version": 1, **answer.to_dict()}
    with sealed_folder(_answer(order, NEEDED), document, index=NEED):
        pass
    return {"day": order["on"]}


def promise(order: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Find a date for everybody who waits today; dates told before are kept."""
    from ektp_sched.output.promise_files import save_promises
    from ektp_sched.scenarios import promise as make

    asked, given = _asked(order, progress)
    made = make(
        asked.backlog,
        asked.office,
        given,
        start=asked.start,
        previous=asked.told if asked.told.height else None,
        progress=progress,
        **order["arguments"],
    )
    progress("write", 0.98)
    save_promises(made, _answer(order, PROMISED))
    return {"day": order["on"]}


def _asked(order: Mapping[str, Any], progress: Progress) -> tuple[Waiting, Path | None]:
    """Return who waits on the day, and where the scenarios are; None: nowhere."""
    from ektp_sched.days.folder import office_file
    from ektp_sched.days.overview import overview
    from ektp_sched.morning.waiting import waiting
    from ektp_sched.scenarios.world.loading import scenarios_beside

    progress("read", 0)
    folder, day = folder_of(order), date.fromisoformat(order["on"])
    export = overview(folder, day).export
    # An export that a plan was made of is good enough to be asked about.
    is_used = export is not None and export.taken_in
    asked = waiting(folder, day, **({"max_rejects": 1.0} if is_used else {}))
    return asked, scenarios_beside(office_file(folder.path))


def _answer(order: Mapping[str, Any], kind: str) -> Path:
    return answer_place(Path(order["folder"]), kind, date.fromisoformat(order["on"]))


def _no_scenarios() -> UsageError:
    return UsageError(
        said(
            "there are no scenarios yet; make the first ones on the page What if",
            "belum ada skenario; buatlah yang pertama di halaman Bagaimana jika",
        )
    )
