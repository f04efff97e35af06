"""Whether the plan folders of an office are those that the ledger sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ektp_sched.days.committed import mark_of
from ektp_sched.documents.seal import SUMMARY, digest_of
from ektp_sched.errors import InputError
from ektp_sched.ledger import short_head
from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.ledger import Act, Reader

__all__ = ["WrongPlan", "check_plans"]


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
    from ektp_sched.output import check_evidence, check_folder, load
    from ektp_sched.trust import verify

    try:
        plan = load(path)
        stated = [v for v in check_folder(plan) if v.code != "changed-sheet"]
        stated += check_evidence(plan, plan.backlog, plan.office)
        violations = [*verify(plan, plan.backlog, plan.office), *stated]
    except InputError as error:
        yield Said(error.sentence("en"), error.sentence("id"))
        return
    for violation in violations:
        message = violation.message
        yield message if isinstance(message, Said) else Said(message, message)
