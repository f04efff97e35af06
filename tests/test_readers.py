"""Readers of other systems' exports: a package of its own, and OSIA's requests."""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from cli_cases import FROM, OFFICE, PLAIN, one_sentence, run

import ektp_sched as ek
from ektp_sched.errors import BacklogError, TooManyRejectsError
from ektp_sched.readers import osia

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PAGE = (Path(__file__).parents[1] / "docs/readers.md").read_text(encoding="utf-8")
[KIOS] = re.findall(r"```python\n(# kios.*?)```", PAGE, flags=re.DOTALL)
[REQUESTS] = re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)
RULES = OFFICE + re.findall(r"```toml\n(\[\[classify.*?)```", PAGE, flags=re.DOTALL)[0]


def install(folder: Path, name: str, code: str) -> None:
    """Lay a distribution with one reader into a folder, as an installer would."""
    (folder / f"{name}.py").write_text(code, "utf-8")
    about = folder / f"ektp_sched_{name}-1.0.dist-info"
    about.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: ektp-sched-{name}\nVersion: 1.0\n"
    (about / "METADATA").write_text(metadata, "utf-8")
    entry = f"[ektp_sched.readers]\n{name} = {name}\n"
    (about / "entry_points.txt").write_text(entry, "utf-8")


@pytest.fixture
def installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str, str], None]]:
    """Install readers that are gone after the test."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    names = []

    def lay(name: str, code: str) -> None:
        names.append(name)
        install(folder, name, code)

    yield lay
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    path = tmp_path / "office.toml"
    path.write_text(RULES, "utf-8")
    return path


def refused(path: Path, office: Path) -> BacklogError:
    with pytest.raises(BacklogError) as caught:
        ek.read_backlog(path, office)
    assert caught.value.sentence("id") != str(caught.value)
    return caught.value


# A package of its own --------------------------------------------------------


def test_the_reader_of_the_page_reads(
    installed: Callable[[str, str], None], tmp_path: Path, office: Path
) -> None:
    office.write_text(OFFICE, "utf-8")
    installed("kios", KIOS)
    export = tmp_path / "today.kios"
    export.write_text("A-1|20160920\nA-2|20170911\n\nA-4\nA-2|20170912\n", "utf-8")
    backlog = ek.read_backlog(export, office, max_rejects=0.9)
    assert backlog.frame["application_id"].to_list() == ["A-1", "A-2"]
    assert backlog.read_as == {"reader": "kios (ektp-sched-kios 1.0)"}
    assert backlog.rejects.rows() == [
        (3, "application_id; waiting_since", "missing; missing"),
        (4, "waiting_since", "missing"),
        (5, "application_id", "duplicate: row 2 stays"),
    ]


def test_what_a_reader_says_names_the_file(
    installed: Callable[[str, str], None], tmp_path: Path, office: Path
) -> None:
    installed("kios", KIOS)
    export = tmp_path / "today.kios"
    export.write_bytes(b"\xff")
    error = refused(export, office)
    assert str(error) == f"{export}: is no export of Kios; export it again"


def test_a_reader_that_fails_is_named_and_repeats_nothing(
    installed: Callable[[str, str], None], tmp_path: Path, office: Path
) -> None:
    export = tmp_path / "today.kios"
    export.write_text("A-1|20160920", "utf-8")
    installed("kios", KIOS.replace("read(data", "read(data, more"))
    assert "kios (ektp-sched-kios 1.0) fails (TypeError)" in str(
        refused(export, office)
    )


@pytest.mark.parametrize(
    "code", ["import nothing_such", "def reads(*_): raise OSError"]
)
def test_a_reader_that_does_not_load_is_named(
    code: str,
    installed: Callable[[str, str], None],
    tmp_path: Path,
    office: Path,
) -> None:
    export = tmp_path / "today.kios"
    export.write_text("A-1|20160920", "utf-8")
    installed("broken", code)
    assert "the reader broken (ektp-sched-broken 1.0) fails" in str(
        refused(export, office)
    )


def test_two_readers_of_one_file_are_refused(
    installed: Callable[[str, str], None], tmp_path: Path, office: Path
) -> None:
    export = tmp_path / "today.kios"
    export.write_text("A-1|20160920", "utf-8")
    installed("kios", KIOS)
    installed("other", KIOS)
    both = "kios (ektp-sched-kios 1.0) and other (ektp-sched-other 1.0)"
    assert both in str(refused(export, office))


def test_no_reader_is_asked_for_what_is_read_here(
    installed: Callable[[str, str], None], tmp_path: Path, office: Path
) -> None:
    office.write_text(OFFICE, "utf-8")
    installed("greedy", "def reads(name, data): return True")
    export = tmp_path / "backlog.csv"
    export.write_text("application_id,waiting_since\nA-1,2017-01-02\n", "utf-8")
    assert ek.read_backlog(export, office).planned == 1


@pytest.mark.slow
def test_a_process_finds_an_installed_reader(tmp_path: Path, office: Path) -> None:
    office.write_text(OFFICE, "utf-8")
    install(tmp_path, "kios", KIOS)
    export = tmp_path / "today.kios"
    export.write_text("A-1|20160920\nA-2|20170911\n", "utf-8")
    path = os.pathsep.join([str(tmp_path), PLAIN["PYTHONPATH"]])
    env = {"PYTHONPATH": path}
    done = run("check", export, "--office", office, *FROM, env=env)
    assert done.returncode == 0, done.stderr
    assert "read by kios (ektp-sched-kios 1.0)" in done.stdout


# OSIA ------------------------------------------------------------------------


def request(number: int, **data: Any) -> dict[str, Any]:
    return {
        "credentialRequestId": f"R-{number}",
        "time": f"2017-08-{number:02}T08:15:00+08:00",
        "personId": "5371012345678901",
        "biographicData": {"firstName": "Maria", "dateOfBirth": "1985-11-30"},
        "requestData": {
            "priority": 1,
            "credentialProfileId": "KTP-el",
            "requestType": "RENEWAL",
        }
        | data,
    }


def written(folder: Path, requests: object, name: str = "requests.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(requests), "utf-8")
    return path


def in_lines(folder: Path, requests: Sequence[object]) -> Path:
    path = folder / "requests.jsonl"
    path.write_text("\n".join(map(json.dumps, requests)), "utf-8")
    return path


def test_the_requests_of_the_page(tmp_path: Path, office: Path) -> None:
    path = tmp_path / "requests.json"
    path.write_text(REQUESTS, "utf-8")
    backlog = ek.read_backlog(path, office, max_rejects=0.5)
    # The second has no status, and only PENDING can be printed.
    assert (backlog.planned, backlog.held_count) == (1, 1)
    [row] = backlog.frame.to_dicts()
    assert row["application_id"] == "R-1"
    assert row["waiting_since"] == date(2016, 9, 20)
    assert row["recorded_at"] == datetime(2016, 9, 20, 8, 15)
    assert (row["area"], row["urgency"]) == ("Alak", "routine")
    assert (row["priority"], row["requestType"]) == ("1", "RENEWAL")


def test_array_and_lines_are_one(tmp_path: Path, office: Path) -> None:
    requests = [request(n, priority=n, deliveryOffice="Alak") for n in range(1, 10)]
    array = ek.read_backlog(written(tmp_path, requests), office)
    lines = ek.read_backlog(in_lines(tmp_path, requests), office)
    assert array.frame.equals(lines.frame)
    assert array.classified == {"priority ~ ^[89]$ → emergency": 2}


def test_nothing_of_the_person_is_read(tmp_path: Path, office: Path) -> None:
    frame = ek.read_backlog(written(tmp_path, [request(1)]), office).frame
    assert "5371012345678901" not in frame.write_csv()
    assert "Maria" not in frame.write_csv()


def test_the_time_may_stand_among_the_others(tmp_path: Path, office: Path) -> None:
    asked = request(1, others={"time": "2017-08-05", "more": [1]})
    del asked["time"]
    frame = ek.read_backlog(written(tmp_path, [asked]), office).frame
    assert frame["waiting_since"].to_list() == [date(2017, 8, 5)]


def test_names_of_cards_are_those_of_the_office(tmp_path: Path, office: Path) -> None:
    cards = '[cards.KTP-el]\ndefault = true\n[cards."KTP WNA"]\n'
    office.write_text(OFFICE + cards, "utf-8")
    requests = [request(1), request(2, credentialProfileId="KIA")]
    backlog = ek.read_backlog(written(tmp_path, requests), office, max_rejects=0.5)
    assert backlog.frame["card"].to_list() == ["KTP-el"]
    assert backlog.rejects["row"].to_list() == [2]
    assert backlog.rejects["column"].to_list() == ["card"]


def test_rows_are_places_and_lines(tmp_path: Path, office: Path) -> None:
    without_id, clock = request(2), request(3) | {"time": "08:15"}
    del without_id["credentialRequestId"]
    wrong = [without_id, clock, {}, None, request(1)]
    rejected = [
        ("application_id", "missing"),
        ("waiting_since; recorded_at", "; ".join(["bad-date: unknown-form"] * 2)),
        ("application_id; waiting_since", "missing; missing"),
        ("application_id; waiting_since", "missing; missing"),
        ("application_id", "duplicate: row 1 stays"),
    ]
    requests = [request(1), *wrong]
    array = ek.read_backlog(written(tmp_path, requests), office, max_rejects=0.9)
    expected = [(2 + at, *why) for at, why in enumerate(rejected)]
    assert array.rejects.rows() == expected
    assert array.read == 6
    path = in_lines(tmp_path, requests)
    path.write_text("\r\n\n" + path.read_text("utf-8").replace("\n", "\r\n"), "utf-8")
    lines = ek.read_backlog(path, office, max_rejects=0.9)
    assert [row for row, *_ in lines.rejects.rows()] == [4, 5, 6, 7, 8]


REQUEST = json.dumps(request(1))


@pytest.mark.parametrize(
    ("text", "row", "sentence"),
    [
        (f"[{REQUEST}, {REQUEST[:40]}", None, "or cut off, in line 1 after sign"),
        (f"[{REQUEST},\n{REQUEST}\n", None, "or cut off, in line 3 after"),
        (f"{REQUEST}\n{REQUEST[:40]}", 2, "is no JSON, neither one array nor"),
        (json.dumps(request(1), indent=1), 1, "is no JSON, neither one array nor"),
        (f"[{REQUEST}, 7]", 2, "is no request as OSIA's CredentialRequest has it"),
        (f"[{REQUEST}, [1]]", 2, "is no request"),
        (f'{REQUEST}\n\n{{"requestData": "x"}}', 3, "is no request"),
        (f'[{{"id": {{"a": {REQUEST}}}}}]', 1, "is no request"),
        (f'[{{"z": 1e400}}, {REQUEST}]', None, "is no JSON"),
        ("[" * 2000 + REQUEST, None, "is no JSON"),
        (' [ ] "credentialProfileId"', None, "is no JSON"),
    ],
)
def test_what_is_no_request_is_refused(
    text: str, row: int | None, sentence: str, tmp_path: Path, office: Path
) -> None:
    path = tmp_path / "requests.json"
    path.write_text(text, "utf-8")
    error = refused(path, office)
    assert error.row == row
    assert sentence in error.message
    assert "R-1" not in str(error)


def test_other_json_is_refused(tmp_path: Path, office: Path) -> None:
    error = refused(written(tmp_path, [{"a": 1}]), office)
    assert "(osia (ektp-sched " in str(error)


def test_bytes_that_are_no_text(tmp_path: Path, office: Path) -> None:
    path = tmp_path / "requests.json"
    path.write_bytes(f"[{REQUEST}]".encode().replace(b"Maria", b"Mar\xeda"))
    assert "is not in UTF-8" in str(refused(path, office))


def test_nobody_asks(tmp_path: Path, office: Path) -> None:
    text = '\ufeff{"credentialProfileId": null}'
    path = tmp_path / "requests.json"
    path.write_text(text, "utf-8")
    with pytest.raises(TooManyRejectsError, match="none of the 1 rows"):
        ek.read_backlog(path, office)
    assert osia.read(b"[]").frame.is_empty()


def test_all_requests_are_read_at_once() -> None:
    """In columns, so that an office's file is read in a moment."""
    many = pl.DataFrame({"id": [str(n) for n in range(50_000)]})
    assert osia.read(many.write_ndjson().encode()).frame.height == 50_000


