"""What if, clicked through: first scenarios, the verdict, needs, dates to tell."""

from __future__ import annotations

import http.client
import json
import re
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from cli_cases import HEADING, ROWS
from desk_client import LAPTOP, PHONE, office_text, seated, served

from ektp_sched.days import open_office
from ektp_sched.desk.questions import COMPARED, NEEDED, PROMISED, compare, newest_answer
from ektp_sched.forms.changing import scenario_form
from ektp_sched.forms.controls import sent_of
from ektp_sched.forms.marks import marked
from ektp_sched.ledger.state import state_of
from ektp_sched.morning import today
from ektp_sched.scenarios import load_scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from desk_client import Seat, Served
    from playwright.sync_api import Browser

    from ektp_sched.ledger.state import State

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAY = date(2017, 9, 12)
HOSTILE = "<b onload=alert(1)>=1+1 \u202e</b>"
VISITS = "[visits]\nevery_days = 30\ntrip_cost_idr = 50000\n"
NAME = "Kantor <b>uji</b>"
OFFICE = office_text(NAME, 40, server=1, more=VISITS, urgent=True)
SCENARIOS = f"""\
# a remark that stays
baseline = "now"
[arrivals]
per_working_day = 0.5   # beside its number
[scenarios.now]
label = "Sekarang"
[scenarios.new]
label = "{HOSTILE}"
cost_idr = 1_000_000
[[scenarios.new.servers]]
id = "server-new"
cards_per_day = {{ low = 3, likely = 4, high = 6 }}
from = 2017-09-20
[sources]
"arrivals.per_working_day" = "assumed: {HOSTILE}"
"scenarios.new.cost_idr" = "fact: anggaran"
"""


def office_folder(folder: Path, scenarios: str | None = SCENARIOS) -> Path:
    (folder / "exports").mkdir(parents=True)
    (folder / "office.toml").write_text(OFFICE, encoding="utf-8")
    (folder / "exports" / "backlog.csv").write_text("\n".join([HEADING, *ROWS, ""]))
    if scenarios is not None:
        text = scenarios.replace("\u202e", "")
        (folder / "scenarios.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return office_folder(tmp_path_factory.mktemp("whatif") / "office")


@pytest.fixture(scope="module")
def desk(folder: Path) -> Iterator[Served]:
    today(open_office(folder), on=DAY, by="Sri")
    with served(folder, DAY) as running:
        yield running


@pytest.fixture(scope="module")
def seat(browser: Browser, desk: Served) -> Iterator[Seat]:
    with seated(browser, desk) as sitting:
        yield sitting


@pytest.fixture(scope="module")
def compared(folder: Path, desk: Served) -> None:
    """Compare as the desk does, where no test has done so yet."""
    if newest_answer(folder, COMPARED) is not None:
        return
    order: dict[str, Any] = {
        "folder": str(folder),
        "ledger": None,
        "on": str(DAY),
        "lang": "id",
    }
    order |= {"arguments": {"days": 60, "replications": 20}}
    compare(order, lambda *_: None)


def assert_fine(seat: Seat) -> None:
    """Nothing is cut at either width, and nothing is markup."""
    for width in (PHONE, LAPTOP):
        seat.page.set_viewport_size({"width": width, "height": 760})
        seat.assert_fits()
    assert seat.page.locator("main b").count() == 0


def refused(seat: Seat, path: str) -> None:
    """No such answer is there, whatever lies in the folder."""
    seat.go(path)
    assert seat.page.locator("main h1").count() == 1
    assert seat.page.locator("pre").count() == 0
    assert [f for f in seat.faults if not f.endswith("(Not Found)")] == []
    seat.faults.clear()


def shorten(seat: Seat, verb: str, days: int, replications: int) -> None:
    details = seat.page.locator(f"form[action='/whatif/{verb}'] summary")
    details.focus()
    details.press("Enter")
    seat.page.fill(f"[id='{verb}.days']", str(days))
    seat.page.fill(f"[id='{verb}.replications']", str(replications))


def test_the_verdict_stands_first_and_leads_to_the_whole_report(
    seat: Seat, folder: Path
) -> None:
    seat.go("/whatif")
    assert_fine(seat)
    shorten(seat, "compare", 0, 20)
    seat.page.keyboard.press("Enter")
    seat.page.wait_for_selector("[role=alert]")
    assert seat.page.locator("[role=alert]").count() == 1  # no day is no comparison
    assert seat.page.input_value("[id='compare.replications']") == "20"
    seat.page.fill("[id='compare.days']", "60")
    seat.press("Bandingkan")
    seat.settled()
    comparison = json.loads(
        (folder / "compared/2017-09-12/comparison.json").read_text()
    )
    # The sheets of the day are made: who stands on them waits no longer.
    state = state_of_folder(folder)
    assert comparison["start"] == "2017-09-13"
    assert comparison["people"]["initial"] == len(ROWS) - state.standing(DAY).height
    assert seat.page.locator("h1 ~ section #verdict").count() == 1
    assert seat.page.locator(".card").count() == len(comparison["scenarios"]) + 1
    assert HOSTILE.partition(" \u202e")[0] in seat.page.inner_text("main")
    assert_fine(seat)
    seat.go("/whatif/compared/2017-09-12")
    assert seat.page.locator("h1").count() == 1
    paper = "getComputedStyle(document.querySelector('.card')).borderLeftWidth"
    assert seat.page.evaluate(paper) == "5px"  # its own style holds
    seat.assert_accessible()
    refused(seat, "/whatif/compared/2017-09-01")


def state_of_folder(folder: Path) -> State:
    with open_office(folder).ledger.reading() as reader:
        return state_of(reader)


def test_a_report_may_look_as_it_does_and_nothing_else(
    seat: Seat, desk: Served, compared: None
) -> None:
    cookies = seat.page.context.cookies()
    cookie = "; ".join(f"{c['name']}={c['value']}" for c in cookies)
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=20)
    with closing(connection):
        headers = {"Host": f"127.0.0.1:{desk.port}", "Cookie": cookie}
        connection.request("GET", "/whatif/compared/2017-09-12", headers=headers)
        answer = connection.getresponse()
        policy = answer.headers["content-security-policy"]
        html = answer.read().decode()
    assert "script" not in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    styles = re.findall(r"style-src '(sha256-[^']+)'", policy)
    assert styles
    assert styles[0] in html  # as the page itself says


