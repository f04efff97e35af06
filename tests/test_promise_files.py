"""Dates on paper: the new backlog file, promises.csv and the poster."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import openpyxl
import polars as pl
import pytest
from builders import START, day, make_backlog, make_office
from output_cases import NIK

from ektp_sched.backlog import Backlog, read_backlog
from ektp_sched.backlog.promised import promised_table
from ektp_sched.errors import BacklogError, FolderError
from ektp_sched.office import Office
from ektp_sched.output.backlog_copy import backlog_copy, check_target
from ektp_sched.output.languages import language
from ektp_sched.output.promise_files import (
    Band,
    poster_html,
    poster_pages,
    save_promises,
)
from ektp_sched.public import FEWEST
from ektp_sched.scenarios.dates.promise import Promises, counted

if TYPE_CHECKING:
    from pathlib import Path

OFFICE = """\
name = "Kantor & Uji"
[urgency.emergency]
target_days = 3
[urgency.routine]
target_days = 30
default = true
[[servers]]
id = "s"
cards_per_day = 5
[[printers]]
id = "p"
cards_per_day = 5
[status]
printable = ["PRR"]
[columns]
TGL_REKAM = "waiting_since"
"Janji" = "promised_on"
"""
ROWS = """\
application_id;TGL_REKAM;STATUS;Janji;NAMA;NIK;=rumus
A1;12/09/2016;PRR;;Siti Rahasia;5371041203950001;=1+1
A2;13-Agu-2017;PRR;20/10/2017;Budi, Rahasia;5371041203950002;-5
A3;14/08/2017;PROCESSING;;Ani;;x
A4;31/02/2017;PRR;;Rusak;;x
A1;15/08/2017;PRR;;Dua kali;;x
A5;15/08/2017;PRR;;"Baris
dua";;x
"""
DATES = pl.DataFrame(
    {
        "application_id": ["A1", "A2", "A5"],
        "ready_by": [date(2017, 10, 2), date(2017, 10, 3), None],
    },
    schema_overrides={"ready_by": pl.Date},
)


@pytest.fixture
def case(tmp_path: Path) -> tuple[Path, Office]:
    (tmp_path / "office.toml").write_text(OFFICE, "utf-8")
    path = tmp_path / "backlog.csv"
    path.write_text(ROWS, "utf-8")
    return path, Office.load(tmp_path / "office.toml")


def read(path: Path, office: Office) -> Backlog:
    return read_backlog(path, office, provisional=True)


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("again", [False, True])
def test_a_copy_differs_in_the_dates_told_alone(
    case: tuple[Path, Office], ending: str, again: bool
) -> None:
    path, office = case
    before, raw = read(path, office), path.read_bytes()
    table = promised_table(path, office, DATES, replace=again)
    assert (table.filled, table.kept) == ((2, 0) if again else (1, 1))
    target = check_target(path.with_name(f"new.{ending}"), [path])
    target.write_bytes(backlog_copy(table, target, START))
    assert path.read_bytes() == raw
    after = read(target, office)
    told = dict(after.frame.select("application_id", "promised_on").iter_rows())
    second = date(2017, 10, 3) if again else date(2017, 10, 20)
    assert told == {"A1": date(2017, 10, 2), "A2": second, "A5": None}
    rest = [name for name in before.frame.columns if name != "promised_on"]
    assert after.frame.select(rest).equals(before.frame.select(rest))
    assert after.held.equals(before.held)
    assert after.rejects["reason"].to_list() == before.rejects["reason"].to_list()


def test_a_column_for_the_dates_is_added_where_there_is_none(
    case: tuple[Path, Office],
) -> None:
    path, office = case
    path.write_text("application_id,waiting_since,x,x\nA1,2017-08-01,1,2\n", "utf-8")
    table = promised_table(path, office, DATES)
    target = path.with_name("new.csv")
    target.write_bytes(backlog_copy(table, target, START))
    assert target.read_text("utf-8") == (
        "application_id,waiting_since,x,x,promised_on\nA1,2017-08-01,1,2,2017-10-02\n"
    )


def test_dates_are_written_in_the_form_of_the_office(
    case: tuple[Path, Office],
) -> None:
    path, _ = case
    text = OFFICE + '[dates]\nformat = "%m/%d/%Y"\n'
    path.with_name("office.toml").write_text(text, "utf-8")
    office = Office.load(path.with_name("office.toml"))
    path.write_text("application_id,TGL_REKAM,STATUS\nA1,08/15/2017,PRR\n", "utf-8")
    table = promised_table(path, office, DATES)
    target = path.with_name("new.csv")
    target.write_bytes(backlog_copy(table, target, START))
    frame = read(path.with_name("new.csv"), office).frame
    assert frame["promised_on"].to_list() == [date(2017, 10, 2)]


def test_no_cell_of_a_copied_workbook_is_a_formula(case: tuple[Path, Office]) -> None:
    path, office = case
    target = path.with_name("new.xlsx")
    target.write_bytes(backlog_copy(promised_table(path, office, DATES), target, START))
    sheet = openpyxl.load_workbook(target).worksheets[0]
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value}
    assert kinds == {"s"}
    first = target.read_bytes()
    target.write_bytes(backlog_copy(promised_table(path, office, DATES), target, START))
    assert target.read_bytes() == first


def test_rows_that_are_nobodys_are_not_copied(case: tuple[Path, Office]) -> None:
    path, office = case
    title, first, *rest = ROWS.splitlines()
    below = ["Jumlah;5;;;;;", "", "Kepala Dinas,;;;;;;"]
    text = "\n".join([title, "1;2;3;4;5;6;7", first, title, *rest, *below])
    path.write_text(text, "utf-8")
    target = path.with_name("new.csv")
    copies = []
    for _ in range(2):
        target.write_bytes(
            backlog_copy(promised_table(path, office, DATES), target, START)
        )
        copies.append(target.read_bytes())
        path.write_text(ROWS, "utf-8")
    assert copies[0] == copies[1]


def test_no_copy_of_a_cell_too_long_or_of_text_without_a_mark(
    case: tuple[Path, Office],
) -> None:
    path, office = case
    path.write_text(ROWS + f"A6;15/08/2017;PRR;;{'x' * 131_073};;x\n", "utf-8")
    with pytest.raises(BacklogError, match="more than 131,072"):
        promised_table(path, office, DATES)
    path.write_text(ROWS, "utf-16-le")
    with pytest.raises(BacklogError, match="binary file"):
        promised_table(path, office, DATES)
    path.write_text(ROWS, "utf-16")
    assert promised_table(path, office, DATES).filled == 1


def test_the_input_is_never_written_over(case: tuple[Path, Office]) -> None:
    path, _ = case
    link = path.with_name("link.csv")
    link.symlink_to(path)
    for target in (path, link):
        with pytest.raises(FolderError, match="never altered"):
            check_target(target, [path])
    with pytest.raises(FolderError, match=r"must end in \.csv or \.xlsx"):
        check_target(path.with_name("new.parquet"), [path])
    with pytest.raises(FolderError, match="no folder"):
        check_target(path.parent / "missing" / "new.csv", [path])
    (path.parent / "folder.csv").mkdir()
    with pytest.raises(FolderError, match="is a folder"):
        check_target(path.parent / "folder.csv", [path])
    assert check_target(path.with_name("new.CSV"), [path]).name == "new.CSV"


def promises(people: list[dict[str, object]], held: list[str | None] = []) -> Promises:  # noqa: B006
    """Dates as a simulation might have made them."""
    rows = [
        {"application_id": f"A{n:03d}"} | {k: row[k] for k in ("waiting_since", "area")}
        for n, row in enumerate(people)
    ]
    office = make_office(name="Kantor <&> Uji")
    backlog = make_backlog(rows, office)
    kinds = {"application_id": pl.String(), "status": pl.String(), "area": pl.String()}
    ids = [f"H{n}" for n in range(len(held))]
    table = pl.DataFrame({"application_id": ids, "status": "SFE", "area": held}, kinds)
    frame = pl.DataFrame(
        {
            "application_id": backlog.frame["application_id"],
            "area": backlog.frame["area"],
            "urgency": [str(row.get("urgency", "routine")) for row in people],
            "waiting_since": backlog.frame["waiting_since"],
            "earliest": [row.get("earliest", START) for row in people],
            "ready_by": [row.get("ready_by", day(20)) for row in people],
            "likely_on": [row.get("ready_by", day(20)) for row in people],
            "confidence": [0.9 for _ in people],
        },
        schema_overrides=dict.fromkeys(("earliest", "ready_by", "likely_on"), pl.Date),
    )
    return Promises(
        backlog=replace(backlog, held=table),
        office=office,
        start=START,
        days=100,
        scenario="one-server",
        policy="pressure",
        replications=2000,
        seed=1,
        confidence=Fraction(9, 10),
        certain=False,
        people=frame,
        **counted(frame, 0),
    )


def person(since: int, area: str | None, **more: object) -> dict[str, object]:
    return {"waiting_since": since, "area": area} | more


def test_bands_cover_everybody_from_the_earliest_to_the_latest_date() -> None:
    people = [
        person(-100 + n, "Alak", earliest=day(n // 10), ready_by=day(10 + n // 5))
        for n in range(60)
    ]
    (page,) = poster_pages(promises(people))
    assert page.area == "Alak"
    assert [b.cards for b in page.bands] == [10] * 6
    assert page.bands[0] == Band("routine", None, day(-91), 10, START, day(11))
    assert page.bands[1] == Band("routine", day(-90), day(-81), 10, day(1), day(13))
    assert (page.others, page.incomplete, page.held) == ((), False, 0)


def test_equal_bands_are_one_and_a_missing_date_is_said() -> None:
    people = [person(-100 + n, "Alak") for n in range(30)]
    people += [person(-10, "Alak", ready_by=None, earliest=None) for _ in range(6)]
    (page,) = poster_pages(promises(people))
    assert [(b.cards, b.latest) for b in page.bands] == [(30, day(20)), (6, None)]
    assert "no date yet" in poster_html(promises(people), language("en"))


@pytest.mark.parametrize("count", [1, 4, 5, 6, 11])
def test_nothing_below_five_is_counted_in_public(count: int) -> None:
    people = [person(-100 + n, "Alak") for n in range(20)]
    people += [person(-90, "Alak", urgency="urgent") for _ in range(count)]
    people += [person(-80, "Naioni", ready_by=day(30 + n)) for n in range(count)]
    found = promises(people, ["Alak"] * count)
    pages = poster_pages(found)
    bands = [b for p in pages for b in (*p.bands, *(b for _, o in p.others for b in o))]
    assert all(band.cards >= FEWEST for band in bands)
    shown = count >= FEWEST
    assert ("Naioni" in [page.area for page in pages]) == shown
    alak = pages[0]
    assert (alak.others != ()) == shown
    assert alak.incomplete == (not shown)
    assert alak.held == (count if shown else None)
    few = "fewer than five" in poster_html(found, language("en"))
    assert few == (not shown)


def test_small_areas_share_a_page() -> None:
    people = [person(-100 + n, f"Area {n}") for n in range(6)]
    people += [person(-50, None) for _ in range(5)]
    pages = poster_pages(promises(people))
    assert [page.area for page in pages] == [None, ""]
    assert [b.cards for page in pages for b in page.bands] == [5, 6]
    html = poster_html(promises(people), language("en"))
    assert "Other areas" in html
    assert "Area 3" not in html


def test_a_poster_names_nobody_and_speaks_both_languages(tmp_path: Path) -> None:
    people = [person(-100 + n, "Alak <b>", ready_by=day(n)) for n in range(30)]
    made = promises(people, ["Alak <b>"] * 7)
    save_promises(made, tmp_path / "out")
    names = ("poster.en.html", "poster.id.html", "promises.csv", "promises.json")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [*names]
    texts = {n: (tmp_path / "out" / n).read_text("utf-8") for n in names}
    for name in ("poster.id.html", "poster.en.html"):
        html = texts[name]
        assert not re.search(r"\bA0\d\d\b|\bH\d\b|undefined|{{|None|" + NIK, html)
        assert "Alak &lt;b&gt;" in html
        assert "Kantor &lt;&amp;&gt; Uji" in html
        assert "://" not in html
        assert html.count("<section>") == 1
    assert "Tidak sebelum" in texts["poster.id.html"]
    assert "Not before" in texts["poster.en.html"]
    lines = texts["promises.csv"].splitlines()
    assert lines[0] == "application_id,ready_by,confidence,likely_on"
    assert lines[1] == "A000,2017-09-12,0.9,2017-09-12"
    assert len(lines) == 31
    before = {n: (tmp_path / "out" / n).read_bytes() for n in names}
    save_promises(made, tmp_path / "out")
    assert before == {n: (tmp_path / "out" / n).read_bytes() for n in names}


def test_counts_of_dates_add_up() -> None:
    people = [person(-100 + n, "Alak", ready_by=day(n)) for n in range(6)]
    people += [person(-100, "Alak", ready_by=None) for _ in range(3)]
    made = promises(people)
    made = made.model_copy(update=counted(made.people, 1))
    assert (made.dated, made.no_date_yet, made.never) == (6, 2, 1)
    document = made.document()
    assert (document["dated"], document["no_date_yet"], document["never"]) == (6, 2, 1)
    assert document["first"] == START.isoformat()
    assert document["middle"] == (START + timedelta(days=2)).isoformat()
    assert document["last"] == day(5).isoformat()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x", "utf-8")
    made = promises([person(-1, "Alak")])
    with pytest.raises(FolderError, match="is a file; name another, for a folder"):
        save_promises(made, tmp_path / "out")