# The command line ------------------------------------------------------------


@pytest.mark.slow
def test_plan_check_and_verify_as_processes(tmp_path: Path, office: Path) -> None:
    requests = [request(n, priority=9 if n == 7 else 1) for n in range(1, 29)]
    for each in requests:
        each["status"] = "PENDING"
    requests[4]["status"] = "ISSUED"
    path = written(tmp_path, requests)
    given = (path, "--office", office)
    checked = run("check", *given, *FROM, "--json")
    assert checked.returncode == 0, checked.stderr
    told = json.loads(checked.stdout)
    assert (told["read"], told["planned"], told["done"]) == (28, 27, 1)
    assert told["read_as"]["reader"].startswith("osia (ektp-sched ")
    out = tmp_path / "out"
    planned = run("plan", *given, *FROM, "--out", out, "--no-report")
    assert planned.returncode == 0, planned.stderr
    first = pl.read_csv(out / "plan.csv")["application_id"][0]
    assert first == "R-7"
    verified = run("verify", out, "--backlog", *given)
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.slow
def test_wrong_requests_give_one_sentence(tmp_path: Path, office: Path) -> None:
    out = tmp_path / "out"
    path = tmp_path / "requests.json"
    path.write_text(f"[{REQUEST}, {REQUEST[:40]}", "utf-8")
    done = run("plan", path, "--office", office, *FROM, "--out", out)
    assert "requests.json: is no JSON, or cut off, in line 1" in one_sentence(done)
    assert not out.exists()
    twice = [request(1), request(2), request(2) | {"time": ""}, request(1)]
    done = run(
        "plan", written(tmp_path, twice), "--office", office, *FROM, "--out", out
    )
    assert "2 of 4 rows cannot be used, such as row 3" in one_sentence(done)
    assert pl.read_csv(out / "rejects.csv")["row"].to_list() == [3, 4]
