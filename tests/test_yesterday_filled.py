"""What became of yesterday's cards: filled sheets, lists of cards, printers' logs."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from ektp_sched import Office, plan, read_backlog
from ektp_sched.backlog.identity import make_key
from ektp_sched.backlog.reasons import in_words
from ektp_sched.backlog.texts import fold
from ektp_sched.errors import InputError
from ektp_sched.output import language, load, save
from ektp_sched.yesterday.filled import Done, read_done, sheets_marked
from ektp_sched.yesterday.sheets import _PROVISIONAL, _TICKS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ektp_sched.output import SavedPlan

START = date(2017, 9, 12)
NEXT = date(2017, 9, 13)
PEOPLE = 24

OFFICE = """\
name = "Kantor Uji"
language = "{language}"
[urgency.routine]
target_days = 30
default = true
[[servers]]
id = "server-1"
cards_per_day = 10
[[printers]]
id = "printer-1"
cards_per_day = 5
[[printers]]
id = "printer-2"
cards_per_day = 5
[plan]
batch_size = 3
"""
IDENTITY = '[identity]\nfrom = "NIK"\n'

Marks = dict[int, dict[str, Any]]
"""Number of a card on its sheet, from 0 → column → what is written there."""


def nik(number: int) -> str:
    return f"53710101019{number + 101:05d}"


def write_plan(folder: Path, code: str, identity: str = IDENTITY) -> Path:
    folder.mkdir(parents=True)
    (folder / "office.toml").write_text(OFFICE.format(language=code) + identity)
    if identity:
        make_key(folder / "identity.key")
    whom = nik if identity else "A-{:03d}".format
    heading = f"{'NIK' if identity else 'application_id'},waiting_since,nama\n"
    rows = [f"{whom(n)},2017-0{1 + n % 8}-15,Warga Contoh {n}" for n in range(PEOPLE)]
    (folder / "backlog.csv").write_text(heading + "\n".join(rows) + "\n")
    office = Office.load(folder / "office.toml")
    made = plan(
        read_backlog(folder / "backlog.csv", office), office, start=START, days=20
    )
    save(made, folder / "p", lang=code, report=False)
    return folder


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    base = tmp_path_factory.mktemp("plans")
    return {
        "id": write_plan(base / "id", "id"),
        "en": write_plan(base / "en", "en"),
        "plain": write_plan(base / "plain", "id", identity=""),
    }


class Morning:
    """A plan folder, a copy of its own, and the office of the next day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.office = Office.load(folder / "office.toml")
        self.plan: SavedPlan = load(folder / "p")
        ids = self.plan.backlog.frame["application_id"]
        export = read_backlog(folder / "backlog.csv", self.office).frame
        self.queue = dict(
            zip(export["application_id"], export.to_dict()["queue_number"], strict=True)
            if "queue_number" in export.columns
            else zip(ids, ids, strict=True)
        )

    def on(self, printer: str = "printer-1", day: date = START) -> list[str]:
        rows = self.plan.assignments.filter(printer=printer, day=day)
        return rows["application_id"].to_list()

    def sheet(
        self, printer: str = "printer-1", kind: str = "xlsx", day: date = START
    ) -> Path:
        return self.folder / "p" / "batches" / day.isoformat() / f"{printer}.{kind}"

    def done(self, *paths: Path, start: date = NEXT) -> Done:
        return read_done(paths, self.plan, self.office, start)

    def listed(self, rows: Sequence[Sequence[Any]], name: str = "list.csv") -> Path:
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return path


@pytest.fixture(params=["id", "en"])
def morning(
    request: pytest.FixtureRequest, written: Mapping[str, Path], tmp_path: Path
) -> Morning:
    return Morning(Path(shutil.copytree(written[request.param], tmp_path / "m")))


@pytest.fixture
def indonesian(written: Mapping[str, Path], tmp_path: Path) -> Morning:
    return Morning(Path(shutil.copytree(written["id"], tmp_path / "m")))


COLUMNS = {"printed": 0, "handed_over": 1, "spoilt": 2}


def heading_of(rows: Sequence[Sequence[Any]]) -> tuple[int, int]:
    """Where the boxes begin: row and column, from 0."""
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell in ("Tercetak", "Printed"):
                return at, column
    raise AssertionError


def cards_of(rows: Sequence[Sequence[Any]], codes: set[str]) -> list[int]:
    return [at for at, row in enumerate(rows) if any(str(c) in codes for c in row)]


