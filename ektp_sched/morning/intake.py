"""An export on its way in: whether it can be used, and what only the office knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog import read_backlog
from ektp_sched.backlog.identity import key_path
from ektp_sched.days.committed import last_plan, unknown_plans
from ektp_sched.days.office import begin, fingerprint
from ektp_sched.days.record import REJECTS
from ektp_sched.days.supplies import counted_in_file
from ektp_sched.errors import (
    AskedError,
    FolderError,
    LedgerError,
    TooManyRejectsError,
)
from ektp_sched.ledger.database import shown
from ektp_sched.ledger.state import state_of
from ektp_sched.morning.imports import compare
from ektp_sched.morning.plans import adopt_unknown
from ektp_sched.output.tables import csv_bytes
from ektp_sched.places import replace_file
from ektp_sched.words import said, typed
from ektp_sched.yesterday.reconcile import (
    MOST_GONE,
    GoneChoice,
    OpenChoice,
    sheets_named,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.days.signature import Signature
    from ektp_sched.ledger import Act
    from ektp_sched.ledger.state import State
    from ektp_sched.morning.imports import Imported


_RESTORE: Final = typed(
    " with `ektp-sched ledger restore`", " dengan `ektp-sched ledger restore`"
)
_RECORD: Final = typed(" with `ektp-sched record`", " dengan `ektp-sched record`")

_SHEET: Final = ("person", "day", "printer", "plan")


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
        replace_file(file, csv_bytes(error.backlog.rejects))
        message = said(
            "{what}; all rejected rows are in {file}",
            "{what}; semua baris yang ditolak ada di {file}",
            what=error.message,
            file=str(file),
        )
        raise TooManyRejectsError(
            message, backlog=error.backlog, file=error.file
        ) from None


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
                "the day{how}",
                "rencana terakhir untuk {last}, sedangkan hari ini {day}; betulkan "
                "jam, atau sebutkan harinya{how}",
                how=typed(" with --on DATE", " dengan --on TANGGAL"),
                last=str(last.day),
                day=str(signature.day),
            )
            raise LedgerError(message, file=str(folder.path))
    if absent:
        message = said(
            "has no act with the head {head}: the ledger on this computer is older "
            "than that sheet; restore the newest backup{restore}, or hand in the "
            "sheets since{record}",
            "tidak memuat catatan dengan kepala {head}: buku besar di komputer ini "
            "lebih tua daripada lembar itu; pulihkan cadangan terbaru{restore}, atau "
            "serahkan lembar sesudahnya{record}",
            restore=_RESTORE,
            record=_RECORD,
            head=absent[0],
        )
        raise LedgerError(message, file=shown(folder.ledger.url))
    if unknown and open is None:
        message = said(
            "is plan {number}, which the ledger does not know: it is older than that "
            "plan; restore the newest backup{restore}, hand in the plan's "
            "sheets{record}, or say what becomes of the cards on them{open}",
            "adalah rencana {number}, yang tidak dikenal buku besar, karena buku besar "
            "itu lebih tua; pulihkan cadangan terbaru{restore}, serahkan lembar "
            "rencana itu{record}, atau tentukan nasib kartunya{open}",
            restore=_RESTORE,
            record=_RECORD,
            open=typed(
                " with --open exclude or --open plan",
                " dengan --open exclude atau --open plan",
            ),
            number=str(unknown[0].number),
        )
        raise FolderError(message, file=str(unknown[0].path))
    if unknown:
        with folder.ledger.writing() as writer:
            if not writer.number:
                begin(folder, writer, signature)
        adopt_unknown(folder, signature)


def _digits(head: str) -> str:
    """Return the hexadecimal digits of a head as somebody typed it from paper."""
    return "".join(sign for sign in head.lower() if sign.isalnum()) or "?"


def _refuse_other_key(folder: OfficeFolder, acts: Sequence[Act]) -> None:
    """Refuse a key that gives people other ids than the last one did."""
    stated = [act.detail.get("key") for act in acts if act.kind in ("begin", "import")]
    last = next((key for key in reversed(stated) if key is not None), None)
    if last is not None and fingerprint(folder.office) not in (None, last):
        message = said(
            "is another key than the one that the people in the ledger have their ids "
            "of, and gives everybody another one; put the office's own key back",
            "bukan kunci asal id orang dalam buku besar, sehingga semua orang mendapat "
            "id lain; kembalikan kunci milik kantor",
        )
        raise LedgerError(message, file=str(key_path(folder.office)))


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
            begin(folder, writer, signature)
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
            detail = {
                "file": Path(backlog.source or "").name,
                "sha256": backlog.digest,
                "key": fingerprint(folder.office),
                **imported.counts,
            }
            signature.write(
                writer, "import", imported.facts, imported.people, detail=detail
            )
        if unknown.height:
            result = "open" if open == "exclude" else "unprinted"
            facts = {"prints": unknown.with_columns(result=pl.lit(result))}
            signature.write(writer, "prints", facts, reason="opened")
    return imported.counts if is_new else None


def _is_new(acts: list[Act], backlog: Backlog) -> bool:
    imports = [act for act in acts if act.kind == "import"]
    return not imports or imports[-1].detail["sha256"] != backlog.digest


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
            "was printed{record}, or accept it{gone}",
            "{number} dari {before} orang yang menunggu hilang dari ekspor, dan tidak "
            "ada keterangan bahwa sudah dicetak; ambil ekspor yang lengkap, catat "
            "hasil cetak{record}, atau terima{gone}",
            record=_RECORD,
            gone=typed(" with --gone accept", " dengan --gone accept"),
            number=gone.height,
            before=waiting,
        )
        figures = {"number": gone.height, "before": waiting}
        raise AskedError(message, asks="gone", figures=figures)


def _asked_about(unknown: pl.DataFrame) -> AskedError:
    return AskedError(
        said(
            "of {number} cards on the sheets of {sheets} nothing is known; hand those "
            "sheets in{record}, say that all were printed{all}, leave the cards "
            "out{exclude}, or plan them again{plan}",
            "tidak ada keterangan tentang {number} kartu pada lembar {sheets}; "
            "serahkan lembarnya{record}, nyatakan semua tercetak{all}, kecualikan "
            "kartunya{exclude}, atau rencanakan lagi{plan}",
            number=unknown.height,
            record=typed(
                " with `ektp-sched record FILE`", " dengan `ektp-sched record BERKAS`"
            ),
            all=typed(
                " with `ektp-sched record --all --on {day}`",
                " dengan `ektp-sched record --all --on {day}`",
                day=str(unknown["day"].min()),
            ),
            exclude=typed(" with --open exclude", " dengan --open exclude"),
            plan=typed(" with --open plan", " dengan --open plan"),
            sheets=sheets_named(unknown),
        ),
        asks="open",
        figures={"number": unknown.height},
    )
