"""People at the desk: found while typing, told of, recorded once."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
from desk_client import LAPTOP, NUMBERED, PHONE, office_text, seated, served

from ektp_sched.backlog.identity import make_key
from ektp_sched.counter import find
from ektp_sched.days import open_office
from ektp_sched.days.signature import Signature
from ektp_sched.ledger import NewAct
from ektp_sched.morning import today
from ektp_sched.telling import recording

if TYPE_CHECKING:
    from pathlib import Path

    from desk_client import Seat
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAY = date(2017, 9, 12)
OFFICE = office_text("Kantor Contoh", 4, server=4, more=NUMBERED, urgent=True)
PLAIN = ("Ani Lette", "Budi Nope", "Maria Bria", "Maria Tse", "Yosef Nalle")
HOSTILE = (
    "<img src=x onerror=alert(1)>Markup",
    '=HYPERLINK("http://evil.example","Formula")',
    "Kendali\u001b[31m\u202eAsing",
    "../../etc/passwd </title><script>alert(2)</script>",
)
NIKS = [f"99000000000{n:04d}1" for n in range(len(PLAIN) + len(HOSTILE))]
PEOPLE = dict(zip((*PLAIN, *HOSTILE), NIKS, strict=True))


def _export(people: dict[str, str]) -> str:
    rows = [
        f'"{name.replace(chr(34), chr(34) * 2)}",{nik},2017-07-{at:02d},"<i>Alak</i>"'
        for at, (name, nik) in enumerate(people.items(), 1)
    ]
    return "\n".join(["NAMA,NIK,TGL_REKAM,KECAMATAN", *rows, ""])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with a plan: four of nine people on each day's sheet."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "exports").mkdir()
    (folder / "office.toml").write_text(OFFICE, "utf-8")
    make_key(folder / "identity.key")
    (folder / "exports/one.csv").write_text(_export(PEOPLE), "utf-8")
    today(open_office(folder), on=DAY, by="Maria", report=False)
    return folder


def _found(seat: Seat, name: str) -> None:
    """Find somebody by what is typed, with nothing but keys."""
    seat.go("/people")
    seat.page.wait_for_selector("#asked:focus")
    seat.page.keyboard.type(name)
    seat.page.keyboard.press("Enter")
    seat.page.wait_for_selector("#person:focus")  # where the address leads


def _says_nothing(seat: Seat) -> None:
    """No address and no title says who is asked for, and all fits."""
    seat.assert_fits()
    beside = seat.page.url + seat.page.title()
    for name, nik in PEOPLE.items():
        assert nik not in beside
        assert name.split()[0] not in beside.replace("Kantor Contoh", "")


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_queue_at_the_counter(folder: Path, browser: Browser, language: str) -> None:
    with (
        served(folder, DAY) as desk,
        seated(browser, desk, "Sri", language=language) as seat,
    ):
        asked: list[str] = []
        seat.page.on("request", lambda request: asked.append(request.url))
        for width in (LAPTOP, PHONE):
            seat.page.set_viewport_size({"width": width, "height": 760})
            seat.go("/people")
            _says_nothing(seat)
            seat.page.wait_for_selector("#asked:focus")
            seat.page.keyboard.type("maria")
            seat.page.wait_for_selector(".matches li:nth-child(2)")
            _says_nothing(seat)
            seat.page.keyboard.press("Enter")
            seat.page.wait_for_url("**/people/found/*")
            assert seat.page.locator(".matches a").count() == 2
            _says_nothing(seat)
            seat.page.reload()
            seat.page.wait_for_selector("#asked:focus")
            seat.page.locator(".matches a").first.press("Enter")
            seat.page.wait_for_selector("#person")
            assert "Maria Bria" in seat.page.locator("h1").inner_text()
            _says_nothing(seat)
            seat.page.keyboard.press("/")
            seat.page.keyboard.type("tidak ada namanya")
            seat.page.keyboard.press("Enter")
            seat.page.wait_for_url("**/people/found/*")
            seat.page.wait_for_selector("#asked:focus")
            _says_nothing(seat)
            for whom in (NIKS[0], find(folder, "Ani Lette").people[0].queue_number):
                _found(seat, whom or "")
                assert seat.page.locator("h1").inner_text() == "Ani Lette"
                assert NIKS[0] not in seat.page.content()
            seat.page.locator("#why a").press("Enter")
            seat.page.wait_for_url("**/why#why")
            assert seat.page.locator("#why p").count() > 2
            seat.page.locator("summary").evaluate_all("s => s.map(e => e.click())")
            _says_nothing(seat)
        assert not [url for url in asked if any(nik in url for nik in NIKS)]
        seat.go("/people/another-key")
        assert seat.page.url == f"{desk.root}/people"
        assert seat.page.locator(".told.bad").count() == 1


def test_names_from_an_export_are_text(folder: Path, browser: Browser) -> None:
    with served(folder, DAY) as desk, seated(browser, desk) as seat:
        for name in HOSTILE:
            number = find(folder, PEOPLE[name]).people[0].queue_number or ""
            seat.go("/people")
            seat.page.wait_for_selector("#asked:focus")
            words = re.findall(r"[A-Z][a-z]{4,}|passwd", name)
            seat.page.locator("#asked").press_sequentially(words[-1])
            seat.page.wait_for_selector(".matches")
            shown = seat.page.locator(".matches").inner_text()
            _found(seat, number)
            shown += seat.page.locator("h1").inner_text()
            assert shown.count(name.split("\u001b")[0].split()[0]) >= 2
            assert "\u001b" not in seat.page.content()
            assert "<i>Alak</i>" in seat.page.locator("#person").inner_text()
            assert seat.page.locator("#person img, #person i, main script").count() == 0
            _says_nothing(seat)


def test_what_is_recorded_of_a_person(folder: Path, browser: Browser) -> None:
    with served(folder, DAY) as desk, seated(browser, desk, "Sri") as seat:
        page = seat.page
        _found(seat, "Yosef")
        page.locator("summary").first.press("Enter")
        page.select_option("#urgency", "emergency")
        page.fill("#due_on", "soon")
        page.fill("#priority-reason", "anaknya sakit")
        page.fill("#priority-approved", "sri")
        page.locator("details button").first.press("Enter")
        page.wait_for_selector(".warning")  # no date
        assert page.input_value("#priority-reason") == "anaknya sakit"
        _says_nothing(seat)
        page.fill("#due_on", "20 September 2017")
        page.locator("details button").first.press("Enter")
        page.wait_for_selector(".warning")  # no second name
        page.fill("#priority-approved", "Kadis")
        page.locator("details button").first.press("Enter")
        page.wait_for_selector(".told.done")
        history = page.locator(".history li").first.inner_text()
        for word in ("Sri", "Kadis", "anaknya sakit", "emergency"):
            assert word in history
        _says_nothing(seat)
        _found(seat, "Ani Lette")
        page.locator("#person form button").first.press("Enter")
        page.wait_for_selector(".told.done")
        assert "12 September 2017" in page.locator(".answer p").last.inner_text()
        page.locator("summary").first.press("Enter")
        page.fill("#reprint-reason", "hilang")
        page.fill("#reprint-approved", "Kadis")
        page.locator("details button").first.press("Enter")
        page.wait_for_selector(".told.done")
        _says_nothing(seat)
    with open_office(folder).ledger.reading() as reader:
        kinds = [act.kind for act in reader.acts()]
    assert kinds[-3:] == ["priority", "handed", "reprint"]


def test_what_an_export_changed_is_accepted(folder: Path, browser: Browser) -> None:
    person = find(folder, PEOPLE["Maria Tse"]).people[0].id
    with open_office(folder).ledger.writing() as writer:
        row = {
            "person": writer.refs_of(pl.Series([person])),
            "field": ["waiting_since"],
            "export": ["2017-06-01"],
            "used": ["2017-07-04"],
        }
        (before,) = writer.acts("import")
        act = NewAct(kind="import", day=DAY, by="Maria", detail=before.detail)
        writer.append(act, {"withheld": pl.DataFrame(row)}, confirmed=True)
    with served(folder, DAY) as desk, seated(browser, desk, "Sri") as seat:
        _found(seat, "Maria Tse")
        seat.page.locator("summary").first.press("Enter")
        seat.page.fill("#accept-reason", "salah ketik di pusat")
        seat.page.fill("#accept-approved", "Kadis")
        _says_nothing(seat)
        seat.page.locator("details button").first.press("Enter")
        seat.page.wait_for_selector(".told.done")
        assert "1 Juni 2017" in seat.page.locator(".answer").inner_text()
        assert seat.page.locator("#accept-reason").count() == 0


def test_two_clerks_hand_over_the_same_card(folder: Path, browser: Browser) -> None:
    with served(folder, DAY) as desk, seated(browser, desk, "Sri") as seat:
        _found(seat, "Budi")
        person = find(folder, PEOPLE["Budi Nope"]).people[0].id
        other = Signature.of("Yanti", DAY)
        recording.record_handed_over(open_office(folder), [person], other)
        with open_office(folder).ledger.reading() as reader:
            number = reader.number
        seat.page.locator("#person form button").first.press("Enter")
        seat.page.wait_for_selector(".told.bad")
        assert "Yanti" in seat.page.locator(".told.bad").inner_text()
        _says_nothing(seat)
        with open_office(folder).ledger.reading() as reader:
            assert reader.number == number
        assert seat.page.locator("[action$='/hand-over']").count() == 0


def test_all_is_done_without_a_script(folder: Path, browser: Browser) -> None:
    with (
        served(folder, DAY) as desk,
        seated(browser, desk, javascript=False, width=PHONE) as seat,
    ):
        seat.go("/people")
        seat.page.fill("#asked", "maria")
        seat.page.press("#asked", "Enter")
        seat.page.wait_for_url("**/people/found/*")
        seat.page.locator(".matches a").last.press("Enter")
        seat.page.wait_for_selector("#person")
        seat.page.wait_for_load_state()  # a key before the page is drawn is lost
        seat.page.locator("#person form button").first.press("Enter")
        seat.page.wait_for_selector(".told.done")


def test_an_office_without_a_plan_says_what_to_do_first(
    tmp_path: Path, browser: Browser
) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "office.toml").write_text(OFFICE, "utf-8")
    make_key(tmp_path / "identity.key")
    with served(tmp_path, DAY) as desk, seated(browser, desk) as seat:
        seat.go("/people")
        assert seat.page.locator("main a[href='/today']").count() == 1
        (tmp_path / "exports/one.csv").write_text(_export(PEOPLE), "utf-8")
        _found(seat, "Yosef")
        assert seat.page.locator(".answer p").count() == 1
        assert seat.page.locator("#person form").count() == 0
        _says_nothing(seat)
