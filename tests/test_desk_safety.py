"""Who the desk answers: its own browser alone, whatever else asks."""

from __future__ import annotations

import http.client
import re
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from browser import chromium
from desk_client import seated, served

from ektp_sched.desk.app import PAGES
from ektp_sched.desk.visit import safe_name
from ektp_sched.example import write_start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from pathlib import Path

    from desk_client import Served

DAY = "2017-09-12"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("desk") / "office"
    write_start(folder, example="two-card-types", language="id")
    with served(folder, DAY) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message
    text: str


def asked(
    desk: Served, path: str = "/who", method: str = "GET", body: str = "", **named: str
) -> Answer:
    """Ask as any program can, with headers of one's own."""
    headers = {"Host": f"127.0.0.1:{desk.port}"}
    if method == "POST":
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        headers["Content-Length"] = str(len(body))
    headers |= {name.replace("_", "-"): value for name, value in named.items()}
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=20)
    with closing(connection):
        connection.putrequest(method, path, skip_host=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body.encode())
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode())


@pytest.fixture(scope="module")
def cookie(desk: Served) -> str:
    """Let one browser in, by the address that works once."""
    path = desk.address.removeprefix(desk.root)
    first, second = asked(desk, path), asked(desk, path)
    assert (first.status, second.status) == (303, 401)
    given = first.headers["set-cookie"]
    assert "HttpOnly" in given
    assert "samesite=strict" in given.lower()
    return given.split(";")[0]


def own_form(desk: Served, cookie: str) -> tuple[str, dict[str, str]]:
    """Return the token in the forms of a browser, and the headers that it sends."""
    token = re.search(r'name="token" value="([^"]+)"', asked(desk, Cookie=cookie).text)
    assert token is not None
    return token[1], {"Origin": f"http://127.0.0.1:{desk.port}", "Cookie": cookie}


def test_another_host_is_refused(desk: Served, cookie: str) -> None:
    for host in ("evil.example", f"evil.example:{desk.port}", "127.0.0.1:1", ""):
        assert asked(desk, Host=host, Cookie=cookie).status == 400, host
    assert asked(desk, Host=f"localhost:{desk.port}", Cookie=cookie).status == 200


def test_another_page_is_refused(desk: Served, cookie: str) -> None:
    for origin in ("http://evil.example", "http://127.0.0.1:1", "null", ""):
        named = {"Origin": origin} if origin else {}
        for site in ({}, {"Sec_Fetch_Site": "cross-site"}):
            answer = asked(desk, method="POST", Cookie=cookie, **named, **site)
            assert answer.status == 403, (origin, site)


def test_a_missing_token_is_refused(desk: Served, cookie: str) -> None:
    own = {"Origin": f"http://127.0.0.1:{desk.port}"}
    assert asked(desk).status == 401
    assert asked(desk, Cookie=cookie.replace("=", "=x")).status == 401
    assert asked(desk, "/open?token=guessed").status == 401
    for body in ("", "token=", "token=guessed", "who=Maria&day=12-09-2017"):
        answer = asked(desk, method="POST", body=body, Cookie=cookie, **own)
        assert answer.status == 401, body


def test_what_only_looks_is_not_asked_to_change_anything(
    desk: Served, cookie: str
) -> None:
    assert asked(desk, "/today/plan", Cookie=cookie).status == 405
    assert asked(desk, method="PUT", Cookie=cookie).status == 405
    assert asked(desk, method="DELETE", Cookie=cookie).status == 405
    assert asked(desk, "/nothing", Cookie=cookie).status == 404


def test_another_page_may_lead_here_and_load_nothing(desk: Served, cookie: str) -> None:
    for site in ("cross-site", "same-site"):  # 127.0.0.1's other ports are the latter
        for mode, status in (("navigate", 200), ("no-cors", 403), ("cors", 403)):
            named = {"Sec_Fetch_Site": site, "Sec_Fetch_Mode": mode}
            assert asked(desk, Cookie=cookie, **named).status == status, named
    named = {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "no-cors"}
    assert asked(desk, "/style.css", **named).status == 200


def test_addresses_and_forms_of_ones_own_making_break_nothing(
    desk: Served, cookie: str
) -> None:
    """Whatever is sent, no page says that the program is at fault, nor where it is."""
    token, own = own_form(desk, cookie)

    def sent(path: str, **fields: str) -> Answer:
        body = urlencode({"token": token, **fields})
        return asked(desk, path, method="POST", body=body, **own)

    assert sent("/who", who="Maria", day=DAY).status == 303
    answers = [
        asked(desk, f"/today/settle/1/{day}/x", Cookie=cookie)
        for day in ("yesterday", "..%2f..", "9" * 50)
    ]
    answers += [asked(desk, "/today/print/" + "9" * 50, Cookie=cookie)]
    answers += [asked(desk, "/council?page=" + "9" * 50, Cookie=cookie)]
    answers += [
        sent("/today/all", day="x"),
        sent("/today/blanks", card="x", seen="9" * 50),
        sent("/today/outage", machine="../x", **{"from": DAY}),
        sent("/today/print", sheet="9" * 50 + f" {DAY} 1 ../../etc"),
        sent("/today/plan", verb="rest", left="1e999999999"),
        sent("/today/export", export="x"),
        sent("/council/month", first="x"),
        sent("/who", who="a\nb", day="x"),
        sent("/people/find", asked="%" * 5000),
        sent("/language", code="x", back="//evil.example"),
    ]
    answers += [sent("/office", source="x", step="show")]
    # And whatever is left out.
    answers += [
        sent(re.sub(r"\{[^}]+\}", "1", page.path))
        for page in PAGES
        if page.method == "POST"
    ]
    for answer in answers:
        assert answer.status < 500, answer.text
        assert "evil" not in (answer.headers["location"] or "")
    many = sent("/who", **{f"field{n}": "" for n in range(30_000)})
    assert many.status == 400


def test_every_answer_says_what_a_page_may_do(desk: Served, cookie: str) -> None:
    for path in ("/who", "/style.css", "/nothing", "/open?token=x"):
        headers = asked(desk, path, Cookie=cookie).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_more_than_the_desk_takes_is_refused(desk: Served, cookie: str) -> None:
    named = {
        "Origin": f"http://127.0.0.1:{desk.port}",
        "Cookie": cookie,
        "Content-Type": "multipart/form-data; boundary=x",
        "Content-Length": str(1 << 40),
    }
    assert asked(desk, method="POST", **named).status == 413


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("printer-1.xlsx", "1-printer-1.xlsx"),
        ("../../etc/passwd", "1-passwd"),
        ("C:\\Users\\x\\ekspor September.CSV", "1-ekspor-September.csv"),
        ("CON.csv", "1-CON.csv"),
        ("....", "1"),
        ("a" * 500 + ".csv", "1-" + "a" * 60 + ".csv"),
        ("<b>x</b>.csv", "1-b.csv"),
        ("\x00\n", "1"),
    ],
)
def test_a_name_from_a_form_is_no_path(given: str, kept: str, tmp_path: Path) -> None:
    name = safe_name(given, 1)
    assert name == kept
    assert (tmp_path / name).resolve().parent == tmp_path.resolve()


@pytest.mark.browser
def test_a_browser_is_let_in_and_its_forms_are_answered(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    write_start(folder, example="two-card-types", language="id")
    with (
        chromium() as browser,
        served(folder, DAY) as running,
        seated(browser, running) as seat,
    ):
        assert seat.page.url == running.root + "/today"
        seat.press("English")
        assert seat.page.locator("html").get_attribute("lang") == "en"
        seat.assert_fits()
