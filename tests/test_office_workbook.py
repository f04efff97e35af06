"""office.xlsx: what a planner sees in it, fills in, and gets wrong."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import xlsxwriter

from ektp_sched.errors import OfficeError
from ektp_sched.office import Office, dump, load_office, read_workbook, write_workbook
from ektp_sched.office.cells import joined, parsed
from ektp_sched.office.guard import look_into
from ektp_sched.office.layout import DATES, SETTINGS, SHEETS, WEEK
from ektp_sched.office.looked import RefusedError
from ektp_sched.office.workbook import workbook_bytes
from ektp_sched.rules.forms import Kind
from ektp_sched.words import in_language

if TYPE_CHECKING:
    from pathlib import Path

FULL: dict[str, Any] = {
    "name": "Kantor =1+1",
    "language": "en",
    "calendar": {
        "country": "ID",
        "workdays": ["mon", "tue", "sat"],
        "closed": [date(2017, 12, 27), date(1899, 5, 1)],
        "open": [date(2017, 12, 30)],
        "share": {"tue": Decimal("0.8"), "sun": Decimal("0.1234567890123456789")},
    },
    "urgency": {
        "darurat": {"target_days": 3, "rank": -1},
        "biasa": {"target_days": 30, "default": True},
    },
    "cards": {
        "KTP-el": {
            "default": True,
            "stock": 0,
            "deliveries": [
                {"on": date(2017, 9, 2), "cards": 1},
                {"on": date(2017, 10, 2), "cards": 10},
            ],
        },
        "KIA": {},
    },
    "servers": [
        {"id": "2", "cards_per_day": 200, "from": date(2017, 1, 1)},
        {"id": "1", "cards_per_day": 1, "to": date(9999, 12, 31)},
    ],
    "printers": [
        {
            "id": "p",
            "cards_per_day": 175,
            "servers": ["1", "2"],
            "cards": ["KIA"],
            "areas": ["Batu Plat", 'Alak; "tua"'],
        },
        {"id": "q", "cards_per_day": 10_000_000},
    ],
    "outages": [
        {"resource": "2", "from": date(2017, 9, 18), "to": date(2017, 9, 18)}
        | {"share": Decimal("0.333333333333333333333")}
    ],
    "shifts": [
        {
            "id": "sabtu",
            "days": ["sat", "sun", date(2017, 12, 27), date(1899, 5, 1)],
            "share": Decimal("3.123456789012345678901234567891"),
            "cost_idr": 10**12,
            "max_uses": 3660,
            "max_per_week": 2,
            "rest_days": 3,
            "resources": ["2", "q"],
            "on_holidays": True,
        },
        {"id": "1", "days": [date(2017, 9, 16)]},
    ],
    "budget": {"idr": 0},
    "quotas": [
        {
            "id": "alak",
            "urgency": ["darurat", "biasa"],
            "card": "KIA",
            "area": ['Alak; "tua"'],
            "per": "week",
            "at_least": 0,
            "at_most": 10**9,
            "at_least_share": Decimal("0.123456789012345678901234567891"),
            "at_most_share": 1,
        },
        {"area": "Batu Plat", "per": "day", "at_least": 50},
    ],
    "reserve": {"cards_per_day": 7},
    "plan": {
        "tiers": ["shifts", "pressure", "unprinted", "cost_idr"],
        "batch_size": 1,
        "freeze_days": 0,
        "tie_break": "lottery",
        "seed": 2**63 - 1,
    },
    "visits": {
        "every_days": 1,
        "trip_cost_idr": 0,
        "areas": {
            "Batu Plat": {"trip_cost_idr": 10**12},
            'Alak; "tua"': {"every_days": 60},
        },
    },
    "columns": {"TGL_REKAM": "waiting_since", "KET 1": "urgency"},
    "dates": {"format": "%m/%d/%Y"},
    "status": {"printable": ["PRINT_READY_RECORD", "PRR"]},
    "identity": {"from": "NIK", "key": "kunci.key"},
    "classify": [{"column": "KET", "matches": " sakit;|\\d+ ", "urgency": "darurat"}],
    "areas": {"Batu Plat": ["Batuplat", "B. Plat"], 'Alak; "tua"': []},
    "area_rank": {"Batu Plat": 1},
    "privacy": {"show_nik": True},
    "ledger": {"url": "postgresql://ina@localhost/office"},
}


def full() -> Office:
    return Office.model_validate(FULL)


def plain() -> dict[str, list[list[Any]]]:
    return {
        "office": [["key", "value"], ["name", "Kantor"]],
        "servers": [["id", "cards_per_day"], ["s", 200]],
        "printers": [["id", "cards_per_day"], ["p", 175]],
    }


def made(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        form = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        page.write_datetime(at, column, cell, form)
                    else:
                        page.write(at, column, cell)
    return path


def problems(path: Path, sheets: dict[str, list[list[Any]]]) -> tuple[str, ...]:
    with pytest.raises(OfficeError) as caught:
        load_office(made(path / "office.xlsx", sheets))
    assert caught.value.file == str(path / "office.xlsx")
    return caught.value.problems


def test_round_trip_of_every_key(tmp_path: Path) -> None:
    path = tmp_path / "office.xlsx"
    write_workbook(full(), path)
    found = Office.load(path)
    assert found == full()
    assert found == read_workbook(str(path))
    assert found.base == tmp_path
    assert found.calendar.share["sun"] == Decimal("0.1234567890123456789")
    assert found.plan.seed == 2**63 - 1


def test_both_forms_convert(tmp_path: Path) -> None:
    for name in ("a.toml", "b.xlsx", "c.toml"):
        dump(full(), tmp_path / name)
        assert Office.load(tmp_path / name) == full()
    first = (tmp_path / "a.toml").read_bytes()
    assert (tmp_path / "c.toml").read_bytes() == first
    assert [p.name for p in sorted(tmp_path.iterdir())] == [
        "a.toml",
        "b.xlsx",
        "c.toml",
    ]


def test_same_office_same_bytes() -> None:
    assert workbook_bytes(full()) == workbook_bytes(full())


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        dump(full(), tmp_path / "no" / "office.toml")
    (tmp_path / "office.xlsx").mkdir()
    with pytest.raises(OSError, match=r"office\.xlsx"):
        write_workbook(full(), tmp_path / "office.xlsx")
    assert [p.name for p in tmp_path.iterdir()] == ["office.xlsx"]


def test_a_list_too_long_for_a_cell() -> None:
    names = tuple(f"{'kelurahan' * 50} {i}" for i in range(80))
    printers = [{"id": "p", "cards_per_day": 1, "areas": names}]
    office = Office.model_validate(
        {"name": "K", "servers": FULL["servers"], "printers": printers}
    )
    with pytest.raises(OfficeError, match="sheet printers, row 2: the list of names"):
        workbook_bytes(office)


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_heading_and_setting_has_a_note(language: Any) -> None:
    columns = [c for sheet in (WEEK, DATES, *SHEETS) for c in sheet.columns]
    notes = [c.note for c in (*columns, *(setting.column for setting in SETTINGS))]
    # A spreadsheet cuts longer messages off.
    assert all(1 <= len(in_language(note, language)) <= 255 for note in notes)


def test_a_planner_finds_notes_lists_and_headings() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(full())))
    assert book.sheetnames == ["office", "week", "calendar", *(s.name for s in SHEETS)]
    for page in book.worksheets:
        assert page.freeze_panes == "A2"
    office = book["office"]
    assert [cell.value for cell in office[1]] == ["key", "value", "note"]
    assert office["B2"].value == "Kantor =1+1"
    assert office["B2"].data_type == "s"
    assert office["B2"].comment is not None
    lists = {
        str(v.sqref): v.formula1
        for v in office.data_validations.dataValidation
        if v.type == "list"
    }
    assert lists == {
        "B3": '"id,en"',
        "B10": '"recorded,lottery"',
        "B19": '"yes,no"',
    }
    printers = book["printers"]
    assert [c.value for c in printers[1]] == [
        "id",
        "cards_per_day",
        "servers",
        "cards",
        "areas",
        "from",
        "to",
        "cards_per_ribbon",
        "ribbons",
    ]
    assert all(cell.comment is not None for cell in printers[1])
    assert printers["C2"].value == "1; 2"
    assert book["servers"]["C2"].value == datetime(2017, 1, 1)
    assert book["urgency"]["D3"].value == "yes"
    assert validation(book["outages"], "A").formula1 == '"2,1,p,q"'


def validation(page: Any, column: str) -> Any:
    (found,) = [
        rule
        for rule in page.data_validations.dataValidation
        if str(rule.sqref).startswith(f"{column}2")
    ]
    return found


def test_a_planner_finds_what_a_shift_may_be() -> None:
    page = openpyxl.load_workbook(io.BytesIO(workbook_bytes(full())))["shifts"]
    assert [c.value for c in page[1]][:4] == ["id", "days", "share", "cost_idr"]
    assert page["B2"].value == "sat; sun; 1899-05-01; 2017-12-27"
    assert page["B3"].value == "2017-09-16"
    assert page["H2"].value == "2; q"
    days, resources = validation(page, "B"), validation(page, "H")
    # A list is offered, and more than one of its words is no mistake.
    assert days.formula1 == '"mon,tue,wed,thu,fri,sat,sun"'
    assert resources.formula1 == '"2,1,p,q"'
    assert not days.showErrorMessage
    assert not resources.showErrorMessage
    share = validation(page, "C")
    assert (share.formula1, share.formula2, share.errorStyle) == ("0", "4", "warning")
    assert validation(page, "I").formula1 == '"yes,no"'


def test_a_planner_finds_what_a_quota_may_be() -> None:
    page = openpyxl.load_workbook(io.BytesIO(workbook_bytes(full())))["quotas"]
    assert page["B2"].value == "darurat; biasa"
    assert page["D2"].value == '"Alak; ""tua"""'
    assert page["D3"].value == "Batu Plat"
    assert validation(page, "E").formula1 == '"day,week,plan"'
    for column, sheet in (("B", "urgency"), ("C", "cards"), ("D", "areas")):
        rule = validation(page, column)
        assert rule.formula1.startswith(f"OFFSET({sheet}!")
        assert not rule.showErrorMessage
    assert validation(page, "I").formula2 == "1"


