"""What holds of the whole desk: on every page, killed at any time, by two clerks."""

from __future__ import annotations

import contextlib
import threading
import time
from datetime import date
from typing import TYPE_CHECKING

import pytest
from desk_client import office_text, seated, served

from ektp_sched.days import open_office
from ektp_sched.example import write_start
from ektp_sched.ledger import breaks
from ektp_sched.ledger.state import state_of
from ektp_sched.morning import today

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAY, NEXT = date(2017, 9, 12), date(2017, 9, 13)
MARKUP = "<img src=x onerror=\"document.title='x'\">"
NAMES = (
    MARKUP,
    "=1+1|cmd",
    "../../etc/passwd",
    "a\u202eb\u0007c",
    "'\"><script>document.title='x'</script>",
    "{{ visit.session.token }}",
)
NAME = "Kantor " + MARKUP.replace('"', "'")
OFFICE = office_text(NAME, 20, 20, server=40)


def office_in(folder: Path) -> Path:
    """Make an office with hostile names, whose day is planned."""
    folder.mkdir()
    (folder / "office.toml").write_text(OFFICE, "utf-8")
    (folder / "exports").mkdir()
    lines = ["application_id,waiting_since,nama,keterangan"]
    for number in range(80):
        name = NAMES[number % len(NAMES)].replace('"', '""')
        lines.append(f'A{number:03},2017-0{1 + number % 8}-11,"{name}","{name}"')
    (folder / "exports/a.csv").write_text("\n".join(lines), "utf-8")
    today(open_office(folder), on=DAY, by="Maria", days=5, report=False)
    return folder


def test_a_desk_killed_while_it_records_has_lost_and_doubled_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    """Whatever moment it dies at, the day is recorded once or not at all."""
    folder = office_in(tmp_path / "office")
    for delay in (0.0, 0.02, 0.06, 0.15, 0.4):
        with served(folder, NEXT) as desk, seated(browser, desk) as seat:
            seat.page.wait_for_url("**/today")
            everything = seat.page.locator("form[action='/today/all'] button")
            if everything.count():
                killer = threading.Timer(delay, desk.kill)
                killer.start()
                with contextlib.suppress(Exception):  # the desk is dead
                    everything.first.click(timeout=2_000)
                killer.join()
                time.sleep(0.1)
            with contextlib.suppress(Exception):  # the browser's page of its error
                seat.page.goto("about:blank")
            seat.page.goto("about:blank")
            seat.faults.clear()
        with open_office(folder).ledger.reading() as reader:
            assert [*breaks(reader.connection)] == []
            acts = [act for act in reader.acts() if act.kind == "prints"]
            results = state_of(reader).results
        assert len(acts) <= 1
        assert results.height in (0, 40)
    with served(folder, NEXT) as desk, seated(browser, desk) as seat:
        everything = seat.page.locator("form[action='/today/all'] button")
        if everything.count():
            everything.first.click()
            seat.page.wait_for_load_state()
    with open_office(folder).ledger.reading() as reader:
        results = state_of(reader).results
    assert results["result"].to_list() == ["printed"] * 40
    assert results["person"].n_unique() == 40


def test_two_desks_on_one_ledger_never_lose_each_others_work(
    browser: Browser,
    tmp_path: Path,
    database: sa.URL,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = database.render_as_string(hide_password=False)
    monkeypatch.setenv("EKTP_LEDGER", url)
    folder = office_in(tmp_path / "office")
    with (
        served(folder, DAY) as first,
        served(folder, DAY) as second,
        seated(browser, first, "Maria") as maria,
        seated(browser, second, "Sri") as sri,
    ):
        for seat in (maria, sri):
            seat.go("/today")
            seat.page.locator("main a", has_text="Catat hasil").first.click()
            seat.page.wait_for_load_state()
        choice = "input[type=radio][value=printed], input[type=radio][value=spoilt]"
        for seat, value in ((maria, "printed"), (sri, "spoilt")):
            assert seat.page.locator(choice).count() > 2
            seat.page.locator(f"input[type=radio][value={value}]").first.check()
            seat.page.locator("main form button.first").first.click()
            seat.page.wait_for_load_state()
        assert sri.page.locator("tr.changed").count() == 20
        with open_office(folder).ledger.reading() as reader:
            results = state_of(reader).results
            assert results["result"].to_list() == ["printed"] * 20
            assert [act.by for act in reader.acts("prints")] == ["Maria"]
            assert [*breaks(reader.connection)] == []
    assert not (folder / "ledger.db").exists()


def test_a_plan_is_cancelled_and_made_again(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "office"
    write_start(folder, example="kupang", language="id")
    with served(folder, DAY) as desk, seated(browser, desk) as seat:
        seat.page.wait_for_url("**/today")
        seat.page.locator("button", has_text="Susun rencana").first.click()
        seat.page.wait_for_selector("#work")
        seat.press("Batalkan")
        seat.page.wait_for_selector("#work", state="detached")
        assert not [*folder.glob("plans/*/plan.csv")]
        assert seat.page.locator("main .button").count() == 1
        seat.page.locator("main .button").click()
        seat.page.wait_for_url("**/today")
        seat.page.locator("button", has_text="Susun rencana").first.click()
        seat.settled()
        seat.page.wait_for_url("**/today")
        assert len([*folder.glob("plans/*/plan.csv")]) == 1
