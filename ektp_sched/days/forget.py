"""Forgetting people: in the ledger, on the sheets, in kept exports."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog import read_backlog
from ektp_sched.backlog.identity import Named, id_of_number
from ektp_sched.backlog.promised import without_people
from ektp_sched.days.folder import exports, newest_export
from ektp_sched.errors import FolderError, InputError, LedgerError, UsageError
from ektp_sched.ledger import NewAct, personal
from ektp_sched.ledger.forget import clear_free, forget_texts, remarks_about
from ektp_sched.ledger.state import state_of
from ektp_sched.output import load
from ektp_sched.output.backlog_copy import backlog_copy
from ektp_sched.output.nameless import take_names_out
from ektp_sched.places import replace_file
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.ledger import Reader

_FORGOTTEN: Final = "forgotten.json"
"""Lies in the office folder: who was forgotten."""

_WRITTEN: Final = (".csv", ".xlsx")
"""Endings of exports that are written anew; others are removed whole."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten, and what is left.

    Parameters
    ----------
    persons, remarks
        How many people, and free texts about them.
    in_export
        Handed over before the day, but in the newest export still: not forgotten.
    sheets
        Sheets and workbooks of plans that were emptied of what was about them.
    rewritten, removed
        Kept exports without their rows now, and those removed whole.
    unread
        Plan folders and exports that could not be read: what they hold is left.
    remarks_left
        Free texts that are about others too.
    act
        Number of the act; None if there was nobody to forget.
    """

    persons: int
    remarks: int
    in_export: int
    sheets: int
    rewritten: tuple[str, ...]
    removed: tuple[str, ...]
    unread: tuple[str, ...]
    remarks_left: int
    act: int | None


def forget(
    folder: OfficeFolder,
    who: str | None = None,
    *,
    handed_over_before: date | None = None,
    by: str,
    reason: str | None = None,
    day: date | None = None,
    progress: Callable[[str, float], None] = lambda _stage, _share: None,
) -> Forgotten:
    """Erase who some people are, and write an act that names nobody.

    Files come first and the ledger last, so that one who was interrupted can name the
    same people again.

    Parameters
    ----------
    folder
        Where the office lives.
    who
        A queue number, application_id, or number (NIK).
    handed_over_before
        Everybody whose card was handed over before that day.
    by, reason
        Who does it, and why.
    day
        Of the office, if somebody said so; else today.
    progress
        Called with ``write`` and how much is done.

    Raises
    ------
    ektp_sched.errors.UsageError
        Nobody has that number.
    ektp_sched.errors.LedgerError
        The newest export has the person still; nothing is changed then.
    """
    act = None
    # No export may come meanwhile that has them: nobody else writes till all is done.
    with folder.ledger.writing(begun=True) as writer:
        # Also those whom only acts undone name: their texts are there.
        names = writer.people(live=False).drop_nulls()
        ids, in_export = _whom(folder, writer, names, who, handed_over_before)
        persons = names.filter(pl.col("application_id").is_in(ids.implode()))["person"]
        remarks, remarks_left = remarks_about(writer, persons)
        refs = pl.concat([persons, remarks]).sort()
        known = writer.facts("forgotten")["ref"].to_list()
        _note_forgotten(folder, known)
        sheets, unread = _clear_plans(folder, ids, progress)
        rewritten, removed, not_read = _clear_exports(folder, ids)
        if len(ids):
            texts = personal(
                pl.Series([reason] if reason else [], dtype=pl.String), "remark"
            )
            new = NewAct(
                kind="forget",
                day=day or date.today(),
                by=by,
                remark=texts.refs[0] if reason else None,
                detail={"persons": ids.n_unique(), "remarks": len(remarks)},
            )
            act = forget_texts(
                writer, refs, new, texts, confirmed=day is not None
            ).number
    if len(ids):
        _note_forgotten(folder, refs.to_list())
    clear_free(folder.ledger)
    return Forgotten(
        persons=ids.n_unique(),
        remarks=len(remarks),
        in_export=in_export,
        sheets=sheets,
        rewritten=rewritten,
        removed=removed,
        unread=(*unread, *not_read),
        remarks_left=remarks_left,
        act=act,
    )


def _whom(
    folder: OfficeFolder,
    reader: Reader,
    names: pl.DataFrame,
    who: str | None,
    before: date | None,
) -> tuple[pl.Series, int]:
    """Return whose ids are to be forgotten, and of how many the export still knows."""
    there = _in_newest_export(folder, reader, names)
    if who is not None:
        asked = pl.Series([id_of_number(who, folder.office) or who.strip()])
        ids = Named(names.unique("application_id", maintain_order=True)).ids_of(asked)
        if not ids.is_in(names["application_id"].implode()).all():
            message = said(
                "nobody in the ledger has that number; check the queue number or id",
                "tidak ada orang dengan nomor itu dalam buku besar; periksa nomor "
                "antrean atau nomor permohonannya",
            )
            raise UsageError(message)
        if ids.is_in(there.implode()).any():
            message = said(
                "the newest export still has this person; once the registry has taken "
                "the record out and `today` has read that export, forget them",
                "ekspor terbaru masih memuat orang ini; lupakan setelah rekamannya "
                "dikeluarkan dan ekspor itu dibaca `today`",
            )
            raise LedgerError(message)
        return ids, 0
    if before is None:
        return pl.Series("application_id", [], dtype=pl.String), 0
    handed = state_of(reader).handed.filter(pl.col("day") < before)["person"]
    ids = names.filter(pl.col("person").is_in(handed.implode()))["application_id"]
    ids = ids.unique(maintain_order=True)
    is_there = ids.is_in(there.implode())
    return ids.filter(~is_there), int(is_there.sum())


def _in_newest_export(
    folder: OfficeFolder, reader: Reader, names: pl.DataFrame
) -> pl.Series:
    """Return the ids that the export has: as it was read, and as it lies there."""
    seen = state_of(reader).seen.filter(pl.col("state") != "gone")["person"]
    ids = names.filter(pl.col("person").is_in(seen.implode()))["application_id"]
    try:
        path = newest_export(folder)
    except FolderError:
        return ids
    backlog = read_backlog(path, folder.office, provisional=True)
    parts = [ids, backlog.frame["application_id"], backlog.held["application_id"]]
    return pl.concat([part.cast(pl.String) for part in parts]).unique()


def _clear_plans(
    folder: OfficeFolder, ids: pl.Series, progress: Callable[[str, float], None]
) -> tuple[int, list[str]]:
    """Empty the sheets of all plans of what is about some people."""
    sheets, unread = 0, []
    paths = folder.with_summary()
    wanted = [name.encode() for name in ids]
    for at, path in enumerate(paths):
        progress("write", at / len(paths))
        try:
            raw = (path / "plan.csv").read_bytes()
            if any(name in raw for name in wanted):
                sheets += take_names_out(load(path), ids.to_list())
        except (InputError, OSError):
            unread.append(path.relative_to(folder.path).as_posix())
    return sheets, unread


def _clear_exports(
    folder: OfficeFolder, ids: pl.Series
) -> tuple[tuple[str, ...], tuple[str, ...], list[str]]:
    """Take people out of kept exports; times stay, as they tell which is the newest."""
    rewritten, removed, unread = [], [], []
    for path in sorted(exports(folder)) if len(ids) else ():
        name = path.relative_to(folder.path).as_posix()
        try:
            table = without_people(path, folder.office, ids)
            if table is None:
                continue
            if path.suffix.lower() in _WRITTEN:
                times = path.stat()
                replace_file(path, backlog_copy(table, path, _day_of(path)))
                os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
                rewritten.append(name)
            else:
                path.unlink()
                removed.append(name)
        except (InputError, OSError):
            unread.append(name)
    return tuple(rewritten), tuple(removed), unread


def _day_of(path: Path) -> date:
    return date.fromtimestamp(path.stat().st_mtime)


def forgotten_refs(folder: OfficeFolder) -> set[int]:
    """Return the numbers of all that was ever forgotten.

    They are kept beside the ledger, so that no restored copy brings anybody back:
    random numbers alone, which nothing but the erased texts ever told.

    Raises
    ------
    ektp_sched.errors.LedgerError
        The list is not what it should be.
    """
    path = folder.path / _FORGOTTEN
    try:
        return {int(ref) for ref in json.loads(path.read_bytes())["refs"]}
    except FileNotFoundError:
        return set()
    except (ValueError, KeyError, TypeError):
        message = said(
            "is not the list of those forgotten that `ektp-sched ledger forget` "
            "keeps; put it back from the backup of the office folder",
            "bukan daftar yang dilupakan yang disimpan `ektp-sched ledger forget`; "
            "kembalikan dari cadangan folder kantor",
        )
        raise LedgerError(message, file=str(path)) from None


def _note_forgotten(folder: OfficeFolder, refs: Iterable[int]) -> None:
    """Add numbers to the list."""
    whole = sorted(forgotten_refs(folder) | {*refs})
    text = json.dumps({"schema_version": 1, "refs": whole}, indent=1) + "\n"
    replace_file(folder.path / _FORGOTTEN, text.encode())
