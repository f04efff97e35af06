"""Five days of a planner at the desk, by keyboard, as the commands would have them."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest
from desk_client import Seat, office_text, seated, served

from ektp_sched.days import open_office
from ektp_sched.days.folder import keep_export
from ektp_sched.days.overview import overview, papers
from ektp_sched.days.paper import Paper, record_paper
from ektp_sched.days.signature import Signature
from ektp_sched.days.supplies import WHOLE, Down
from ektp_sched.errors import LedgerError, UsageError
from ektp_sched.ledger import breaks
from ektp_sched.ledger.state import state_of
from ektp_sched.morning import today
from ektp_sched.morning.rest import rest
from ektp_sched.telling import recording
from ektp_sched.trust.checker import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from desk_client import Served
    from playwright.sync_api import Browser, Locator

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, MONDAY = (
    date(2017, 9, day) for day in (12, 13, 14, 15, 18)
)
HOSTILE = {
    1: "<script>document.title='x'</script>",
    2: "=1+1|cmd",
    3: "../../etc/passwd",
    4: "a\u202eb\u0007c",
    5: '"><img src=x onerror=alert(1)>',
}


def rows(printed: set[str] = frozenset(), more: int = 0) -> bytes:  # type: ignore[assignment]
    """Return an export without those whom the registry knows to be printed."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["application_id", "waiting_since", "nama", "telepon"])
    for n in range(1, 61 + more):
        name = f"A{n:03d}"
        if name not in printed:
            since = f"2017-0{1 + n % 8}-1{n % 10}" if n <= 60 else "2017-09-11"
            who = HOSTILE.get(n, f"Warga Contoh {n}")
            table.writerow([name, since, who, f"0812{n:06d}"])
    return out.getvalue().encode()


@dataclass
class Hands:
    """Somebody at the desk with a keyboard alone, whose clicks are counted."""

    seat: Seat
    clicks: int = 0

    def to(self, target: Locator) -> None:
        """Go on with Tab until something has the focus."""
        for _ in range(400):
            if target.evaluate("e => e === document.activeElement"):
                return
            self.seat.page.keyboard.press("Tab")
        raise AssertionError(f"no way to {target} by Tab")

    def press(self, name: str, *, stays: bool = False) -> None:
        page = self.seat.page
        target = page.get_by_role("button", name=name, exact=True)
        target = target.or_(page.get_by_role("link", name=name, exact=True)).first
        self.to(target)
        self.clicks += 1
        if stays:
            page.keyboard.press("Enter")
            return
        with page.expect_navigation():
            page.keyboard.press("Enter")

    def open(self, text: str) -> None:
        target = self.seat.page.locator("summary", has_text=text).first
        self.to(target)
        self.seat.page.keyboard.press("Enter")

    def type(self, selector: str, text: str) -> None:
        self.to(self.seat.page.locator(selector))
        self.seat.page.keyboard.press("Control+a")
        self.seat.page.keyboard.type(text)

    def drop(self, name: str, raw: bytes, selector: str = "#file") -> None:
        given = {"name": name, "mimeType": "text/csv", "buffer": raw}
        self.seat.page.set_input_files(selector, given)  # type: ignore[arg-type]

    def plan(self, button: str = "Susun rencana hari ini") -> None:
        self.press(button)
        page = self.seat.page
        page.wait_for_url(lambda url: "/progress/" not in url, timeout=120_000)

    def says(self) -> str:
        return self.seat.page.locator("main").inner_text()


