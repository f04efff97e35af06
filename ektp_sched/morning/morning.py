"""The morning: the newest export in, what is to be printed today out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import polars as pl

from ektp_sched import planning
from ektp_sched.arguments import check_one_of
from ektp_sched.backlog import read_backlog
from ektp_sched.backlog.identity import key_path, read_key
from ektp_sched.backlog.records import RECORDS
from ektp_sched.days.committed import finish, last_plan, unknown_plans
from ektp_sched.days.folder import PLANS, newest_export
from ektp_sched.days.record import REJECTS, Recorded, record
from ektp_sched.days.signature import Signature
from ektp_sched.days.supplies import blanks_left, counted_in_file, office_of
from ektp_sched.documents import Status
from ektp_sched.documents.reading import load
from ektp_sched.documents.seal import BATCHES, DONE_FILE, TOLD_FILE, digest_of
from ektp_sched.errors import (
    AskedError,
    FolderError,
    LedgerError,
    TooManyRejectsError,
)
from ektp_sched.ledger import NewAct, newest_of
from ektp_sched.ledger.database import shown
from ektp_sched.ledger.state import state_of
from ektp_sched.morning.imports import as_used, compare
from ektp_sched.morning.plans import (
    adopt_unknown,
    is_relevant,
    put_plan,
    refuse_edited,
)
from ektp_sched.output.batches import file_stems
from ektp_sched.output.tables import write_csv
from ektp_sched.places import replace_file, workplace
from ektp_sched.words import said
from ektp_sched.yesterday import as_previous
from ektp_sched.yesterday.changes import slipped
from ektp_sched.yesterday.filled import marked_in
from ektp_sched.yesterday.reconcile import (
    MOST_GONE,
    GoneChoice,
    OpenChoice,
    sheets_named,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from os import PathLike

    from ektp_sched.backlog import Backlog
    from ektp_sched.days.folder import OfficeFolder, PlanFolder
    from ektp_sched.documents import Plan
    from ektp_sched.ledger import Act, Writer
    from ektp_sched.ledger.state import State
    from ektp_sched.morning.imports import Imported
    from ektp_sched.office import Office

    Progress = Callable[[str, float], None]

__all__ = [
    "ATTEMPTS",
    "Basis",
    "Morning",
    "basis_of",
    "filled_and_void",
    "made_of",
    "morning_of",
    "others_record",
    "read_export",
    "refuse_later",
    "take_in",
    "today",
]

ATTEMPTS: Final = 5
"""Times that a plan is made anew because something came while it was made."""

_DAYS: Final = 60
"""Calendar days that are planned unless the last plan had another number."""

_ID: Final = "application_id"
_SHEET: Final = ("person", "day", "printer", "plan")


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
        `ektp_sched.documents.tables.SLIPPED`, and ``is_new``, whether the last plan
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


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan is made of, all of one moment.

    Parameters
    ----------
    state
        What the ledger says.
    office
        With blanks and outages as they are known.
    backlog
        The export as it is used.
    blanks
        Blanks this morning, by card type.
    previous
        The last plan; None on a first morning.
    days
        Calendar days that it planned.
    files
        Further files of the plan's folder, by name: what the ledger knows of cards and
        of dates told.
    """

    state: State
    office: Office
    backlog: Backlog
    blanks: Mapping[str, int]
    previous: Plan | None
    days: int
    files: Mapping[str, bytes]


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


def read_export(
    folder: OfficeFolder, path: Path, day: date, max_rejects: float
) -> Backlog:
    """Read an export; with too many bad rows leave them in the office folder and stop.

    Raises
    ------
    ektp_sched.errors.InputError
        It cannot be used.
    """
    try:
        return read_backlog(path, folder.office, max_rejects=max_rejects)
    except TooManyRejectsError as error:
        file = folder.path / REJECTS / f"{day}-{path.stem}.csv"
        file.parent.mkdir(exist_ok=True)
        replace_file(file, _csv(error.backlog.rejects))
        message = said(
            "{what}; all rejected rows are in {file}",
            "{what}; semua baris yang ditolak ada di {file}",
            what=error.message,
            file=str(file),
        )
        raise TooManyRejectsError(
            message, backlog=error.backlog, file=error.file
        ) from None


def others_record(folder: OfficeFolder) -> LedgerError:
    """Return that a plan cannot be made while others go on recording."""
    message = said(
        "others keep recording while the plan is made; try again when they have done",
        "petugas lain terus mencatat selama rencana disusun; coba lagi setelah selesai",
    )
    return LedgerError(message, file=str(folder.path))