def fill(morning: Morning, path: Path, marks: Marks) -> Path:
    """Mark a sheet as an operator does, and save it under its name."""
    codes = {*morning.queue.values(), *morning.queue}
    if path.suffix == ".csv":
        text = path.read_text("utf-8-sig")
        separator = ";" if ";" in text else ","
        rows = list(csv.reader(text.splitlines(), delimiter=separator))
        _, first = heading_of(rows)
        cards = cards_of(rows, codes)
        for number, cells in marks.items():
            for name, value in cells.items():
                rows[cards[number]][first + COLUMNS[name]] = str(value)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=separator).writerows(rows)
        return path
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    rows = [*sheet.iter_rows(values_only=True)]
    _, first = heading_of(rows)
    cards = cards_of(rows, codes)
    for number, cells in marks.items():
        for name, value in cells.items():
            at = first + COLUMNS.get(name, 3) + 1
            sheet.cell(cards[number] + 1, at).value = value
    book.save(path)
    return path


def results(done: Done) -> dict[str, str]:
    return dict(done.frame.select("application_id", "result").iter_rows())


def reasons(done: Done) -> list[str]:
    return done.rejects["reason"].to_list()


# Sheets


@pytest.mark.slow
def test_untouched_sheets_say_nothing_and_are_not_opened(
    morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A second morning is as fast as a first one, however many sheets there are.
    monkeypatch.delattr("ektp_sched.yesterday.filled.is_marked")
    assert sheets_marked(morning.plan) == []
    done = morning.done()
    assert (done.frame.height, done.rejects.height, done.readings) == (0, 0, ())


def test_an_untouched_sheet_that_is_handed_in_says_that_all_were_printed(
    morning: Morning,
) -> None:
    for kind in ("csv", "xlsx"):
        done = morning.done(morning.sheet("printer-2", kind))
        assert results(done) == dict.fromkeys(morning.on("printer-2"), "printed")
        assert done.frame["date"].unique().to_list() == [START]
        assert done.frame["printer"].unique().to_list() == ["printer-2"]


@pytest.mark.slow
def test_without_a_tick_all_were_printed_but_the_marked(morning: Morning) -> None:
    marks: Marks = {
        0: {"spoilt": "chip mati"},
        1: {"spoilt": "x"},
        2: {"spoilt": "v", "beside": "pita habis"},
        3: {"printed": "belum"},
    }
    fill(morning, morning.sheet(), marks)
    fill(morning, morning.sheet("printer-2"), {0: {"printed": 0}, 1: {"printed": "-"}})
    assert sheets_marked(morning.plan) == [morning.sheet(), morning.sheet("printer-2")]
    done = morning.done()
    one, two = morning.on(), morning.on("printer-2")
    expected = dict.fromkeys([*one, *two], "printed")
    expected |= dict.fromkeys(one[:3], "spoilt")
    expected |= dict.fromkeys([one[3], *two[:2]], "unprinted")
    assert results(done) == expected
    why = dict(done.frame.select("application_id", "reason").iter_rows())
    assert [why[id_] for id_ in one] == ["chip mati", None, "pita habis", None, None]
    assert reasons(done) == ["spoilt-without-reason"]
    first, second = done.readings
    assert first.read_as == second.read_as == "all-but-marked"
    assert (first.printed, first.spoilt, first.unprinted, first.open) == (1, 3, 1, 0)
    assert (second.printed, second.unprinted, second.rejected) == (3, 2, 0)


@pytest.mark.parametrize(
    "tick", ["x", "X", "v", "✓", "✔️", "√", "☑", "☒", 1, "ya", "Yes", "ok", True, "☐ x"]
)
def test_with_ticks_the_unticked_are_open(indonesian: Morning, tick: Any) -> None:
    marks: Marks = {0: {"printed": tick}, 2: {"printed": tick}}
    marks |= {3: {"printed": "tidak"}, 4: {"spoilt": "tergores"}}
    fill(indonesian, indonesian.sheet(), marks)
    done = indonesian.done()
    words = ["printed", "open", "printed", "unprinted", "spoilt"]
    assert results(done) == dict(zip(indonesian.on(), words, strict=True))
    reading = done.readings[0]
    assert (reading.read_as, reading.open, reading.printed) == ("ticked-only", 1, 2)


def test_whoever_was_handed_a_card_was_printed(indonesian: Morning) -> None:
    marks: Marks = {0: {"printed": "x"}, 1: {"handed_over": "13/9 Bpk. Contoh"}}
    fill(indonesian, indonesian.sheet(), marks | {2: {"handed_over": "belum"}})
    words = ["printed", "printed", "open", "open", "open"]
    done = indonesian.done()
    assert results(done) == dict(zip(indonesian.on(), words, strict=True))


def test_no_and_none_under_spoilt_are_no_reason(indonesian: Morning) -> None:
    words = ("Tidak.", "NIHIL", "-", 0, "tidak ada")
    marks: Marks = {at: {"spoilt": word} for at, word in enumerate(words)}
    fill(indonesian, indonesian.sheet(), marks)
    done = indonesian.done()
    assert results(done) == dict.fromkeys(indonesian.on(), "printed")


def test_a_column_that_somebody_added_hides_no_tick(indonesian: Morning) -> None:
    path = indonesian.sheet(kind="csv")
    heading, *lines = path.read_text("utf-8-sig").splitlines()
    lines = [line.removesuffix(";;;") + ";x;;;" for line in lines]
    path.write_text("\n".join([f"{heading};Alasan", *lines]) + "\n", "utf-8")
    assert sheets_marked(indonesian.plan) == [path]
    assert indonesian.done().readings[0].read_as == "ticked-only"


def test_marks_that_say_nothing_clear_are_rejects(indonesian: Morning) -> None:
    marks: Marks = {
        0: {"printed": "besok pagi"},
        1: {"spoilt": "x", "handed_over": "x"},
        2: {"spoilt": "ok"},
        3: {"beside": "listrik padam"},
    }
    fill(indonesian, indonesian.sheet(), marks)
    done = indonesian.done()
    assert results(done) == {indonesian.on()[4]: "printed"}
    assert reasons(done) == [
        "unknown-mark",
        "marks-contradict",
        "unknown-mark",
        "remark-without-mark",
    ]
    assert done.rejects["sheet"].unique().to_list() == ["Daftar cetak"]
    assert done.rejects["column"].to_list() == ["Tercetak", "Diserahkan", "Rusak", ""]
    reading = done.readings[0]
    assert (reading.printed, reading.rejected) == (1, 4)


SAVED: dict[str, Callable[[str], tuple[str, bytes]]] = {
    "as written": lambda text: ("csv", text.encode("utf-8-sig")),
    "utf-8": lambda text: ("csv", text.encode()),
    "utf-16": lambda text: ("txt", text.replace(";", "\t").encode("utf-16")),
    "windows": lambda text: ("csv", text.encode("cp1252")),
    "comma": lambda text: ("csv", text.replace(";", ",").encode()),
    "crlf": lambda text: ("csv", text.replace("\n", "\r\n").encode()),
    "sep": lambda text: ("csv", ("sep=;\n" + text).encode()),
}


@pytest.mark.parametrize("way", SAVED)
def test_csv_as_spreadsheets_save_it(indonesian: Morning, way: str) -> None:
    marks: Marks = {1: {"spoilt": "chip façade"}, 3: {"printed": "belum"}}
    path = fill(indonesian, indonesian.sheet("printer-1", "csv"), marks)
    text = path.read_text("utf-8-sig")
    path.unlink()
    kind, data = SAVED[way](text)
    saved = indonesian.folder / f"kembali.{kind}"
    saved.write_bytes(data)
    done = indonesian.done(saved)
    words = ["printed", "spoilt", "printed", "unprinted", "printed"]
    assert results(done) == dict(zip(indonesian.on(), words, strict=True))
    assert done.frame.filter(result="spoilt")["reason"].to_list() == ["chip façade"]
    assert done.frame["date"].unique().to_list() == [START]


def test_sums_and_signatures_below_are_nobody(indonesian: Morning) -> None:
    path = indonesian.sheet("printer-1", "csv")
    lines = path.read_text("utf-8-sig").splitlines()
    columns = lines[0].count(";")
    below = ["Jumlah" + ";" * (columns - 2) + "4;;1", "Kupang, 13 September 2017"]
    lines[2] += "sobek"
    padded = [lines[0], *lines[1:], ";" * columns]
    padded += [line + ";" * (columns - line.count(";")) for line in below]
    path.write_text("\n".join(padded) + "\n", encoding="utf-8")
    done = indonesian.done()
    words = ["printed", "spoilt", "printed", "printed", "printed"]
    assert results(done) == dict(zip(indonesian.on(), words, strict=True))
    assert done.readings[0].rejected == 0


def test_an_old_encoding_that_lost_the_boxes(indonesian: Morning) -> None:
    """☐ and ✓ are both a question mark in Windows-1252."""
    rows = [[str(c or "") for c in row] for row in cells_of(indonesian.sheet())]

    def saved(tick: str, card: int) -> Path:
        at, first = heading_of(rows)
        filled = [[*row] for row in rows]
        cards = cards_of(rows, {*indonesian.queue.values()})
        filled[cards[card]][first] = tick
        path = indonesian.folder / "lama.csv"
        with path.open("w", encoding="cp1252", errors="replace", newline="") as file:
            csv.writer(file, delimiter=";").writerows(filled)
        assert at
        return path

    done = indonesian.done(saved("x", 2))
    words = ["open", "open", "printed", "open", "open"]
    assert results(done) == dict(zip(indonesian.on(), words, strict=True))
    with pytest.raises(InputError, match="question mark"):
        indonesian.done(saved("✓", 2))


def cells_of(path: Path) -> list[tuple[Any, ...]]:
    return [*openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)]


