"""Wrong inputs of every kind, said in the office's language and its words alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import openpyxl
import pytest
from cli_cases import HEADING, ROWS

from ektp_sched.cli import app as cli
from ektp_sched.spoken import office_language

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH = re.compile(
    r"\b(the|must|is|are|not|or|and|a|an|of|there|no|such as|with|from it|cannot|"
    r"missing|unknown|line|row|sheet|column|number|file|name it|write|give|needs?)\b"
)
OF_TEXT = re.compile(r"\[\[|\[[a-z_.]+\]|brackets?|quotes?|kurung|tanda kutip|TOML")
KEPT = re.compile(
    r"`[^`]*`|\"[^\"]*\"|'[^']*'|\([^)]*\)|--[a-z-]+|[\w./\\-]*\.(toml|xlsx|csv)|"
    r"\[\[?[\w.]+\]\]?|[a-z_]+\[\d+\][\w.\[\]]*|[a-z_]+\.[\w.]+|(lembar|kolom) \S+",
)
"""Names, values and what the reader of TOML itself says in brackets."""

OFFICE = """\
name = "Kantor"
language = "LANG"
[calendar]
workdays = ["mon", "tue"]
[urgency.routine]
target_days = 30
default = true
[urgency.emergency]
target_days = 3
[cards.KTP-el]
stock = 100
default = true
[[servers]]
id = "server-1"
cards_per_day = 4
[[printers]]
id = "printer-1"
cards_per_day = 3
[[shifts]]
id = "sabtu"
days = ["sat"]
"""


class Wrong(NamedTuple):
    """A part of the office, and what stands there instead."""

    part: str
    instead: str


OFFICES = [
    Wrong("name =", "nama ="),
    Wrong('"Kantor"', "5"),
    Wrong('"Kantor"', '""'),
    Wrong('"Kantor"', "Kantor"),
    Wrong("name", 'name = "K"\nname'),
    Wrong('["mon", "tue"]', '["senin"]'),
    Wrong('["mon", "tue"]', '"mon"'),
    Wrong('["mon", "tue"]', "[]"),
    Wrong("[calendar]", '[calendar]\ncountry = "Indonesia"'),
    Wrong("[calendar]", '[calendar]\ncountry = "XQ"'),
    Wrong("[calendar]", "[calendar]\nclosed = [5]"),
    Wrong("[calendar]", "[calendar]\nclosed = [2017-02-31]"),
    Wrong("[calendar]", '[calendar]\nclosed = ["2017-02-03"]'),
    Wrong("[calendar]", "[calendar]\nshare = { fri = 1.5 }"),
    Wrong("target_days = 30", "target_days = 0"),
    Wrong("target_days = 30", "target_days = 1.5"),
    Wrong("target_days = 30", 'target_days = "30"'),
    Wrong("target_days = 30", ""),
    Wrong(
        "30\ndefault = true\n[urgency.emergency]\ntarget_days = 3\n",
        "9973\ndefault = true\n[urgency.emergency]\ntarget_days = 10007\n",
    ),
    Wrong("target_days = 3\n", "target_days = 10007\ndefault = true\n"),
    Wrong("default = true", "default = false"),
    Wrong("default = true", 'default = "ya"'),
    Wrong("stock = 100", "stock = -1"),
    Wrong("stock = 100", "deliveries = [{ on = 2017-10-02, cards = 5 }]"),
    Wrong("stock = 100", "stock = 100\ndeliveries = 5"),
    Wrong("stock = 100", "stock = 100\ndeliveries = [{ on = 2017-10-02 }]"),
    Wrong(
        "stock = 100",
        "stock = 100\ndeliveries = [{ on = 2017-10-02, cards = 5, "
        "expires_on = 2017-10-01 }]",
    ),
    Wrong("stock = 100", "stock = 100\nset_aside = { emergency = 101 }"),
    Wrong("stock = 100", "stock = 100\nset_aside = { besok = 1 }"),
    Wrong('id = "server-1"', ""),
    Wrong('id = "server-1"', 'id = "server satu"'),
    Wrong('id = "server-1"', 'id = "printer-1"'),
    Wrong("cards_per_day = 4", "cards_per_day = 4\nfrom = 2018-01-02\nto = 2018-01-01"),
    Wrong("cards_per_day = 4", "cards_per_day = 10_000_001"),
    Wrong("cards_per_day = 4", "cards_per_days = 4"),
    Wrong("cards_per_day = 3", 'cards_per_day = 3\nservers = ["server-2"]'),
    Wrong("cards_per_day = 3", "cards_per_day = 3\nservers = []"),
    Wrong("cards_per_day = 3", 'cards_per_day = 3\ncards = ["KIA"]'),
    Wrong("cards_per_day = 3", "cards_per_day = 3\nribbons = 2.5"),
    Wrong("cards_per_day = 3", "cards_per_day = 3\ncards_per_ribbon = 500"),
    Wrong("cards_per_day = 3", "cards_per_day = 3\nribbons = inf"),
    Wrong('days = ["sat"]', 'days = ["sabtu"]'),
    Wrong('days = ["sat"]', "days = []"),
    Wrong('days = ["sat"]', 'days = ["sat"]\nrest_days = 3\nmax_per_week = 4'),
    Wrong('days = ["sat"]', 'days = ["sat"]\nshare = 5'),
    Wrong('days = ["sat"]', 'days = ["sat"]\nresources = ["x"]'),
    Wrong("[[shifts]]", "[[quotas]]\nper = 'month'\n[[shifts]]"),
    Wrong("[[shifts]]", "[[quotas]]\nper = 'day'\n[[shifts]]"),
    Wrong("[[shifts]]", "[[quotas]]\nper='day'\nurgency='x'\nat_most=1\n[[shifts]]"),
    Wrong(
        "[[shifts]]",
        "[[quotas]]\nper='day'\ncard='KTP-el'\nat_most=1\nat_least=2\n[[shifts]]",
    ),
    Wrong("[[shifts]]", '[plan]\ntiers = ["pressure", "pressure"]\n[[shifts]]'),
    Wrong("[[shifts]]", '[plan]\ntie_break = "lottery"\n[[shifts]]'),
    Wrong("[[shifts]]", '[plan]\ntie_break = "undian"\n[[shifts]]'),
    Wrong("[[shifts]]", '[columns]\nTGL = "waiting"\n[[shifts]]'),
    Wrong("[[shifts]]", '[columns]\nwaiting_since = "TGL"\n[[shifts]]'),
    Wrong("[[shifts]]", '[dates]\nformat = "%d"\n[[shifts]]'),
    Wrong(
        "[[shifts]]",
        '[[classify]]\ncolumn = "K"\nmatches = "("\nurgency = "emergency"\n[[shifts]]',
    ),
    Wrong(
        "[[shifts]]",
        '[[classify]]\ncolumn = "K"\nmatches = "x"\nurgency = "besok"\n[[shifts]]',
    ),
    Wrong("[[shifts]]", '[areas]\nAlak = ["Oebobo"]\nOebobo = []\n[[shifts]]'),
    Wrong("[[shifts]]", "[areas]\nAlak = []\n[area_rank]\nAlok = 1\n[[shifts]]"),
    Wrong("[[shifts]]", "[outages]\n[[shifts]]"),
    Wrong("[[shifts]]", '[[outages]]\nresource = "x"\nfrom = 2017-01-02\n[[shifts]]'),
    Wrong("[[servers]]", "[[servers]"),
    Wrong('id = "sabtu"', "id = 'sabtu"),
    Wrong('id = "sabtu"', 'id = "sabtu" x'),
    Wrong('id = "sabtu"', "id"),
    Wrong("name", "\x00name"),
]


def told(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 2) -> str:
    """Return what a command that refuses its input says, on stderr alone."""
    done = cli.run([str(argument) for argument in arguments])
    said = capsys.readouterr()
    assert done == code, said
    assert said.out == ""
    return said.err


def is_indonesian(text: str, *, workbook: bool = False) -> None:
    """Hold that a person reads Indonesian, and nothing of TOML of a workbook."""
    plain = KEPT.sub("", text)
    found = ENGLISH.search(plain)
    assert found is None, (found, text)
    if workbook:
        assert OF_TEXT.search(text) is None, text


def office_file(folder: Path, text: str, language: str) -> Path:
    path = folder / "office.toml"
    path.write_text(text.replace("LANG", language), "utf-8")
    return path


def backlog_file(folder: Path) -> Path:
    path = folder / "backlog.csv"
    path.write_text("\n".join([HEADING, *ROWS]) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("wrong", OFFICES, ids=lambda wrong: wrong.instead[:40])
def test_a_wrong_office_is_told_in_its_own_language(
    wrong: Wrong, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wrong.part in OFFICE
    text = OFFICE.replace(wrong.part, wrong.instead, 1)
    backlog = backlog_file(tmp_path)
    office = office_file(tmp_path, text, "id")
    indonesian = told(capsys, "check", backlog, "--office", office)
    is_indonesian(indonesian)
    assert indonesian == told(capsys, "check", backlog, "--office", office, "--lang=id")
    english = told(capsys, "check", backlog, "--office", office, "--lang=en")
    assert english != indonesian
    office = office_file(tmp_path, text, "en")
    assert told(capsys, "check", backlog, "--office", office) == english


SHEETS: dict[str, list[list[Any]]] = {
    "office": [["key", "value"], ["name", "Kantor"], ["language", "LANG"]],
    "urgency": [["name", "target_days", "default"], ["routine", 30, "ya"]],
    "servers": [["id", "cards_per_day"], ["server-1", 4]],
    "printers": [["id", "cards_per_day"], ["printer-1", 3]],
}
WORKBOOKS: list[dict[str, list[list[Any]]]] = [
    {"servers": []},
    {"printers": [["id", "cards_per_day"], ["printer-1", "tiga"]]},
    {"printers": [["id", "cards_per_day"], ["printer-1"]]},
    {"printers": [["id", "cards_per_days"], ["printer-1", 3]]},
    {"printers": [["id", "id"], ["printer-1", 3]]},
    {"printers": [["id", "cards_per_day", "servers"], ["printer-1", 3, "server-2"]]},
    {"printers": [["id", "cards_per_day", "from"], ["printer-1", 3, "besok"]]},
    {"printers": [["id", "cards_per_day"], ["server-1", 3]]},
    {"printers": [["id", "cards_per_day"], [None, 3]]},
    {"urgency": [["name", "target_days", "default"], ["routine", 30, "mungkin"]]},
    {"urgency": [["name", "target_days"], ["a", 30], ["b", 3]]},
    {"urgency": [["name", "target_days"], ["a", 30], ["a", 3]]},
    {"urgency": [["name", "target_days"], [None, 30]]},
    {"printer": [["id"], ["x"]]},
    {"office": [["key", "value"], ["nama", "Kantor"], ["language", "LANG"]]},
    {
        "office": [
            ["key", "value"],
            ["name", "K"],
            ["language", "LANG"],
            ["plan.tiers", "semua"],
        ]
    },
    {
        "office": [
            ["key", "value"],
            ["name", "K"],
            ["language", "LANG"],
            ["plan.tiers", "shifts"],
        ]
    },
    {
        "office": [
            ["key", "value"],
            ["name", "K"],
            ["language", "LANG"],
            ["privacy.show_nik", "mungkin"],
        ]
    },
    {"week": [["day", "workdays"], ["mon", "kadang"]]},
    {"week": [["day", "workdays"], ["senin", "ya"]]},
    {"week": [["day", "workdays", "share"], ["mon", "ya", 2]]},
    {"calendar": [["closed", "open"], ["31/02/2017"]]},
    {"shifts": [["id", "days"], ["a", "sabtu"]]},
    {"shifts": [["id", "days"], ["a", None]]},
    {"shifts": [["id", "days", "on_holidays"], ["a", "sat", "x"]]},
    {"quotas": [["id", "per"], ["a", "bulan"]]},
    {"quotas": [["id", "per", "area", "at_most"], ["a", "day", None, 3]]},
    {"outages": [["resource", "from", "to"], ["printer-9", "2017-01-01", None]]},
    {"classify": [["column", "matches", "urgency"], ["K", "(", "routine"]]},
    {"columns": [["heading", "column"], ["waiting_since", "TGL"]]},
    {"columns": [["heading", "column"], ["TGL", None]]},
    {"areas": [["name", "spellings"], ["Alak", "Oebobo"], ["Oebobo", None]]},
    {"area_rank": [["area", "rank"], ["Alak", "satu"]]},
    {"cards": [["name", "stock"], ["KTP-el", -1]]},
    {"deliveries": [["card", "on", "cards"], ["KIA", "2017-01-01", 5]]},
    {
        "cards": [["name", "stock"], ["KTP-el", None]],
        "deliveries": [["card", "on", "cards"], ["KTP-el", "2017-01-01", 5]],
    },
]


def workbook(path: Path, sheets: dict[str, list[list[Any]]], language: str) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in (SHEETS | sheets).items():
        page = book.create_sheet(name)
        for row in rows:
            page.append([language if cell == "LANG" else cell for cell in row])
    book.save(path)
    return path


@pytest.mark.parametrize(
    "sheets", WORKBOOKS, ids=lambda sheets: str(next(iter(sheets.items())))[:60]
)
def test_a_wrong_workbook_is_told_in_the_words_of_workbooks(
    sheets: dict[str, list[list[Any]]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    backlog = backlog_file(tmp_path)
    path = workbook(tmp_path / "office.xlsx", sheets, "id")
    indonesian = told(capsys, "check", backlog, "--office", path)
    is_indonesian(indonesian, workbook=True)
    path = workbook(tmp_path / "office.xlsx", sheets, "en")
    english = told(capsys, "check", backlog, "--office", path)
    assert OF_TEXT.search(english) is None, english
    assert english != indonesian


USAGE: list[tuple[object, ...]] = [
    ("plan", "FILE", "--office", "OFFICE"),
    ("plan", "--office", "OFFICE", "--out", "o"),
    ("plan", "FILE", "--office", "OFFICE", "--out", "o", "--days", "0"),
    ("plan", "FILE", "--office", "OFFICE", "--out", "o", "--days", "4000"),
    ("plan", "FILE", "--office", "OFFICE", "--out", "o", "--days", "x"),
    ("plan", "FILE", "--office", "OFFICE", "--out", "o", "--start", "12/09/2017"),
    ("plan", "FILE", "--office", "OFFICE", "--out", "o", "--engine", "x"),
    ("plan", "FILE", "--office", "OFFICE", "--out", "o", "--engin", "flow"),
    ("plan", "FILE", "--office", "OFFICE", "--out", "o", "--dates", "5"),
    ("plan", "FILE", "FILE", "--office", "OFFICE", "--out", "o"),
    ("plan", "FILE", "--office", "OFFICE", "--force=1", "--out", "o"),
    ("check", "FILE", "--office", "OFFICE", "--max-rejects", "2"),
    ("check", "FILE", "--office", "OFFICE", "--max-rejects", "x"),
    ("check", "FILE", "--office", "nowhere.toml"),
    ("check", "FILE", "--office", "nowhere.xlsx"),
    ("check", "FILE", "--office", "FOLDER"),
    ("need", "FILE", "--office", "OFFICE", "--resource", "server-1"),
    ("need", "FILE", "--office", "OFFICE", "--resource=s", "--nobody-over", "3"),
    ("backtest", "FILE", "--office", "OFFICE", "--failure-prior", "1"),
    ("init", "FOLDER", "--example", "nowhere", "--lang", "id"),
    ("init", "FOLDER", "--example", "kupang", "--from", "OFFICE"),
    ("init", "FOLDER", "--from", "OFFICE"),
]


@pytest.mark.parametrize("arguments", USAGE, ids=lambda each: " ".join(map(str, each)))
def test_wrong_usage_is_told_in_the_offices_language(
    arguments: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = OFFICE.replace("[[shifts]]", "").replace('id = "sabtu"\n', "")
    text = text.replace('days = ["sat"]\n', "")
    named = {
        "FILE": backlog_file(tmp_path),
        "OFFICE": office_file(tmp_path, text, "id"),
        "FOLDER": tmp_path,
    }
    indonesian = told(capsys, *(named.get(each, each) for each in arguments))
    is_indonesian(indonesian.replace(str(tmp_path), ""))
    command, *rest = (named.get(a, a) for a in arguments if a not in ("--lang", "id"))
    assert told(capsys, command, "--lang", "en", *rest) != indonesian


@pytest.mark.parametrize(
    "arguments",
    [
        ("fleet", "x", "--offices", "FOLDER", "--out", "y", "--blanks", "-5"),
        ("today", "FOLDER", "--days", "0"),
        ("desk", "FOLDER", "--port", "65536"),
        ("ledger", "verify", "--no-such", "FOLDER"),
        ("record", "FOLDER", "--by"),
    ],
)
def test_the_folder_says_the_language_of_a_mistake_in_the_arguments(
    arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    for code in ("en", "id"):
        path = office_file(tmp_path, OFFICE, code)
        (tmp_path / "defaults.toml").write_bytes(path.read_bytes())
        text = told(capsys, *(str(tmp_path) if a == "FOLDER" else a for a in arguments))
        assert bool(ENGLISH.search(KEPT.sub("", text))) == (code == "en")


@pytest.mark.parametrize("arguments", [("plann",), ("report", "nowhere"), ("--x",)])
def test_without_an_office_the_system_says_the_language(
    arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    english = told(capsys, *arguments)
    assert ENGLISH.search(english)
    monkeypatch.setenv("LC_ALL", "id_ID.UTF-8")
    assert told(capsys, *arguments) != english or arguments[0] == "report"


def test_an_office_that_names_no_language_is_indonesian(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    assert office_language(path) == "id"
    path.write_text("name = 5\n")
    assert office_language(path) == "id"
    path.write_text('[[broken\n  language = "en" # x\n')
    assert office_language(path) == "en"
    path.write_bytes(b'\xff\xfe language\rlanguage="en"\r')
    assert office_language(path) == "en"
    path.write_text('language = "fr"')
    assert office_language(path) == "id"
    assert office_language(tmp_path) == "id"


def test_a_workbook_states_its_language_however_broken(tmp_path: Path) -> None:
    path = tmp_path / "office.xlsx"
    path.write_bytes(b"no workbook")
    assert office_language(path) == "id"
    for code in ("en", "id"):
        workbook(path, {"printers": [["x"]]}, code)
        assert office_language(path) == code
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert office_language(path) == "id"


def test_a_plan_folder_states_its_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office_file(tmp_path, OFFICE, "en")
    assert "missing" in told(capsys, "report", tmp_path)