def refuse_later(
    folder: OfficeFolder,
    signature: Signature,
    heads: Sequence[str],
    open: OpenChoice | None,  # noqa: A002 (the option's name)
) -> None:
    """Refuse a ledger that knows less than plan folders or paper do.

    Where somebody says what becomes of those of whom nothing is known, plan folders are
    taken for what they say.
    """
    if not folder.ledger.exists:
        unknown, absent = folder.plans(), [*heads]
    else:
        with folder.ledger.reading() as reader:
            unknown = unknown_plans(folder, reader)
            acts = reader.acts(live=False)
            last = last_plan(folder, reader)
        _refuse_other_key(folder, acts)
        absent = [
            head
            for head in heads
            if not any(act.hash.startswith(_digits(head)) for act in acts)
        ]
        if last is not None and last.day > signature.day:
            message = said(
                "the last plan is of {last}, and today is {day}; set the clock, or say "
                "the day with --on DATE",
                "rencana terakhir untuk {last}, sedangkan hari ini {day}; betulkan "
                "jam, atau sebutkan harinya dengan --on TANGGAL",
                last=str(last.day),
                day=str(signature.day),
            )
            raise LedgerError(message, file=str(folder.path))
    if absent:
        message = said(
            "has no act with the head {head}: the ledger on this computer is older "
            "than that sheet; restore the newest backup with `ektp-sched ledger "
            "restore`, or hand in the sheets since with `ektp-sched record`",
            "tidak memuat catatan dengan kepala {head}: buku besar di komputer ini "
            "lebih tua daripada lembar itu; pulihkan cadangan terbaru dengan "
            "`ektp-sched ledger restore`, atau serahkan lembar sesudahnya dengan "
            "`ektp-sched record`",
            head=absent[0],
        )
        raise LedgerError(message, file=shown(folder.ledger.url))
    if unknown and open is None:
        message = said(
            "is plan {number}, which the ledger does not know: it is older than that "
            "plan; restore the newest backup with `ektp-sched ledger restore`, hand in "
            "the plan's sheets with `ektp-sched record`, or say with --open exclude or "
            "--open plan what becomes of the cards on them",
            "adalah rencana {number}, yang tidak dikenal buku besar, karena buku besar "
            "itu lebih tua; pulihkan cadangan terbaru dengan `ektp-sched ledger "
            "restore`, serahkan lembar rencana itu dengan `ektp-sched record`, atau "
            "tentukan nasib kartunya dengan --open exclude atau --open plan",
            number=str(unknown[0].number),
        )
        raise FolderError(message, file=str(unknown[0].path))
    if unknown:
        with folder.ledger.writing() as writer:
            if not writer.number:
                _begin(folder, writer, signature)
        adopt_unknown(folder, signature)


def _digits(head: str) -> str:
    """Return the hexadecimal digits of a head as somebody typed it from paper."""
    return "".join(sign for sign in head.lower() if sign.isalnum()) or "?"


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
            "{file} is filled in and not recorded; hand it in first with "
            "`ektp-sched record`, what is printed ticked under Printed",
            "{file} sudah diisi tetapi belum dicatat; serahkan dahulu "
            "dengan `ektp-sched record`, dengan centang di kolom Tercetak "
            "untuk yang sudah dicetak",
            file=str(path),
        )
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
        acts = {act.number: act for act in reader.acts(live=False)}
        since = [act for act in acts.values() if act.number > last.act]
        # What was counted after the sheets were made is for the next plan.
        counts = [act for act in since if _root(acts, act).kind == "count"]
        came = [act for act in since if is_relevant(act) and act not in counts]
        fresh = compare(backlog, state_of(reader), folder.office, signature.day)
        counted = counted_in_file(folder.office, reader, signature.day)
        plan = load(last.path)
        office = office_of(folder.office, reader, signature.day)
        blanks = blanks_left(folder.office, reader, signature.day)
    if counts:
        office = office.model_copy(update={"cards": plan.office.cards})
    if any(act.detail.get("ribbons") for act in counts):
        office = office.model_copy(update={"printers": plan.office.printers})
    # The office of the rest of a day has what was left then.
    is_other = last.path.name == str(signature.day) and plan.office != office
    if came or fresh.is_new or counted is not None or is_other:
        message = said(
            "the sheets of {day} are made (plan {number}), and something came since; "
            "plan what is left of the day with `ektp-sched today --rest`",
            "lembar untuk {day} sudah dibuat (rencana {number}), dan sesudah itu ada "
            "yang baru; rencanakan sisa hari ini dengan `ektp-sched today --rest`",
            day=str(signature.day),
            number=str(last.number),
        )
        raise AskedError(message)
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


def _root(acts: Mapping[int, Act], act: Act) -> Act:
    """Return the act that one takes back or takes up again; itself if it does not."""
    while act.undoes is not None:
        act = acts[act.undoes]
    return act


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


