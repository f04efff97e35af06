"""Scenarios on sheets of office.xlsx: the same as scenarios.toml, and every mistake."""

from __future__ import annotations

import json
import tomllib
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from cli_cases import run
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_sched.errors import ScenarioError
from ektp_sched.example import write_start
from ektp_sched.example.folder import EXAMPLES
from ektp_sched.office import Office
from ektp_sched.office.workbook import workbook_bytes
from ektp_sched.scenarios import load_scenarios
from ektp_sched.scenarios.world.loading import scenarios_of
from ektp_sched.scenarios.world.sheets import (
    further_sheets,
    has_scenarios,
    read_scenario_sheets,
)

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.scenarios import CheckedScenarios

pytestmark = pytest.mark.slow

START = date(2017, 9, 12)
OFFICE = Office.model_validate(
    {
        "name": "Kantor",
        "language": "en",
        "urgency": {
            "urgent": {"target_days": 7, "rank": 0},
            "routine": {"target_days": 30, "default": True},
        },
        "cards": {"KTP-el": {"default": True, "stock": 900}},
        "servers": [{"id": "s", "cards_per_day": 200}],
        "printers": [{"id": "p", "cards_per_day": 150}],
    }
)
FULL: dict[str, Any] = {
    "baseline": "now",
    "question": {"choose": "new", "against": "dates_only", "by": "wait"},
    "deliveries_known_until": date(2018, 2, 26),
    "arrivals": {
        "per_working_day": Decimal("90.5"),
        "dispersion": Decimal("1.25"),
        "mix": {"urgent": Decimal("0.1"), "routine": Decimal("0.9")},
        "prior": {"cards": Decimal("0.25")},
    },
    "held": {"per_working_day": 40, "people": 14_000, "mix": {"routine": 1}},
    "breakdowns": {
        "s": {
            "failures": 2,
            "days_up": 60,
            "repairs": 2,
            "days_down": 5,
            "prior": {"failure": [Decimal("0.5"), 20]},
            "for_good": Decimal("0.1"),
            "replaced_after": 90,
            "replacement_cost_idr": 300_000_000,
        },
        "p2": {"mean_days_between": 60, "mean_days_down": Decimal("2.5")},
    },
    "told": {"heeded": Decimal("0.8"), "cost_idr": 5},
    "worth": {"day_without_card_idr": 100, "years_of_use": Decimal("4.5")},
    "scenarios": {
        "now": {},
        "new": {
            "label": "A new one; dear",
            "cost_idr": 300_000_000,
            "cost_idr_per_day": 7,
            "servers": [
                {
                    "id": "s2",
                    "cards_per_day": {"low": 600, "likely": 650, "high": 700},
                    "from": {
                        "earliest": date(2017, 11, 1),
                        "likely": date(2018, 1, 15),
                        "latest": date(2018, 4, 30),
                    },
                    "replaces": ["s"],
                }
            ],
            "printers": [
                {
                    "id": "p2",
                    "cards_per_day": 175,
                    "from": date(2017, 10, 2),
                    "to": date(2018, 10, 2),
                    "servers": ["s", "s2"],
                    "cards": ["KTP-el"],
                }
            ],
        },
        "other": {
            "office": {
                "name": "Other",
                "calendar": {
                    "workdays": ["mon", "sat"],
                    "closed": [date(2017, 10, 2)],
                    "open": [],
                    "share": {"sat": Decimal("0.5")},
                },
                "urgency": {"routine": {"default": True, "target_days": 14}},
                "cards": {"KTP-el": {"deliveries": [{"on": START, "cards": 5}]}},
                "visits": {"areas": {"Batu Plat": {"trip_cost_idr": 30_000}}},
                "printers": [{"id": "p", "cards_per_day": 100, "servers": ["s"]}],
            }
        },
    },
    "sources": {
        "arrivals": "assumed: nobody counted",
        "scenarios.new.servers.s2.from": "fact: the ministry's letter, of June",
        "office.servers.s.cards_per_day": "fact",
    },
}


def same(first: CheckedScenarios, second: CheckedScenarios) -> None:
    for name in first.__dataclass_fields__:
        one, other = getattr(first, name), getattr(second, name)
        if name == "assumptions":
            one, other = ({a.key: a for a in each} for each in (one, other))
        if name != "digest":
            assert one == other, name


def written(path: Path, tables: dict[str, Any]) -> Path:
    path.write_bytes(workbook_bytes(OFFICE, further_sheets(tables)))
    return path


def through_sheets(folder: Path, tables: dict[str, Any]) -> None:
    path = written(folder / "office.xlsx", tables)
    assert Office.load(path) == OFFICE
    read = load_scenarios(path, OFFICE, start=START)
    same(read, scenarios_of(tables, OFFICE, start=START))