def test_an_indonesian_workbook_speaks_indonesian(tmp_path: Path) -> None:
    office = Office.model_validate(FULL | {"language": "id"})
    path = tmp_path / "office.xlsx"
    write_workbook(office, path)
    book = openpyxl.load_workbook(path)
    assert book["urgency"]["D3"].value == "ya"
    comment = book["servers"]["B1"].comment
    assert comment is not None
    assert comment.text.startswith("Kartu per hari penuh")
    assert Office.load(path) == office


def test_a_bare_workbook(tmp_path: Path) -> None:
    office = load_office(made(tmp_path / "office.xlsx", plain()))
    assert office.default_urgency == "routine"
    assert office.calendar.workdays == ("mon", "tue", "wed", "thu", "fri")
    assert (office.servers[0].cards_per_day, office.printers[0].servers) == (200, None)


def test_what_people_type(tmp_path: Path) -> None:
    sheets = plain() | {
        "outages": [
            ["resource", "from", "to", "share"],
            [" p ", datetime(2017, 9, 18), "20/09/2017", "0,5"],
            [],
            ["s", "2017-09-18", 42998, 0.25],
        ],
        "calendar": [["closed", "open"], [None, "1-10-2017"], ["2.10.2017"]],
        "cards": [["name", "default", "stock"], ["KTP-el", True, "10"]],
        "deliveries": [["card", "on", "cards"], ["KTP-el", "2017-10-02", 5]],
        "week": [["day", "workdays", "share"], ["mon", "Ya"], ["sun"], ["sat", "x"]],
    }
    sheets["week"][3] = ["sat", "yes", 0.5]
    office = load_office(made(tmp_path / "office.xlsx", sheets))
    first, second = office.outages
    assert (first.resource, first.from_, first.to, first.share) == (
        "p",
        date(2017, 9, 18),
        date(2017, 9, 20),
        Decimal("0.5"),
    )
    assert (second.to, second.share) == (date(2017, 9, 20), Decimal("0.25"))
    assert office.calendar.closed == (date(2017, 10, 2),)
    assert office.calendar.open == (date(2017, 10, 1),)
    assert office.calendar.workdays == ("mon", "sat")
    assert office.calendar.share == {"sat": Decimal("0.5")}
    assert office.cards["KTP-el"].default is True
    assert office.cards["KTP-el"].deliveries[0].cards == 5


