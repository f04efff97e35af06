"""Files that are an office, and files that are not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from ektp_sched.errors import OfficeError
from ektp_sched.office import Office, load_office, to_toml

if TYPE_CHECKING:
    from pathlib import Path

KUPANG = """\
name = "Dispendukcapil Kota Kupang"
language = "id"                     # id or en

[calendar]
country = "ID"
workdays = ["mon", "tue", "wed", "thu", "fri"]
closed = []
open = []
share = { fri = 0.8 }

[urgency.emergency]
target_days = 3
rank = 0
[urgency.routine]
target_days = 30
default = true

[cards.KTP-el]
default = true
stock = 20000
deliveries = [{ on = 2017-10-02, cards = 10000 }]

[[servers]]
id = "server-1"
cards_per_day = 200
from = 2017-01-01
to = 2018-12-31
[[printers]]
id = "printer-1"
cards_per_day = 120
servers = ["server-1"]
cards = ["KTP-el"]
areas = ["Oebobo", "Maulafa"]

[[outages]]
resource = "printer-1"
from = 2017-09-18
to = 2017-09-20
share = 0.0

[reserve]
cards_per_day = 0
[plan]
tiers = ["unprinted", "overdue", "promise", "pressure"]
batch_size = 50
freeze_days = 2
[visits]
every_days = 30
trip_cost_idr = 20000
[columns]
TGL_REKAM = "waiting_since"
"""


def written(folder: Path, content: str | bytes, name: str = "office.toml") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(path: Path) -> OfficeError:
    with pytest.raises(OfficeError) as caught:
        load_office(path)
    assert caught.value.file == str(path)
    assert "\n" not in caught.value.message
    return caught.value


def test_the_example_of_the_contract(tmp_path: Path) -> None:
    path = written(tmp_path, KUPANG)
    office = Office.load(path)
    assert office.name == "Dispendukcapil Kota Kupang"
    assert office.calendar.share == {"fri": Decimal("0.8")}
    assert office.servers[0].from_ == date(2017, 1, 1)
    assert office.printers[0].areas == ("Oebobo", "Maulafa")
    assert office.outages[0].share == Decimal("0.0")
    assert office.cards["KTP-el"].deliveries[0].cards == 10_000
    assert office.columns == {"TGL_REKAM": "waiting_since"}
    assert office.base == tmp_path
    assert office.source_digest == sha256(KUPANG.encode()).hexdigest()
    assert Office.load(str(path)) == office


def test_where_a_file_lies_makes_no_difference(tmp_path: Path) -> None:
    first = Office.load(written(tmp_path, KUPANG))
    second = Office.load(written(tmp_path, KUPANG + "\n", "other.toml"))
    assert first.source_digest != second.source_digest
    assert first == second
    assert first != "office"


@pytest.mark.parametrize("text", ["﻿" + KUPANG, KUPANG.replace("\n", "\r\n")])
def test_text_as_other_systems_write_it(tmp_path: Path, text: str) -> None:
    plain = Office.load(written(tmp_path, KUPANG))
    assert Office.load(written(tmp_path, text, "other.toml")) == plain


def test_to_toml_says_the_same(tmp_path: Path) -> None:
    office = Office.load(written(tmp_path, KUPANG))
    text = to_toml(office)
    again = Office.load(written(tmp_path, text))
    assert again == office
    assert to_toml(again) == text
    assert "share = {fri = 0.8}" in text
    assert "from = 2017-01-01\nto = 2018-12-31" in text


def test_no_file(tmp_path: Path) -> None:
    error = refused(tmp_path / "nothing.toml")
    assert error.message.startswith("there is no such file; ")


def test_folder(tmp_path: Path) -> None:
    assert refused(tmp_path).message.startswith("is a folder; name the office file")


@pytest.mark.parametrize("content", ["", " \n\n"])
def test_empty_file(tmp_path: Path, content: str) -> None:
    assert refused(written(tmp_path, content)).message.startswith("is empty; ")


def test_only_a_comment(tmp_path: Path) -> None:
    found = refused(written(tmp_path, "# nothing yet\n")).problems
    assert [p.split(":")[0] for p in found] == ["name", "servers", "printers"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'name = "K"\nx = "\xff\xfe"\n', "is not text in UTF-8 (line 2); save it"),
        ('name = "Kantor"'.encode("utf-16"), "is not text in UTF-8 (line 1)"),
        (b"name\x00\x01\x02", "is not a text file; "),
        (b"PK\x03\x04rest", "is a workbook; save it as .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a workbook; save it as .xlsx"),
        (b" " * 16_000_001, "is larger than 16,000,000 bytes"),
    ],
)
def test_files_that_are_no_text(tmp_path: Path, content: bytes, sentence: str) -> None:
    assert refused(written(tmp_path, content)).message.startswith(sentence)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('name = "K"\n[[servers]\n', "line 2, column 10 is not valid TOML: "),
        ('name = "K"\nname = "L"\n', "line 2, column 11 is not valid TOML: "),
        ('name = "K"\nx = ', "line 2 is not valid TOML: "),
        ("name = Kantor\n", "line 1, column 8 is not valid TOML: "),
        ("x = " + "[" * 5000, "has brackets nested too deeply"),
        ("x = " + "9" * 5000, "has a number with thousands of digits"),
    ],
)
def test_syntax_errors_name_their_line(
    tmp_path: Path, content: str, sentence: str
) -> None:
    assert refused(written(tmp_path, content)).message.startswith(sentence)


@pytest.mark.parametrize("number", ["nan", "inf", "1e999999999999999999999", "-0.1"])
def test_numbers_that_are_no_share(tmp_path: Path, number: str) -> None:
    text = KUPANG.replace("share = 0.0", f"share = {number}")
    error = refused(written(tmp_path, text))
    assert error.column == "outages[1].share"
    assert "it must be a number from 0 to 1" in error.message


def test_shares_are_read_exactly(tmp_path: Path) -> None:
    text = KUPANG.replace("fri = 0.8", "fri = 0.123456789012345678901234567891")
    share = Office.load(written(tmp_path, text)).calendar.share["fri"]
    assert share == Decimal("0.123456789012345678901234567891")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("cards_per_day = 120", "cards_per_day = -120", "printers[1].cards_per_day"),
        ("cards_per_day = 200", "cards_per_day = 200.5", "servers[1].cards_per_day"),
        ("target_days = 30", "target_days = 0", "urgency.routine.target_days"),
        ("from = 2017-09-18", 'from = "2017-09-18"', "outages[1].from"),
        ("from = 2017-09-18", "from = 2017-09-18T00:00:00", "outages[1].from"),
        ("from = 2017-09-18", "from = 2017-09-21", "outages[1].from"),
        ('resource = "printer-1"', 'resource = "printer-2"', "outages[1].resource"),
        ("[visits]", "[visit]", "visit"),
        ("[[printers]]", "[printers]", "printers"),
    ],
)
def test_one_thing_wrong(tmp_path: Path, old: str, new: str, key: str) -> None:
    error = refused(written(tmp_path, KUPANG.replace(old, new, 1)))
    assert error.column == key
    assert len(error.problems) == 1
    assert error.problems[0].startswith(f"{key}: ")
    assert str(error).startswith(f"{tmp_path / 'office.toml'}, key {key}: ")


def test_a_name_that_no_file_can_have() -> None:
    with pytest.raises(OfficeError, match="cannot be read: not a file name"):
        load_office("office\x00.toml")


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    error = refused(tmp_path / f"{'x' * 300}.toml")
    assert error.message.startswith("cannot be read: ")
