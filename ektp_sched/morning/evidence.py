"""Whether the plan folders of an office are those that the ledger sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ektp_sched.backlog import read_backlog
from ektp_sched.backlog.records import with_records
from ektp_sched.days.committed import mark_of
from ektp_sched.days.folder import exports
from ektp_sched.documents.reading import load
from ektp_sched.documents.seal import DONE_FILE, SUMMARY, TOLD_FILE, digest_of
from ektp_sched.errors import InputError
from ektp_sched.ledger import short_head
from ektp_sched.output import check_evidence, check_folder
from ektp_sched.trust import Violation, check_raw_records, verify
from ektp_sched.words import Said, said
from ektp_sched.yesterday import as_previous, with_yesterday

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from ektp_sched.backlog import Backlog
    from ektp_sched.days.folder import OfficeFolder, PlanFolder
    from ektp_sched.documents import SavedPlan
    from ektp_sched.ledger import Act, Reader
    from ektp_sched.office import Office
    from ektp_sched.yesterday.previous import PreviousLike


@dataclass(frozen=True, slots=True)
class WrongPlan:
    """Something wrong with a plan folder.

    Parameters
    ----------
    plan
        Its number; None for a folder that the ledger does not know.
    path
        Where it is, below the office folder.
    message
        What is wrong with it.
    """

    plan: int | None
    path: str
    message: Said


@dataclass(frozen=True, slots=True)
class VerifiedPlan:
    """What became of checking one plan.

    Parameters
    ----------
    plan
        Its number.
    raw
        Whether the export that it was made from is there still.
    wrong
        What is not as it should be; nothing if all is.
    changed_sheets
        Sheets that somebody filled in, or changed, since.
    """

    plan: int
    raw: bool
    wrong: tuple[Said, ...]
    changed_sheets: tuple[str, ...]


def check_plans(
    folder: OfficeFolder,
    reader: Reader,
    progress: Callable[[str, float], None] = lambda _stage, _share: None,
) -> list[WrongPlan]:
    """Lay every plan folder beside its act, and verify it by its own tables.

    Parameters
    ----------
    folder
        Where the office lives.
    reader
        Of its ledger.
    progress
        Called with ``verify`` and how much is done.
    """
    wrong = []
    acts = reader.acts("plan", "adopt", live=False)
    known = {str(act.detail.get("path")) for act in acts}
    for at, act in enumerate(acts):
        progress("verify", at / len(acts))
        path = str(act.detail.get("path"))
        wrong += [WrongPlan(act.plan, path, what) for what in _of_act(folder, act)]
    for plan in folder.plans():
        path = plan.path.relative_to(folder.path).as_posix()
        if path not in known:
            what = said(
                "no act of the ledger has made this plan",
                "tidak ada catatan buku besar yang membuat rencana ini",
            )
            wrong.append(WrongPlan(None, path, what))
    return wrong


def _of_act(folder: OfficeFolder, act: Act) -> Iterator[Said]:
    path = folder.path / str(act.detail.get("path"))
    if not (path / SUMMARY).is_file():
        yield said(
            "is not there; put it back from the backup of the office folder",
            "tidak ada; kembalikan dari cadangan folder kantor",
        )
        return
    if act.kind == "plan" and mark_of(path) != (act.plan, short_head(act.hash)):
        yield said(
            "states another head than act {act}",
            "menyebut kepala buku besar yang lain daripada catatan {act}",
            act=str(act.number),
        )
    for name, digest in act.detail.get("files", {}).items():
        file = path / name
        if not file.is_file() or digest_of(file) != digest:
            yield said(
                "{name} is not what act {act} sealed",
                "{name} bukan yang disegel catatan {act}",
                name=name,
                act=str(act.number),
            )
    yield from _violations(path)


def _violations(path: Path) -> Iterator[Said]:
    """Yield what `ektp-sched verify` says of a folder by its own tables."""
    try:
        plan = load(path)
        violations, _ = violations_of(plan, plan.backlog, plan.office)
    except InputError as error:
        yield Said(error.sentence("en"), error.sentence("id"))
        return
    yield from (violation.message for violation in violations)


def violations_of(
    plan: SavedPlan,
    backlog: Backlog,
    office: Office,
    false: Sequence[Violation] = (),
) -> tuple[list[Violation], list[str]]:
    """Return what is wrong with a plan of a backlog, and sheets that were filled in.

    Parameters
    ----------
    plan, backlog, office
        The plan, and what it was made from.
    false
        What `laid_beside` says of the export.
    """
    stated = check_folder(plan)
    sheets = [v.file for v in stated if v.code == "changed-sheet" and v.file]
    stated = [v for v in stated if v.code != "changed-sheet"]
    stated += [*false, *check_evidence(plan, backlog, office)]
    return [*verify(plan, backlog, office), *stated], sheets


def laid_beside(
    plan: SavedPlan,
    raw: Backlog,
    office: Office,
    *,
    previous: PreviousLike | None = None,
    **yesterday: Any,
) -> tuple[Backlog, list[Violation]]:
    """Return whom a plan was made of, by the export itself.

    The export is used as the records of the plan's folder say; where they are not those
    of the export, that is returned too.

    Parameters
    ----------
    plan, office
        The plan, and the office that it is checked against.
    raw
        The export as it was read.
    previous, **yesterday
        As `ektp_sched.yesterday.with_yesterday` takes them.
    """
    before = None if previous is None else as_previous(previous, plan.start)
    false = check_raw_records(plan, raw, office, before)
    if plan.backlog.records is not None:
        raw = with_records(raw, plan.backlog.records)
    given = {"start": plan.start, "previous": before, **yesterday}
    return with_yesterday(raw, office, **given), false


def verify_plan(folder: OfficeFolder, plan: PlanFolder) -> VerifiedPlan:
    """Check a plan of an office folder against the export that it was made from.

    Every rule, figure and tier is computed again, and the proof is checked; what was
    known of the day before is taken from the plan before it and the folder's own files.
    An export that is no longer there as it was leaves the folder's own copy.

    Raises
    ------
    ektp_sched.errors.InputError
        The folder cannot be read.
    """
    saved = load(plan.path)
    digest = saved.summary["digests"]["backlog"]
    export = next((p for p in exports(folder) if digest_of(p) == digest), None)
    backlog, false = saved.backlog, list[Violation]()
    if export is not None:
        earlier = [each for each in folder.plans() if each.number < plan.number]
        known = backlog.known
        files = {name: plan.path / name for name in (DONE_FILE, TOLD_FILE)}
        backlog, false = laid_beside(
            saved,
            read_backlog(export, saved.office, provisional=True),
            saved.office,
            previous=earlier[-1].path if known else None,
            done=[files[DONE_FILE]] if files[DONE_FILE].is_file() else None,
            promises=files[TOLD_FILE] if files[TOLD_FILE].is_file() else None,
            open=None if known is None else known.counts.open_choice,
            gone="ask" if known is None else "accept",
        )
    violations, sheets = violations_of(saved, backlog, saved.office, false)
    wrong = tuple(violation.message for violation in violations)
    return VerifiedPlan(plan.number, export is not None, wrong, (*sheets,))