def test_problems_name_sheet_and_row(tmp_path: Path) -> None:
    sheets = plain() | {
        "printers": [
            ["id", "cards_per_day", "servers"],
            ["p", 175.5],
            [],
            ["q", 1, "x"],
        ],
        "urgency": [["name", "target_days"], ["a", 0], ["a", 3], [None, 3]],
        "deliveries": [["card", "on", "cards"], ["KTP", "2017-10-02", 5]],
        "week": [["day", "workdays"], ["mon", "maybe"], ["tue", "yes"], ["tue", "yes"]],
        "calendar": [["closed", "opened"], ["31/02/2017"]],
        "office": [["key", "value"], ["name", "K"], ["plan.seeds", 1], ["name", "L"]],
        "columns": [["heading", "column"], ["TGL"]],
        "serves": [["id"]],
    }
    found = problems(tmp_path, sheets)
    assert [p.split(": ")[0] for p in found] == [
        "sheet calendar, row 1",
        "sheet serves, row 1",
        "sheet office, row 3",
        "sheet office, row 4",
        "sheet week, row 2",
        "sheet week, row 4",
        "sheet urgency, row 3",
        "sheet urgency, row 4, column name",
        "sheet deliveries, row 2, column card",
        "sheet calendar, row 2, column closed",
        "sheet urgency, row 2, column target_days",
        "sheet printers, row 2, column cards_per_day",
        "sheet columns, row 2",
        "sheet printers, row 4, column servers",
    ]


