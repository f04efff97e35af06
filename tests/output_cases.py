"""One small plan for the tests of output: traps in every column."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from ektp_sched import Office, plan, read_backlog
from ektp_sched.output.report import charts as drawing

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched import Plan

START = date(2017, 9, 12)
NIK = "5371041203950001"
ATTACKS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A0", "\t=1", "\r=1")
"""Cells that a spreadsheet would run or take for something else."""

OFFICE = """\
name = "Kantor & Uji"
language = "{language}"
[calendar]
workdays = ["mon", "tue", "wed", "thu", "fri"]
[urgency.emergency]
target_days = 3
rank = 0
[urgency.routine]
target_days = 30
default = true
[[servers]]
id = "server-1"
cards_per_day = {rate}
[[printers]]
id = "printer-1"
cards_per_day = 6
[[printers]]
id = "printer-2"
cards_per_day = 6
[plan]
batch_size = 3
[status]
printable = ["PRR"]
[privacy]
show_nik = {show}
"""
SHIFTS = """\
[[shifts]]
id = "saturday"
days = ["sat"]
share = 0.5
cost_idr = 2500000
max_uses = 8
[[shifts]]
id = "overtime"
days = ["wed"]
share = 0.25
cost_idr = 500000
[budget]
idr = 3000000
"""
HEADING = "application_id,waiting_since,urgency,due_on,promised_on,area,status"
HEADING += ",nama,NIK,=note\n"
COUNT = 24


def valid_charts(patch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return where each chart is put, drawn no more but held valid, from now on."""
    from altair import LayerChart

    charts = []

    def checked(chart: Any, texts: Any) -> str:
        charts.append(LayerChart.from_dict(chart).to_dict(validate=True))
        return '<svg viewBox="0 0 1 1"></svg>'

    patch.setattr(drawing, "plain_svg", checked)
    return charts


def _row(number: int) -> str:
    month = 1 + number % 8
    urgency = "emergency" if number % 9 == 0 else ""
    due = "2017-09-13" if number == 5 else ""
    promised = "2017-09-12" if number == 7 else ""
    status = "PRR" if number % 6 else "PROCESSING"
    attack = ATTACKS[number % len(ATTACKS)]
    text = f'"{attack}"' if attack[0] in "\t\r" else attack
    cells = (f"K-{number:03d}", f"2017-{month:02d}-1{number % 10}", urgency, due)
    tail = (promised, f"Area {number % 3}", status, f"Warga {number}", NIK, text)
    return ",".join((*cells, *tail))


def make(
    folder: Path,
    *,
    days: int = 10,
    language: str = "en",
    rate: int = 8,
    show: bool = False,
    bad: bool = True,
    rules: str = "",
    **changes: Any,
) -> Plan:
    """Plan two dozen applications: some held, three rows bad, one of each kind.

    ``rules`` are further tables of the office, such as `SHIFTS`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = OFFICE.format(language=language, rate=rate, show=str(show).lower()) + rules
    (folder / "office.toml").write_text(text, encoding="utf-8")
    rows = [_row(number) for number in range(1, COUNT + 1)]
    if bad:
        rows += [
            "K-900,31/02/2017,,,,Area 1,PRR,Siti Rahasia,5371999999999999,x",
            ",2017-01-01,,,,Area 1,PRR,Budi Rahasia,5371999999999998,x",
            "K-901,,Penting,,,Area 1,PRR,Ani Rahasia,5371999999999997,x",
        ]
    export = folder / "backlog.csv"
    export.write_text(HEADING + "\n".join(rows) + "\n", encoding="utf-8", newline="")
    office = Office.load(folder / "office.toml")
    backlog = read_backlog(export, office, max_rejects=0.5)
    made = plan(backlog, office, start=START, days=days)
    return replace(made, **changes)


def files_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def cells(path: Path, sheet: int = 0) -> list[tuple[Any, ...]]:
    """Return the rows of a worksheet; no cell of it may be a formula."""
    book = openpyxl.load_workbook(path)
    rows = book.worksheets[sheet]
    for row in rows.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                pytest.fail(f"{cell.coordinate} of {path.name} is a formula")
    return [row for row in rows.iter_rows(values_only=True) if any(row)]


def texts_of(path: Path) -> str:
    """Return all texts of a workbook, one a line."""
    book = openpyxl.load_workbook(path)
    found = [
        str(value)
        for sheet in book.worksheets
        for row in sheet.iter_rows(values_only=True)
        for value in row
        if value is not None
    ]
    return "\n".join(found)