def take_in(
    folder: OfficeFolder,
    backlog: Backlog,
    signature: Signature,
    before: State | None = None,
    *,
    open: OpenChoice | None,  # noqa: A002 (the option's name)
    gone: GoneChoice,
) -> Mapping[str, int] | None:
    """Record what an export says, and what is decided of those nobody knows of.

    What was known a moment ago is not asked for again if nothing came since.

    Raises
    ------
    ektp_sched.errors.AskedError
        Too many vanished, or of some nothing is known, and nobody said how to go on;
        nothing is recorded then.
    """
    with folder.ledger.writing() as writer:
        acts = writer.acts(live=False)
        if not acts:
            _begin(folder, writer, signature)
        counted = counted_in_file(folder.office, writer, signature.day)
        if counted is not None:
            writer.append(*counted, confirmed=signature.confirmed)
        state = before
        if state is None or state.number != writer.number:
            state = state_of(writer)
        imported = compare(backlog, state, folder.office, signature.day)
        if gone == "ask":
            _ask_about_gone(state, imported)
        unknown = state.unknown(signature.day).select(_SHEET)
        left_out = state.results.filter(pl.col("result") == "open").select(_SHEET)
        if "prints" in imported.facts:
            known = imported.facts["prints"].select("person")
            unknown, left_out = (
                people.join(known, on="person", how="anti", maintain_order="left")
                for people in (unknown, left_out)
            )
        if open is None and unknown.height:
            raise _asked_about(unknown)
        if open == "plan":  # those that were left out before as well
            unknown = pl.concat([unknown, left_out]).unique(
                "person", maintain_order=True
            )
        is_new = _is_new(acts, backlog)
        if is_new or imported.is_new:
            writer.append(
                NewAct(
                    kind="import",
                    day=signature.day,
                    by=signature.by,
                    detail={
                        "file": Path(backlog.source or "").name,
                        "sha256": backlog.digest,
                        "key": _fingerprint(folder.office),
                        **imported.counts,
                    },
                ),
                imported.facts,
                imported.people,
                confirmed=signature.confirmed,
            )
        if unknown.height:
            result = "open" if open == "exclude" else "unprinted"
            writer.append(
                NewAct(
                    kind="prints", day=signature.day, by=signature.by, reason="opened"
                ),
                {"prints": unknown.with_columns(result=pl.lit(result))},
                confirmed=signature.confirmed,
            )
    return imported.counts if is_new else None


def _is_new(acts: list[Act], backlog: Backlog) -> bool:
    imports = [act for act in acts if act.kind == "import"]
    return not imports or imports[-1].detail["sha256"] != backlog.digest


def _begin(folder: OfficeFolder, writer: Writer, signature: Signature) -> None:
    writer.append(
        NewAct(
            kind="begin",
            day=signature.day,
            by=signature.by,
            detail={
                "office": folder.office.name,
                "key": _fingerprint(folder.office),
                "version": version("ektp-sched"),
            },
        ),
        confirmed=signature.confirmed,
    )


def _fingerprint(office: Office) -> str | None:
    """Return what tells the office's key from others, and does not give it away."""
    if office.identity is None:
        return None
    key = read_key(key_path(office))
    return hashlib.sha256(b"ektp-sched ledger\n" + key).hexdigest()[:16]


def _refuse_other_key(folder: OfficeFolder, acts: Sequence[Act]) -> None:
    """Refuse a key that gives people other ids than the last one did."""
    stated = [act.detail.get("key") for act in acts if act.kind in ("begin", "import")]
    last = next((key for key in reversed(stated) if key is not None), None)
    if last is not None and _fingerprint(folder.office) not in (None, last):
        message = said(
            "is another key than the one that the people in the ledger have their ids "
            "of, and gives everybody another one; put the office's own key back",
            "bukan kunci asal id orang dalam buku besar, sehingga semua orang mendapat "
            "id lain; kembalikan kunci milik kantor",
        )
        raise LedgerError(message, file=str(key_path(folder.office)))


def _ask_about_gone(state: State, imported: Imported) -> None:
    """Ask where more of those who wait are gone than a day explains."""
    if "gone" not in imported.facts:
        return
    printed = state.results.filter(pl.col("result") == "printed").select("person")
    if "prints" in imported.facts:
        printed = pl.concat([printed, imported.facts["prints"].select("person")])
    gone = imported.facts["gone"].join(printed, on="person", how="anti")
    ready = state.seen.filter(pl.col("state") == "ready")
    waiting = ready.join(printed, on="person", how="anti").height
    if gone.height * MOST_GONE > waiting:
        message = said(
            "{number} of {before} people who waited are gone from the export, and "
            "nothing says that they were printed; take a whole export, hand in what "
            "was printed with `ektp-sched record`, or accept it with --gone accept",
            "{number} dari {before} orang yang menunggu hilang dari ekspor, dan tidak "
            "ada keterangan bahwa sudah dicetak; ambil ekspor yang lengkap, catat "
            "hasil cetak dengan `ektp-sched record`, atau terima dengan --gone accept",
            number=gone.height,
            before=waiting,
        )
        raise AskedError(message)


