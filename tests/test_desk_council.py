"""The council at the desk: reports, evidence that holds elsewhere, and the chain."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from desk_client import LAPTOP, NUMBERED, PHONE, office_text, seated, served

from ektp_sched.backlog.identity import make_key
from ektp_sched.cli.app import run
from ektp_sched.days import open_office
from ektp_sched.days.signature import Signature
from ektp_sched.errors import FolderError
from ektp_sched.ledger import short_head
from ektp_sched.morning import today
from ektp_sched.morning.evidence import verify_plan
from ektp_sched.morning.handed import evidence_of, hand_out
from ektp_sched.output.languages import language
from ektp_sched.telling import recording

if TYPE_CHECKING:
    from pathlib import Path

    from desk_client import Seat
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow

DAY = date(2017, 9, 12)
OFFICE = office_text("Kantor <b>Contoh</b>", 4, server=4, more=NUMBERED)
NAMES: tuple[str, ...] = (
    "Ani Lette",
    "<script>alert(1)</script>",
    "=1+2",
    "Maria\u001b[31mBria",
)
NAMES += tuple(f"Warga Contoh {n}" for n in range(6))
NIKS = [f"99000000000{n:04d}1" for n in range(len(NAMES))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with two mornings, all of the first printed."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "exports").mkdir()
    (folder / "office.toml").write_text(OFFICE, "utf-8")
    make_key(folder / "identity.key")
    rows = [
        f'"{name}",{nik},2017-07-{at:02d},"<i>Alak</i>"'
        for at, (name, nik) in enumerate(zip(NAMES, NIKS, strict=True), 1)
    ]
    text = "\n".join(["NAMA,NIK,TGL_REKAM,KECAMATAN", *rows, ""])
    (folder / "exports/one.csv").write_text(text, "utf-8")
    today(open_office(folder), on=DAY, by="Maria")
    recording.record_all(open_office(folder), [], Signature.of("Sri", DAY))
    today(open_office(folder), on=DAY + timedelta(days=1), by="Maria", report=False)
    return folder


def _looks_right(seat: Seat) -> None:
    seat.assert_fits()
    beside = seat.page.url + seat.page.title()
    assert not [one for one in (*NIKS, *NAMES) if one in beside]


# Evidence


def _checked(pack: bytes, day: date, to: Path) -> subprocess.CompletedProcess[str]:
    zipfile.ZipFile(io.BytesIO(pack)).extractall(to)
    return subprocess.run(
        [sys.executable, "checker/checker.py", f"plans/{day}", "--lang", "en"],
        cwd=to,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_evidence_holds_without_this_program(folder: Path, tmp_path: Path) -> None:
    office, words = open_office(folder), language("en")
    day = DAY + timedelta(days=1)
    whole = evidence_of(office, day, words)
    done = _checked(whole, day, tmp_path / "whole")
    assert done.returncode == 0, done.stdout
    assert whole == evidence_of(office, day, words)
    readme = (tmp_path / "whole/READ-ME.txt").read_text("utf-8")
    assert "checker/checker.py plans/2017-09-13" in readme
    assert "batches/" in readme
    public = evidence_of(office, day, words, public=True)
    done = _checked(public, day, tmp_path / "public")
    assert done.returncode == 1
    wrong = [line for line in done.stdout.splitlines() if "missing" in line]
    assert {line.split(":")[0] for line in wrong} == {"batches", "plan.xlsx"}
    texts = b"".join(
        path.read_bytes()
        for path in (tmp_path / "public/plans").rglob("*")
        if path.is_file()
    )
    assert not [n for n in (*NIKS, *NAMES) if n.encode() in texts]


def test_evidence_is_never_written_over(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "evidence.zip"
    assert run(["evidence", str(folder), str(out), "--day", str(DAY)]) == 0
    before = out.read_bytes()
    assert run(["evidence", str(folder), str(out)]) == 2
    more = ["evidence", str(folder), f"{out}.zip", "--ledger"]
    assert run([*more, "nowhere://office"]) == 2
    assert run([*more, "sqlite:///" + str(folder / "ledger.db")]) == 0
    with pytest.raises(FolderError):
        hand_out(open_office(folder), DAY, out, language("id"))
    assert out.read_bytes() == before
    with pytest.raises(FolderError):
        evidence_of(open_office(folder), date(2016, 1, 1), language("id"))


def test_a_plan_is_checked_against_its_export(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "office")
    office = open_office(copy)
    for plan in office.plans():
        verified = verify_plan(office, plan)
        assert (verified.raw, verified.wrong) == (True, ())
    plan = office.plans()[-1]
    table = plan.path / "plan.csv"
    table.write_text(table.read_text().replace(",1,2,", ",1,9,"))
    assert verify_plan(office, plan).wrong
    (copy / "exports/one.csv").write_text("NAMA,NIK,TGL_REKAM\n")
    assert not verify_plan(office, office.plans()[0]).raw


# The page


@pytest.mark.browser
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_council_sees_plans_reports_and_acts(
    folder: Path, browser: Browser, language: str
) -> None:
    with (
        served(folder, DAY + timedelta(days=1)) as desk,
        seated(browser, desk, language=language) as seat,
    ):
        page = seat.page
        for width in (LAPTOP, PHONE):
            page.set_viewport_size({"width": width, "height": 760})
            seat.go("/council")
            assert page.locator(".listed form").count() == 2
            _looks_right(seat)
            seat.go("/council/history")
            assert page.locator("tbody tr").count() >= 5
            _looks_right(seat)
            page.select_option("#kind", "plan")
            page.locator("main form button").press("Enter")
            page.wait_for_url("**kind=plan")
            assert page.locator("tbody tr").count() == 2
        seat.go("/council")
        page.fill("#first", "1 September 2017")
        page.locator("form[action='/council/month'] button").press("Enter")
        page.wait_for_url("**/council#months", timeout=60_000)
        _looks_right(seat)
        page.context.on("console", lambda said: seat.faults.append(said.text))
        for link in page.locator("a[target=_blank]").all():
            with page.context.expect_page() as opened:
                link.press("Enter")
            report = opened.value
            report.wait_for_load_state()
            answer = report.request.get(report.url)
            policy = answer.headers["content-security-policy"]
            assert "frame-ancestors 'none'" in policy
            assert "script" not in policy
            assert "unsafe" not in policy
            assert answer.headers["cache-control"] == "no-store"
            # The style is let in: the page is as wide as it says.
            assert report.locator("body").evaluate(
                "e => getComputedStyle(e).maxWidth"
            ) in ("760px", "1160px")
            text = report.content()
            assert not [n for n in (*NIKS, *NAMES[:1]) if n in text]
            report.close()
        with page.expect_download() as download:
            page.locator("a[href$='public.zip']").first.press("Enter")
        pack = zipfile.ZipFile(download.value.path())
        assert any(name.startswith("checker/") for name in pack.namelist())


@pytest.mark.browser
def test_plans_and_the_chain_are_checked(folder: Path, browser: Browser) -> None:
    with (
        served(folder, DAY + timedelta(days=1)) as desk,
        seated(browser, desk) as seat,
    ):
        page = seat.page
        with open_office(folder).ledger.reading() as reader:
            head = short_head(reader.acts("plan")[0].hash)

        def done(path: str, button: str) -> str:
            seat.go("/council")
            if path == "#heads":
                page.fill(path, button)
                button = "form[action='/council/ledger'] button"
            page.locator(button).first.press("Enter")
            page.wait_for_url("**/council#*", timeout=60_000)
            _looks_right(seat)
            return page.locator(".told").last.get_attribute("class") or ""

        assert "done" in done("", ".listed form button")
        assert "done" in done("#heads", head)
        assert "bad" in done("#heads", f"{head} 00000-00000-00000-00000")


@pytest.mark.browser
def test_an_empty_office_says_what_to_do_first(
    tmp_path: Path, browser: Browser
) -> None:
    (tmp_path / "office.toml").write_text(OFFICE, "utf-8")
    make_key(tmp_path / "identity.key")
    with served(tmp_path, DAY) as desk, seated(browser, desk) as seat:
        seat.go("/council")
        assert seat.page.locator("main form").count() == 0
        assert seat.page.locator("main a[href='/today']").count() == 1
        _looks_right(seat)
        seat.go("/council/history")
        _looks_right(seat)