@dataclass
class Twin:
    """The same office, by the library's verbs that the commands call."""

    folder: Path

    def office(self) -> Any:
        return open_office(self.folder)

    def drop(self, raw: bytes, day: date) -> None:
        path = self.folder / "dropped.csv"
        path.write_bytes(raw)
        keep_export(self.office(), path, day)
        path.unlink()

    def plan(self, day: date, **more: Any) -> None:
        today(self.office(), on=day, by="Maria", report=False, **more)

    def marks(self, day: date, of: int | None, *marks: tuple[str, str]) -> None:
        frame = pl.DataFrame(
            [(*mark, "") for mark in marks],
            schema=["application_id", "result", "reason"],
            orient="row",
        )
        recording.record_marks(self.office(), frame, signed(day), of=of)

    def all_but(self, day: date, *names: str) -> None:
        marks = [(name, "unprinted") for name in names]
        schema = {"application_id": pl.String, "result": pl.String}
        frame = pl.DataFrame(marks, schema=schema, orient="row")
        recording.record_all_but(self.office(), frame, signed(day))


def signed(day: date) -> Signature:
    return Signature.of("Maria", day)


def substance(folder: Path) -> dict[str, Any]:
    """Return what an office knows, by ids that two ledgers share."""
    with open_office(folder).ledger.reading() as reader:
        assert [*breaks(reader.connection)] == []
        state = state_of(reader)
        acts = [act for act in reader.acts() if act.kind != "sheet"]
    names = state.people.select("person", "application_id")

    def of(frame: pl.DataFrame, *columns: str) -> list[Any]:
        return sorted(
            frame.join(names, on="person").select("application_id", *columns).rows(),
            key=str,
        )

    return {
        "given": of(state.given, "day", "printer", "batch", "position", "plan"),
        "results": of(state.results, "result", "day", "plan", "reason"),
        "told": of(state.told, "promised_on"),
        "kinds": [act.kind for act in acts if act.kind != "prints"],
        "plans": {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.glob("plans/**/plan.csv"))
        },
    }


def on_sheet(folder: Path, day: date, printer: str) -> list[str]:
    plan = folder / "plans" / str(day) / "plan.csv"
    table = pl.read_csv(plan, infer_schema=False)
    return table.filter(day=str(day), printer=printer)["application_id"].to_list()


def first_run(hands: Hands) -> None:
    for name, text in (
        ("name", "Kantor Uji"),
        ("printers", "2"),
        ("cards", "6"),
        ("server", "12"),
        ("blanks", "100"),
    ):
        hands.type(f"#{name}", text)
    hands.press("Buat kantor ini")
    hands.seat.page.fill("#who", "Maria")  # the system's name stands there already
    hands.press("Mulai")


