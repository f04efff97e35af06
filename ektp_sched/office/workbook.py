"""Writing office.xlsx: one sheet a table, with notes and lists to choose from."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.errors import OfficeError
from ektp_sched.office.cells import shown
from ektp_sched.office.layout import (
    DATES,
    OFFICE,
    OFFICE_NOTE,
    SETTINGS,
    SHEETS,
    WEEK,
    Setting,
    Sheet,
)
from ektp_sched.office.rows import rows_of, value_at
from ektp_sched.office.writing import plain, to_toml
from ektp_sched.places import replace_file
from ektp_sched.rules.fields import RESOURCES
from ektp_sched.rules.forms import Column, Kind
from ektp_sched.words import in_language, said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from ektp_sched.rules.tables import OfficeTables
    from ektp_sched.words import Said

_SPARE_ROWS = 500
_LONGEST_CELL = 32_767
_WIDTHS: Final = {
    Kind.TEXT: 24,
    Kind.PATTERN: 40,
    Kind.WHOLE: 15,
    Kind.SHARE: 10,
    Kind.DATE: 13,
    Kind.FLAG: 11,
    Kind.LIST: 40,
    Kind.DAYS: 24,
    Kind.NUMBERS: 13,
}
_LONGEST_LIST = 255
_COMMENT: Final = {"x_scale": 2.0, "y_scale": 1.2}
_NUMERIC: Final[dict[Kind, dict[str, Any]]] = {
    # A longer number or decimal stands as text, so these only warn.
    Kind.WHOLE: {
        "validate": "integer",
        "criteria": ">=",
        "value": -1_000_000,
        "error_type": "warning",
    },
    Kind.SHARE: {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": 1,
        "error_type": "warning",
    },
    Kind.DATE: {
        "validate": "date",
        "criteria": ">=",
        "value": date(1901, 1, 1),
        "error_type": "warning",
    },
}
_YES_NO: Final = {"id": ("ya", "tidak"), "en": ("yes", "no")}
_CREATED = datetime(2017, 1, 1)


def dump(office: OfficeTables, path: str | Path) -> None:
    """Write an office to a file, whole or not at all.

    Parameters
    ----------
    office
        What to write.
    path
        File to write or replace; the ending ``.xlsx`` asks for a workbook,
        any other for ``office.toml``.

    Raises
    ------
    ektp_sched.errors.OfficeError
        If a list of names is too long for one cell of a workbook.
    OSError
        If the folder cannot be written.
    """
    if Path(path).suffix.lower() == ".xlsx":
        write_workbook(office, path)
    else:
        replace_file(Path(path), to_toml(office).encode())


def write_workbook(office: OfficeTables, path: str | Path) -> None:
    """Write an office as a workbook that can be read back without loss.

    Parameters
    ----------
    office
        What to write.
    path
        File to write or replace.

    Raises
    ------
    ektp_sched.errors.OfficeError
        If a list of names is too long for one cell.
    OSError
        If the folder cannot be written.
    """
    replace_file(Path(path), workbook_bytes(office))


@dataclass(frozen=True, slots=True)
class Further:
    """What stands in a workbook beside the office."""

    sheets: tuple[tuple[Sheet, Sequence[Sequence[Any]]], ...]  # each with its rows
    name: str  # of its sheet of single values
    settings: tuple[Setting, ...]
    data: Mapping[str, Any]  # from which those are


def workbook_bytes(office: OfficeTables, further: Further | None = None) -> bytes:
    """Return an office as the bytes of an .xlsx file, with what stands beside it.

    The same office gives the same bytes.
    """
    # Slow to import, and most runs write no workbook.
    import xlsxwriter

    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": office.name, "created": _CREATED})
        writer = _Writer(office, book)
        writer.settings(OFFICE, SETTINGS, plain(office))
        tables = plain(office)
        for sheet in (WEEK, DATES, *SHEETS):
            writer.sheet(sheet, rows_of(sheet, tables))
        if further is not None:
            first, *others = further.sheets
            writer.sheet(*first)
            writer.settings(further.name, further.settings, further.data)
            for added in others:
                writer.sheet(*added)
    return file.getvalue()


class _Writer:
    """One workbook in the making."""

    def __init__(self, office: OfficeTables, book: Workbook) -> None:
        self._office = office
        self._book = book
        self._yes, self._no = _YES_NO[office.language]
        head = {"bold": True, "bg_color": "#DCE6F1", "bottom": 1, "locked": True}
        self._heading = book.add_format(head)
        self._key = book.add_format({"bold": True, "valign": "top"})
        note_style = {"italic": True, "text_wrap": True, "valign": "top"}
        self._note = book.add_format(note_style)
        left = {"align": "left", "valign": "top"}
        text = left | {"num_format": "@"}
        self._formats: dict[Kind, Format] = {
            Kind.TEXT: book.add_format(text),
            Kind.PATTERN: book.add_format(text),
            Kind.WHOLE: book.add_format(left | {"num_format": "0"}),
            Kind.SHARE: book.add_format(left),
            Kind.DATE: book.add_format(left | {"num_format": "yyyy-mm-dd"}),
            Kind.FLAG: book.add_format(left),
            Kind.LIST: book.add_format(text | {"text_wrap": True}),
            Kind.DAYS: book.add_format(text | {"text_wrap": True}),
            Kind.NUMBERS: book.add_format(text),
        }

    def settings(
        self, name: str, settings: Sequence[Setting], data: Mapping[str, Any]
    ) -> None:
        """Write a sheet of single values, one key a row."""
        page = self._page(name, ("key", "value", "note"), (24, 44, 90))
        page.write_comment(0, 1, self._said(OFFICE_NOTE), _COMMENT)
        for row, setting in enumerate(settings, start=1):
            value = value_at(data, setting.path)
            text = self._said(setting.column.note)
            page.write_string(row, 0, setting.key, self._key)
            page.write_string(row, 2, text, self._note)
            page.write_comment(row, 1, text, _COMMENT)
            self._cell(page, row, 1, value, setting.column.kind)
            page.data_validation(row, 1, row, 1, self._rule(setting.column))

    def _said(self, sentence: Said) -> str:
        return in_language(sentence, self._office.language)

    def sheet(self, sheet: Sheet, rows: Sequence[Sequence[Any]]) -> None:
        """Write a sheet with its headings, notes, lists and rows."""
        keys = [column.key for column in sheet.columns]
        widths = [_WIDTHS[column.kind] for column in sheet.columns]
        page = self._page(sheet.name, keys, widths)
        last = len(rows) + _SPARE_ROWS
        for at, column in enumerate(sheet.columns):
            text = self._said(column.note)
            page.write_comment(0, at, text, _COMMENT)
            page.set_column(at, at, widths[at], self._formats[column.kind])
            rule = self._rule(column)
            rule |= {"input_title": column.key, "input_message": text}
            page.data_validation(1, at, last, at, rule)
            for number, row in enumerate(rows, start=1):
                self._cell(page, number, at, row[at], column.kind)

    def _page(self, name: str, keys: Sequence[str], widths: Sequence[int]) -> Worksheet:
        page = self._book.add_worksheet(name)
        page.freeze_panes(1, 0)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        for at, (key, width) in enumerate(zip(keys, widths, strict=True)):
            page.set_column(at, at, width)
            page.write_string(0, at, key, self._heading)
        return page

    def _cell(self, page: Worksheet, row: int, at: int, value: Any, kind: Kind) -> None:
        if value is None:
            page.write_blank(row, at, None, self._formats[kind])
            return
        cell = shown(value, kind, self._yes, self._no)
        if isinstance(cell, date):
            page.write_datetime(row, at, cell, self._formats[kind])
        elif isinstance(cell, str):
            self._check_length(cell, page.get_name(), row)
            page.write_string(row, at, cell, self._formats[kind])
        else:
            page.write_number(row, at, cell, self._formats[kind])

    def _check_length(self, text: str, sheet: str, row: int) -> None:
        if len(text) > _LONGEST_CELL:
            message = said(
                "the list of names is too long for one cell of a workbook; keep this "
                "office as office.toml",
                "daftar namanya terlalu panjang untuk satu sel Excel; simpanlah "
                "kantor ini sebagai office.toml",
            )
            raise OfficeError(message, sheet=sheet, row=row + 1)

    def _rule(self, column: Column) -> dict[str, Any]:
        """Return what cells may hold, as far as a spreadsheet can tell."""
        rule = self._choice(column)
        if rule is None:
            rule = dict(_NUMERIC.get(column.kind, {"validate": "any"}))
            if column.kind is Kind.SHARE:
                rule["maximum"] = column.largest
        elif column.kind in (Kind.LIST, Kind.DAYS):
            # The list offers one word; a cell may hold several.
            rule["show_error"] = False
        return rule

    def _choice(self, column: Column) -> dict[str, Any] | None:
        """Return the list to choose from; None where there is none."""
        if column.kind is Kind.FLAG:
            return {"validate": "list", "source": [self._yes, self._no]}
        if column.choices:
            return {"validate": "list", "source": list(column.choices)}
        if column.source is None:
            return None
        source = self._source(column.source)
        if source is None:
            return None
        return {"validate": "list", "source": source, "error_type": "warning"}

    def _source(self, name: str) -> str | list[str] | None:
        if name != RESOURCES:
            filled = f"MAX(1,COUNTA({name}!$A$2:$A${_SPARE_ROWS}))"
            return f"=OFFSET({name}!$A$2,0,0,{filled},1)"
        ids = [r.id for r in (*self._office.servers, *self._office.printers)]
        return ids if len(",".join(ids)) <= _LONGEST_LIST else None