def test_every_key_goes_through_the_sheets_and_back(tmp_path: Path) -> None:
    through_sheets(tmp_path, FULL)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_go_through_the_sheets_and_back(name: str, tmp_path: Path) -> None:
    write_start(tmp_path / "text", example=name)
    write_start(tmp_path / "sheets", example=name, office_format="xlsx")
    book, text = tmp_path / "sheets/office.xlsx", tmp_path / "text/scenarios.toml"
    office = Office.load(book)
    assert office == Office.load(tmp_path / "text/office.toml")
    assert has_scenarios(book) is text.exists()
    if not text.exists():
        return
    read = load_scenarios(book, office, start=START)
    same(read, load_scenarios(text, office, start=START))
    write_start(tmp_path / "again", source=book)  # and as text, nothing lost
    again = load_scenarios(tmp_path / "again/scenarios.toml", office, start=START)
    same(again, read)
    write_start(
        tmp_path / "converted",
        source=tmp_path / "text/office.toml",
        office_format="xlsx",
    )
    assert (tmp_path / "converted/office.xlsx").read_bytes() == book.read_bytes()


numbers = st.decimals(1, 1000, places=2).map(lambda n: n.normalize())
days = st.integers(0, 400).map(lambda n: START + timedelta(days=n))
names = st.text("abcXYZ019._-", min_size=1, max_size=8).filter(
    lambda text: text[0] not in ".-" and text.casefold() != "dates_only"
)
texts = st.text("ab;\"':=#é 0", min_size=1, max_size=12).filter(
    lambda text: text.strip() == text
)


def ranges(keys: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    three = st.lists(values, min_size=3, max_size=3, unique=True)
    return values | three.map(
        lambda each: dict(zip(keys.split(), sorted(each), strict=True))
    )


def optional(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=values)


added = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["new-1", "new-2"]),
        "cards_per_day": ranges("low likely high", st.integers(1, 10**6)),
    },
    optional={
        "from": ranges("earliest likely latest", days),
        "to": st.just(date(2019, 12, 31)),
        "replaces": st.just(["s"]),
    },
)
scenario = optional(
    label=texts,
    cost_idr=st.integers(0, 10**12),
    cost_idr_per_day=st.integers(0, 10**9),
    servers=st.lists(added, min_size=1, max_size=1),
    office=optional(
        calendar=optional(
            workdays=st.lists(st.sampled_from(["mon", "sat"]), min_size=1, unique=True),
            closed=st.lists(days, max_size=2, unique=True),
        ),
        reserve=optional(cards_per_day=st.integers(0, 9)),
    ),
)
files = st.fixed_dictionaries(
    {"scenarios": st.dictionaries(names, scenario, min_size=1, max_size=3)},
    optional={
        "deliveries_known_until": days,
        "arrivals": st.fixed_dictionaries(
            {"per_working_day": numbers},
            optional={
                "dispersion": numbers,
                "mix": st.integers(0, 100).map(
                    lambda n: {
                        "urgent": Decimal(n) / 100,
                        "routine": Decimal(100 - n) / 100,
                    }
                ),
            },
        ),
        "held": st.fixed_dictionaries({"per_working_day": numbers}),
        "told": optional(cost_idr=st.integers(0, 10**9)),
        "worth": optional(years_of_use=st.decimals(1, 90, places=3)),
        "breakdowns": st.fixed_dictionaries(
            {"s": optional(mean_days_between=numbers, mean_days_down=numbers)}
        ).filter(lambda table: len(table["s"]) == 2),
        "sources": st.fixed_dictionaries({"office.servers.s": st.just("fact: x: y")}),
    },
)