def test_an_empty_sheet_is_the_planners_own(tmp_path: Path) -> None:
    assert load_office(made(tmp_path / "a.xlsx", plain() | {"Sheet1": []})).name


def test_what_people_type_for_shifts(tmp_path: Path) -> None:
    sheets = plain() | {
        "shifts": [
            ["id", "days", "share", "resources", "on_holidays"],
            ["sabtu", "sat; 27/12/2017", "0,5", "p;s", "ya"],
            ["libur", datetime(2017, 9, 21), 1.5],
        ],
        "office": [["key", "value"], ["name", "Kantor"], ["budget.idr", 15_000_000]],
    }
    office = load_office(made(tmp_path / "office.xlsx", sheets))
    first, second = office.shifts
    assert first.days == ("sat", date(2017, 12, 27))
    assert (first.share, first.resources) == (Decimal("0.5"), ("p", "s"))
    assert first.on_holidays
    assert (second.days, second.share) == ((date(2017, 9, 21),), Decimal("1.5"))
    assert office.budget is not None
    assert office.budget.idr == 15_000_000


def test_problems_of_shifts_name_their_row(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["id", "days", "share"],
        ["a", "sat; satur", 5],
        ["b", "sun"],
        ["B", "mon"],
    ]
    assert problems(tmp_path, plain() | {"shifts": rows}) == (
        'sheet shifts, row 2, column days: unknown day "satur"; the nearest known one '
        'is "sat"',
        "sheet shifts, row 2, column share: is 5; it must be a number above 0, up to "
        "4, with at most 30 decimals, such as 0.5",
        'sheet shifts, row 4, column id: "B" is already the id of another row of the '
        "sheet shifts; give each shift an id of its own",
    )