def test_five_days_at_the_desk(browser: Browser, tmp_path: Path) -> None:
    folder, twin = tmp_path / "desk", Twin(tmp_path / "twin")
    folder.mkdir()

    # Tuesday: from an empty folder to paper.
    with served(folder, TUESDAY) as desk, seated(browser, desk) as seat:
        hands = Hands(seat)
        first_run(hands)
        assert "Belum ada ekspor" in hands.says()
        hands.drop("ekspor <b>.csv", rows())
        hands.press("Simpan ekspor")
        twin.folder.mkdir()
        office = (folder / "office.toml").read_bytes()
        (twin.folder / "office.toml").write_bytes(office)
        hands.plan()
        hands.press("Cetak 2 lembar")
        seat.page.evaluate("window.print = () => { window.printed = true }")
        hands.press("Cetak sekarang", stays=True)
        assert seat.page.evaluate("window.printed")
        assert hands.clicks <= 12
        assert seat.page.locator(".paper .box").count() == 3 * 12
        assert seat.page.locator(".paper .copy").count() == 0
        for n, name in HOSTILE.items():
            if n < 4 and seat.page.get_by_text(f"A{n:03d}", exact=True).count():
                assert name in hands.says()
        seat.page.emulate_media(media="print")
        turned = seat.page.locator(".paper.turned").count()
        width = 1047 if turned else 718  # A4 without its margins
        seat.page.set_viewport_size({"width": width, "height": 1000})
        seat.assert_fits()
        seat.page.emulate_media(media="screen")
        seat.page.reload()
        seat.go("/today")
        assert "sudah dicetak 1 kali" in hands.says()
    twin.drop(rows(), TUESDAY)
    twin.plan(TUESDAY)
    assert next(folder.glob("exports/*.csv")).read_bytes() == rows()

    # Wednesday: three were not printed, one is spoilt; the export lags.
    one, two = (on_sheet(folder, TUESDAY, f"printer-{n}") for n in (1, 2))
    with served(folder, WEDNESDAY) as desk, seated(browser, desk) as seat:
        hands = Hands(seat, clicks=1)
        seat.page.wait_for_url("**/today")
        hands.press("Catat hasil printer-1")
        for at, keys in ((3, 1), (4, 1), (5, 2)):
            hands.to(seat.page.locator(f"input[name=r{at}]:checked"))
            for _ in range(keys):
                seat.page.keyboard.press("ArrowRight")
        hands.type("input[name=w5]", "pita putus")
        hands.press("Simpan hasil")
        assert "tercetak 3" in hands.says()
        hands.press("Semua lembar 12 September 2017 tercetak")
        assert "tercetak 6" in hands.says()
        known = {*one[:3], *two[:4]}
        hands.drop("ekspor.csv", rows(known, more=3))
        hands.press("Simpan ekspor")
        hands.plan()
        hands.press("Cetak 2 lembar")
        # An outage at noon; the sheet of that printer is void and not printed again.
        seat.go("/today")
        hands.open("Catat printer")
        hands.to(seat.page.locator("#machine"))
        seat.page.keyboard.type("printer-2")
        hands.press("Catat gangguan")
        assert "Sesudah lembar ini dibuat, ada yang baru" in hands.says()
        hands.plan("Susun sisa hari ini")
        assert "BATAL" in hands.says()
        hands.press("Bekerja lagi: printer-2")
    twin.marks(
        WEDNESDAY,
        1,
        *((name, "printed") for name in one[:3]),
        *((name, "unprinted") for name in one[3:5]),
    )
    frame = pl.DataFrame(
        {"application_id": [one[5]], "result": ["spoilt"], "reason": ["pita putus"]}
    )
    recording.record_marks(twin.office(), frame, signed(WEDNESDAY), of=1)
    twin.all_but(TUESDAY)
    twin.drop(rows(known, more=3), WEDNESDAY)
    twin.plan(WEDNESDAY)
    down = Down("printer-2", WEDNESDAY, None, 0)
    recording.record_outage(twin.office(), down, signed(WEDNESDAY))
    rest(twin.office(), on=WEDNESDAY, by="Maria", report=False)
    up = Down("printer-2", WEDNESDAY, None, WHOLE)
    recording.record_outage(twin.office(), up, signed(WEDNESDAY))

    # Thursday nobody comes.  On Friday two of Wednesday are unknown and left out.
    printed = on_sheet(folder, WEDNESDAY, "printer-1")[:4]
    with served(folder, FRIDAY) as desk, seated(browser, desk) as seat:
        hands = Hands(seat)
        seat.page.wait_for_url("**/today")
        hands.press("Pindai nomor antrean")
        hands.to(seat.page.locator("#numbers"))
        for name in printed:
            seat.page.keyboard.type(name)
            seat.page.keyboard.press("Enter")  # as a scanner does
        assert "4 nomor" in seat.page.locator("#scanned").inner_text()
        hands.press("Catat")
        assert "tercetak 4" in hands.says()
        hands.drop("ekspor.csv", rows(known, more=3))
        hands.press("Simpan ekspor")
        hands.plan()
        assert "/today/asked/" in seat.page.url
        hands.plan("Kesampingkan dulu kartu itu")
        assert "Lembar hari ini" in hands.says()
        hands.open("Catat hitungan blangko")
        hands.type("#blanks-1", "sembilan")
        hands.press("Catat hitungan")
        assert "bukan bilangan bulat" in hands.says()
        hands.type("#blanks-1", "88")
        hands.press("Catat hitungan")
        assert "88 blangko" in hands.says()
    twin.marks(FRIDAY, None, *((name, "printed") for name in printed))
    twin.drop(rows(known, more=3), FRIDAY)
    os.utime(max(twin.folder.glob("exports/*.csv")))
    twin.plan(FRIDAY, open="exclude")
    counts: dict[str | None, int] = {None: 88}
    recording.record_counts(twin.office(), counts, signed(FRIDAY))

    # Monday: a filled sheet is handed in, the rest of Friday is printed.  Six clicks.
    sheet = folder / "plans" / str(FRIDAY) / "batches" / str(FRIDAY) / "printer-1.csv"
    raw = sheet.read_bytes()
    with served(folder, MONDAY) as desk, seated(browser, desk) as seat:
        hands = Hands(seat, clicks=1)
        seat.page.wait_for_url("**/today")
        hands.press("Semua lembar 15 September 2017 tercetak")
        hands.drop("ekspor.csv", rows({*known, *printed}, more=3))
        hands.press("Simpan ekspor")
        hands.plan()
        hands.press("Cetak 2 lembar")
        seat.page.evaluate("window.print = () => {}")
        hands.press("Cetak sekarang", stays=True)
        assert hands.clicks <= 6
        seat.go("/today")
        hands.open("Serahkan lembar yang sudah diisi")
        hands.drop("printer-1.csv", raw, "#filled")
        hands.press("Serahkan")
        assert "Tidak ada yang baru" in hands.says() or "sudah tercatat" in hands.says()
    twin.all_but(FRIDAY)
    twin.drop(rows({*known, *printed}, more=3), MONDAY)
    twin.plan(MONDAY)

    mine, theirs = substance(folder), substance(twin.folder)
    for name in theirs:
        assert mine[name] == theirs[name], name
    cards = [r for r in mine["results"] if r[1] == "printed"]
    assert len(cards) == len({r[0] for r in cards})
    for path in folder.glob("plans/*/summary.json"):
        check = Folder(path.parent)
        check.run()
        assert not check.wrong, check.wrong[:5]


