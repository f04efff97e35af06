"""What a row of a print log, or of a list of cards, says: whom, when, where, how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.dates import parse_dates
from ektp_sched.backlog.encodings import replaced
from ektp_sched.backlog.identity import (
    QUEUE_HEADINGS,
    application_ids,
    is_made,
    key_path,
    read_key,
    whole_numbers,
)
from ektp_sched.backlog.numbers import plain_ids, read_numbers
from ektp_sched.backlog.reasons import ONE_OF
from ektp_sched.backlog.texts import as_text, clean, fold
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ektp_sched.backlog.rejects import Findings
    from ektp_sched.backlog.table import Table
    from ektp_sched.errors import InputError
    from ektp_sched.office.office import Office

IDENTITY: Final = "number"
"""Stands for the office's column of numbers from which ids are made."""

PRINTED: Final = "printed"
SPOILT: Final = "spoilt"
UNPRINTED: Final = "unprinted"
STANDING: Final = "standing"
"""Of a list alone: the card stands on a sheet of today that still holds."""

_COLUMNS: Final = (
    *("application_id", "printed_at", "printer", "result", "operator", "reason"),
)
_USUAL: Final = {
    "application_id": "idpermohonan",
    "queue_number": " ".join(QUEUE_HEADINGS),
    "printed_at": "printedon tglcetak tanggalcetak dicetak waktucetak",
    "printer": "mesin mesincetak pencetak alatcetak",
    "result": "hasil hasilcetak",
    "operator": "petugas namapetugas",
    "reason": "alasan",
}
"""What offices call these columns, as `fold` makes it."""

_WORDS: Final = {
    PRINTED: (
        "ok oke okay yes ya y 1 true good baik done success sukses succeeded berhasil "
        "printed cetak tercetak dicetak selesai jadi cardprinted cp"
    ),
    SPOILT: (
        "spoilt spoiled failed fail failure error void bad no n 0 false rejected gagal "
        "rusak cacat salah batal tidak tolak ditolak macet"
    ),
    UNPRINTED: (
        "unprinted notprinted notyet belum belumcetak belumdicetak belumtercetak "
        "belumjadi tidakdicetak tidaktercetak tidakcetak takdicetak taktercetak"
    ),
}
"""Words for a good print, for one that failed and for none, as `fold` makes them."""

_MEANT: Final = {
    word: result for result, words in _WORDS.items() for word in words.split()
}


def meanings(office: Office) -> dict[str, str]:
    """Return what each known heading, as `fold` makes it, stands for."""
    usual = {word: name for name, words in _USUAL.items() for word in words.split()}
    own = {
        fold(heading): column
        for heading, column in office.columns.items()
        if column == "application_id"
    }
    source = {} if office.identity is None else {fold(office.identity.from_): IDENTITY}
    return {**usual, **{fold(name): name for name in _COLUMNS}, **own, **source}


def positions_of(
    table: Table,
    meaning: Mapping[str, str],
    file: str | None,
    error: type[InputError],
) -> dict[str, int]:
    """Return where each column that a heading stands for is.

    A queue number is an id wherever there is none.
    """
    at: dict[str, int] = {}
    for position, heading in enumerate(table.headings):
        name = meaning.get(fold(heading))
        if name is None:
            continue
        if name in at:
            message = said(
                "columns {first} and {second} both stand for {name}; keep one of them",
                "kolom {first} dan {second} sama-sama berarti {name}; pertahankan "
                "salah satu",
                first=at[name] + 1,
                second=position + 1,
                name=name,
            )
            raise error(message, file=file)
        at[name] = position
    queue = at.pop("queue_number", None)
    if queue is not None:
        at.setdefault("application_id", queue)
    return at


def read_ids(
    table: Table, at: Mapping[str, int], office: Office, findings: Findings
) -> pl.Series:
    """Return whom each row names: an id, or a queue number as it stands there.

    A number of a person becomes its id wherever the office makes ids from them, and
    who knows the queue number alone may write it where that number is asked for.
    """
    whom = at.get("application_id", at.get(IDENTITY, 0))
    heading = table.headings[whom]
    findings.add(replaced(as_text(table.cells(whom))), heading, "malformed")
    ids = plain_ids(table.cells(whom))
    if "application_id" in at:
        numbered = whole_numbers(ids) & (office.identity is not None)
    else:
        numbered = ~is_made(ids)
    if numbered.any():
        numbers = read_numbers(table.numbers(whom).set(~numbered, None))
        findings.add(numbers.lost, heading, "lost-number")
        ids = ids.set(numbered, None).set(numbers.lost, "")
        if numbers.values.count():
            made = application_ids(numbers.values, read_key(key_path(office)))
            ids = made.fill_null(ids)
    findings.add(ids.is_null(), heading, "missing")
    return ids


def read_days(
    table: Table, at: int, office: Office, findings: Findings, *, needed: bool
) -> pl.Series:
    """Return the day of each row."""
    parsed = parse_dates(table.dates(at), office.dates.format)
    return findings.read(table.headings[at], parsed, needed=needed)


def read_printers(
    table: Table,
    at: int,
    printers: Sequence[str],
    findings: Findings,
    *,
    needed: bool,
) -> pl.Series:
    """Return the printers' ids as the office writes them."""
    cells = plain_ids(table.cells(at))
    if needed:
        findings.add(cells.is_null(), table.headings[at], "missing")
    names = {printer.casefold(): printer for printer in printers}
    names |= {printer: printer for printer in printers}
    letters = [fold(printer) for printer in printers]
    alike = {
        fold(printer): printer
        for printer in printers
        if letters.count(fold(printer)) == 1
    }
    meant = {
        cell: names.get(cell, names.get(cell.casefold(), alike.get(fold(cell))))
        for cell in distinct(cells)
    }
    ids = said_of(cells, meant)
    why = f"unknown-printer: {ONE_OF}{', '.join(sorted(printers))}"
    findings.add(ids.is_null() & cells.is_not_null(), table.headings[at], why)
    return ids


def read_results(
    table: Table, at: int, findings: Findings, *, standing: bool = False
) -> pl.Series:
    """Return printed, spoilt or unprinted for each row; null where nothing is said.

    Where it may be, also standing.
    """
    cells = clean(table.cells(at))
    meant = {cell: result_of(cell) for cell in distinct(cells)}
    if standing and STANDING in meant:
        meant[STANDING] = STANDING
    results = said_of(cells, meant)
    unknown = results.is_null() & cells.is_not_null()
    findings.add(unknown, table.headings[at], "unknown-result")
    return results


def result_of(word: str) -> str | None:
    """Return what a word says of a print; None where it is none."""
    return _MEANT.get(fold(word))


def said_of(cells: pl.Series, meant: Mapping[str, str | None]) -> pl.Series:
    """Return what each cell of text means; null where it means nothing."""
    return cells.replace_strict(
        [*meant], [*meant.values()], default=None, return_dtype=pl.String
    )


def distinct(cells: pl.Series) -> list[str]:
    """Return the different texts of a column."""
    texts: list[str] = cells.drop_nulls().unique().to_list()
    return texts
