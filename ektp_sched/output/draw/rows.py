"""Long lists in a workbook: rows as text, a column at a time, put into its file.

A writer of single cells takes seconds for a list that is text in tenths of one.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.office.pages import column_letters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from io import BytesIO
    from pathlib import Path

_AT_ONCE: Final = 4_096
"""Rows whose text is in memory."""
_LONGEST: Final = 32_767
"""Units of UTF-16 that a cell can hold."""
_EPOCH: Final = 25_569
"""Number that a sheet gives to 1970-01-01."""
_LEAP: Final = date(1900, 3, 1)
"""Sheets count a 29 February 1900 before it."""
_USUAL: Final = 15
"""Height of a row that says none."""
_MARKUP: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_NO_XML: Final = [*range(0x09), *range(0x0B, 0x20), 0xFFFE, 0xFFFF]
_ESCAPES: Final = _MARKUP | {chr(code): f"_x{code:04X}_" for code in _NO_XML}
_ODD: Final = r"[&<>\x00-\x08\x0B-\x1F\x{FFFE}\x{FFFF}]|_x[0-9a-fA-F]{4}_"
_LOOKS_ESCAPED: Final = r"(_x[0-9a-fA-F]{4}_)"
_TWO_UNITS: Final = r"[\x{10000}-\x{10FFFF}]"
_BLANK_ENDS: Final = r"^\s|\s$"
_KEYS: Final = ("empty", "blank", "spaced", "escaped", "cut")
_ROW: Final = re.compile(rb'<row r="(\d+)"(?:[^>]*/>|.*?</row>)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a sheet that are written as text.

    Parameters
    ----------
    numbers
        Which rows they are, from 1, ascending.
    frame
        Their cells: text, whole numbers, decimals, dates.
    styles, empty
        Of each column, the number of its format in the workbook, and of its
        empty cells.
    heights
        Of each row, points; None: all are of the usual height.
    """

    numbers: pl.Series
    frame: pl.DataFrame
    styles: Sequence[int]
    empty: Sequence[int]
    heights: pl.Series | None = None

    def texts(self) -> Iterator[pl.DataFrame]:
        """Yield row and its text, some thousands at a time."""
        names = [str(place) for place in range(self.frame.width)]
        frame = self.frame.rename(dict(zip(self.frame.columns, names, strict=True)))
        frame = frame.with_columns(row=self.numbers)
        if self.heights is not None:
            frame = frame.with_columns(height=self.heights)
        for begin in range(0, frame.height, _AT_ONCE):
            yield self._text(frame.slice(begin, _AT_ONCE), names)

    def _text(self, frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
        # Asked once for all columns: few texts need any of what costs most.
        needs = frame.select(
            need.name.suffix(f" {key}") for key, need in _needs(frame.select(names))
        ).row(0, named=True)
        number = pl.col("row").cast(pl.String)
        tall = pl.lit("") if self.heights is None else _tall(frame["height"])
        pieces = [pl.lit('<row r="'), number, pl.lit('"'), tall, pl.lit(">")]
        for place, name in enumerate(names):
            pieces += [pl.lit(f'<c r="{column_letters(place)}'), number]
            needed = {key for key in _KEYS if needs.get(f"{name} {key}")}
            kind = frame.schema[name]
            pieces += _cell(name, kind, needed, self.styles[place], self.empty[place])
        text = pl.concat_str(*pieces, pl.lit("</row>"))
        return frame.select(pl.col("row").cast(pl.Int64), text.alias("text"))


def _needs(frame: pl.DataFrame) -> Iterator[tuple[str, pl.Expr]]:
    """Yield what is asked of columns: whether any cell needs it."""
    yield "empty", pl.all().null_count() > 0
    if pl.String in frame.dtypes:
        text = pl.col(pl.String)
        yield "blank", (text == "").any()
        yield "spaced", text.str.contains(_BLANK_ENDS).any()
        yield "escaped", text.str.contains(_ODD).any()
        yield "cut", (text.str.len_bytes() > _LONGEST).any()


def _tall(heights: pl.Series) -> pl.Expr:
    """Return what a row says of its height; nothing of the usual one."""
    known = heights.unique().to_list()
    # As all others of a workbook, in whole pixels, 96 to the inch.
    points = [int(height * 4 / 3 + 0.5) * 0.75 for height in known]
    said = [
        "" if height == _USUAL else f' ht="{height:.16g}" customHeight="1"'
        for height in points
    ]
    if len(known) == 1:
        return pl.lit(said[0])
    return pl.col("height").replace_strict(known, said, return_dtype=pl.String)


def _cell(
    name: str, kind: pl.DataType, needed: set[str], style: int, empty: int
) -> list[pl.Expr]:
    """Return the pieces of text that make a column's cells, after their place."""
    column = pl.col(name)
    is_empty = column.is_null()
    if kind == pl.String:
        is_empty |= column == ""
        begin = pl.lit(f'" s="{style}" t="inlineStr"><is><t')
        more, end = _spaced(column, needed), pl.lit("</t></is></c>")
        filled = [begin, more, _escaped(column, needed), end]
    else:
        if kind == pl.Date:
            early = (column < _LEAP).cast(pl.Int32)
            column = column.cast(pl.Int32) + _EPOCH - early
        begin = pl.lit(f'" s="{style}"><v>')
        filled = [begin, column.cast(pl.String), pl.lit("</v></c>")]
    if needed.isdisjoint({"empty", "blank"}):
        return filled
    nothing = pl.lit(f'" s="{empty}"/>')
    return [pl.when(is_empty).then(nothing).otherwise(pl.concat_str(filled))]


def _spaced(text: pl.Expr, needed: set[str]) -> pl.Expr:
    """Return the end of a text's tag: blanks at its ends are kept if it says so."""
    kept, plain = pl.lit(' xml:space="preserve">'), pl.lit(">")
    if "spaced" not in needed:
        return plain
    return pl.when(text.str.contains(_BLANK_ENDS)).then(kept).otherwise(plain)


def _escaped(text: pl.Expr, needed: set[str]) -> pl.Expr:
    """Return texts as a sheet holds them: no markup, no signs that XML cannot have."""
    if "cut" in needed:
        # No sign takes more than two units.
        units = text.str.len_chars() + text.str.count_matches(_TWO_UNITS)
        cut = text.str.head(_LONGEST // 2 - 1) + "…"
        text = pl.when(units > _LONGEST).then(cut).otherwise(text)
    if "escaped" in needed:
        text = text.str.replace_all(_LOOKS_ESCAPED, "_x005F$1")
        text = text.str.replace_many(_ESCAPES)
    return text


def with_rows(
    book: BytesIO, rows: Mapping[int, Sequence[Rows]], target: Path | BytesIO
) -> None:
    """Write a workbook anew with the rows that it lacks.

    Parameters
    ----------
    book
        The workbook; where one of its rows is given here too, its own falls away.
    rows
        By sheet, from 0: rows, those of each after those of the one before.
    target
        Where.
    """
    names = {f"xl/worksheets/sheet{sheet + 1}.xml": rows[sheet] for sheet in rows}
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            text = old.read(entry)
            copied = zipfile.ZipInfo(entry.filename, entry.date_time)
            copied.compress_type = entry.compress_type
            copied.external_attr = entry.external_attr
            with new.open(copied, "w") as file:
                for piece in _filled(text, names.get(entry.filename, ())):
                    file.write(piece)


def _filled(sheet: bytes, rows: Sequence[Rows]) -> Iterable[bytes]:
    """Yield a sheet with its own rows and these in their order."""
    if not rows:
        yield sheet
        return
    head, _, rest = sheet.partition(b"<sheetData>")
    own, _, tail = rest.partition(b"</sheetData>")
    taken = pl.concat(part.numbers.cast(pl.Int64) for part in rows)
    kept = pl.DataFrame(
        [(int(row[1]), row[0].decode()) for row in _ROW.finditer(own)],
        {"row": pl.Int64, "text": pl.String},
        orient="row",
    ).filter(~pl.col("row").is_in(taken.implode()))
    yield head + b"<sheetData>"
    for part in rows:
        for texts in part.texts():
            before = pl.col("row") < texts["row"][-1]
            texts = pl.concat([kept.filter(before), texts]).sort("row")
            kept = kept.filter(~before)
            yield _joined(texts)
    yield _joined(kept) + b"</sheetData>" + tail


def _joined(texts: pl.DataFrame) -> bytes:
    joined: Any = texts["text"].str.join().item()
    return bytes(joined, "utf-8")
