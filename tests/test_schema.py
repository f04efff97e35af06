"""What an editor and docs/files.md say of the fields of office.toml and scenarios.toml.

``EKTP_DOCS=write`` writes the tables of docs/files.md anew.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_origin

import pytest
from cli_cases import run
from jsonschema import Draft7Validator, FormatChecker
from pydantic.fields import FieldInfo

from ektp_sched.example import write_start
from ektp_sched.example.folder import EXAMPLES
from ektp_sched.office import Office, to_toml
from ektp_sched.office.schema import schema_of
from ektp_sched.office.sentences import right_form
from ektp_sched.rules.forms import apart, entry_of, fields_of, form_of, is_table
from ektp_sched.rules.tables import OfficeTables
from ektp_sched.scenarios.world.model import ScenariosFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.rules.fields import Table

FILES: dict[str, type[Table]] = {"office": OfficeTables, "scenarios": ScenariosFile}
DOCS = Path(__file__).parents[1] / "docs" / "files.md"
HEAD = "| key | default | form | meaning |\n|---|---|---|---|\n"
WORKBOOK_WORDS = re.compile(r"semicolon|titik koma|[Ee]mpty|[Kk]osong|\byes\b|\bya\b")


def as_json(value: Any) -> Any:
    """Return a value of TOML as an editor hands it to a schema."""
    if isinstance(value, dict):
        return {key: as_json(part) for key, part in value.items()}
    if isinstance(value, list):
        return [as_json(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def wrong(schema: dict[str, Any], text: str) -> list[str]:
    validator = Draft7Validator(schema, format_checker=FormatChecker())
    errors = validator.iter_errors(as_json(tomllib.loads(text)))
    return [f"{error.json_path}: {error.message}" for error in errors]


def descriptions(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("description"), str):
            yield schema["description"]
        for part in schema.values():
            yield from descriptions(part)


@pytest.mark.parametrize("example", [None, *EXAMPLES])
def test_what_init_writes_fits_the_schema_that_its_first_line_names(
    example: str | None, tmp_path: Path
) -> None:
    written = write_start(tmp_path, example=example)
    files = [path for path in written if path.suffix == ".toml"]
    assert files
    for path in files:
        directive, schema = path.read_text("utf-8").splitlines()[0].split()
        assert directive == "#:schema"
        named = json.loads((path.parent / schema).read_text("utf-8"))
        Draft7Validator.check_schema(named)
        assert wrong(named, path.read_text("utf-8")) == []
    office = Office.load(tmp_path / "office.toml")
    assert wrong(schema_of(OfficeTables, "en"), to_toml(office)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cards_per_day = 200", "cards_per_day = 0"),
        ("cards_per_day = 200", 'cards_per_day = "200"'),
        ("cards_per_day = 200", "cards_per_week = 200"),
        ('workdays = ["mon"', 'workdays = ["monday"'),
        ("default = true", "default = 1"),
        ("[urgency.routine]", "[urgency.routine.more]"),
        ("[calendar]", "[calendar]\nshare = { fri = 1.5 }"),
        ("[calendar]", "[calendar]\nclosed = [5]"),
    ],
)
def test_what_an_office_refuses_of_one_value_its_schema_refuses(
    old: str, new: str, tmp_path: Path
) -> None:
    write_start(tmp_path, language="en")
    text = (tmp_path / "office.toml").read_text("utf-8")
    assert old in text
    assert wrong(schema_of(OfficeTables, "en"), text.replace(old, new, 1))


def test_a_scenario_changes_any_keys_of_the_office_and_no_others() -> None:
    schema = schema_of(ScenariosFile, "en")
    assert wrong(schema, "[scenarios.sat.office.urgency.routine]\nrank = 1") == []
    assert wrong(schema, "[scenarios.sat.office.urgency.routine]\nrang = 1")
    server = "[[scenarios.new.servers]]\nid = 's'\ncards_per_day = "
    assert wrong(schema, f"{server}5\nfrom = 2018-01-02") == []
    assert wrong(schema, f"{server}{{ low = 1, likely = 2, high = 3 }}") == []
    assert wrong(schema, f"{server}{{ low = 1 }}")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("language", ["en", "id"])
def test_every_key_is_described_in_the_words_of_a_file_of_text(
    name: str, language: str
) -> None:
    schema = schema_of(FILES[name], language)
    for text in descriptions(schema):
        assert not WORKBOOK_WORDS.search(text), text
    other = schema_of(FILES[name], "id" if language == "en" else "en")
    assert len([*descriptions(schema)]) == len([*descriptions(other)])
    for own, foreign in zip(descriptions(schema), descriptions(other), strict=True):
        assert own != foreign


# The command


def test_schema_prints_or_writes(tmp_path: Path) -> None:
    printed = run("schema")
    assert (printed.returncode, printed.stderr) == (0, "")
    assert json.loads(printed.stdout) == schema_of(OfficeTables, "en")
    path = tmp_path / "s.json"
    written = run("schema", "scenarios", "--lang", "id", "--out", path)
    assert (written.returncode, written.stdout) == (0, f"{path}\n")
    assert json.loads(path.read_bytes()) == schema_of(ScenariosFile, "id")
    assert "ektp-sched schema office" in run("schema", "--help").stdout


def test_schema_refuses_another_file_and_no_folder(tmp_path: Path) -> None:
    wrong_file = run("schema", "plan")
    assert wrong_file.returncode == 2
    assert "office, scenarios" in wrong_file.stderr
    nowhere = run("schema", "--out", tmp_path / "no" / "s.json")
    assert nowhere.returncode == 2
    assert nowhere.stderr.count("\n") == 1


# The tables in docs/files.md


def rows(
    annotation: Any, model: type[Table], key: str, path: tuple[str | int, ...]
) -> Iterator[str]:
    """Yield a row for each key that a file may have."""
    base = apart(annotation)[0]
    if is_table(base):
        if isinstance(annotation, FieldInfo) and form_of(annotation).says is not None:
            yield row(annotation, key, str(right_form(path, model)))
        for name, field in fields_of(base).items():
            below = f"{key}.{name}" if key else name
            yield from rows(field, model, below, (*path, name))
        return
    entries = get_origin(base) in (dict, tuple) and is_table(apart(entry_of(base))[0])
    if not entries:
        yield row(annotation, key, str(right_form(path, model)))
    else:
        below = f"{key}.NAME" if get_origin(base) is dict else f"{key}[]"
        yield row(annotation, below, "")
        yield from rows(entry_of(base), model, below, (*path, 0))


def row(field: Any, key: str, form: str) -> str:
    cells = f"`{key}`", default(field), form, note(field)[0]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def note(field: Any) -> tuple[str, str]:
    """Return what a field is about, and what holds where it is left out."""
    meaning, _, absent = str(field.description).partition(" Left out: ")
    return meaning, absent.rstrip(".")


def default(field: Any) -> str:
    if field.is_required():
        return "needed"
    value = field.default
    if isinstance(value, Decimal):
        value = str(value)
    if isinstance(value, tuple):
        value = ", ".join(map(str, value))
    absent = note(field)[1]
    if absent or value in (None, "") or not isinstance(value, str | int):
        return absent or "none"
    return str(value).lower() if isinstance(value, bool) else f"{value}"


@pytest.mark.parametrize("name", FILES)
def test_the_table_of_keys_is_that_of_the_fields(name: str) -> None:
    table = HEAD + "\n".join(rows(FILES[name], FILES[name], "", ())) + "\n"
    begin, end = f"<!-- keys of {name}.toml -->\n", "<!-- end of keys -->\n"
    text = DOCS.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    written, _, after = rest.partition(end)
    if os.environ.get("EKTP_DOCS") == "write":
        DOCS.write_text(before + begin + table + end + after, encoding="utf-8")
        return
    assert written == table
