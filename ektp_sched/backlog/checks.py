"""What each row must be, column by column, and which of two equal ids stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.dates import (
    Order,
    day_and_month,
    is_day_first,
    parse_dates,
    parse_stamps,
)
from ektp_sched.backlog.encodings import replaced
from ektp_sched.backlog.identity import (
    application_ids,
    key_is_exposed,
    key_path,
    read_key,
)
from ektp_sched.backlog.model import PLANNED
from ektp_sched.backlog.names import official_names, spellings, urgency_classes
from ektp_sched.backlog.numbers import (
    is_number_heading,
    plain_ids,
    read_numbers,
    scientific,
)
from ektp_sched.backlog.statuses import may_be_personal
from ektp_sched.backlog.table import row_figure
from ektp_sched.backlog.texts import as_text, clean, coded, spread, unlike_text
from ektp_sched.office.pages import shows_error
from ektp_sched.rules.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.backlog.headings import Columns
    from ektp_sched.backlog.rejects import Findings
    from ektp_sched.backlog.table import Table
    from ektp_sched.office.office import Office

_TELLING: Final = 10
"""Dates of one kind from which on it is no chance what days they have."""

_DATES: Final = ("waiting_since", "ready_on", "due_on", "promised_on", "pinned_on")


@dataclass(slots=True)
class Checked:
    """The rows of a table in canonical columns, as far as they could be read."""

    # The columns of `PLANNED`, one value a row of the table; only rows without a
    # finding may be used.
    columns: dict[str, pl.Series]
    # Which `[[classify]]` rule set the class, else null; None without.
    rule: pl.Series | None = None
    key: bytes | None = None  # key of the ids; None where they stand in the file
    # What was noticed and is no reason to reject.
    notices: list[Notice] = field(default_factory=list)
    # Columns, of status and area, with cells that may have to be hidden.
    personal: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Sheet:
    table: Table
    columns: Columns
    office: Office
    findings: Findings

    def heading(self, column: str) -> str:
        position = self.columns.at.get(column, self.columns.number)
        return "" if position is None else self.table.headings[position]

    def cells(self, column: str) -> pl.Series | None:
        position = self.columns.at.get(column)
        return None if position is None else self.table.cells(position)

    def dates(self, column: str) -> pl.Series | None:
        position = self.columns.at.get(column)
        return None if position is None else self.table.dates(position)

    def none(self, kind: pl.DataType) -> pl.Series:
        return pl.repeat(None, len(self.table.rows), dtype=kind, eager=True)

    def read(
        self,
        column: str,
        parsed: tuple[pl.Series, pl.Series | None],
        *,
        needed: bool = False,
    ) -> pl.Series:
        return self.findings.read(self.heading(column), parsed, needed=needed)

    def free_text(self, *columns: str) -> Iterator[tuple[str, pl.Series]]:
        """Yield heading and cells of columns that are there; an id's number too."""
        for column in columns:
            cells = self.cells(column)
            if cells is None and column == "application_id":
                cells = self.table.cells(self.columns.number or 0)
            if cells is not None:
                yield self.heading(column), cells


def check_rows(
    table: Table, columns: Columns, office: Office, findings: Findings
) -> Checked:
    """Read every column of every row, and note what cannot be used."""
    sheet = _Sheet(table, columns, office, findings)
    checked = Checked({})
    _damaged(sheet)
    checked.columns["application_id"] = _ids(sheet, checked)
    checked.columns.update(_dates(sheet, checked))
    _names(sheet, checked)
    _errors(sheet)
    _numbers_elsewhere(sheet, checked)
    _repeats(sheet, checked)
    return checked


def _damaged(sheet: _Sheet) -> None:
    """Reject free text whose bytes were lost: two such ids may be two people."""
    if not sheet.table.whole:
        for heading, cells in sheet.free_text("application_id", "area", "status"):
            sheet.findings.add(replaced(as_text(cells)), heading, "malformed")


def _ids(sheet: _Sheet, checked: Checked) -> pl.Series:
    heading, office = sheet.heading("application_id"), sheet.office
    cells = sheet.cells("application_id")
    if cells is not None:
        ids = plain_ids(cells)
        lost = scientific(ids)
        if is_number_heading(heading):
            at = sheet.columns.at["application_id"]
            lost |= read_numbers(sheet.table.numbers(at)).lost
            checked.notices.append(Notice("id-is-personal", {"column": heading}))
    else:
        path = key_path(office)
        checked.key = read_key(path)
        if key_is_exposed(path):
            checked.notices.append(Notice("key-is-exposed", {"file": path.name}))
        numbers = read_numbers(sheet.table.numbers(sheet.columns.number or 0))
        lost = numbers.lost
        ids = application_ids(numbers.values, checked.key)
        if numbers.odd:
            figures: dict[str, str | int] = {"column": heading, "rows": numbers.odd}
            checked.notices.append(Notice("number-not-16-digits", figures))
    sheet.findings.add(lost, heading, "lost-number")
    sheet.findings.add(ids.is_null() & ~lost, heading, "missing")
    return ids


def _dates(sheet: _Sheet, checked: Checked) -> dict[str, pl.Series]:
    form = sheet.office.dates.format
    dates: dict[str, pl.Series] = {}
    for column in _DATES:
        cells = sheet.dates(column)
        dates[column] = sheet.none(PLANNED[column])
        if cells is not None:
            needed = column == "waiting_since"
            dates[column] = sheet.read(column, parse_dates(cells, form), needed=needed)
            _order(sheet, checked, column, dates[column])
    early = dates["ready_on"] < dates["waiting_since"]
    sheet.findings.add(early, sheet.heading("ready_on"), "ready-before-waiting")
    dates["ready_on"] = dates["ready_on"].fill_null(dates["waiting_since"])
    cells = sheet.dates("recorded_at")
    dates["recorded_at"] = sheet.none(PLANNED["recorded_at"])
    if cells is not None:
        dates["recorded_at"] = sheet.read("recorded_at", parse_stamps(cells, form))
    return dates