# One office, planned, for what follows.


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Twin:
    twin = Twin(tmp_path_factory.mktemp("planned") / "office")
    twin.folder.mkdir()
    (twin.folder / "office.toml").write_text(OFFICE, "utf-8")
    twin.drop(rows(), TUESDAY)
    twin.plan(TUESDAY, days=10)
    return twin


STOCK = "[cards.KTP-el]\nstock = 100\ndefault = true\n"
OFFICE = office_text("Kantor Uji", 6, 6, server=12, more=STOCK)


@pytest.fixture(scope="module")
def desk(planned: Twin) -> Iterator[Served]:
    with served(planned.folder, TUESDAY) as desk:
        yield desk


@pytest.fixture(scope="module")
def seat(browser: Browser, desk: Served) -> Iterator[Seat]:
    with seated(browser, desk) as seat:
        seat.page.wait_for_url("**/today")
        yield seat


def kinds(folder: Path) -> list[str]:
    with open_office(folder).ledger.reading() as reader:
        return [act.kind for act in reader.acts()]


def test_a_sheet_is_printed_once_and_then_as_a_copy(planned: Twin, seat: Seat) -> None:
    page = seat.page
    seat.go("/today")
    other = page.context.new_page()  # a second tab with the same form
    other.goto(page.url)
    page.get_by_role("button", name="Cetak printer-1", exact=True).click()
    page.wait_for_url("**/today/print/*")
    assert page.locator(".paper .copy").count() == 0
    page.reload()
    assert page.locator(".paper .copy").count() == 0
    assert kinds(planned.folder).count("sheet") == 1
    other.get_by_role("button", name="Cetak printer-1", exact=True).click()
    assert "sudah dicetak 1 kali" in other.locator("main").inner_text()
    assert kinds(planned.folder).count("sheet") == 1
    other.close()
    seat.go("/today")
    page.get_by_role("button", name="Cetak salinan printer-1").click()
    page.wait_for_url("**/today/print/*")
    assert "SALINAN – cetakan ke-2" in page.locator(".paper .copy").inner_text()
    seat.go("/today")
    with page.expect_download() as download:
        page.get_by_role("button", name="XLSX printer-1").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    assert "SALINAN" in str(book.worksheets[0]["A2"].value)
    # What is on paper changes nothing of the plan, and the ledger knows it.
    now = overview(planned.office(), TUESDAY)
    assert not now.came_since
    assert {sheet.printer: sheet.paper for sheet in now.sheets} == {
        "printer-1": 3,
        "printer-2": 0,
    }
    (paper,) = papers(planned.office(), TUESDAY, ["printer-2"])
    assert paper == Paper(1, TUESDAY, "printer-2", 1)
    for wrong in (Paper(1, TUESDAY, "printer-1"), Paper(9, TUESDAY, "printer-2")):
        with pytest.raises(LedgerError):
            record_paper(planned.office(), [wrong], signed(TUESDAY))
    with open_office(planned.folder).ledger.reading() as reader:
        assert [*breaks(reader.connection)] == []


