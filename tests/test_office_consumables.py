"""Blanks that expire or are set aside, and ribbons: kept, refused, counted."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import xlsxwriter
from cli_cases import run
from strategies import START, desk

from ektp_sched.errors import OfficeError
from ektp_sched.office import (
    Lot,
    Office,
    capacity,
    dump,
    load_office,
    lots,
)
from ektp_sched.office.office import parse_office
from ektp_sched.output.languages import language
from ektp_sched.rules import printer_supplies

if TYPE_CHECKING:
    from pathlib import Path

URGENCY = {
    "emergency": {"target_days": 3, "rank": 0},
    "urgent": {"target_days": 14},
    "routine": {"target_days": 30, "default": True},
}
DATE = "a date without quotes, such as 2017-09-18"


def day(after: int) -> date:
    return START + timedelta(days=after)


def tables(card: dict[str, Any], printer: dict[str, Any]) -> dict[str, Any]:
    return desk(urgency=URGENCY, cards={"KTP-el": card}) | {
        "printers": [{"id": "p", "cards_per_day": 175} | printer]
    }


def office(card: dict[str, Any] | None = None, **printer: Any) -> Office:
    return parse_office(tables(card or {}, printer))


def problems(card: dict[str, Any] | None = None, **printer: Any) -> tuple[str, ...]:
    with pytest.raises(OfficeError) as caught:
        office(card, **printer)
    assert all("\n" not in problem for problem in caught.value.problems)
    return caught.value.problems


# What is kept


def test_what_is_left_out() -> None:
    found = office({"stock": 5})
    card, printer = found.cards["KTP-el"], found.printers[0]
    assert (card.expires_on, card.set_aside) == (None, {})
    assert (printer.cards_per_ribbon, printer.ribbons) == (None, None)
    assert printer.ribbon_deliveries == ()
    assert lots(found, START, 30) == {}
    assert printer_supplies(found, START, 30) == {}


def test_all_of_the_stock_may_be_set_aside_and_an_empty_table_says_nothing() -> None:
    found = office({"stock": 5, "set_aside": {"emergency": 2, "urgent": 3}})
    assert found.cards["KTP-el"].set_aside == {"emergency": 2, "urgent": 3}
    assert office({"set_aside": {}}).cards["KTP-el"].set_aside == {}


def test_a_delivery_may_expire_on_its_own_day_and_with_the_stock() -> None:
    coming = [{"on": day(3), "cards": 1, "expires_on": day(3)}]
    assert office({"stock": 0, "deliveries": coming}).cards["KTP-el"].deliveries
    card = {"stock": 5, "expires_on": day(3), "set_aside": {"urgent": 1}}
    assert office(card | {"deliveries": coming}).cards["KTP-el"].set_aside


def test_ribbons_are_exact_and_equal_however_written() -> None:
    one, two = (
        office(cards_per_ribbon=500, ribbons=Decimal(text)) for text in ("2.5", "2.500")
    )
    assert one == two
    assert str(one.printers[0].ribbons) == "2.5"


@pytest.mark.parametrize("text", ["10", "1e3", "100.0", "1000000"])
def test_ten_ribbons_are_not_one(text: str) -> None:
    found = office(cards_per_ribbon=10_000_000, ribbons=Decimal(text)).printers[0]
    assert found.ribbons == Decimal(text)
    assert str(found.ribbons) == str(int(float(text)))


# What is refused, in office.toml


@pytest.mark.parametrize(
    ("card", "sentence"),
    [
        (
            {"stock": 5, "expires_on": "2017-12-31"},
            '.expires_on: is "2017-12-31" in quotes',
        ),
        (
            {"stock": 5, "expires_on": datetime(2017, 12, 31, 8)},
            ".expires_on: is 2017-12-31 08:00:00",
        ),
        ({"stock": 5, "expires_on": 20171231}, ".expires_on: is 20171231"),
        ({"stock": 5, "expire_on": START}, '.expire_on: unknown key "expire_on"'),
        ({"expires_on": START}, ".expires_on: without stock"),
        ({"set_aside": {"emergency": 1}}, ".set_aside: without stock"),
        (
            {"deliveries": [{"on": START, "cards": 1}]},
            ".deliveries: deliveries without stock",
        ),
        (
            {"stock": 5, "set_aside": {"emergency": 3, "routine": 3}},
            ".set_aside: 6 blanks are set aside of a stock of 5",
        ),
        (
            {"stock": 5, "set_aside": {"emergncy": 3}},
            '.set_aside.emergncy: unknown urgency class "emergncy"',
        ),
        ({"stock": 5, "set_aside": {"emergency": 0}}, ".set_aside.emergency: is 0"),
        (
            {"stock": 5, "set_aside": {"emergency": 10**9 + 1}},
            ".set_aside.emergency: is 1000000001",
        ),
        ({"stock": 5, "set_aside": {"emergency": 2.5}}, ".set_aside.emergency: is 2.5"),
        (
            {"stock": 5, "set_aside": {"emergency": "3"}},
            '.set_aside.emergency: is "3" in quotes',
        ),
        (
            {"stock": 5, "set_aside": {"emergency": True}},
            ".set_aside.emergency: is true",
        ),
        (
            {"stock": 5, "set_aside": {"emergency": {"cards": 3}}},
            ".set_aside.emergency: is a table",
        ),
        ({"stock": 5, "set_aside": {"": 3}}, '.set_aside."": is no name'),
        ({"stock": 5, "set_aside": 3}, ".set_aside: is 3"),
        ({"stock": 5, "set_aside": ["emergency"]}, ".set_aside: is a list"),
        (
            {"stock": 5}
            | {"deliveries": [{"on": day(9), "cards": 1, "expires_on": day(8)}]},
            ".deliveries[1].expires_on: 2017-09-20 is before on =",
        ),
        (
            {"stock": 5, "deliveries": [{"on": day(9), "cards": 1, "expires": day(9)}]},
            '.deliveries[1].expires: unknown key "expires"',
        ),
        (
            {"stock": 5, "deliveries": [{"on": day(9), "cards": 0}]},
            ".deliveries[1].cards: is 0",
        ),
        (
            {"stock": 5}
            | {"deliveries": [{"on": day(9), "cards": 1}, {"on": day(8), "cards": 1}]},
            ".deliveries[2].on: 2017-09-20 stands after 2017-09-21",
        ),
        (
            {"stock": 5, "set_aside": {"emergency": 3}}
            | {"deliveries": [{"on": day(8), "cards": 1, "expires_on": day(9)}]},
            ".deliveries[1].expires_on: these blanks expire on 2017-09-21",
        ),
        (
            {"stock": 5, "set_aside": {"emergency": 3}, "expires_on": day(10)}
            | {"deliveries": [{"on": day(8), "cards": 1, "expires_on": day(9)}]},
            ".deliveries[1].expires_on: these blanks expire on 2017-09-21",
        ),
    ],
)
def test_what_is_wrong_with_blanks(card: dict[str, Any], sentence: str) -> None:
    (problem,) = problems(card)
    assert problem.startswith(f"cards.KTP-el{sentence}")
    assert "; " in problem  # and then what would be right


RIBBONS = "a number from 0 to 1,000,000 with at most 30 decimals, such as 2.5"


@pytest.mark.parametrize(
    ("printer", "sentence"),
    [
        ({"cards_per_ribbon": 500}, ".cards_per_ribbon: without ribbons"),
        ({"ribbons": 0}, ".ribbons: without cards_per_ribbon"),
        (
            {"ribbon_deliveries": [{"on": START, "ribbons": 1}]},
            ".ribbon_deliveries: without cards_per_ribbon",
        ),
        ({"cards_per_ribbon": 0, "ribbons": 2}, ".cards_per_ribbon: is 0"),
        ({"cards_per_ribbon": 500.5, "ribbons": 2}, ".cards_per_ribbon: is 500.5"),
        (
            {"cards_per_ribbon": "500", "ribbons": 2},
            '.cards_per_ribbon: is "500" in quotes',
        ),
        ({"cards_per_ribbon": 500, "ribbons": -1}, ".ribbons: is -1"),
        ({"cards_per_ribbon": 500, "ribbons": Decimal("1e7")}, ".ribbons: is 1E+7"),
        ({"cards_per_ribbon": 500, "ribbons": float("nan")}, ".ribbons: is nan"),
        ({"cards_per_ribbon": 500, "ribbons": "2,5"}, '.ribbons: is "2,5"'),
        ({"cards_per_ribbon": 500, "ribbons": True}, ".ribbons: is true"),
        (
            {"cards_per_ribbon": 500, "ribbons": Decimal(1).scaleb(-31)},
            ".ribbons: is 1E-31",
        ),
        (
            {"cards_per_ribbon": 500, "ribbons": 1, "ribon_deliveries": []},
            '.ribon_deliveries: unknown key "ribon_deliveries"',
        ),
    ],
)
def test_what_is_wrong_with_ribbons(printer: dict[str, Any], sentence: str) -> None:
    (problem,) = problems(**printer)
    assert problem.startswith(f"printers[1]{sentence}")
    assert "; " in problem  # and then what would be right


@pytest.mark.parametrize(
    ("deliveries", "sentence"),
    [
        ([{"on": START, "ribbons": 0}], "[1].ribbons: is 0"),
        ([{"on": START}], "[1].ribbons: is missing"),
        ([{"ribbons": 1}], "[1].on: is missing"),
        ([{"on": START, "ribbons": 1, "cards": 1}], '[1].cards: unknown key "cards"'),
        (
            [{"on": day(1), "ribbons": 1}, {"on": START, "ribbons": 1}],
            "[2].on: 2017-09-12 stands after 2017-09-13",
        ),
        ([3], "[1]: is 3"),
        ({"on": START, "ribbons": 1}, ": is a table"),
    ],
)
def test_what_is_wrong_with_coming_ribbons(deliveries: Any, sentence: str) -> None:
    (problem,) = problems(cards_per_ribbon=500, ribbons=2, ribbon_deliveries=deliveries)
    assert problem.startswith(f"printers[1].ribbon_deliveries{sentence}")
    assert "; " in problem  # and then what would be right


def test_one_bad_value_is_one_problem_and_those_beside_it_are_said_too() -> None:
    card = {"stock": -1, "expires_on": "soon", "set_aside": {"emergncy": 1}}
    coming = [{"on": day(8), "cards": 1, "expires_on": day(9)}]
    assert problems(card | {"deliveries": coming}, cards_per_ribbon=5, ribbons=-1) == (
        "cards.KTP-el.stock: is -1; it must be a whole number of cards from 0 to "
        "1,000,000,000",
        f'cards.KTP-el.expires_on: is "soon"; it must be {DATE}',
        f"printers[1].ribbons: is -1; it must be {RIBBONS}",
        'cards.KTP-el.set_aside.emergncy: unknown urgency class "emergncy"; the '
        'nearest known one is "emergency"',
    )


# What is typed into office.xlsx, and what is refused there


def book(path: Path, **sheets: list[list[Any]]) -> Path:
    """Write a workbook: ``set_aside`` and the like as rows below their headings."""
    headings = {
        "cards": ["name", "default", "stock", "expires_on"],
        "deliveries": ["card", "on", "cards", "expires_on"],
        "set_aside": ["card", "urgency", "cards"],
        "printers": ["id", "cards_per_day", "cards_per_ribbon", "ribbons"],
        "ribbon_deliveries": ["printer", "on", "ribbons"],
    }
    classes: list[list[Any]] = [["emergency", 3, None], ["routine", 30, "ya"]]
    rows: dict[str, list[list[Any]]] = {
        "office": [["key", "value"], ["name", "Kantor"]],
        "urgency": [["name", "target_days", "default"], *classes],
        "servers": [["id", "cards_per_day"], ["s", 200]],
        "cards": [headings["cards"], ["KTP-el", "ya", 100], ["KIA"]],
        "printers": [headings["printers"], ["p", 175, 500, 2]],
    }
    for name, lines in sheets.items():
        first = [headings[name]] if name in headings else []
        rows[name] = [*first, *lines]
    with xlsxwriter.Workbook(path) as made:
        form = made.add_format({"num_format": "dd/mm/yyyy"})
        for name, lines in rows.items():
            page = made.add_worksheet(name)
            for at, line in enumerate(lines):
                for column, cell in enumerate(line):
                    if isinstance(cell, datetime):
                        page.write_datetime(at, column, cell, form)
                    else:
                        page.write(at, column, cell)
    return path


def test_what_people_type(tmp_path: Path) -> None:
    path = book(
        tmp_path / "office.xlsx",
        cards=[["KTP-el", "ya", 100, "31/12/2017"], ["KIA", None, 50]],
        deliveries=[
            [" KTP-el", datetime(2017, 10, 2), 10, 43100],
            ["KTP-el", "2017-10-09", 10],
        ],
        set_aside=[["KTP-el", "emergency", "20"], [], ["KIA", "routine", 50]],
        printers=[["p", 175, "500", "2,5"], [1, 175, 500, 0.1 + 0.2], ["q", 175]],
        ribbon_deliveries=[[1, datetime(2017, 10, 2), 2], ["p", "2-10-2017", "0,75"]],
    )
    found = load_office(path)
    card = found.cards["KTP-el"]
    assert card.expires_on == date(2017, 12, 31)
    assert [one.expires_on for one in card.deliveries] == [date(2017, 12, 31), None]
    assert card.set_aside == {"emergency": 20}
    assert found.cards["KIA"].set_aside == {"routine": 50}
    assert [str(p.ribbons) for p in found.printers] == ["2.5", "0.3", "None"]
    assert [str(one.ribbons) for one in found.printers[0].ribbon_deliveries] == ["0.75"]
    assert [one.on for one in found.printers[1].ribbon_deliveries] == [
        date(2017, 10, 2)
    ]


@pytest.mark.parametrize(
    ("sheets", "sentence"),
    [
        (
            {"cards": [["KTP-el", "ya", 100, "akhir 2017"]]},
            'sheet cards, row 2, column expires_on: is "akhir 2017"',
        ),
        (
            {"cards": [["KTP-el", "ya", None, datetime(2017, 12, 31)]]},
            "sheet cards, row 2, column expires_on: without stock",
        ),
        (
            {"printers": [["p", 175, 500, "2 rol"]]},
            'sheet printers, row 2, column ribbons: is "2 rol"',
        ),
        (
            {"printers": [["p", 175, "1e3", 2]]},
            "sheet printers, row 2, column cards_per_ribbon: is 1E+3",
        ),
        (
            {"printers": [["p", 175, None, "2,5"]]},
            "sheet printers, row 2, column ribbons: without",
        ),
        (
            {"set_aside": [["KTP-el", "emergency", 1], ["KTP-el", "emergency", 2]]},
            'sheet set_aside, row 3: "emergency" stands in two rows',
        ),
        (
            {"set_aside": [["KTP", "emergency", 1]]},
            'sheet set_aside, row 2, column card: unknown card type "KTP"',
        ),
        (
            {"set_aside": [[None, "emergency", 1]]},
            "sheet set_aside, row 2, column card: is empty",
        ),
        (
            {"set_aside": [["KTP-el", None, 1]]},
            "sheet set_aside, row 2, column urgency: is empty",
        ),
        ({"set_aside": [["KTP-el", "emergency"]]}, "sheet set_aside, row 2: is empty"),
        (
            {"set_aside": [["KTP-el", "emergency", "2,5"]]},
            "sheet set_aside, row 2: is 2.5",
        ),
        ({"set_aside": [["KTP-el", "emergency", -3]]}, "sheet set_aside, row 2: is -3"),
        (
            {"set_aside": [["KIA", "emergency", 3]]},
            "sheet set_aside, row 2: without stock",
        ),
        (
            {"set_aside": [["KTP-el", "emergency", 101]]},
            "sheet set_aside, row 2: 101 blanks are set aside of a stock of",
        ),
        (
            {"ribbon_deliveries": [["q", datetime(2017, 10, 2), 1]]},
            "sheet ribbon_deliveries, row 2, column printer: unknown",
        ),
        (
            {"ribbon_deliveries": [[None, datetime(2017, 10, 2), 1]]},
            "sheet ribbon_deliveries, row 2, column printer: is empty",
        ),
        (
            {"ribbon_deliveries": [["p", None, 1]]},
            "sheet ribbon_deliveries, row 2, column on: is missing",
        ),
        (
            {"ribbon_deliveries": [["p", datetime(2017, 10, 2)]]},
            "sheet ribbon_deliveries, row 2, column ribbons: is missing",
        ),
        (
            {"ribon_deliveries": [["printer", "on", "ribbons"]]},
            "sheet ribon_deliveries, row 1: unknown sheet",
        ),
        (
            {"deliveries": [["KTP-el", datetime(2017, 10, 2), 9, "01/10/2017"]]},
            "sheet deliveries, row 2, column expires_on: 2017-10-01 is",
        ),
    ],
)
def test_what_is_wrong_in_a_workbook(
    sheets: dict[str, list[list[Any]]], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(OfficeError) as caught:
        load_office(book(tmp_path / "office.xlsx", **sheets))
    (problem,) = caught.value.problems
    assert problem.startswith(sentence)
    assert "; " in problem  # and then what would be right


def test_a_wrong_heading_is_named_and_so_is_what_it_leaves_empty(
    tmp_path: Path,
) -> None:
    path = book(tmp_path / "office.xlsx", set_aside=[["KTP-el", "emergency", 3]])
    edited = openpyxl.load_workbook(path)
    edited["set_aside"]["B1"] = "class"
    edited.save(path)
    with pytest.raises(OfficeError) as caught:
        load_office(path)
    assert caught.value.problems == (
        'sheet set_aside, row 1: unknown heading "class"; the nearest known one is '
        '"cards"',
        "sheet set_aside, row 2, column urgency: is empty; write a name, or clear the "
        "row",
    )


FULL = tables(
    {
        "stock": 900,
        "expires_on": date(2017, 12, 31),
        "set_aside": {"urgent": 50, "emergency": 200},
        "deliveries": [
            {"on": day(6), "cards": 10, "expires_on": date(2018, 6, 30)},
            {"on": day(6), "cards": 20},
        ],
    },
    {
        "cards_per_ribbon": 500,
        "ribbons": Decimal("2.4"),
        "ribbon_deliveries": [
            {"on": day(6), "ribbons": Decimal("0.123456789012345678")}
        ],
    },
)


def test_init_from_converts_both_ways(tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("a", "b", "c"))
    first.mkdir()
    dump(parse_office(FULL), first / "office.toml")
    for source, target, form in (
        (first / "office.toml", second, "xlsx"),
        (second / "office.xlsx", third, "toml"),
    ):
        done = run("init", target, "--from", source, "--office-format", form)
        assert done.returncode == 0, done.stderr
    schema, _, text = (third / "office.toml").read_bytes().partition(b"\n")
    assert schema == b"#:schema ./office.schema.json"
    assert text == (first / "office.toml").read_bytes()
    assert b"set_aside = {urgent = 50, emergency = 200}" in text
    assert Office.load(second / "office.xlsx") == parse_office(FULL)
    pages = openpyxl.load_workbook(second / "office.xlsx")
    assert [[c.value for c in row] for row in pages["set_aside"]["A1:C3"]] == [
        ["card", "urgency", "cards"],
        ["KTP-el", "urgent", 50],
        ["KTP-el", "emergency", 200],
    ]
    assert [c.value for c in pages["ribbon_deliveries"][2]] == [
        "p",
        datetime(2017, 9, 18),
        "0.123456789012345678",
    ]
    assert pages["deliveries"]["D2"].value == datetime(2018, 6, 30)


# What is probably not meant


def test_nothing_is_left_for_the_classes_without_a_share() -> None:
    all_of_it = {"stock": 5, "set_aside": {"emergency": 2, "urgent": 3}}
    found = office(all_of_it)
    (notice,) = [n for n in found.warnings() if n.code == "set-aside-rest"]
    assert notice.figures == {"card": "KTP-el", "stock": 5}
    assert language("en").notice(notice) == (
        "All 5 blanks of KTP-el are set aside and no delivery is to come; whoever is "
        "of a class for which none are gets no such card."
    )
    assert "Seluruh 5 blangko KTP-el disisihkan" in language("id").notice(notice)


@pytest.mark.parametrize(
    "card",
    [
        {"stock": 6, "set_aside": {"emergency": 2, "urgent": 3}},
        {"stock": 6, "set_aside": {"emergency": 2, "urgent": 3, "routine": 1}},
        {"stock": 5, "set_aside": {"emergency": 2, "urgent": 3}}
        | {"deliveries": [{"on": START, "cards": 1}]},
        {"stock": 0},
    ],
)
def test_something_is_left_or_everybody_has_a_share(card: dict[str, Any]) -> None:
    assert "set-aside-rest" not in [n.code for n in office(card).warnings()]


# What they come to


def test_lots_worked_by_hand() -> None:
    found = office(
        {
            "stock": 100,
            "expires_on": day(4),
            "set_aside": {"urgent": 5, "emergency": 20},
            "deliveries": [
                {"on": day(-1), "cards": 7},
                {"on": day(2), "cards": 30, "expires_on": day(6)},
                {"on": day(3), "cards": 40, "expires_on": day(99)},
                {"on": day(9), "cards": 50},
                {"on": day(10), "cards": 60},
            ],
        }
    )
    assert lots(found, START, 10) == {
        "KTP-el": (
            Lot(0, 4, 20, "emergency"),
            Lot(0, 4, 5, "urgent"),
            Lot(0, 4, 75),
            Lot(2, 6, 30),
            Lot(3, 9, 40),
            Lot(9, 9, 50),
        )
    }
    supply = capacity(found, START, 10).supply["KTP-el"]
    assert supply.tolist() == [100, 100, 130, 170, 170, 170, 170, 170, 170, 220]


def test_only_what_expires_within_the_horizon_or_is_set_aside_comes_in_lots() -> None:
    card = {"stock": 9, "expires_on": day(4)}
    assert lots(office(card), START, 5) == {}
    assert lots(office(card), START, 6) == {"KTP-el": (Lot(0, 4, 9),)}
    assert lots(office({"stock": 9, "set_aside": {"urgent": 9}}), START, 5) == {
        "KTP-el": (Lot(0, 4, 9, "urgent"),)
    }


def test_what_had_expired_before_the_start_is_gone() -> None:
    late = {"on": day(3), "cards": 2}
    card = {"stock": 9, "expires_on": day(-1), "deliveries": [late]}
    found = office(card)
    assert lots(found, START, 5) == {"KTP-el": (Lot(3, 4, 2),)}
    assert capacity(found, START, 5).supply["KTP-el"].tolist() == [0, 0, 0, 2, 2]
    today = office(card | {"expires_on": START})
    assert lots(today, START, 5) == {"KTP-el": (Lot(0, 0, 9), Lot(3, 4, 2))}


def test_ribbons_worked_by_hand() -> None:
    third = Decimal("0.333")
    found = parse_office(
        tables({}, {})
        | {
            "printers": [
                {"id": "b", "cards_per_day": 9, "cards_per_ribbon": 10, "ribbons": 0}
                | {"ribbon_deliveries": [{"on": day(1), "ribbons": third}] * 3},
                {"id": "a", "cards_per_day": 9, "cards_per_ribbon": 3}
                | {"ribbons": Decimal("2.5")}
                | {
                    "ribbon_deliveries": [
                        {"on": day(-1), "ribbons": 9},
                        {"on": day(2), "ribbons": Decimal("0.5")},
                        {"on": day(4), "ribbons": 9},
                    ]
                },
                {"id": "c", "cards_per_day": 9},
            ]
        }
    )
    cards = printer_supplies(found, START, 4)
    # 2.5 × 3 = 7.5 and 3 × 3 = 9; 0.999 × 10 = 9.99: rounded down only once.
    assert {name: row.tolist() for name, row in cards.items()} == {
        "a": [7, 7, 9, 9],
        "b": [0, 9, 9, 9],
    }
    assert list(cards) == ["a", "b"]
    assert cards["a"].dtype == "int64"