def _order(sheet: _Sheet, checked: Checked, column: str, days: pl.Series) -> None:
    """Notice a column in which day and month may have changed places."""
    order = day_and_month(sheet.table.cells(sheet.columns.at[column]), days)
    if order is None:
        return
    count = {kind: int((order == kind).sum()) for kind in Order}
    figures: dict[str, str | int] = {"column": sheet.heading(column)}

    def row(kind: Order) -> int | str:
        first = sheet.table.rows[(order == kind).arg_max() or 0]
        return row_figure(first, sheet.table.sheets)

    turned = Order.MONTH_FIRST
    if not is_day_first(sheet.office.dates.format):
        turned = Order.DAY_FIRST
    if count[turned] and count[Order.EITHER]:
        figures |= {"certain": count[turned], "rows": count[Order.EITHER]}
        figures |= {"row": row(turned), "both": row(Order.EITHER)}
        checked.notices.append(Notice("month-first", figures))
        return
    # A spreadsheet that expects the month first makes dates of what it can, turned
    # round, and leaves the 13th and later as text.
    others = (Order.MONTH_FIRST, Order.EITHER, Order.ALIKE, Order.TYPED_HIGH)
    if any(count[kind] for kind in others):
        return
    if min(count[Order.DAY_FIRST], count[Order.TYPED_LOW]) >= _TELLING:
        figures |= {"texts": count[Order.DAY_FIRST], "others": count[Order.TYPED_LOW]}
        figures |= {"row": row(Order.DAY_FIRST), "both": row(Order.TYPED_LOW)}
        checked.notices.append(Notice("day-and-month", figures))


def _names(sheet: _Sheet, checked: Checked) -> None:
    office, columns = sheet.office, checked.columns
    classes = urgency_classes(sheet.table, sheet.columns, office)
    columns["urgency"] = sheet.read("urgency", (classes.values, classes.why))
    checked.rule = classes.rule

    cells = sheet.cells("card")
    columns["card"] = sheet.none(pl.String())
    if office.cards:
        if cells is not None:
            known = {name: name for name in office.cards}
            named = official_names(cells, known, "unknown-card")
            columns["card"] = sheet.read("card", named)
        columns["card"] = columns["card"].fill_null(office.default_card)

    cells = sheet.cells("area")
    columns["area"] = sheet.none(pl.String())
    if cells is not None and office.areas:
        known = spellings(office.areas)
        named = official_names(cells, known, "unknown-area")
        columns["area"] = sheet.read("area", named)
    elif cells is not None:
        columns["area"] = _free(cells, "area", checked)

    cells = sheet.cells("status")
    columns["status"] = sheet.none(pl.String())
    if cells is not None:
        columns["status"] = _free(cells, "status", checked)


def _free(cells: pl.Series, column: str, checked: Checked) -> pl.Series:
    """Return a column of free text, and mark one that nobody may see whole."""
    written, index = coded(as_text(cells))
    text = clean(written)
    if may_be_personal(text, column):
        checked.personal.append(column)
    return spread(text, index)


def _errors(sheet: _Sheet) -> None:
    """Reject what shows an error of a sheet where any other text would do."""
    taken = ["application_id", "status", *(() if sheet.office.areas else ("area",))]
    for heading, cells in sheet.free_text(*taken):
        sheet.findings.add(shows_error(cells), heading, "error-cell")


def _numbers_elsewhere(sheet: _Sheet, checked: Checked) -> None:
    """Count numbers of persons that a spreadsheet cut short."""
    for name, position in sheet.columns.extra.items():
        cells = sheet.table.cells(position)
        if position == sheet.columns.number or unlike_text(cells):
            continue
        if is_number_heading(sheet.table.headings[position]):
            lost = read_numbers(sheet.table.numbers(position)).lost
        else:
            lost = scientific(as_text(cells))
        count = int(lost.sum())
        if count:
            figures: dict[str, str | int] = {"column": name, "rows": count}
            checked.notices.append(Notice("lost-number", figures))


def _repeats(sheet: _Sheet, checked: Checked) -> None:
    """Reject rows that repeat an id: the earliest stays, then the least text."""
    ids, good = checked.columns["application_id"], sheet.findings.good
    if good is not None:
        # A row that is refused anyway neither stays nor is named.
        ids = ids.set(~good, None)
    present = ids.drop_nulls()
    # Equal ids have equal hashes, so distinct hashes are proof enough.
    if present.hash().n_unique() == len(present):
        return
    again = (ids.is_duplicated() & ids.is_not_null()).arg_true()
    rows = pl.DataFrame(
        {
            "at": again,
            "id": ids[again],
            "since": checked.columns["waiting_since"][again],
            "text": sheet.table.texts(again),
            "row": sheet.table.rows[again],
        }
    ).sort("id", "since", "text", "row")
    rows = rows.with_columns(stays=pl.col("row").first().over("id"))
    rows = rows.filter(pl.col("row") != pl.col("stays"))
    if rows.is_empty():
        return
    stays = sheet.table.row_names(rows["stays"])
    why = pl.select(pl.format("duplicate: row {} stays", stays)).to_series()
    reasons = sheet.none(pl.String()).scatter(rows["at"], why)
    sheet.read("application_id", (ids, reasons))
