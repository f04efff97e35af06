"""Plans and the ledger: the act first, its sheets after, and no act without them."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.backlog.known import stands
from ektp_sched.backlog.prints import UNPRINTED
from ektp_sched.days.committed import (
    is_relevant,
    put_in_place,
    unknown_plans,
    waiting_place,
)
from ektp_sched.days.folder import PlanFolder
from ektp_sched.days.office import refuse_overtaken
from ektp_sched.documents.entries import LedgerMark
from ektp_sched.documents.reading import load
from ektp_sched.documents.seal import DONE_FILE, digest_of
from ektp_sched.errors import FolderError
from ektp_sched.ledger import NewAct, personal, refs_of, short_head
from ektp_sched.ledger.state import state_of
from ektp_sched.office import to_toml
from ektp_sched.output import save
from ektp_sched.output.evidence import refuse_changed
from ektp_sched.output.tables import write_applications, write_plan
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.days.signature import Signature
    from ektp_sched.documents import Plan, SavedPlan
    from ektp_sched.ledger import Act, Reader, Writer
    from ektp_sched.ledger.state import State

_EVIDENCE: Final = ("plan.csv", "applications.csv", "office.toml")
"""Files whose digests stand in a plan's act."""


def adopt(
    folder: OfficeFolder, writer: Writer, plan: PlanFolder, signature: Signature
) -> Act:
    """Take a plan folder that the ledger does not know for what it says.

    Parameters
    ----------
    folder
        Where the office lives.
    writer
        The ledger.
    plan
        One of `unknown_plans`; those before it come first.
    signature
        Who says so.

    Raises
    ------
    ektp_sched.errors.FolderError
        It is not as it was written.
    """
    saved = load(plan.path)
    refuse_changed(saved)
    mark, state = saved.mark, state_of(writer)
    assert mark is not None
    raw = [(plan.path / name).read_bytes() for name in _EVIDENCE]
    ids = saved.assignments["application_id"]
    strangers = ids.filter(refs_of(state.people, ids).is_null())
    people = personal(strangers, "application")
    known = pl.concat(
        [
            state.people,
            pl.DataFrame({"person": people.refs, "application_id": people.texts}),
        ],
        how="diagonal",
    )
    state = replace(state, people=known)
    stay = _standing(saved, state)
    return writer.append(
        NewAct(
            kind="adopt",
            day=signature.day,
            by=signature.by,
            plan=mark.plan,
            detail={**_detail(folder, saved, plan.path, raw), "head": mark.head},
        ),
        {
            "planned": _places(saved, state, stay),
            **({} if stay is None else {"voids": _voids(saved, state, stay)}),
        },
        people,
        confirmed=signature.confirmed,
    )


def adopt_unknown(folder: OfficeFolder, signature: Signature) -> None:
    """Take all plan folders that the ledger does not know for what they say."""
    with folder.ledger.writing() as writer:
        for plan in unknown_plans(folder, writer):
            adopt(folder, writer, plan, signature)


def _standing(saved: SavedPlan, state: State) -> pl.Series | None:
    """Return who stays on another sheet of the day; None of the day's first plan."""
    if saved.path.name == str(saved.start) or saved.backlog.known is None:
        return None
    carried = saved.backlog.known.carried
    ids = carried["application_id"].filter(stands(carried, saved.start))
    return refs_of(state.people, ids)


def _voids(saved: SavedPlan, state: State, stay: pl.Series) -> pl.DataFrame:
    """Return the sheets of the day that a plan of its rest gave up: all left them."""
    done = pl.read_csv(saved.path / DONE_FILE, infer_schema=False)
    given_up = done.filter(result=UNPRINTED)["application_id"]
    standing = state.standing(saved.start).with_columns(
        left=pl.col("person").is_in(refs_of(state.people, given_up).implode()),
        stays=pl.col("person").is_in(stay.implode()),
    )
    sheets = standing.group_by("plan", "day", "printer").agg(
        pl.col("left").any() & ~pl.col("stays").any()
    )
    return sheets.filter("left").select("plan", "day", "printer").sort(pl.all())


def refuse_edited(plan: PlanFolder, reader: Reader) -> None:
    """Refuse a plan folder whose evidence is not what its act sealed.

    Raises
    ------
    ektp_sched.errors.FolderError
        Naming the first file that differs.
    """
    (act,) = (act for act in reader.acts("plan", "adopt") if act.number == plan.act)
    for name, digest in act.detail["files"].items():
        path = plan.path / name
        same = path.is_file() and digest_of(path) == digest
        if not same:
            message = said(
                "was changed since act {act} of the ledger sealed it; put it back from "
                "the backup of the office folder",
                "sudah diubah sejak disegel catatan {act} buku besar; kembalikan dari "
                "cadangan folder kantor",
                act=str(act.number),
            )
            raise FolderError(message, file=str(path))


