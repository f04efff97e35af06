"""The sheets that an operator takes to a printer, as CSV, and their names."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.output.rows import guarded, heading_of
from ektp_sched.output.tables import dates_as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

    from ektp_sched.arrays import Ints
    from ektp_sched.output.languages import Language
    from ektp_sched.output.rows import SheetRows

_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
)
_FIRST: Final = ("batch", "position", "queue_number", "application_id", "card")
_THEN: Final = ("urgency", "wait_days", "waiting_since", "due_on", "area", "server")
_AT_ONCE: Final = 1 << 16
"""Rows that are written together."""
_TICKS: Final = ("printed", "handed_over", "spoilt")


@dataclass(frozen=True, slots=True)
class Part:
    """One printer's day.

    Parameters
    ----------
    day, printer
        Which.
    begin, size
        Its first row in the plan, and how many.
    """

    day: date
    printer: str
    begin: int
    size: int


def parts(frame: pl.DataFrame) -> list[Part]:
    """Return the printers' days of a plan, in its order."""
    runs = frame.group_by("day", "printer", maintain_order=True).len()
    pieces, begin = [], 0
    for day, printer, size in runs.iter_rows():
        pieces.append(Part(day, printer, begin, size))
        begin += size
    return pieces


def file_stems(printers: Iterable[str]) -> dict[str, str]:
    """Return a file name without ending for each printer.

    Ids that some system cannot keep apart, or keeps for devices, get an
    underscore and a number.
    """
    stems: dict[str, str] = {}
    taken: set[str] = set()
    for printer in sorted(printers):
        stem, number = printer, 1
        if printer.casefold().split(".")[0] in _RESERVED:
            stem = f"{printer.split('.')[0]}_{printer.partition('.')[2]}"
        plain = stem
        while stem.casefold() in taken:
            number += 1
            stem = f"{plain}_{number}"
        taken.add(stem.casefold())
        stems[printer] = stem
    return stems


def sheet_text(data: bytes) -> str:
    """Return the text of a sheet, as spreadsheets save it."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        return decoder.decode(data)
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def write_batches(
    rows: SheetRows, folder: Path, texts: Language, *, provisional: bool
) -> None:
    """Write one CSV for every printer's day."""
    for day in rows.frame["day"].unique():
        (folder / "batches" / day.isoformat()).mkdir(parents=True, exist_ok=True)
    for name, text, _ in batch_sheets(rows, texts, provisional=provisional):
        with (folder / name).open("wb") as file:
            file.write(text)


def batch_sheets(
    rows: SheetRows, texts: Language, *, provisional: bool
) -> Iterator[tuple[str, bytes, pl.DataFrame]]:
    """Yield name, text and cells of each printer's day, in the plan's order."""
    pieces = parts(rows.frame)
    stems = file_stems({part.printer for part in pieces})
    indonesian = texts.code == "id"
    separator = ";" if indonesian else ","
    # Some days at once: a table for each of thousands of files takes minutes, and one
    # for all much memory.
    for together in _some_at_once(pieces):
        begin, size = together[0].begin, sum(part.size for part in together)
        frame = rows.frame.slice(begin, size)
        table = _table(replace(rows, frame=frame), texts, provisional=provisional)
        table = dates_as_text(guarded(table))
        buffer = BytesIO()
        table.write_csv(buffer, separator=separator, include_bom=indonesian)
        whole = buffer.getbuffer()
        ends = _line_ends(np.frombuffer(whole, np.uint8), table.height + 1)
        heading = bytes(whole[: ends[0]])
        for part in together:
            at = part.begin - begin
            lines = whole[ends[at] : ends[at + part.size]]
            name = f"batches/{part.day.isoformat()}/{stems[part.printer]}.csv"
            yield name, heading + lines, table.slice(at, part.size)


def _some_at_once(pieces: list[Part]) -> Iterator[list[Part]]:
    """Yield printers' days that have some ten thousand rows together."""
    together: list[Part] = []
    for part in pieces:
        together.append(part)
        if part.begin + part.size - together[0].begin >= _AT_ONCE:
            yield together
            together = []
    if together:
        yield together


def _line_ends(text: NDArray[np.uint8], lines: int) -> Ints:
    """Return where each line of a CSV ends; one of a quoted cell is none."""
    ends = np.flatnonzero(text == ord("\n"))
    if len(ends) > lines:
        quotes = np.flatnonzero(text == ord('"'))
        ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return ends + 1


def _table(rows: SheetRows, texts: Language, *, provisional: bool) -> pl.DataFrame:
    """Return the rows with the headings that people read."""
    frame = rows.frame
    own = [name for name in (*_FIRST, *_THEN) if name in frame.columns]
    headings: dict[str, str] = {name: texts.text(f"column.{name}") for name in own}
    ticks = {name: texts.text(f"column.{name}") for name in _TICKS}
    note = texts.text("column.note")
    taken = {*headings.values(), *ticks.values(), note}
    for name in rows.extra:
        headings[name] = _free(heading_of(name, texts), taken)
        taken.add(headings[name])
    empty = [pl.lit(None, pl.String).alias(name) for name in ticks.values()]
    marks = [pl.lit(texts.text("sheet.provisional_short")).alias(note)]
    columns = [pl.col(name).alias(shown) for name, shown in headings.items()]
    return frame.select(*columns, *empty, *(marks if provisional else ()))


def _free(heading: str, taken: set[str]) -> str:
    name, number = heading, 1
    while name in taken:
        number += 1
        name = f"{heading} ({number})"
    return name
