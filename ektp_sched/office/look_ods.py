"""What a reader would get wrong in an OpenDocument workbook (.ods)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from ektp_sched.office.looked import DAMAGED, Look, LookedSheet, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

_CELLS: Final = frozenset({"table:table-cell", "table:covered-table-cell"})


def look_into_ods(chunks: Iterable[bytes], most_cells: int) -> Look:
    """Return what content.xml holds; ExpatError if it is no whole XML."""
    walk = _Walk(most_cells)
    for chunk in chunks:
        walk.parser.Parse(chunk)
    walk.parser.Parse(b"", True)
    return Look(tuple(walk.sheets), walk.epoch_1904)


class _Walk:
    """From cell to cell; the names are those that every writer uses."""

    def __init__(self, most_cells: int) -> None:
        self.sheets: list[LookedSheet] = []
        self.epoch_1904 = False
        self._most_cells = most_cells
        self._row = self._column = self._rows = 0
        self._cell: dict[str, str] | None = None
        self._text: list[str] = []
        self._tables = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_: object) -> None:
        raise RefusedError(DAMAGED)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            self._tables += 1
            if self._tables == 1:
                self.sheets.append(LookedSheet(self._most_cells))
                self._row = 0
        elif self._tables != 1:
            if tag == "table:null-date":
                date = attributes.get("table:date-value", "")
                self.epoch_1904 = date.startswith("1904")
        elif tag == "table:table-row":
            self._rows = int(attributes.get("table:number-rows-repeated", "1"))
            self._column = 0
        elif tag in _CELLS:
            self._cell, self._text = attributes, []

    def _characters(self, text: str) -> None:
        if self._cell is not None:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        if tag == "table:table":
            self._tables -= 1
        elif self._tables != 1:
            return
        elif tag == "table:table-row":
            self._row += self._rows
        elif tag in _CELLS and self._cell is not None:
            self._judge(self._cell, "".join(self._text).strip())
            self._cell = None

    def _judge(self, cell: dict[str, str], text: str) -> None:
        sheet = self.sheets[-1]
        times = int(cell.get("table:number-columns-repeated", "1"))
        kind = cell.get("office:value-type")
        error = text or None if cell.get("calcext:value-type") == "error" else None
        if kind is None and not text:
            if "table:formula" in cell:
                sheet.uncomputed.append((self._row, self._column))
        elif kind != "string" or text:
            sheet.reach(self._row + self._rows, self._column + times)
            number = float(cell["office:value"]) if kind == "float" else None
            for row in range(self._row, self._row + self._rows):
                for column in range(self._column, self._column + times):
                    sheet.note(row, column, error=error, number=number)
        last = self._row + int(cell.get("table:number-rows-spanned", "1")) - 1
        sheet.merge(self._row, self._column, last)
        self._column += times