@settings(max_examples=6, deadline=None)
@given(tables=files)
def test_what_is_drawn_goes_through_the_sheets_and_back(
    tables: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folded = [name.casefold() for name in tables["scenarios"]]
    if len(folded) == len(set(folded)):
        through_sheets(tmp_path_factory.mktemp("drawn"), tables)


def problems(path: Path, cells: dict[str, Any]) -> tuple[str, ...]:
    """Return what is said where cells of sound sheets are changed: ``sheet!A1``."""
    book = openpyxl.load_workbook(written(path, FULL))
    for cell, value in cells.items():
        sheet, _, at = cell.rpartition("!")
        book["_".join(filter(None, ("scenarios", sheet)))][at] = value
    book.save(path)
    with pytest.raises(ScenarioError) as no:
        load_scenarios(path, OFFICE, start=START)
    assert no.value.sentence("id") != str(no.value)
    assert Office.load(path) == OFFICE  # which a plan can still use
    return no.value.problems


def test_what_has_the_wrong_form_is_named_by_sheet_and_row_and_column(
    tmp_path: Path,
) -> None:
    said = problems(
        tmp_path / "office.xlsx",
        {
            "!C3": "dear",
            "!E1": "colour",
            "!E2": 1,
            "servers!A2": "newer",
            "printers!B2": None,
            "printers!D2": 5,
            "office!C4": None,
            "office!B5": "name",
            "office!B6": "a b",
            "settings!A3": "basis",
            "settings!B7": "many",
            "breakdowns!I2": "1; x",
            "breakdowns!B3": None,
            "sources!B2": "true",
            "sources!A3": None,
        },
    )
    for place, right in (
        ("scenarios, row 1: ", 'unknown heading "colour"'),
        ("scenarios, row 3, column cost_idr: ", "whole number of rupiah"),
        ("scenarios_servers, row 2, column scenario: ", 'unknown scenario "newer"'),
        ("scenarios_printers, row 2, column id: ", "is missing"),
        ("scenarios_printers, row 2, column cards_per_day.low: ", "clear the other"),
        ("scenarios_office, row 4, column value: ", "fill both"),
        ("scenarios_office, row 5, column key: ", "two rows"),
        ("scenarios_office, row 6, column key: ", "must be a key of office.toml"),
        ("scenarios_settings, row 3: ", 'unknown key "basis"'),
        ("scenarios_settings, row 7: ", "arrivals.per_working_day: is"),
        ("scenarios_breakdowns, row 2, column prior.failure: ", "above 0"),
        ("scenarios_breakdowns, row 3: ", "write mean_days_between"),
        ("scenarios_sources, row 2, column kind: ", "fact or assumed"),
        ("scenarios_sources, row 3, column key: ", "is empty"),
    ):
        assert any(f"{place}" in text and right in text for text in said), place


def test_what_does_not_fit_the_office_is_named_by_sheet_and_row_and_column(
    tmp_path: Path,
) -> None:
    said = problems(
        tmp_path / "office.xlsx",
        {
            "servers!H2": date(2016, 1, 1),
            "servers!L2": "s; z",
            "office!C3": "mon; funday",
            "office!B10": "visit.every_days",
            "settings!B2": "nobody",
            "breakdowns!A2": "t",
            "arrivals_mix!B2": 0.2,
            "arrivals_mix!A3": "soon",
            "sources!A2": "arrival",
        },
    )
    for place, right in (
        ("scenarios_servers, row 2, column from.earliest: ", "before the start"),
        ("scenarios_servers, row 2, column replaces: ", 'unknown server "z"'),
        ("scenarios_office, row 3, column value: ", "funday"),
        ("scenarios_office, row 10, column key: ", 'unknown key "visit"'),
        ("scenarios_settings, row 2: ", 'baseline: unknown scenario "nobody"'),
        ("scenarios_breakdowns, row 2: ", 'unknown printer or server "t"'),
        ("scenarios_arrivals_mix, row 2, column share: ", "sum to"),
        ("scenarios_arrivals_mix, row 3, column share: ", "unknown urgency class"),
        ("scenarios_sources, row 2, column key: ", 'nearest known one is "arrivals"'),
    ):
        assert any(f"{place}" in text and right in text for text in said), place


def test_a_scenario_stands_in_one_row_with_its_name(tmp_path: Path) -> None:
    said = problems(tmp_path / "office.xlsx", {"!A3": "now", "!A4": None, "!B4": "?"})
    assert "scenarios, row 3, column name: " in said[0]
    assert "two rows" in said[0]
    assert "scenarios, row 4, column name: is empty" in said[1]


def test_an_unknown_sheet_and_a_workbook_without_scenarios_are_named(
    tmp_path: Path,
) -> None:
    path = written(tmp_path / "office.xlsx", {})
    assert not has_scenarios(path)
    with pytest.raises(ScenarioError, match="write a row on the sheet scenarios"):
        load_scenarios(path, OFFICE)
    book = openpyxl.load_workbook(written(path, FULL))
    book["scenarios_servers"].title = "scenarios_server"
    book.save(path)
    with pytest.raises(ScenarioError, match='unknown sheet "scenarios_server"'):
        load_scenarios(path, OFFICE)


def test_what_text_holds_is_held_by_the_file_that_it_becomes(tmp_path: Path) -> None:
    source = written(tmp_path / "office.xlsx", FULL)
    write_start(tmp_path / "text", source=source)
    text = (tmp_path / "text/scenarios.toml").read_text("utf-8")
    same(
        scenarios_of(tomllib.loads(text, parse_float=Decimal), OFFICE, start=START),
        scenarios_of(read_scenario_sheets(source)[0].data, OFFICE, start=START),
    )


def test_the_commands_take_the_sheets_of_the_office(tmp_path: Path) -> None:
    path = written(tmp_path / "office.xlsx", FULL)
    rows = [f"A{n},2017-09-0{n}" for n in range(1, 6)]
    text = "\n".join(["application_id,waiting_since", *rows]) + "\n"
    (tmp_path / "backlog.csv").write_text(text, "utf-8")
    common = (tmp_path / "backlog.csv", "--office", path, "--start", START)
    few = ("--days", "40", "--replications", "20", "--json")
    done = run("compare", *common, *few, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["baseline"] == "now"
    told = run("promise", *common, *few, "--out", tmp_path / "told")
    assert json.loads(told.stdout)["certain"] is False
    plain = tmp_path / "plain.xlsx"
    plain.write_bytes(workbook_bytes(OFFICE, further_sheets({})))
    no = run("compare", common[0], "--office", plain, "--out", tmp_path / "none")
    assert no.returncode == 2
    assert "--scenarios" in no.stderr
    assert "sheet scenarios" in no.stderr