def put_plan(
    folder: OfficeFolder,
    made: Plan,
    state: State,
    signature: Signature,
    *,
    lang: str | None = None,
    beside: Mapping[str, bytes] | None = None,
    voids: pl.DataFrame | None = None,
    stay: pl.Series | None = None,
    report: bool = True,
) -> tuple[PlanFolder, Plan] | None:
    """Write the act of a plan, then its folder.

    Parameters
    ----------
    folder
        Where the office lives.
    made
        The plan.
    state
        What it rests on.
    signature
        Who plans.
    lang
        Of the sheets; the office's if left out.
    beside
        Further files of the folder, by name.
    voids
        Sheets that no longer count: plan, day, printer.
    stay
        Who keeps the place on a sheet of this day that another plan gave; None in the
        morning, when there is no such sheet.
    report
        Whether to write report.html.

    Returns
    -------
    tuple or None
        The folder, and the plan with its mark; None if something came meanwhile that
        the plan does not know: nothing is written then.

    Raises
    ------
    ektp_sched.errors.FolderError
        It cannot be written.
    ektp_sched.errors.LedgerError
        The ledger cannot be.
    """
    plan, applications = BytesIO(), BytesIO()
    write_plan(made, plan)
    write_applications(made.backlog, applications)
    evidence = [plan.getvalue(), applications.getvalue(), to_toml(made.office).encode()]
    with folder.ledger.writing() as writer:
        since = (act for act in writer.acts(live=False) if act.number > state.number)
        if any(map(is_relevant, since)):
            return None
        refuse_overtaken(folder, writer)
        target = folder.place(made.start)
        _refuse_taken(target)
        taken = [plan.number for plan in folder.plans()]
        taken += [act.plan or 0 for act in writer.acts("plan", "adopt", live=False)]
        number = 1 + max(taken, default=0)
        detail = _detail(folder, made, target, evidence)
        facts = {"planned": _places(made, state, stay)}
        if voids is not None:
            facts["voids"] = voids
        act = signature.write(
            writer, "plan", facts, rests_on=state.number, plan=number, detail=detail
        )
        mark = LedgerMark(
            plan=number,
            act=act.number,
            rests_on=state.number,
            head=short_head(act.hash),
        )
        waiting = waiting_place(folder, number)
        shutil.rmtree(waiting, ignore_errors=True)
        made = replace(made, mark=mark)
        save(made, waiting, lang=lang, report=report, beside=beside)
    put_in_place(waiting, target)
    return PlanFolder(target, made.start, number, act.number), made


def _detail(
    folder: OfficeFolder, made: Plan, path: Path, evidence: Sequence[bytes | memoryview]
) -> dict[str, Any]:
    """Return what a plan's act says of it, digests of `_EVIDENCE` included."""
    return {
        "path": path.relative_to(folder.path).as_posix(),
        "start": made.start.isoformat(),
        "days": made.days,
        "files": {
            name: _digest(raw) for name, raw in zip(_EVIDENCE, evidence, strict=True)
        },
    }


def _refuse_taken(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        message = said(
            "is where the sheets of this day are to be, and holds something else; "
            "move it elsewhere",
            "adalah tempat lembar hari ini, tetapi berisi hal lain; pindahkan ke "
            "tempat lain",
        )
        raise FolderError(message, file=str(target))


def _digest(raw: bytes | memoryview) -> str:
    return hashlib.sha256(raw).hexdigest()


def _places(made: Plan, state: State, stay: pl.Series | None) -> pl.DataFrame:
    """Return each place that is another than before, and who has none any more.

    A sheet of an earlier day stays where it was: whoever stood on it did.  So does one
    of this day that still holds; and another sheet of it is another place, even at the
    same printer.
    """
    place = ("day", "printer", "batch", "position")
    before = state.given.select("person", *place)
    now = made.assignments.select(
        refs_of(state.people, made.assignments["application_id"]).alias("person"),
        *(pl.col(name).cast(before.schema[name]) for name in place),
    )
    same = before
    if stay is not None:
        same = before.filter((pl.col("day") != made.start).fill_null(value=True))
        # Whoever has a card of this day, or none for a reason, had that place.
        standing = state.standing(made.start)["person"]
        leave = standing.filter(~standing.is_in(stay.implode()))
        leaving = before.filter(pl.col("person").is_in(leave.implode()))
        before = pl.concat([same, leaving])
    other = now.join(same, on=["person", *place], how="anti", maintain_order="left")
    left = before.filter(pl.col("day") >= made.start).join(
        now, on="person", how="anti", maintain_order="left"
    )
    return pl.concat([other, left.select("person")], how="diagonal")