@pytest.mark.parametrize("inline", [False, True])
def test_xlsx_in_excels_ways(indonesian: Morning, inline: bool) -> None:
    """Inline and shared strings, rich text, numbers, booleans; a column more."""
    rows = cells_of(indonesian.sheet())
    at, first = heading_of(rows)
    cards = cards_of(rows, {*indonesian.queue.values()})
    path = indonesian.folder / "excel.xlsx"
    book = xlsxwriter.Workbook(path, {"constant_memory": inline})
    sheet, bold = book.add_worksheet("Daftar cetak"), book.add_format({"bold": True})
    marks = {(cards[0], 0): True, (cards[1], 0): 1, (cards[2], 0): 0}
    for y, row in enumerate(rows):
        sheet.write(y, 0, y)
        for x, value in enumerate(row):
            mark = marks.get((y, x - first))
            if mark is not None:
                value = mark
            if (y, x - first) == (cards[3], 2):
                sheet.write_rich_string(y, x + 1, "kartu ", bold, "retak")
            elif isinstance(value, bool):
                sheet.write_boolean(y, x + 1, value)
            elif value is not None:
                sheet.write(y, x + 1, str(value) if hasattr(value, "year") else value)
    book.close()
    assert at
    done = indonesian.done(path)
    words = ["printed", "printed", "unprinted", "spoilt", "open"]
    assert results(done) == dict(zip(indonesian.on(), words, strict=True))
    assert "kartu retak" in done.frame["reason"].to_list()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv"])