def test_a_form_that_was_overtaken_says_so(planned: Twin, seat: Seat) -> None:
    page = seat.page
    seat.go(f"/today/settle/1/{TUESDAY}/printer-2")
    names = on_sheet(planned.folder, TUESDAY, "printer-2")
    planned.marks(TUESDAY, 1, (names[0], "spoilt"))
    page.get_by_role("radio", name="Tidak tercetak").nth(1).check()
    page.get_by_role("button", name="Simpan hasil").click()
    assert "sementara itu petugas lain" in page.locator("main").inner_text()
    assert page.locator("tr.changed").count() == 1
    assert page.locator("input[name=r0]:checked").input_value() == "spoilt"
    assert page.locator("input[name=r1]:checked").input_value() == "unprinted"
    page.get_by_role("button", name="Simpan hasil").click()
    page.wait_for_url("**/today")
    sheet = overview(planned.office(), TUESDAY).sheets[1]
    assert (sheet.spoilt, sheet.unprinted, sheet.printed) == (1, 1, 4)


def test_all_goes_without_a_script(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text(OFFICE, "utf-8")
    with (
        served(tmp_path, TUESDAY) as desk,
        seated(browser, desk, javascript=False, language="en") as seat,
    ):
        page = seat.page
        given = {"name": "e.csv", "mimeType": "text/csv", "buffer": rows()}
        page.set_input_files("#file", given)  # type: ignore[arg-type]
        seat.press("Keep the export")
        seat.press("Plan today")
        page.wait_for_url("**/today", timeout=120_000)
        seat.press("Print 2 sheets")
        assert page.locator(".paper").count() == 2
        page.get_by_role("link", name="Back").click()
        seat.press("Scan queue numbers")
        names = on_sheet(tmp_path, TUESDAY, "printer-1")
        page.fill("#numbers", "\n".join([*names[:2], "NOBODY"]))
        page.check("#what-but")
        seat.press("Record")
        assert "NOBODY" not in page.locator(".warning").inner_text()
        page.fill("#numbers", "\n".join(names[:2]))
        seat.press("Record")
        sheets = overview(open_office(tmp_path), TUESDAY).sheets
        assert [sheet.printed for sheet in sheets] == [4, 6]


def test_a_killed_desk_has_lost_and_doubled_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    twin = Twin(tmp_path)
    (tmp_path / "office.toml").write_text(OFFICE, "utf-8")
    twin.drop(rows(), TUESDAY)
    with served(tmp_path, TUESDAY) as desk, seated(browser, desk) as seat:
        seat.page.wait_for_url("**/today")
        seat.page.get_by_role("button", name="Susun rencana hari ini").click()
        seat.page.wait_for_selector("#work")
        desk.kill()
        seat.faults.clear()
        seat.page.goto("about:blank")
        seat.faults.clear()
    with served(tmp_path, TUESDAY) as desk, seated(browser, desk) as seat:
        seat.page.wait_for_url("**/today")
        if seat.page.get_by_role("button", name="Susun rencana hari ini").count():
            seat.press("Susun rencana hari ini")
            seat.page.wait_for_url("**/today", timeout=120_000)
        assert seat.page.locator("table.sheets tbody tr").count() == 2
    assert kinds(tmp_path).count("plan") == 1
    assert len([*tmp_path.glob("plans/*/plan.csv")]) == 1
    assert not [*tmp_path.glob("plans/.plan-*")]


def test_who_is_phoned_is_known_and_changes_no_plan(
    browser: Browser, tmp_path: Path
) -> None:
    twin = Twin(tmp_path)
    (tmp_path / "office.toml").write_text(OFFICE, "utf-8")
    twin.drop(rows(), TUESDAY)
    twin.plan(TUESDAY, days=10)
    plan = pl.read_csv(tmp_path / "plans" / str(TUESDAY) / "plan.csv")
    later = plan.filter(pl.col("day") > str(THURSDAY))["application_id"].head(3)
    told = pl.DataFrame({"application_id": later, "promised_on": ["2017-09-12"] * 3})
    recording.record_told(twin.office(), told, signed(TUESDAY))
    down = Down("printer-1", TUESDAY, THURSDAY, 0)
    recording.record_outage(twin.office(), down, signed(TUESDAY))
    rest(twin.office(), on=TUESDAY, by="Maria", report=False)
    waiting = overview(twin.office(), TUESDAY).slipped.height
    assert waiting
    with served(tmp_path, TUESDAY) as desk, seated(browser, desk) as seat:
        page = seat.page
        page.wait_for_url("**/today")
        seat.press("Lihat daftarnya")
        assert "0812" in page.locator("main").inner_text()  # as the export has it
        boxes = page.locator("input[name=who]")
        assert boxes.count() == waiting
        boxes.first.check()
        seat.press("Sudah diberi tahu")
        page.wait_for_load_state()
        assert page.locator("input[name=who]").count() == waiting - 1
    now = overview(twin.office(), TUESDAY)
    assert now.slipped.height == waiting - 1
    assert not now.came_since


def test_headings_that_are_not_known_are_chosen_once(
    browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "office.toml").write_text(OFFICE, "utf-8")
    foreign = rows().replace(b"application_id,waiting_since", b"NO_REG,TGL_REKAM")
    with served(tmp_path, TUESDAY) as desk, seated(browser, desk) as seat:
        page, hands = seat.page, Hands(seat)
        page.wait_for_url("**/today")
        hands.drop("e.csv", foreign)
        hands.press("Simpan ekspor")
        assert page.get_by_role("button", name="Susun rencana hari ini").count() == 0
        hands.press("Pilih arti judul kolomnya")
        page.select_option("select >> nth=0", "application_id")
        page.select_option("select >> nth=1", "waiting_since")
        with page.expect_navigation():
            page.locator("main button.first").click()
        assert page.get_by_role("button", name="Susun rencana hari ini").count() == 1
        assert "60 direncanakan" in hands.says()
    assert "NO_REG" in (tmp_path / "office.toml").read_text("utf-8")


def test_an_export_is_kept_once(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text(OFFICE, "utf-8")
    office = open_office(tmp_path)
    one, other = tmp_path / "a..CSV", tmp_path / "b.csv"
    one.write_bytes(rows())
    other.write_bytes(rows(more=1))
    first = keep_export(office, one, TUESDAY)
    second = keep_export(office, other, TUESDAY)
    assert first != second
    assert keep_export(office, one, WEDNESDAY) == first  # and it is the newest again
    assert first.stat().st_mtime_ns > second.stat().st_mtime_ns
    assert len([*(tmp_path / "exports").iterdir()]) == 2
    for name, raw in (("a.exe", b"x"), ("a.csv", b"")):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(UsageError):
            keep_export(office, tmp_path / name, TUESDAY)