def test_what_is_needed_is_said_in_sentences(seat: Seat, folder: Path) -> None:
    seat.go("/whatif")
    shorten(seat, "need", 60, 9)
    seat.page.fill("[id='need.by']", "yesterday")
    seat.press("Hitung kebutuhan")
    assert seat.page.locator("[role=alert]").count() == 1
    assert seat.page.input_value("[id='need.by']") == "yesterday"
    seat.page.fill("[id='need.by']", "29 September 2017")
    seat.press("Hitung kebutuhan")
    seat.settled()
    assert newest_answer(folder, NEEDED) == DAY, seat.page.inner_text("main")
    found = json.loads((folder / "needed/2017-09-12/need.json").read_text())
    assert found["by"] == "2017-09-29"
    said = seat.page.inner_text("section[aria-labelledby=need] .told")
    assert str(found["cards_per_day"]) in said
    assert_fine(seat)


def test_dates_are_found_printed_and_recorded_as_told(seat: Seat, folder: Path) -> None:
    seat.go("/whatif")
    shorten(seat, "promise", 60, 20)
    seat.press("Buat tanggal dan poster")
    seat.settled()
    assert newest_answer(folder, PROMISED) == DAY
    place = folder / "promised/2017-09-12"
    dated = json.loads((place / "promises.json").read_text())["dated"]
    assert dated
    assert_fine(seat)
    with seat.page.expect_download() as download:
        seat.page.get_by_role("link", name="Unduh daftar tanggal").click()
    assert download.value.path().read_bytes() == (place / "promises.csv").read_bytes()
    before = seat.page.url
    tell = seat.page.locator("form[action$='/told'] button")
    tell.click()
    seat.page.wait_for_load_state()
    assert state_of_folder(folder).told.height == dated
    assert "#" in before
    for code in ("id", "en"):
        seat.go(f"/whatif/promised/2017-09-12/poster/{code}")
        assert seat.page.locator("table, .look").count()
        seat.page.emulate_media(media="print")
        seat.assert_fits()
        seat.page.emulate_media(media="screen")
    refused(seat, "/whatif/promised/2017-09-12/..%2F..%2Foffice.toml")
    refused(seat, "/whatif/promised/2017-09-12/promises.json")