def test_a_sheet_that_libreoffice_saved(
    indonesian: Morning, tmp_path: Path, kind: str
) -> None:
    marks: Marks = {
        0: {"printed": "✓"},
        1: {"printed": 1},
        2: {"spoilt": "chip mati"},
        3: {"printed": True},
    }
    path = fill(indonesian, indonesian.sheet(), marks)
    form = "csv:Text - txt - csv (StarCalc):59,34,76" if kind == "csv" else kind
    subprocess.run(
        [
            *("soffice", f"-env:UserInstallation=file://{tmp_path}/profile"),
            *("--headless", "--convert-to", form, "--outdir", tmp_path / "lo", path),
        ],
        check=True,
        capture_output=True,
        timeout=240,
    )
    again = tmp_path / "lo" / f"printer-1.{kind}"
    path.unlink()
    done = indonesian.done(again)
    words = ["printed", "printed", "spoilt", "printed", "open"]
    assert results(done) == dict(zip(indonesian.on(), words, strict=True))
    assert done.frame["date"].unique().to_list() == [START]
    assert done.readings[0].rejected == 0


def test_a_workbook_with_several_sheets(indonesian: Morning) -> None:
    """Sheets of a day that somebody put in one file, their titles kept."""
    book = openpyxl.Workbook()
    for number, printer in enumerate(("printer-1", "printer-2")):
        page = book.create_sheet(printer) if number else book.worksheets[0]
        page.title = printer
        for row in cells_of(indonesian.sheet(printer)):
            page.append(row)
        _, first = heading_of([*page.iter_rows(values_only=True)])
        cards = cards_of(
            [*page.iter_rows(values_only=True)], {*indonesian.queue.values()}
        )
        page.cell(cards[number] + 1, first + 3).value = "miring"
        page.cell(cards[4] + 1, first + 1).value = "mungkin"
    path = indonesian.folder / "hari.xlsx"
    book.save(path)
    done = indonesian.done(path)
    spoilt = done.frame.filter(result="spoilt").sort("printer")
    ids = [indonesian.on()[0], indonesian.on("printer-2")[1]]
    assert spoilt["application_id"].to_list() == ids
    assert spoilt["printer"].to_list() == ["printer-1", "printer-2"]
    assert done.rejects["sheet"].to_list() == ["printer-1", "printer-2"]
    assert len(set(done.rejects["row"])) == 1


