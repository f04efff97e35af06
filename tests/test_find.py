"""Finding somebody at the counter, by whatever people say of themselves."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from cli_cases import OFFICE, run

from ektp_sched.backlog.identity import make_key
from ektp_sched.counter import find, status_of
from ektp_sched.days import open_office
from ektp_sched.morning import today

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.counter import Found

IDENTIFIED = f"""{OFFICE}
[identity]
from = "NIK"
[status]
printable = ["PRR"]
[columns]
Kelurahan = "area"
"""
HEADING = "NIK,Nama Lengkap,Kelurahan,waiting_since,status"
PEOPLE = {
    "9971010101900001": "9971.0101.0190.0001,Maria  Bere Tallo,Alak,2017-01-05,PRR",
    "9971010101900002": "9971010101900002,Yosef Tallo,Oebobo,06/01/2017,PRR",
    "9971010101900003": "9971010101900003,Ana Maria Lay,Alak,2017-01-07,SFE",
    "9971010101900004": "9971010101900004,,Alak,2017-01-08,PRR",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    (folder / "office.toml").write_text(IDENTIFIED)
    make_key(folder / "identity.key")
    drop(folder, [*PEOPLE.values()])
    return folder


def drop(folder: Path, rows: list[str], name: str = "1.csv") -> None:
    (folder / "exports").mkdir(exist_ok=True)
    (folder / "exports" / name).write_text("\n".join([HEADING, *rows, ""]))


def names(found: Found) -> list[str | None]:
    return [person.name for person in found.people]


def test_a_name_is_found_by_its_parts(office: Path) -> None:
    assert names(find(office, "maria")) == ["Maria Bere Tallo", "Ana Maria Lay"]
    assert names(find(office, "TALLO  mar")) == ["Maria Bere Tallo"]
    assert names(find(office, "lay")) == ["Ana Maria Lay"]  # held as she is
    assert names(find(office, "tallo", limit=1)) == ["Maria Bere Tallo"]
    assert find(office, "tallo", limit=1).more == 1
    for nobody in ("maria yosef", "m", " ", "%", "[a-z]+"):
        assert find(office, nobody).people == ()


def test_numbers_are_found_and_none_of_identity_is_repeated(office: Path) -> None:
    for number, row in PEOPLE.items():
        (person,) = find(office, number).people
        assert (person.name or "") == " ".join(row.split(",")[1].split())
        assert person.waiting_since is not None
        assert person.waiting_since.day == 4 + int(number[-1])
        assert person.queue_number is not None
        for begins in (person.queue_number, person.queue_number[:6].lower()):
            assert person in find(office, begins).people
        assert person in find(office, person.application_id or "").people
        assert number not in str(person)
    (same,) = find(office, "9971 0101 0190 0001").people
    assert same.area == "Alak"
    assert find(office, "9971010101").people == ()  # whole numbers alone


def test_another_export_is_read_anew(office: Path) -> None:
    rows = [row.replace("Yosef", "Yusuf") for row in PEOPLE.values()]
    assert names(find(office, "tallo"))[1] == "Yosef Tallo"
    drop(office, rows)
    assert names(find(office, "tallo"))[1] == "Yusuf Tallo"
    drop(office, [*PEOPLE.values()])
    os.utime(office / "exports" / "1.csv")
    assert names(find(office, "tallo"))[1] == "Yosef Tallo"


@pytest.mark.slow
def test_whom_no_export_has_any_longer_the_ledger_knows(office: Path) -> None:
    today(open_office(office), by="Sri", days=5, report=False)
    gone, *rest = PEOPLE
    drop(office, [PEOPLE[number] for number in rest], "2.csv")
    (person,) = find(office, gone).people
    standing = status_of(office, gone)
    assert (person.name, person.area) == (None, "Alak")
    assert person.queue_number == standing.queue_number
    assert find(office, "bere").people == ()


def test_the_command_finds_too(office: Path) -> None:
    done = run("status", "--find", "lay", "--json", cwd=office)
    assert done.returncode == 0, done.stderr
    (person,) = json.loads(done.stdout)["people"]
    assert person["name"] == "Ana Maria Lay"
    shown = run("status", office, "--find", "tallo")
    assert "Yosef Tallo" in shown.stdout
    nobody = run("status", office, "--find", "9971010101909999")
    assert nobody.returncode == 1
    assert "9971010101909999" not in nobody.stdout + nobody.stderr
    two = run("status", office, "somebody", "--find", "tallo")
    assert two.returncode == 2
