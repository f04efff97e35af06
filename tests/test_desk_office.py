"""The office in the browser: made on the first day, changed as a form, never lost."""

from __future__ import annotations

import http.client
import shutil
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

import pytest
from desk_client import PHONE, seated, served
from examples import example

from ektp_sched import read_backlog
from ektp_sched.days import open_office
from ektp_sched.desk.first import PAGES as FIRST
from ektp_sched.errors import BacklogError
from ektp_sched.example.answers import Answers
from ektp_sched.example.folder import small_office, write_start
from ektp_sched.office import Office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from desk_client import Seat, Served
    from playwright.sync_api import Browser

CHECK, SAVE = "Periksa dan tampilkan perubahan", "Simpan"
OPEN = "document.querySelectorAll('details').forEach(each => { each.open = true })"
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Served]:
    shutil.copy(example("kupang") / "office.toml", tmp_path / "office.toml")
    with served(tmp_path, "2017-09-12") as started:
        yield started


def fill(seat: Seat, **values: str) -> None:
    seat.page.evaluate(OPEN)
    for name, value in values.items():
        seat.page.fill(f"[name='{name.replace('__', '.')}']", value)


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_small_office_says_what_was_answered(tmp_path: Path, language: str) -> None:
    answers = Answers("Kantor B", 3, 120, ("mon", "sat"), None, 9_000)
    path = tmp_path / "office.toml"
    path.write_text(small_office(language, answers), encoding="utf-8")
    office = Office.load(path)
    assert (office.name, office.calendar.workdays) == ("Kantor B", ("mon", "sat"))
    assert [p.cards_per_day for p in office.printers] == [120, 120, 120]
    assert [s.cards_per_day for s in office.servers] == [360]
    assert office.cards["KTP-el"].stock == 9_000
    assert path.read_text("utf-8").count("#") > 20
    write_start(tmp_path / "xlsx", office_format="xlsx", answers=answers)
    assert Office.load(tmp_path / "xlsx" / "office.xlsx").name == "Kantor B"
    assert all(page.is_open for page in FIRST)


@pytest.mark.browser
@pytest.mark.parametrize("width", [PHONE, 1366])
def test_an_empty_folder_becomes_an_office_by_five_answers(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    with (
        served(tmp_path, "2017-09-12") as desk,
        seated(browser, desk, width=width, javascript=width == PHONE) as seat,
    ):
        page = seat.page
        assert page.url.endswith("/first")
        page.fill("#printers", "2")
        page.fill("#cards", "banyak")
        page.fill("#server", "2OO")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]")
        seat.assert_fits()
        wrong = page.locator("[aria-invalid=true]")
        assert [each.get_attribute("id") for each in wrong.all()] == [
            *("name", "cards", "server")
        ]
        assert not (tmp_path / "office.toml").exists()
        page.fill("#name", MARKUP)
        page.fill("#cards", "1.200")
        page.fill("#server", "")
        page.fill("#blanks", "9000")
        page.keyboard.press("Enter")
        page.wait_for_url("**/who")
        office = Office.load(tmp_path / "office.toml")
        assert office.name == MARKUP
        assert [p.cards_per_day for p in office.printers] == [1_200, 1_200]
        assert (tmp_path / "identity.key").exists()
        seat.go("/first")
        assert not page.url.endswith("/first")
        assert page.locator("img").count() == 0


EXPORT = (
    "NIK;NAMA LENGKAP;TGL REKAM;KECAMATAN;<b>KET</b>\n"
    "5371010101900001;Contoh Satu;01-09-2017;Alak;PRR\n"
    "5371010101900002;Contoh Dua;02-09-2017;Oebobo;PRR\n"
)


@pytest.mark.browser
def test_headings_are_given_a_meaning_by_choosing_once(
    browser: Browser, tmp_path: Path
) -> None:
    write_start(tmp_path)
    (tmp_path / "exports" / "ekspor.csv").write_text(EXPORT, encoding="utf-8")
    with pytest.raises(BacklogError):
        read_backlog(tmp_path / "exports" / "ekspor.csv", tmp_path / "office.toml")
    with served(tmp_path, "2017-09-12") as desk, seated(browser, desk) as seat:
        page = seat.page
        seat.go("/headings")
        page.set_viewport_size({"width": PHONE, "height": 700})
        seat.assert_fits()
        chosen = [each.input_value() for each in page.locator("select").all()]
        assert chosen == ["nik", "name", "waiting_since", "area", ""]
        page.select_option("[name='column.4']", "area")
        seat.press("Simpan artinya")
        assert page.locator("[role=alert]").count() == 1
        page.select_option("[name='column.4']", "status")
        seat.press("Simpan artinya")
        assert page.url.endswith("/today")
    office = Office.load(tmp_path / "office.toml")
    assert office.columns == {
        "NAMA LENGKAP": "name",
        "TGL REKAM": "waiting_since",
        "KECAMATAN": "area",
        "<b>KET</b>": "status",
    }
    backlog = read_backlog(tmp_path / "exports" / "ekspor.csv", office)
    assert len(backlog.frame) == 2
    assert backlog.frame["waiting_since"].to_list() == [
        *(date(2017, 9, 1), date(2017, 9, 2))
    ]


@pytest.mark.browser
def test_every_field_is_within_reach(browser: Browser, desk: Served) -> None:
    with seated(browser, desk) as seat:
        seat.go("/office")
        for code in ("id", "en"):
            if code == "en":
                seat.press("English")
            assert len(seat.page.content()) < 150 * 1024
            for width in (PHONE, 1366):
                seat.page.set_viewport_size({"width": width, "height": 760})
                seat.assert_fits()
                seat.page.evaluate(OPEN)
                seat.assert_fits()