def test_titles_tell_the_day_of_a_sheet_of_an_earlier_plan(indonesian: Morning) -> None:
    """Its people stand on other days of this plan; the title is what was printed."""
    late = indonesian.plan.assignments.filter(pl.col("day") > NEXT)
    whom = late["application_id"][0]
    title = f"Rabu, {NEXT.day} September 2017  ·  Printer printer-2  ·  1 kartu"
    rows = [["Kantor Uji"], [title], ["Nomor antrean", "Tercetak", "Rusak"]]
    path = indonesian.listed([*rows, [indonesian.queue[whom], "x", ""]])
    done = indonesian.done(path, start=date(2017, 9, 14))
    told = done.frame.select("application_id", "date", "printer").rows()
    assert told == [(whom, NEXT, "printer-2")]


def test_at_noon_an_empty_box_of_the_same_day_says_nothing(indonesian: Morning) -> None:
    fill(indonesian, indonesian.sheet(), {0: {"printed": "x"}, 1: {"spoilt": "sobek"}})
    done = indonesian.done(start=START)
    one, two = indonesian.on()[:2]
    assert results(done) == {one: "printed", two: "spoilt"}


@pytest.mark.slow
def test_of_both_forms_of_a_sheet_the_marked_one_is_read(indonesian: Morning) -> None:
    sheet, comma = indonesian.sheet(), indonesian.sheet(kind="csv")
    fill(indonesian, comma, {0: {"spoilt": "a b"}})
    assert sheets_marked(indonesian.plan) == [comma]
    assert [r.source for r in indonesian.done().readings] == [
        f"batches/{START}/printer-1.csv"
    ]
    fill(indonesian, sheet, {0: {"spoilt": "a b"}})
    done = indonesian.done()
    assert reasons(done) == []
    assert results(done)[indonesian.on()[0]] == "spoilt"


def test_a_sheet_that_was_filled_twice_differently(indonesian: Morning) -> None:
    fill(indonesian, indonesian.sheet(), {0: {"spoilt": "a b"}, 1: {"spoilt": "c d"}})
    fill(indonesian, indonesian.sheet(kind="csv"), {0: {"spoilt": "a b"}})
    done = indonesian.done()
    ids = indonesian.on()
    words = dict.fromkeys([*ids[2:]], "printed") | {ids[0]: "spoilt"}
    assert results(done) == words
    assert reasons(done) == ["filled-twice-differently"] * 2
    assert [r.rejected for r in done.readings] == [1, 1]


def test_titles_and_words_of_both_languages_are_known() -> None:
    for code in ("id", "en"):
        texts = language(code)
        for name in ("printed", "handed_over", "spoilt"):
            assert _TICKS[fold(texts.text(f"column.{name}"))] == name
        assert fold(texts.text("sheet.provisional_short")) in _PROVISIONAL


def test_a_provisional_sheet_writes_nobodys_remark(indonesian: Morning) -> None:
    path = indonesian.sheet(kind="csv")
    text = path.read_text("utf-8-sig").splitlines()
    lines = [f"{text[0]};Catatan", *(f"{line};SEMENTARA" for line in text[1:])]
    lines[2] = lines[2].replace(";;;SEMENTARA", ";;x;sobek")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = indonesian.done()
    assert done.frame.filter(result="spoilt")["reason"].to_list() == ["sobek"]
    assert done.readings[0].printed == 4


# Lists and logs