def test_headings_twice_or_missing(tmp_path: Path) -> None:
    sheets = plain() | {"servers": [["id", "id", "cards_per_day"], ["s", "t", 1]]}
    (problem,) = problems(tmp_path, sheets)
    assert problem.startswith('sheet servers, row 1: the heading "id" stands twice; ')
    sheets = plain() | {"servers": [["id", None], ["s", 200]]}
    assert [p.split(": ")[0] for p in problems(tmp_path, sheets)] == [
        "sheet servers, row 1",
        "sheet servers, row 2, column cards_per_day",
    ]


def test_an_empty_workbook(tmp_path: Path) -> None:
    found = problems(tmp_path, {"Sheet1": []})
    assert [p.split(":")[0] for p in found] == ["name", "servers", "printers"]


def test_cells_with_errors_are_not_taken_for_empty(tmp_path: Path) -> None:
    path = tmp_path / "office.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("office")
        page.write_formula("B3", "=NA()", None, "#N/A")
    wanted = "sheet office, row 3, column B: shows an error"
    with pytest.raises(OfficeError, match=wanted):
        load_office(path)


@pytest.mark.parametrize(
    "content",
    [b"not a workbook", b"PK\x03\x04 cut off", workbook_bytes(full())[:3000]],
)
def test_damaged_workbooks(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "office.xlsx"
    path.write_bytes(content)
    with pytest.raises(
        OfficeError, match="damaged, cut off or no workbook; save it again"
    ):
        load_office(path)


def test_archives_that_are_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "office.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(
        OfficeError, match="damaged, cut off or no workbook; save it again"
    ):
        load_office(path)


def test_no_workbook_empty_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match="there is no such file"):
        load_office(tmp_path / "office.xlsx")
    (tmp_path / "a.xlsx").write_bytes(b"")
    with pytest.raises(OfficeError, match="is empty"):
        load_office(tmp_path / "a.xlsx")
    (tmp_path / "b.xlsx").mkdir()
    with pytest.raises(OfficeError, match="is a folder"):
        load_office(tmp_path / "b.xlsx")


def bomb(path: Path, part: str, chunk: bytes, times: int) -> Path:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(part, "w", force_zip64=True) as stream,
    ):
        for _ in range(times):
            stream.write(chunk)
    return path


@pytest.mark.slow
def test_a_workbook_that_unpacks_to_too_much(tmp_path: Path) -> None:
    path = bomb(tmp_path / "office.xlsx", "xl/worksheets/sheet1.xml", b" " * 10**6, 70)
    assert path.stat().st_size < 100_000
    with pytest.raises(OfficeError, match="unpacks to more than 64,000,000 bytes"):
        load_office(path)


def test_a_cell_in_the_far_corner(tmp_path: Path) -> None:
    sheets = plain()
    path = tmp_path / "office.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in sheets:
            book.add_worksheet(name).write("XFD1048576", 1)
    with pytest.raises(OfficeError, match="a sheet of more than 2,000,000 cells"):
        load_office(path)


def test_a_reference_across_two_chunks_is_seen(tmp_path: Path) -> None:
    sheet = b"<worksheet><sheetData>" + b" " * ((1 << 20) - 30)
    sheet += b'<c r="ZZ900"/></sheetData></worksheet>'
    data = repacked(workbook_bytes(full()), {"xl/worksheets/sheet1.xml": sheet})
    most = 702 * 900
    assert look_into(data, most_bytes=10**8, most_cells=most).sheets[0] is not None
    with pytest.raises(RefusedError, match=f"more than {most - 1:,} cells"):
        look_into(data, most_bytes=10**8, most_cells=most - 1)


def repacked(data: bytes, parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
    return out.getvalue()


def test_lists_in_one_cell() -> None:
    assert joined(["a", "b c"]) == "a; b c"
    assert joined(["a;b", 'c "d"', "e"]) == '"a;b";"c ""d""";e'
    assert parsed('"a;b"; "c ""d""" ;e;;', Kind.LIST) == ["a;b", 'c "d"', "e"]
    assert parsed("a\nb; c", Kind.LIST) == ["a", "b", "c"]
