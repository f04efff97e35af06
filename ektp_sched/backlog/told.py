"""The dates that people were told: ``promises.csv``, or a list with its columns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.dates import Parsed, parse_dates
from ektp_sched.backlog.identity import QUEUE_HEADINGS, ids_of
from ektp_sched.backlog.listed import ROW_SENTENCES, positions, read_list, refuse_rows
from ektp_sched.backlog.numbers import plain_ids
from ektp_sched.backlog.rejects import Findings
from ektp_sched.backlog.table import tabulate
from ektp_sched.backlog.texts import as_text, clean, fold
from ektp_sched.errors import InputError
from ektp_sched.public import columns_shown
from ektp_sched.words import joined, said

if TYPE_CHECKING:
    from os import PathLike

    from ektp_sched.backlog.model import Backlog
    from ektp_sched.backlog.table import Table
    from ektp_sched.office.office import Office
    from ektp_sched.words import Said

    ToldLike = str | PathLike[str] | pl.DataFrame

_DATES: Final = ("ready_by", "promised_on")
_ANEW: Final = ("new_date", "day")
_FURTHER: Final = ("first_told", "confidence")
_KNOWN: Final = ("application_id", "days_late", *_DATES, *_ANEW, *_FURTHER)
_STRANGERS: Final = 20
"""From so many dates on, not one of which is of anybody in the backlog, the file is
taken for another office's."""

_SENTENCES: Final = {
    **ROW_SENTENCES,
    "missing": said(
        "is empty; each line needs whom it is about",
        "kosong; setiap baris harus memuat siapa orangnya",
    ),
    "bad-share": said(
        "is no probability between 0 and 1",
        "bukan peluang antara 0 dan 1",
    ),
    "twice": said(
        "names a person of an earlier row with another date; keep the row with the "
        "date that was told",
        "menyebut orang dari baris sebelumnya dengan tanggal lain; pertahankan baris "
        "dengan tanggal yang diberitahukan",
    ),
}


@dataclass(frozen=True, slots=True)
class Told:
    """Dates that people were told, one row a person."""

    # application_id; promised_on, the date told last; first_told, the one told first;
    # confidence, null where the file has none
    frame: pl.DataFrame
    strangers: int  # how many of them are not waiting any more, or never were


def read_told(
    source: ToldLike, backlog: Backlog, office: Office, *, anew: bool = False
) -> Told:
    """Read who was told which date; lines without a date tell nothing.

    ``source`` is a path, or a frame: ``application_id`` (or queue numbers) with
    ``ready_by`` as promises.csv has it, or ``promised_on``.  With ``anew`` it is a list
    of those who were told another date since, in ``new_date`` as slipped.csv of
    `promise` has it, or ``day`` as that of a plan.
    """
    if isinstance(source, pl.DataFrame):
        name, table = None, tabulate(source, source.columns, first_row=2)
    else:
        name = str(source)
        known = {fold(word) for word in _KNOWN} | {*QUEUE_HEADINGS}
        table = read_list(Path(source), known, InputError)
    at = _positions(table, name, anew=anew)
    frame = _lines(table, at, backlog, office, name)
    people = backlog.frame.select("application_id")
    waiting = frame.join(people, on="application_id", how="semi").height
    strangers = frame.height - waiting
    if strangers >= _STRANGERS and not waiting:
        held = frame.join(backlog.held, on="application_id", how="semi").height
        if not held:
            raise InputError(
                said(
                    "names {count} people, none of whom is in the backlog; it is of "
                    "another office, or its ids were made with another key: name this "
                    "office's own",
                    "menyebut {count} orang, tidak satu pun ada dalam antrean; berkas "
                    "ini milik kantor lain, atau id-nya dibuat dengan kunci lain: "
                    "sebutkan milik kantor ini sendiri",
                    count=strangers,
                ),
                file=name,
            )
    return Told(frame, strangers)


def held_dates(backlog: Backlog, told: Told) -> pl.DataFrame:
    """Lay the dates told beside those that an export has, in its order.

    Returns
    -------
    polars.DataFrame
        application_id; promised_on, which holds: of the export's and the file's the
        earlier, but where the file knows of the export's date and a later one was told
        since, that one; first_told, the earliest of all; confidence; exported (the
        export's own) and filed (the file's), null for none.
    """
    export, filed, first = pl.col("exported"), pl.col("filed"), pl.col("first_told")
    superseded = (export >= first) & (export < filed)
    holds = pl.when(superseded).then(filed).otherwise(pl.min_horizontal(export, filed))
    return (
        backlog.frame.select("application_id", exported="promised_on")
        .join(
            told.frame.rename({"promised_on": "filed"}),
            on="application_id",
            how="left",
            maintain_order="left",
        )
        .select(
            "application_id",
            promised_on=holds,
            first_told=pl.min_horizontal(export, first),
            confidence="confidence",
            exported=export,
            filed=filed,
        )
    )