@pytest.mark.slow
def test_lists_by_queue_number_id_and_number_of_identity(morning: Morning) -> None:
    ids = morning.on()
    numbers = [nik(n) for n in range(PEOPLE)]
    whole = read_backlog(morning.folder / "backlog.csv", morning.office).frame
    of_id = dict(zip(whole["application_id"], numbers, strict=True))
    queue = [morning.queue[id_].lower().replace("-", "") for id_ in ids]
    for heading, names in (
        ("Nomor antrean", [morning.queue[id_] for id_ in ids]),
        ("queue_number", queue),
        ("application_id", ids),
        ("application_id", queue),
        ("NIK", [of_id[id_] for id_ in ids]),
        ("application_id", [of_id[id_] for id_ in ids]),
    ):
        path = morning.listed([[heading], *([name] for name in names)])
        done = morning.done(path)
        assert results(done) == dict.fromkeys(ids, "printed"), heading
        assert done.readings[0].read_as == "list"
        assert done.frame["date"].unique().to_list() == [START]


@pytest.mark.parametrize("form", ["id", "en", "plain"])
def test_a_bare_scan_of_queue_numbers(
    written: Mapping[str, Path], tmp_path: Path, form: str
) -> None:
    morning = Morning(Path(shutil.copytree(written[form], tmp_path / "m")))
    ids = morning.on()
    scan = tmp_path / "scan.txt"
    scan.write_text("\n".join(morning.queue[id_] for id_ in ids) + "\n")
    done = morning.done(scan)
    assert results(done) == dict.fromkeys(ids, "printed")
    assert sorted(done.frame["row"]) == [1, 2, 3, 4, 5]


def test_a_list_with_results_dates_printers_and_reasons(indonesian: Morning) -> None:
    ids = indonesian.on()
    rows = [
        ["nomor antrean", "hasil", "tanggal", "mesin", "alasan"],
        [indonesian.queue[ids[0]], "", "12/09/2017", "", ""],
        [indonesian.queue[ids[1]], "Rusak", "", "PRINTER-2", "laminasi"],
        [indonesian.queue[ids[2]], "belum", "", "", "habis"],
        [indonesian.queue[ids[3]], "spoilt", "2017-09-13", "printer-1", "chip"],
        [indonesian.queue[ids[4]], "entah", "", "", ""],
    ]
    done = indonesian.done(indonesian.listed(rows))
    told = {row["application_id"]: row for row in done.frame.iter_rows(named=True)}
    assert [told[i]["result"] for i in ids[:4]] == [
        *("printed", "spoilt", "unprinted", "spoilt")
    ]
    assert [told[i]["printer"] for i in ids[:4]] == [
        *("printer-1", "printer-2", "printer-1", "printer-1")
    ]
    assert told[ids[3]]["date"] == NEXT
    assert [told[i]["reason"] for i in ids[1:4]] == ["laminasi", None, "chip"]
    assert reasons(done) == ["unknown-result"]


def test_a_card_that_was_printed_ahead_was_printed_before_the_new_plan(
    indonesian: Morning,
) -> None:
    """A list has no day; that of the sheet is still to come."""
    late = indonesian.plan.assignments.filter(pl.col("day") > NEXT)
    whom = late["application_id"][0]
    rows = [["application_id"], [whom]]
    done = indonesian.done(indonesian.listed(rows), start=NEXT)
    assert done.frame["date"].to_list() == [START]
    assert done.frame["printer"].to_list() == [None]


LOG = ["application_id", "printed_at", "printer", "result"]


def test_a_printers_log(indonesian: Morning) -> None:
    ids = indonesian.on()
    rows = [
        LOG,
        [ids[0], "2017-09-12 09:10:00", "printer-1", "ok"],
        [ids[1], "2017-09-12 09:11:00", "printer-1", "failed"],
        [ids[1], "2017-09-12 09:12:00", "printer-1", "ok"],
        [ids[2], "2017-09-12 09:13:00", "printer-1", "unprinted"],
        # Printed for others, before there was this plan.
        ["ZZ-1", "2016-01-05 10:00:00", "printer-1", "ok"],
    ]
    done = indonesian.done(indonesian.listed(rows))
    words = ["printed", "printed", "unprinted"]
    assert results(done) == dict(zip(ids[:3], words, strict=True))
    assert done.readings[0].read_as == "log"
    assert reasons(done) == ["spoilt-without-reason"]


def test_a_scrap_of_what_the_plan_knew_says_nothing(indonesian: Morning) -> None:
    """A card that was spoilt before this plan began was planned by it all the same."""
    ids = indonesian.on()
    rows = [
        LOG,
        [ids[0], "2017-09-11", "printer-1", "failed"],
        [ids[1], "2017-09-11", "printer-1", "ok"],
    ]
    assert results(indonesian.done(indonesian.listed(rows))) == {ids[1]: "printed"}