def _asked_about(unknown: pl.DataFrame) -> AskedError:
    return AskedError(
        said(
            "of {number} cards on the sheets of {sheets} nothing is known; hand those "
            "sheets in with `ektp-sched record FILE`, say that all were printed with "
            "`ektp-sched record --all --on {day}`, leave the cards out with --open "
            "exclude, or plan them again with --open plan",
            "tidak ada keterangan tentang {number} kartu pada lembar {sheets}; "
            "serahkan lembarnya dengan `ektp-sched record BERKAS`, nyatakan semua "
            "tercetak dengan `ektp-sched record --all --on {day}`, kecualikan kartunya "
            "dengan --open exclude, atau rencanakan lagi dengan --open plan",
            number=unknown.height,
            day=str(unknown["day"].min()),
            sheets=sheets_named(unknown),
        )
    )


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
        )
    )


def basis_of(folder: OfficeFolder, backlog: Backlog, day: date) -> Basis:
    """Return all that a plan from a day on is made of."""
    with folder.ledger.reading() as reader:
        state = state_of(reader)
        last = last_plan(folder, reader)
        if last is not None:
            refuse_edited(last, reader)
        office = office_of(folder.office, reader, day)
        used, _ = as_used(backlog, state, folder.office)
        blanks = blanks_left(folder.office, reader, day)
        anew = {act.number: act.day for act in reader.acts("reprint")}
    previous = None if last is None else as_previous(load(last.path), day)
    days = _DAYS if previous is None else previous.days
    files = {TOLD_FILE: _told(state, used)}
    if previous is not None:
        files[DONE_FILE] = _done(state, previous, used, anew)
    return Basis(state, office, used, blanks, previous, days, files)


def made_of(
    folder: OfficeFolder,
    basis: Basis,
    start: date,
    days: int,
    progress: Progress | None,
) -> Plan:
    """Return the plan of all that."""
    with workplace(folder.path / PLANS / "next") as place:
        place.new.mkdir()
        for name, raw in basis.files.items():
            (place.new / name).write_bytes(raw)
        later: dict[str, Any] = {}
        if basis.previous is not None:
            later = {
                "previous": basis.previous,
                "done": place.new / DONE_FILE,
                "open": "exclude",
                "gone": "accept",
            }
        return planning.plan(
            basis.backlog,
            basis.office,
            start=start,
            days=days,
            progress=progress,
            promises=place.new / TOLD_FILE,
            **later,
        )


def _told(state: State, backlog: Backlog) -> bytes:
    """Return the dates that those of an export were told."""
    told = state.told.join(newest_of(state.people), on="person", how="inner")
    told = told.join(backlog.frame.select(_ID), on=_ID, how="semi")
    return _csv(told.select(_ID, ready_by="promised_on").sort(_ID))


def _done(
    state: State, previous: Plan, backlog: Backlog, anew: Mapping[int, date]
) -> bytes:
    """Return what is known of the cards that the last plan or the export has.

    A card to be printed anew has the id of the one before, so that of this one is said
    that it is no good.
    """
    known, frame = previous.backlog.known, previous.backlog.frame
    before = [frame.select(_ID), previous.backlog.held.select(_ID)]
    if known is not None:
        before += [known.carried.select(_ID), known.left.select(_ID)]
    asked = pl.concat(
        [*before, backlog.frame.select(_ID), backlog.held.select(_ID)]
    ).unique()
    people = state.people.join(asked, on=_ID, how="semi")
    newest = newest_of(people)
    words = newest.join(state.results, on="person", how="inner").filter(
        pl.col("result") != "open"
    )
    again = (
        newest.filter(pl.col("since").is_in([*anew]))
        .join(state.results, on="person", how="anti")
        .join(state.given, on="person", how="anti")
        .join(pl.concat(before).unique(), on=_ID, how="semi")
        .select(
            _ID,
            result=pl.lit("spoilt"),
            day=pl.col("since").replace_strict(
                [*anew], [*anew.values()], default=None, return_dtype=pl.Date
            ),
            reason=pl.lit("reprint"),
        )
    )
    words = pl.concat([words.select(again.columns), again]).sort(_ID)
    printed_at = pl.col("day").alias("printed_at")
    return _csv(words.select(_ID, "result", printed_at, "reason"))


def _csv(frame: pl.DataFrame) -> bytes:
    text = BytesIO()
    write_csv(frame, text)
    return text.getvalue()
