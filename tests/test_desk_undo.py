"""Acts taken back at the desk: shown first, said why, and never twice."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from desk_client import LAPTOP, PHONE, Seat, office_text, seated, served

from ektp_sched.days import open_office
from ektp_sched.days.signature import Signature
from ektp_sched.days.supplies import Down
from ektp_sched.ledger.state import state_of
from ektp_sched.morning import today
from ektp_sched.telling import recording
from ektp_sched.telling.undoing import acts_of_day, foretold

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from ektp_sched.ledger import Act

DAY, NEXT = date(2017, 9, 12), date(2017, 9, 13)
STOCK = "[cards.KTP-el]\nstock = 100\ndefault = true\n"
OFFICE = office_text("Kantor Uji", 3, server=6, more=STOCK)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An office whose day is planned; then all was printed, and blanks were counted."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "office.toml").write_text(OFFICE, "utf-8")
    rows = [f"A{n:02},2017-07-{n:02},Warga {n}" for n in range(1, 10)]
    text = "\n".join(["application_id,waiting_since,nama", *rows, ""])
    (tmp_path / "exports/one.csv").write_text(text, "utf-8")
    today(open_office(tmp_path), on=DAY, by="Maria", report=False)
    recording.record_all(open_office(tmp_path), [], signed())
    recording.record_counts(open_office(tmp_path), {"KTP-el": 40}, signed())
    return tmp_path


def signed(by: str = "Sri", **more: str) -> Signature:
    return Signature.of(by, DAY, **more)


def last(folder: Path, kind: str) -> Act:
    with open_office(folder).ledger.reading() as reader:
        return reader.acts(kind, live=False)[-1]


def printed(folder: Path) -> int:
    with open_office(folder).ledger.reading() as reader:
        return state_of(reader).results.height


def looked_at(seat: Seat, *, javascript: bool = True) -> None:
    for width in (PHONE, LAPTOP):
        seat.page.set_viewport_size({"width": width, "height": 760})
        seat.assert_fits()
    if javascript:
        seat.assert_accessible()


def refusals(seat: Seat) -> None:
    """Let the console tell of pages with a status of their own."""
    assert [fault for fault in seat.faults if "status of 4" not in fault] == []
    seat.faults.clear()


def test_what_is_undone_is_told_before(folder: Path) -> None:
    office, act = open_office(folder), last(folder, "prints")
    down = Down("printer-1", NEXT, None, 0)
    recording.record_outage(office, down, signed())
    told = foretold(office, act.number)
    assert "3" in str(told.what[0])
    assert len(told.what) == 1
    assert (told.meant.again, told.meant.needs_second) == (False, False)
    (of_outage,) = foretold(office, last(folder, "outage").number).what
    assert of_outage == recording.outage_sentence(down)
    (of_count,) = foretold(office, last(folder, "count").number).what
    assert "40" in str(of_count)
    kinds = [each.kind for each in acts_of_day(office, DAY, 9)]
    assert kinds[:3] == ["outage", "count", "prints"]
    recording.undo(office, act.number, signed(reason="misclick"))
    again = foretold(office, last(folder, "undo").number)
    assert (again.meant.again, again.what) == (True, told.what)
    undone_by = foretold(office, act.number).meant.undone_by
    assert undone_by is not None
    assert undone_by.number == again.meant.act.number


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("javascript", [True, False])
def test_an_act_is_undone_and_taken_up_again(
    folder: Path, browser: Browser, javascript: bool
) -> None:
    act = last(folder, "prints")
    with (
        served(folder, DAY) as desk,
        seated(browser, desk, "Sri", javascript=javascript) as seat,
    ):
        seat.go("/today")
        looked_at(seat, javascript=javascript)
        seat.page.locator(f"a[href^='/acts/{act.number}/undo']").click()
        seat.page.wait_for_selector("#reason")
        looked_at(seat, javascript=javascript)
        assert printed(folder) == 3  # a page that is looked at changes nothing
        assert "3" in seat.page.locator(".answer").inner_text()
        assert seat.page.locator("#approved").count() == 0
        seat.page.fill("#reason", "salah catat")
        seat.page.locator("main button.first").click()
        seat.page.wait_for_selector(".told.done")
        assert seat.page.url.endswith("/today")
        assert printed(folder) == 0
        undone = last(folder, "undo")
        assert (undone.undoes, undone.by, undone.reason) == (
            *(act.number, "Sri", "misclick"),
        )
        # The history says so, and the undoing is taken back from there.
        seat.go("/council/history")
        looked_at(seat, javascript=javascript)
        assert seat.page.locator(f"a[href='/acts/{act.number}/undo']").count() == 0
        seat.page.locator(f"a[href='/acts/{undone.number}/undo']").click()
        seat.page.wait_for_selector("#reason")
        looked_at(seat, javascript=javascript)
        seat.page.fill("#reason", "tadi benar")
        seat.page.locator("main button.first").click()
        seat.page.wait_for_selector(".told.done")
        assert seat.page.url.endswith("/council/history")
        assert printed(folder) == 3


@pytest.mark.browser
@pytest.mark.slow
def test_a_plan_that_rests_on_it_asks_for_a_second_name(
    folder: Path, browser: Browser
) -> None:
    act = last(folder, "prints")
    with served(folder, DAY) as desk, seated(browser, desk, "Sri") as seat:
        seat.go("/people")
        seat.page.fill("#asked", "A01")
        seat.page.press("#asked", "Enter")
        seat.page.wait_for_selector("#person")
        person = seat.page.url.partition("#")[0]
        seat.page.locator(f".history a[href^='/acts/{act.number}/undo']").click()
        seat.page.wait_for_selector("#reason")
        # Meanwhile the next day is planned by somebody else.
        today(open_office(folder), on=NEXT, by="Maria", report=False)
        seat.page.fill("#reason", "salah catat")
        seat.page.locator("main button.first").click()
        seat.page.wait_for_selector(".told.bad")
        assert "Maria" in seat.page.locator(".told.bad").inner_text()
        assert printed(folder) == 3
        looked_at(seat)
        assert seat.page.input_value("#reason") == "salah catat"
        seat.page.fill("#approved", "sri")
        seat.page.locator("main button.first").click()
        seat.page.wait_for_selector(".warning")  # that is no second person
        looked_at(seat)
        seat.page.fill("#approved", "Kadis")
        seat.page.locator("main button.first").click()
        seat.page.wait_for_selector(".told.done")
        assert seat.page.url == person
        assert last(folder, "undo").approved_by == "Kadis"
        assert seat.page.locator(".history .undone").count() == 1
        refusals(seat)


@pytest.mark.browser
@pytest.mark.slow
def test_what_was_undone_already_says_so(folder: Path, browser: Browser) -> None:
    act = last(folder, "count")
    with served(folder, DAY) as desk, seated(browser, desk, "Sri") as seat:
        seat.go(f"/acts/{act.number}/undo?back=//evil.example")
        recording.undo(open_office(folder), act.number, signed("Yanti", reason="x"))
        number = last(folder, "undo").number
        seat.page.fill("#reason", "salah hitung")
        seat.page.locator("main button.first").click()
        seat.page.wait_for_selector(".warning")
        assert "Yanti" in seat.page.locator(".warning").inner_text()
        assert last(folder, "undo").number == number
        assert seat.page.locator("main form").count() == 0
        looked_at(seat)
        assert seat.page.locator("a[href*=evil]").count() == 0
        # What nothing takes back, and what there is not, is said in a sentence.
        for other in (last(folder, "plan").number, 10**30, 0):
            seat.go(f"/acts/{other}/undo")
            assert seat.page.locator("main form").count() == 0
            assert str(other) in seat.page.inner_text("main")
        refusals(seat)