def test_the_last_word_holds_by_date_then_by_order(indonesian: Morning) -> None:
    one, two, three, four, five = indonesian.on()
    fill(indonesian, indonesian.sheet(), {0: {"spoilt": "a b"}, 1: {"printed": "x"}})
    later = [["application_id", "result", "date", "reason"]]
    later += [[one, "ok", "2017-09-13", ""], [two, "rusak", "2017-09-12", "jatuh"]]
    later += [[three, "belum", "2017-09-12", ""], [four, "ok", "2017-09-12", ""]]
    later += [[four, "rusak", "2017-09-11", "lama"]]
    done = indonesian.done(indonesian.listed(later), start=date(2017, 9, 14))
    words = ["printed", "spoilt", "unprinted", "printed", "open"]
    assert results(done) == dict(zip((one, two, three, four, five), words, strict=True))
    sources = dict(done.frame.select("application_id", "source").iter_rows())
    assert sources[one] == "list.csv"
    assert sources[five] == f"batches/{START}/printer-1.xlsx"


# What cannot be used


def test_rows_that_cannot_be_used_are_listed_and_good_ones_count(
    indonesian: Morning,
) -> None:
    one, two, three, four, _ = indonesian.on()
    rows = [
        [*LOG, "reason"],
        [one, "2017-09-12", "printer-1", "ok", ""],
        ["BBBBB-BBBBB", "2017-09-12", "printer-1", "ok", ""],
        ["A-999", "2017-09-12", "printer-1", "ok", ""],
        [two, "2016-12-31", "printer-1", "ok", ""],
        [three, "2017-09-14", "printer-1", "ok", ""],
        [one, "2017-09-12", "printer-2", "ok", ""],
        [four, "2017-09-12", "printer-1", "rusak", ""],
        [four, "2017-13-12", "printer-1", "rusak", ""],
        [four, "2017-09-12", "printer-9", "rusak", ""],
        ["", "2017-09-12", "printer-1", "ok", ""],
    ]
    done = indonesian.done(indonesian.listed(rows))
    assert results(done) == {one: "printed", four: "spoilt"}
    assert done.frame["printer"].unique().to_list() == ["printer-1"]
    told = done.rejects.select("row", "column", "reason").rows()
    assert [(row, column, why.partition(":")[0]) for row, column, why in told] == [
        (3, "application_id", "unknown-queue-number"),
        (4, "application_id", "unknown-in-plan"),
        (5, "printed_at", "printed-before-recorded"),
        (6, "printed_at", "printed-in-future"),
        (7, "printer", "printed-on-two-printers"),
        (8, "result", "spoilt-without-reason"),
        (9, "printed_at", "bad-date"),
        (10, "printer", "unknown-printer"),
        (11, "application_id", "missing"),
    ]
    reading = done.readings[0]
    assert (reading.printed, reading.spoilt, reading.rejected) == (1, 1, 8)
    # Today's export may know people whom yesterday's plan did not.
    assert done.strangers["application_id"].to_list() == ["A-999", "BBBBB-BBBBB"]


def test_a_print_again_after_a_spoilt_card_is_no_second_one(
    indonesian: Morning,
) -> None:
    one = indonesian.on()[0]
    rows = [
        [*LOG, "reason"],
        [one, "2017-09-12", "printer-1", "ok", ""],
        [one, "2017-09-12", "printer-1", "rusak", "sobek"],
        [one, "2017-09-12", "printer-2", "ok", ""],
    ]
    done = indonesian.done(indonesian.listed(rows))
    assert (reasons(done), results(done)) == ([], {one: "printed"})


def test_every_reason_has_words_in_both_languages() -> None:
    codes = {
        "unknown-in-plan",
        "unknown-queue-number",
        "unknown-mark",
        "remark-without-mark",
        "marks-contradict",
        "filled-twice-differently",
        "printed-before-recorded",
        "printed-in-future",
        "printed-on-two-printers",
        "spoilt-without-reason",
    }
    for code in codes:
        words = in_words(code)
        assert words not in (code, words.indonesian)


def refusal(morning: Morning, path: Path, start: date = NEXT) -> InputError:
    with pytest.raises(InputError) as refused:
        morning.done(path, start=start)
    assert refused.value.sentence("id") != refused.value.sentence("en")
    assert str(path) in str(refused.value)
    return refused.value