@pytest.mark.browser
def test_a_change_is_shown_then_saved_and_nothing_else_is_written(
    browser: Browser, desk: Served, tmp_path: Path
) -> None:
    path = tmp_path / "office.toml"
    before = path.read_text("utf-8")
    with seated(browser, desk, javascript=False) as seat:
        page = seat.page
        seat.go("/office")
        seat.press(CHECK)
        assert page.locator("#changes").count() == 0
        assert path.read_text("utf-8") == before
        page = seat.page
        seat.go("/office")
        for key in ("printers", "cards", "outages"):
            page.locator(f"#{key} > summary").click()
        page.fill("[name='printers.0.cards_per_day']", "x")
        page.fill("[name='deliveries.0.on']", "kapan?")
        page.locator("button[value='add outages']").click()
        assert page.url.endswith("#outages")
        page.select_option("[name='outages.1.resource']", "printer-2")
        page.fill("[name='outages.1.from']", "1/10/2017")
        page.fill("[name='outages.1.to']", "03-10-2017")
        seat.press(CHECK)
        wrong = page.locator("[aria-invalid=true]")
        assert {each.get_attribute("name") for each in wrong.all()} == {
            *("printers.0.cards_per_day", "deliveries.0.on")
        }
        assert all(each.is_visible() for each in wrong.all())
        assert page.locator("button[value=save]").count() == 0
        page.fill("[name='printers.0.cards_per_day']", "1.200")
        page.fill("[name='deliveries.0.on']", "24-10-2017")
        page.keyboard.press("Enter")
        page.wait_for_selector("#changes")
        assert page.locator("#changes tbody tr").count() == 3
        assert path.read_text("utf-8") == before
        # What was typed after it was shown is shown before it is saved.
        page.fill("[name='printers.1.cards_per_day']", "150")
        seat.press(SAVE)
        assert page.locator("#changes tbody tr").count() == 4
        assert path.read_text("utf-8") == before
        seat.press(SAVE)
        assert page.locator("[role=status]").count() == 1
    with open_office(tmp_path).ledger.reading() as reader:
        [act] = reader.acts("office")
    assert (act.by, act.day, len(act.detail["keys"])) == ("Maria", date(2017, 9, 12), 7)
    office = Office.load(path)
    assert [p.cards_per_day for p in office.printers][:2] == [1_200, 150]
    assert office.cards["KTP-el"].deliveries[0].on == date(2017, 10, 24)
    assert office.outages[1].to == date(2017, 10, 3)
    now = path.read_text("utf-8").splitlines()
    assert len(set(before.splitlines()) - set(now)) == 2


@pytest.mark.browser
def test_a_form_that_was_overtaken_loses_nothing(
    browser: Browser, desk: Served, tmp_path: Path
) -> None:
    path = tmp_path / "office.toml"
    with seated(browser, desk) as seat:
        page = seat.page
        seat.go("/office")
        fill(seat, printers__0__cards_per_day="190")
        seat.press(CHECK)
        text = path.read_text("utf-8").replace("stock = 9000", "stock = 8500")
        path.write_text(text, encoding="utf-8")
        seat.press(SAVE)
        assert path.read_text("utf-8") == text
        assert page.locator("[role=alert]").count() == 1
        told = page.locator("#changes").inner_text()
        assert [word for word in ("8.500", "9.000", "190") if word not in told] == []
        fill(seat, cards__0__stock="8.500")
        seat.press(CHECK)
        assert page.locator("#changes tbody tr").count() == 1
        seat.press(SAVE)
    office = Office.load(path)
    assert (office.printers[0].cards_per_day, office.cards["KTP-el"].stock) == (
        *(190, 8_500),
    )


@pytest.mark.browser
def test_hostile_texts_are_never_markup(
    browser: Browser, desk: Served, tmp_path: Path
) -> None:
    with seated(browser, desk) as seat:
        seat.go("/office")
        hostile = f"{MARKUP}\u202e\x07{{{{ 7*7 }}}}\"'></textarea>"
        names = ("office__name", "urgency__0__name", "areas__0__spellings")
        fill(seat, **dict.fromkeys((*names, "printers__0__from"), hostile))
        seat.press(CHECK)
        assert seat.page.locator("img").count() == 0
        assert seat.page.input_value("[name='office.name']").startswith(MARKUP)
        assert seat.page.locator("[aria-invalid=true]").count() >= 2
        path = tmp_path / "office.toml"
        name = 'Kantor "<script>alert(1)</script>" \u00e9 =1+1'
        fill(seat, **dict.fromkeys(names, name), printers__0__from="")
        seat.press(CHECK)
        seat.press(SAVE)
        assert Office.load(path).name == name
        assert seat.page.locator("script").count() == 1


@pytest.mark.browser
def test_nothing_is_changed_by_looking_or_without_the_token(
    browser: Browser, desk: Served, tmp_path: Path
) -> None:
    path = tmp_path / "office.toml"
    raw = path.read_bytes()
    with closing(http.client.HTTPConnection("127.0.0.1", desk.port)) as connection:
        connection.request("POST", "/office", "step=save&office.name=x")
        with connection.getresponse() as response:
            assert response.status in (401, 403)
    with seated(browser, desk) as seat:
        seat.go("/office?step=save&office.name=x")
        path.write_bytes(b"name = \n")
        seat.go("/office")
        assert seat.page.locator(".warning").count() == 1
        seat.faults.clear()  # the browser notes the refusal
        path.write_bytes(raw)
        seat.go("/office")
    assert path.read_bytes() == raw
