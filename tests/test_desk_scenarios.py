"""The page What if in a real browser: scenarios as forms, compared, and dates."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from desk_client import PHONE, Seat, office_text, seated, served

from ektp_sched.days import open_office
from ektp_sched.example import write_start
from ektp_sched.forms.changing import scenario_form
from ektp_sched.morning import today
from ektp_sched.office import Office
from ektp_sched.scenarios import load_scenarios

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DAY = "2017-09-12"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    folder = tmp_path / "kantor"
    write_start(folder, example="kupang", language="id")
    (folder / "scenarios.toml").unlink()
    return folder


def answer_first(seat: Seat) -> None:
    """Make the first scenarios, by keyboard alone."""
    seat.go("/whatif")
    assert seat.page.url.endswith("/whatif/first")
    seat.page.focus("#arrivals")
    answers = ("159", "650", "300.000.000", "1-11-2017", "15-1-2018", "30-4-2018")
    for text in answers:
        seat.page.keyboard.type(text)
        seat.page.keyboard.press("Tab")  # to whether it is a fact
        seat.page.keyboard.press("Tab")
    with seat.page.expect_navigation():
        seat.page.keyboard.press("Enter")


def test_first_scenarios_are_made_compared_and_changed(
    browser: Browser, office: Path
) -> None:
    with served(office, DAY) as desk, seated(browser, desk) as seat:
        answer_first(seat)
        known = load_scenarios(
            office / "scenarios.toml", Office.load(office / "office.toml")
        )
        assert len(known.scenarios) == 2
        assert known.arrivals is not None
        assert known.arrivals.per_working_day == 159
        # Of what nobody knows it is assumed that the servers of today stand by.
        marks = {each.key: each.kind for each in known.assumptions}
        standby = "scenarios.new-server.servers.server-new.replaces"
        assert marks[standby] == marks["arrivals.per_working_day"] == "assumed"
        for name, number in (("days", "40"), ("replications", "20")):
            field = seat.page.locator(f"input[name='compare.{name}']")
            field.evaluate("field => field.closest('details').open = true")
            field.fill(number)
        seat.press("Bandingkan")
        seat.settled()
        assert seat.page.locator(".verdict").count() == 1, seat.page.inner_text("main")
        seat.assert_fits()
        report = seat.page.locator("a[href^='/whatif/compared/']").first
        seat.go(report.get_attribute("href") or "")
        assert seat.page.locator("h1").count() == 1
        # A dearer server: shown first, then saved, and the page says what has changed.
        seat.go("/whatif/scenarios")
        price = seat.page.locator("input[value='300.000.000']")
        price.evaluate("field => field.closest('details').open = true")
        price.fill("450.000.000")
        seat.page.locator(".bottom button").click()
        seat.page.wait_for_selector("#changes")
        before = (office / "scenarios.toml").read_text("utf-8")
        assert "450" not in before
        seat.assert_accessible()
        seat.page.locator("button[value=save]").click()
        seat.page.wait_for_load_state()
        assert "450" in (office / "scenarios.toml").read_text("utf-8")
        seat.go("/whatif")
        assert "450.000.000" in seat.page.inner_text("main")


def test_a_form_that_was_overtaken_says_so(browser: Browser, office: Path) -> None:
    with (
        served(office, DAY) as desk,
        seated(browser, desk, width=PHONE, javascript=False) as seat,
    ):
        answer_first(seat)
        seat.go("/whatif/scenarios")
        path = office / "scenarios.toml"
        path.write_text(path.read_text("utf-8") + "\n# by hand\n", "utf-8")
        seat.page.locator(".bottom button").click()
        seat.page.wait_for_load_state()
        assert seat.page.locator("[role=alert]").count() == 1
        assert seat.page.locator("button[value=save]").count() == 0
        assert path.read_text("utf-8").endswith("# by hand\n")
        seat.assert_fits()


def test_what_is_no_answer_stands_beside_its_question(
    browser: Browser, office: Path
) -> None:
    with served(office, DAY) as desk, seated(browser, desk) as seat:
        seat.go("/whatif/first")
        texts = {
            "arrivals": "1,5 orang",
            "cards": "<b>x</b>",
            "cost": "-1",
            "earliest": "31-2-2018",
            "likely": "1-1-2018",
            "latest": "1-1-2017",
        }
        for name, text in texts.items():
            seat.page.fill(f"#{name}", text)
        seat.page.locator("main button.first").click()
        seat.page.wait_for_load_state()
        wrong = seat.page.locator("[aria-invalid=true]")
        names = {wrong.nth(at).get_attribute("id") for at in range(wrong.count())}
        assert names == {"arrivals", "cards", "cost", "earliest", "latest"}
        assert seat.page.input_value("#cards") == texts["cards"]
        assert not (office / "scenarios.toml").exists()


def test_who_came_is_offered_as_the_ledger_knows_it(
    browser: Browser, tmp_path: Path
) -> None:
    folder, export = tmp_path, tmp_path / "exports/one.csv"
    export.parent.mkdir()
    (folder / "office.toml").write_text(office_text("Kantor Uji", 9, server=9), "utf-8")
    rows = ["application_id,waiting_since"]
    for day, people in ((12, 20), (13, 27), (14, 32)):  # 7 came, then 5
        rows += [f"A{n:02},2017-08-01" for n in range(len(rows) - 1, people)]
        export.write_text("\n".join(rows), "utf-8")
        on = date(2017, 9, day)
        today(open_office(folder), on=on, by="Maria", open="plan", report=False)
    with served(folder, "2017-09-14") as desk, seated(browser, desk) as seat:
        seat.go("/whatif/first")
        assert seat.page.input_value("#arrivals") == "6"
        values = ("400", "0", "1-11-2017", "15-1-2018", "30-4-2018")
        for name, text in zip(FIELDS, values, strict=True):
            seat.page.fill(f"#{name}", text)
        seat.page.check("[name=standby][value=no]")
        seat.page.locator("main button.first").click()
        seat.page.wait_for_url("**/whatif")
    known = load_scenarios(
        folder / "scenarios.toml", Office.load(folder / "office.toml")
    )
    assert known.arrivals is not None
    assert known.arrivals.per_working_day == 6
    marks = {each.key: each for each in known.assumptions}
    assert marks["arrivals.per_working_day"].kind == "fact"
    assert not any(key.endswith(".replaces") for key in marks)


FIELDS = ("cards", "cost", "earliest", "likely", "latest")
WRONG = {
    "cost_idr = 300_000_000": "cost_idr = -5",
    "per_working_day = 159": 'per_working_day = "x"',
    "[held]": "[[held]]",
    'label = "Server baru"': "label = 3",
    'choose = "new-server"': 'choose = "nothing"',
    "[[scenarios.new-server.servers]]": "[scenarios.new-server.servers]",
    "\n[sources]": "\n[foo]",
}


@pytest.mark.parametrize("right", WRONG)
def test_scenarios_that_are_wrong_are_a_form_too(right: str, tmp_path: Path) -> None:
    folder = tmp_path / "kantor"
    write_start(folder, example="kupang", language="id")
    path, office = folder / "scenarios.toml", Office.load(folder / "office.toml")
    sound = path.read_text("utf-8")
    assert right in sound
    path.write_text(sound.replace(right, WRONG[right], 1), "utf-8")
    form = scenario_form(path, office, "id")
    shown = form.shown()
    beside = [fault for chapter in shown.chapters for fault in chapter.faults()]
    assert shown.wrong
    assert beside or shown.problems
    assert shown.content is None


def test_a_wrong_scenario_is_corrected_in_its_form(
    browser: Browser, tmp_path: Path
) -> None:
    folder = tmp_path / "kantor"
    write_start(folder, example="kupang", language="id")
    path = folder / "scenarios.toml"
    sound = path.read_text("utf-8")
    path.write_text(
        sound.replace("cost_idr = 300_000_000", "cost_idr = -5", 1), "utf-8"
    )
    with served(folder, DAY) as desk, seated(browser, desk) as seat:
        seat.go("/whatif")
        seat.press("Perbaiki skenario")
        wrong = seat.page.locator("input[aria-invalid=true]")
        assert wrong.count() == 1
        seat.assert_accessible()
        wrong.fill("300.000.000")
        seat.page.locator(".bottom button").click()
        seat.page.wait_for_selector("#changes")
        seat.page.locator("button[value=save]").click()
        seat.page.wait_for_load_state()
        seat.go("/whatif")
        assert seat.page.locator("main > .warning").count() == 0
    load_scenarios(path, Office.load(folder / "office.toml"))