def test_a_file_that_is_not_there_is_asked_for_as_what_it_should_be(
    written: dict[str, Path], tmp_path: Path
) -> None:
    error = refusal(Morning(written["plain"]), tmp_path / "none.csv")
    assert "sheet" in error.sentence("en")
    assert "export" not in error.sentence("en")
    assert "ekspor" not in error.sentence("id")


def test_a_sheet_of_another_office_is_refused_as_a_whole(
    written: Mapping[str, Path], indonesian: Morning
) -> None:
    other = written["plain"] / "p" / "batches" / START.isoformat() / "printer-1.xlsx"
    error = refusal(indonesian, other)
    assert "previous plan" in str(error)
    assert (error.sheet, error.column) == ("Daftar cetak", "ID permohonan")
    assert error.row is not None
    # The same people, but another key made other ids of them.
    other = written["en"] / "p" / "batches" / START.isoformat() / "printer-1.csv"
    assert refusal(indonesian, other).row == 2


def test_a_sheet_of_a_day_to_come_is_refused(indonesian: Morning) -> None:
    last = indonesian.plan.assignments["day"].max()
    assert isinstance(last, date)
    path = indonesian.sheet(day=last)
    assert "after the first day" in str(refusal(indonesian, path))
    assert indonesian.done(path, start=last).readings[0].printed


def test_what_is_no_table_or_names_nobody_is_refused(indonesian: Morning) -> None:
    folder = indonesian.folder
    (folder / "a.xlsx").write_bytes(b"no workbook at all")
    refusal(indonesian, folder / "a.xlsx")
    refusal(indonesian, folder / "none.csv")
    (folder / "b.csv").write_text("nama,hasil\nSiti,ok\n")
    assert "names nobody" in str(refusal(indonesian, folder / "b.csv"))
    (folder / "c.csv").write_text("Ini\nbukan\ndaftar\n")
    assert "names nobody" in str(refusal(indonesian, folder / "c.csv"))


def test_an_export_is_no_list_of_the_printed(indonesian: Morning) -> None:
    refusal(indonesian, indonesian.folder / "backlog.csv")
    refusal(indonesian, indonesian.folder / "p" / "applications.csv")
    dated = indonesian.office.model_copy(update={"columns": {"Tgl": "waiting_since"}})
    indonesian.office = dated
    rows = [["application_id", "Tgl", "TGL_CETAK"], [indonesian.on()[0], "2017-09-12"]]
    refusal(indonesian, indonesian.listed(rows))


# Laws

TERCETAK = {"": None, "x": "printed", "v": "printed", "belum": "unprinted"}
TERCETAK |= {"0": "unprinted", "-": "unprinted", "apa": "reject"}
RUSAK = {"": None, "x": "spoilt", "chip mati": "spoilt", "tidak": None}
DISERAHKAN = {"": None, "x": "printed", "-": None}


def expected(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    """What an operator's marks mean, card by card, as the rule is told to people."""
    ticked = any(TERCETAK[row[0]] == "printed" for row in rows)
    words = []
    for printed, handed, spoilt in rows:
        word = RUSAK[spoilt] or TERCETAK[printed]
        against = DISERAHKAN[handed] and word in ("spoilt", "unprinted")
        if TERCETAK[printed] == "reject" or against:
            word = "reject"
        elif word is None:
            word = DISERAHKAN[handed] or ("open" if ticked else "printed")
        words.append(word)
    return words


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*TERCETAK]),
            st.sampled_from([*DISERAHKAN]),
            st.sampled_from([*RUSAK]),
        ),
        min_size=5,
        max_size=5,
    )
)
def test_each_row_of_a_sheet_is_counted_once(
    written: Mapping[str, Path], rows: list[tuple[str, str, str]]
) -> None:
    morning = Morning(written["plain"])
    words = expected(rows)
    cards = [[id_, *row] for id_, row in zip(morning.on(), rows, strict=True)]
    heading = ["ID permohonan", "Tercetak", "Diserahkan", "Rusak"]
    path = morning.listed([heading, *cards])
    if words == ["reject"] * 5:
        with pytest.raises(InputError):
            morning.done(path)
        return
    done = morning.done(path)
    told = {i: w for i, w in zip(morning.on(), words, strict=True) if w != "reject"}
    assert results(done) == told
    counts = done.readings[0].model_dump()
    names = ("printed", "spoilt", "unprinted", "open")
    assert {name: counts[name] for name in names} == {
        name: Counter(words)[name] for name in names
    }
    assert counts["rejected"] == words.count("reject")