def told_where(dates: pl.DataFrame) -> dict[str, int]:
    """Count, of `held_dates`, whose date one side alone has, or has earlier.

    An earlier date of the export counts where it holds.
    """
    export, filed, holds = pl.col("exported"), pl.col("filed"), pl.col("promised_on")
    counts = dates.select(
        only_in_export=export.is_not_null() & filed.is_null(),
        only_in_file=export.is_null() & filed.is_not_null(),
        earlier_in_export=(export < filed) & (holds == export),
        earlier_in_file=filed < export,
    ).sum()
    return {name: int(count) for name, count in counts.row(0, named=True).items()}


def _positions(table: Table, name: str | None, *, anew: bool) -> dict[str, int]:
    """Return where whom, date, first_told and confidence stand."""
    words = [fold(heading) for heading in table.headings]
    meant = {fold(word): word for word in _KNOWN}
    meant |= dict.fromkeys(QUEUE_HEADINGS, "queue_number")
    at = positions([meant.get(word) for word in words], name or "", InputError)
    whom = at.get("application_id", at.get("queue_number"))
    usual = _ANEW if anew else _DATES
    dated = next((at[word] for word in usual if word in at), None)
    if "days_late" in at and not anew:
        raise InputError(
            said(
                "lists dates that slip, and not all that were told; name promises.csv",
                "memuat tanggal yang meleset saja, bukan semua yang diberitahukan; "
                "sebutkan promises.csv",
            ),
            file=name,
        )
    absent = [
        column
        for column, position in (("application_id", whom), (usual[0], dated))
        if position is None
    ]
    if whom is None or dated is None:
        raise InputError(
            said(
                "there is no column {names}; found were {list}: name {file}, or a list "
                "with application_id and {date}",
                "tidak ada kolom {names}; yang ada: {list}; sebutkan {file}, atau "
                "daftar dengan application_id dan {date}",
                file="slipped.csv" if anew else "promises.csv",
                names=joined(said(" nor ", " maupun "), absent),
                list=columns_shown(table.headings) or said("none", "tidak ada"),
                date=usual[0],
            ),
            file=name,
        )
    further: dict[str, int] = {word: at[word] for word in _FURTHER if word in at}
    return {"application_id": whom, "promised_on": dated, **further}


def _lines(
    table: Table,
    at: dict[str, int],
    backlog: Backlog,
    office: Office,
    name: str | None,
) -> pl.DataFrame:
    findings = Findings(table.rows)
    findings.leave_out(table.malformed, "", "malformed")
    heading = {column: table.headings[position] for column, position in at.items()}
    ids = plain_ids(clean(as_text(table.cells(at["application_id"]))))
    findings.add(ids.is_null(), heading["application_id"], "missing")
    days = {
        column: findings.read(heading[column], _days(table.dates(at[column]), office))
        for column in ("promised_on", "first_told")
        if column in at
    }
    share = pl.repeat(None, len(ids), dtype=pl.Float64, eager=True)
    if "confidence" in at:
        text = clean(as_text(table.cells(at["confidence"])))
        share = text.cast(pl.Float64, strict=False)
        wrong = text.is_not_null() & ~share.is_between(0, 1).fill_null(value=False)
        findings.add(wrong, heading["confidence"], "bad-share")
    frame = pl.DataFrame(
        {
            "application_id": ids_of(ids, backlog.frame, backlog.held),
            "promised_on": days["promised_on"],
            "first_told": days.get("first_told", days["promised_on"]),
            "confidence": share,
        }
    )
    first = pl.col("promised_on").first().over("application_id")
    other = (pl.col("promised_on").ne_missing(first)) & pl.col(
        "application_id"
    ).is_not_null()
    twice = frame.select(other).to_series()
    findings.add(twice, heading["promised_on"], "twice")
    refuse_rows(findings, _sentence, name or "", InputError)
    return (
        frame.drop_nulls("promised_on")
        .unique("application_id", keep="first", maintain_order=True)
        .with_columns(
            pl.min_horizontal("first_told", "promised_on").alias("first_told")
        )
    )


def _sentence(reason: str) -> Said:
    return _SENTENCES[reason.partition(": ")[0]]


def _days(cells: pl.Series, office: Office) -> Parsed:
    """Read dates as this program writes them, or else as the office does."""
    if cells.dtype != pl.String or office.dates.format is None:
        return parse_dates(cells, office.dates.format)
    plain = clean(cells).str.to_date("%Y-%m-%d", strict=False)
    rest = parse_dates(cells.set(plain.is_not_null(), None), office.dates.format)
    return Parsed(plain.fill_null(rest.values), rest.why)
