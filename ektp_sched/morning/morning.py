"""The morning: the newest export in, what is to be printed today out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

import polars as pl

from ektp_sched.arguments import check_one_of
from ektp_sched.backlog.records import RECORDS
from ektp_sched.days.committed import came_since, finish, last_plan
from ektp_sched.days.folder import newest_export
from ektp_sched.days.record import Recorded, record
from ektp_sched.days.signature import Signature
from ektp_sched.days.supplies import blanks_left
from ektp_sched.documents import Status
from ektp_sched.documents.reading import load
from ektp_sched.documents.seal import BATCHES, digest_of
from ektp_sched.errors import (
    AskedError,
    LedgerError,
)
from ektp_sched.ledger.state import state_of
from ektp_sched.morning.basis import basis_of, made_of
from ektp_sched.morning.imports import compare
from ektp_sched.morning.intake import read_export, refuse_later, take_in
from ektp_sched.morning.plans import put_plan
from ektp_sched.output.batches import file_stems
from ektp_sched.words import said, typed
from ektp_sched.yesterday.changes import slipped
from ektp_sched.yesterday.filled import marked_in
from ektp_sched.yesterday.reconcile import (
    GoneChoice,
    OpenChoice,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from os import PathLike

    from ektp_sched.arguments import Progress
    from ektp_sched.backlog import Backlog
    from ektp_sched.days.folder import OfficeFolder, PlanFolder
    from ektp_sched.documents import Plan
    from ektp_sched.ledger.state import State
    from ektp_sched.morning.basis import Basis


ATTEMPTS: Final = 5
"""Times that a plan is made anew because something came while it was made."""

_ID: Final = "application_id"


@dataclass(frozen=True, slots=True)
class Morning:
    """What came of a morning.

    Parameters
    ----------
    plan
        The plan of the day; of status ``infeasible`` where its rules contradict each
        other, and then nothing was written but what the export says.
    place
        Its folder and number; None where there is no plan.
    export
        The export that it was made of.
    imported
        Numbers of `ektp_sched.morning.imports.Imported`; None where there is no newer
        export than at the last plan.
    recorded
        What sheets say that were filled in where they lie; None if none is new.
    again
        Whether these sheets were there before, and nothing has changed since.
    records
        Whose record in the export differs from what was known, or from what is used:
        the columns of `ektp_sched.backlog.records.RECORDS`, and ``is_new``, whether the
        last plan did not say so already.
    rejects
        Rows of the export that cannot be used: row, column, reason, and ``is_new``,
        whether the last plan's export had fewer of that column and reason.
    slipped
        Whose told date is not kept: the columns of
        `ektp_sched.documents.plan.SLIPPED`, and ``is_new``, whether the last plan
        kept it.
    blanks
        Blanks this morning, by card type; of those that were ever counted.
    """

    plan: Plan
    place: PlanFolder | None
    export: Path
    imported: Mapping[str, int] | None
    recorded: Recorded | None
    again: bool
    records: pl.DataFrame
    rejects: pl.DataFrame
    slipped: pl.DataFrame
    blanks: Mapping[str, int]

    def sheets(self) -> pl.DataFrame:
        """Return the sheets of the day: printer, cards, path."""
        day, prints = self.plan.start, self.plan.assignments
        stems = file_stems(prints["printer"].unique())
        cards = prints.filter(pl.col("day") == day).group_by("printer").len("cards")
        paths = []
        for printer in cards.sort("printer")["printer"]:
            sheet = Path(BATCHES, day.isoformat(), f"{stems[printer]}.xlsx")
            if self.place is not None:
                sheet = self.place.path / sheet
            paths.append(str(sheet if sheet.exists() else sheet.with_suffix(".csv")))
        return cards.sort("printer").with_columns(
            path=pl.Series(paths, dtype=pl.String)
        )


def today(
    folder: OfficeFolder,
    *,
    on: date | None = None,
    export: str | PathLike[str] | None = None,
    open: OpenChoice | None = None,  # noqa: A002 (the option's name)
    gone: GoneChoice = "ask",
    by: str | None = None,
    days: int | None = None,
    max_rejects: float = 0.01,
    heads: Sequence[str] = (),
    lang: str | None = None,
    report: bool = True,
    progress: Progress | None = None,
) -> Morning:
    """Take in the newest export and plan from today on.

    Parameters
    ----------
    folder
        Where the office lives; see `ektp_sched.days.open_office`.
    on
        The day; the system's if left out.
    export
        The newest in the office folder if left out.
    open
        What becomes of those on earlier sheets of whom nothing is known: ``exclude``
        leaves them out until something is, ``plan`` plans them again; left out, it is
        asked.
    gone
        ``accept`` if more than 2 % of those who wait may be gone from the export.
    by
        Who does it; the name of the system's user if left out.
    days
        Calendar days to plan; as many as the last plan if left out, 60 at first.
    max_rejects
        Largest share of bad rows to go on with.
    heads
        Heads of the ledger on sheets of paper; refused is a ledger that has them not.
    lang
        Language of the sheets; the office's if left out.
    report
        Whether to write report.html.
    progress
        Called with a stage and the share of the work done.

    Returns
    -------
    Morning
        Its plan is written, with status ``optimal`` or ``feasible``.

    Raises
    ------
    ektp_sched.errors.AskedError
        Only the office can say how to go on.
    ektp_sched.errors.InputError
        A file, folder or ledger is not what it should be.
    ektp_sched.errors.UsageError
        An argument is out of its range.
    """
    if open is not None:
        check_one_of("open", open, get_args(OpenChoice))
    check_one_of("gone", gone, get_args(GoneChoice))
    signature = Signature.of(by, on)
    finish(folder)
    path = newest_export(folder) if export is None else Path(export)
    refuse_later(folder, signature, heads, open)
    backlog = read_export(folder, path, signature.day, max_rejects)
    state, recorded = _hand_in(folder, signature)
    if (same := _made_already(folder, backlog, path, signature)) is not None:
        return same
    try:
        imported = take_in(folder, backlog, signature, state, open=open, gone=gone)
    except AskedError as asked:
        if recorded is None:
            raise
        raise _asked_after(asked, recorded) from None
    for _ in range(ATTEMPTS):
        basis = basis_of(folder, backlog, signature.day)
        if basis.previous is not None and basis.previous.start == signature.day:
            # Somebody else has made it since it was looked for.
            same = _made_already(folder, backlog, path, signature)
            if same is not None:
                return same
        made = made_of(folder, basis, signature.day, days or basis.days, progress)
        place = None
        if made.status in (Status.OPTIMAL, Status.FEASIBLE):
            put = put_plan(
                folder,
                made,
                basis.state,
                signature,
                lang=lang,
                beside=basis.files,
                report=report,
            )
            if put is None:
                continue
            place, made = put
        return morning_of(made, place, path, imported, recorded, basis)
    raise others_record(folder)


def morning_of(
    made: Plan,
    place: PlanFolder | None,
    export: Path,
    imported: Mapping[str, int] | None,
    recorded: Recorded | None,
    basis: Basis,
) -> Morning:
    """Return what came of a plan that was made just now."""
    return Morning(
        made,
        place,
        export,
        imported,
        recorded,
        again=False,
        records=_records(made, basis.previous),
        rejects=_rejects(made, basis.previous),
        slipped=_slipped(made, basis.previous),
        blanks=basis.blanks,
    )


def others_record(folder: OfficeFolder) -> LedgerError:
    """Return that a plan cannot be made while others go on recording."""
    message = said(
        "others keep recording while the plan is made; try again when they have done",
        "petugas lain terus mencatat selama rencana disusun; coba lagi setelah selesai",
    )
    return LedgerError(message, file=str(folder.path))


def _hand_in(
    folder: OfficeFolder, signature: Signature
) -> tuple[State | None, Recorded | None]:
    """Record the sheets that were filled in where they lie, each once.

    Returns
    -------
    tuple
        What was known before, and what was recorded.
    """
    if not folder.ledger.exists:
        return None, None
    with folder.ledger.reading() as reader:
        state = state_of(reader)
        days = {*map(str, state.unknown(signature.day)["day"].unique())}
        known = {
            file["sha256"]
            for act in reader.acts("prints", "handed", live=False)
            for file in act.detail.get("files", ())
        }
        voids = reader.facts("voids").with_columns(pl.col("day").cast(pl.String))
    marked = []
    for plan in folder.plans():
        if not any((plan.path / BATCHES / day).is_dir() for day in days):
            continue
        saved = load(plan.path)
        stems = file_stems(saved.assignments["printer"].unique())
        no_longer = voids.filter(plan=plan.number).select("day", "printer").rows()
        void = {(day, stems[printer]) for day, printer in no_longer if printer in stems}
        for path in marked_in(saved):
            digest = digest_of(path)
            if path.parent.name not in days or digest in known:
                continue
            if (path.parent.name, path.stem) in void:
                raise filled_and_void(path)
            marked.append(path)
    return state, record(folder, marked, signature) if marked else None


def filled_and_void(path: Path) -> AskedError:
    """Return that a sheet was filled in, holds no longer, and is not recorded.

    An empty box on a sheet that was given up half done is no print.
    """
    return AskedError(
        said(
            "{file} is filled in and not recorded; hand it in first{how}, what is "
            "printed ticked under Printed",
            "{file} sudah diisi tetapi belum dicatat; serahkan dahulu{how}, "
            "dengan centang di kolom Tercetak untuk yang sudah dicetak",
            how=typed(" with `ektp-sched record`", " dengan `ektp-sched record`"),
            file=str(path),
        ),
        asks="sheet",
    )


def _made_already(
    folder: OfficeFolder, backlog: Backlog, path: Path, signature: Signature
) -> Morning | None:
    """Return the morning of this day if it was made; None if it was not.

    Raises
    ------
    ektp_sched.errors.AskedError
        It was made, and something came since.
    """
    if not folder.ledger.exists:
        return None
    with folder.ledger.reading() as reader:
        last = last_plan(folder, reader)
        if last is None or last.day != signature.day:
            return None
        fresh = compare(backlog, state_of(reader), folder.office, signature.day)
        plan = load(last.path)
        blanks = blanks_left(folder.office, reader, signature.day)
        came = came_since(folder, reader, last, plan.office)
    if came or fresh.is_new:
        message = said(
            "the sheets of {day} are made (plan {number}), and something came since; "
            "plan what is left of the day{how}",
            "lembar untuk {day} sudah dibuat (rencana {number}), dan sesudah itu ada "
            "yang baru; rencanakan sisa hari ini{how}",
            how=typed(
                " with `ektp-sched today --rest`", " dengan `ektp-sched today --rest`"
            ),
            day=str(signature.day),
            number=str(last.number),
        )
        raise AskedError(message, asks="rest")
    return Morning(
        plan,
        last,
        path,
        None,
        None,
        again=True,
        records=_records(plan, plan),
        rejects=_rejects(plan, plan),
        slipped=_slipped(plan, plan),
        blanks=blanks,
    )


def _records(made: Plan, previous: Plan | None) -> pl.DataFrame:
    """Return the records that differ, and which of them the last plan had not."""
    now, before = (
        pl.DataFrame(schema=dict(RECORDS))
        if plan is None or plan.backlog.records is None
        else plan.backlog.records
        for plan in (made, previous)
    )
    return _beside(now, before, ("application_id", "field", "is", "because"))


def _rejects(made: Plan, previous: Plan | None) -> pl.DataFrame:
    """Return the rejects, and which of them are more than the last plan had alike.

    A row has another number in the next export, and nobody's id stands beside it.
    """
    now = made.backlog.rejects.sort("row", maintain_order=True)
    before = now.clear() if previous is None else previous.backlog.rejects
    return _beside(now, before, ("column", "reason"))


def _beside(
    now: pl.DataFrame, before: pl.DataFrame, alike: Sequence[str]
) -> pl.DataFrame:
    """Return rows with ``is_new``: whether there were fewer such before."""
    nth = pl.int_range(pl.len()).over(alike).alias("nth")
    known = before.select(*alike, nth, is_new=pl.lit(value=False))
    return (
        now.with_columns(nth)
        .join(
            known,
            on=[*alike, "nth"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        .with_columns(pl.col("is_new").fill_null(value=True))
        .drop("nth")
    )


def _slipped(made: Plan, previous: Plan | None) -> pl.DataFrame:
    """Return whose told date is not kept, and whether that is so since this plan."""
    late = slipped(made)
    before = late.clear() if previous is None else slipped(previous)
    return late.with_columns(is_new=~pl.col(_ID).is_in(before[_ID].implode()))


def _asked_after(asked: AskedError, recorded: Recorded) -> AskedError:
    """Return the question, and what the sheets said that were recorded before it."""
    return AskedError(
        said(
            "{what}; recorded before, from the sheets that were marked where they lie: "
            "printed {printed}, spoilt {spoilt}, not printed {unprinted}",
            "{what}; sebelumnya dicatat dari lembar yang diisi di tempatnya: tercetak "
            "{printed}, rusak {spoilt}, tidak tercetak {unprinted}",
            what=asked.args[0],
            **{
                name: recorded.counts[name]
                for name in ("printed", "spoilt", "unprinted")
            },
        ),
        asks=asked.asks,
        figures=asked.figures,
    )