def test_a_changed_scenario_is_shown_then_saved(
    seat: Seat, folder: Path, compared: None
) -> None:
    seat.go("/whatif/scenarios")
    seat.page.evaluate(
        "document.querySelectorAll('details').forEach(d => d.open = true)"
    )
    assert_fine(seat)
    was = (folder / "scenarios.toml").read_text("utf-8")
    seat.page.fill("[id='scenarios.1.cost_idr']", "dua juta")
    seat.press("Periksa dan tampilkan perubahan")
    assert seat.page.locator("[id='scenarios.1.cost_idr-wrong']").count() == 1
    assert_fine(seat)
    seat.page.fill("[id='scenarios.1.cost_idr']", "2.000.000")
    seat.press("Periksa dan tampilkan perubahan")
    assert seat.page.locator("#changes tbody tr").count() == 1
    assert (folder / "scenarios.toml").read_text("utf-8") == was
    assert_fine(seat)
    # Somebody else saves meanwhile: the difference is shown, and nothing is lost.
    theirs = was.replace("per_working_day = 0.5", "per_working_day = 0.75")
    (folder / "scenarios.toml").write_text(theirs, encoding="utf-8")
    seat.press("Simpan")
    assert seat.page.locator("[role=alert]").count() == 1
    assert seat.page.locator("#changes tbody tr").count() == 2
    assert (folder / "scenarios.toml").read_text("utf-8") == theirs
    (folder / "scenarios.toml").write_text(was, encoding="utf-8")
    seat.press("Periksa dan tampilkan perubahan")
    seat.press("Simpan")
    now = (folder / "scenarios.toml").read_text("utf-8")
    assert now == was.replace("1_000_000", "2000000")
    seat.go("/whatif")
    # What was compared before is no longer what the file says.
    assert seat.page.locator(".answer .told.bad li").count() == 1
    assert_fine(seat)


def test_a_comparison_is_cancelled_and_survives_a_reload(
    browser: Browser, tmp_path: Path
) -> None:
    folder = office_folder(tmp_path / "office")
    with (
        served(folder, DAY) as running,
        seated(browser, running, javascript=False) as seat,
    ):
        seat.go("/whatif")
        seat.page.locator("form[action='/whatif/compare'] summary").click()
        seat.page.fill("[id='compare.days']", "3.000")
        seat.page.fill("[id='compare.replications']", "500.000")
        seat.press("Bandingkan")
        at = seat.page.url
        seat.page.reload()
        assert seat.page.url == at
        assert seat.page.locator("progress").count() == 1
        seat.press("Batalkan")
        assert seat.page.locator("progress").count() == 0
        seat.go("/whatif")
        assert seat.page.locator("#verdict").count() == 0
        assert newest_answer(folder, COMPARED) is None
        seat.page.locator("form[action='/whatif/compare'] summary").click()
        seat.page.fill("[id='compare.days']", "40")
        seat.page.fill("[id='compare.replications']", "9")
        seat.press("Bandingkan")
        for _ in range(120):
            if not seat.page.locator("progress").count():
                break
            seat.page.wait_for_timeout(500)
            seat.page.reload()
        assert seat.page.locator("#verdict").count() == 1


def test_marks_stand_beside_their_numbers_and_follow_them(tmp_path: Path) -> None:
    folder = office_folder(tmp_path / "office")
    office = open_office(folder).office
    path = folder / "scenarios.toml"
    form = scenario_form(path, office, "id")
    shown = form.shown()
    rest, marks = marked(shown.chapters)
    assert rest[-1].blocks[0].rows == ()
    price = marks["scenarios.1.cost_idr"]
    cards = marks["scenarios_servers.0.cards_per_day"]
    assert (price.kind, price.note, cards.kind) == ("fact", "anggaran", "")
    sent = sent_of(shown.chapters)
    sent["scenarios.1.name"] = ["baru"]
    sent[f"{price.name}.kind"] = ["assumed"]
    sent[f"{cards.name}.key"] = [cards.key]
    sent[f"{cards.name}.kind"] = ["fact"]
    sent[f"{cards.name}.note"] = ["brosur"]
    typed = form.typed(sent)
    assert typed.content is not None, typed.problems
    path.write_bytes(typed.content)
    made = load_scenarios(path, office)
    kinds = {each.key: (each.kind, each.note) for each in made.assumptions}
    assert kinds["scenarios.baru.cost_idr"] == ("assumed", "anggaran")
    added = "scenarios.baru.servers.server-new.cards_per_day"
    assert kinds[added] == ("fact", "brosur")
    sent[f"{price.name}.kind"] = [""]
    taken = form.typed(sent)
    assert taken.content is not None
    assert b"anggaran" not in taken.content


def test_an_unchanged_form_leaves_every_byte(tmp_path: Path) -> None:
    folder = office_folder(tmp_path / "office")
    office = open_office(folder).office
    for language in ("id", "en"):
        form = scenario_form(folder / "scenarios.toml", office, language)
        typed = form.typed(sent_of(form.shown().chapters))
        assert (typed.content, typed.changes, typed.wrong) == (form.raw, (), 0)
