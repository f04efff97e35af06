"""Each rule of an office, kept and broken, with the sentence it gives."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ektp_sched.errors import OfficeError
from ektp_sched.office import Notice, Office
from ektp_sched.office.office import parse_office
from ektp_sched.rules.capacity import Server
from ektp_sched.rules.classes import UrgencyClass
from ektp_sched.rules.ribbons import Printer

SERVER = {"id": "server-1", "cards_per_day": 200}
PRINTER = {"id": "printer-1", "cards_per_day": 175}
TWO = {"short": {"target_days": 3}, "long": {"target_days": 30, "default": True}}


def data(**changes: Any) -> dict[str, Any]:
    return {"name": "Kantor", "servers": [SERVER], "printers": [PRINTER]} | changes


def problems(**changes: Any) -> tuple[str, ...]:
    with pytest.raises(OfficeError) as caught:
        parse_office(data(**changes), file="office.toml")
    assert caught.value.file == "office.toml"
    assert all("\n" not in problem for problem in caught.value.problems)
    return caught.value.problems


def printer(**changes: Any) -> list[dict[str, Any]]:
    return [PRINTER | changes]


# The values of single keys.


def test_defaults() -> None:
    office = parse_office(data())
    assert office.language == "id"
    assert office.calendar.country is None
    assert office.calendar.workdays == ("mon", "tue", "wed", "thu", "fri")
    assert office.calendar.share == {}
    assert office.classes == {"routine": UrgencyClass(target_days=30, default=True)}
    assert office.default_urgency == "routine"
    assert office.cards == {}
    assert office.default_card is None
    assert office.reserve.cards_per_day == 0
    assert office.plan.tiers == ("unprinted", "overdue", "promise", "pressure")
    assert (office.plan.batch_size, office.plan.freeze_days) == (50, 0)
    assert (office.plan.tie_break, office.plan.seed) == ("recorded", None)
    assert (office.visits.every_days, office.visits.trip_cost_idr) == (30, 20_000)
    assert office.dates.format is None
    assert office.status is None
    assert office.identity is None
    assert office.privacy.show_nik is False
    assert office.lcm_targets == 30
    assert office.has_ranks is False
    assert office.base is None
    assert office.source_digest is None


DAILY = "it must be a whole number of cards from 1 to 10,000,000"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (-5, "-5"),
        (10_000_001, "10000001"),
        (Decimal("120.5"), "120.5"),
        (Decimal("200.0"), "200.0"),
        (True, "true"),
        ("200", '"200" in quotes'),
        ("many", '"many"'),
        ([], "empty"),
        ({"a": 1}, "a table"),
        (date(2017, 9, 12), "2017-09-12"),
    ],
)
def test_capacities_are_whole_positive_and_believable(value: Any, shown: str) -> None:
    for table, entry in (("servers", SERVER), ("printers", PRINTER)):
        changed = {table: [entry | {"cards_per_day": value}]}
        assert problems(**changed) == (
            f"{table}[1].cards_per_day: is {shown}; {DAILY}",
        )


def test_largest_capacity_is_accepted() -> None:
    office = parse_office(data(printers=printer(cards_per_day=10_000_000)))
    assert office.printers[0].cards_per_day == 10_000_000


@pytest.mark.parametrize("value", [0, -1, 36_501, Decimal("1.5")])
def test_target_days_out_of_range(value: Any) -> None:
    assert problems(urgency={"routine": {"target_days": value}}) == (
        f"urgency.routine.target_days: is {value}; it must be a whole number of days "
        "from 1 to 36,500",
    )


@pytest.mark.parametrize(
    ("table", "key", "value", "form"),
    [
        ("plan", "batch_size", 0, DAILY),
        ("plan", "freeze_days", -1, "from 0 to 3,660"),
        ("plan", "tiers", [], "one or more of unprinted, overdue, promise, pressure"),
        ("plan", "seed", -1, "from 0 to 9,223,372,036,854,775,807"),
        ("visits", "every_days", 0, "from 1 to 36,500"),
        ("visits", "trip_cost_idr", -1, "from 0 to 1,000,000,000,000"),
        ("reserve", "cards_per_day", -1, "from 0 to 10,000,000"),
        ("dates", "format", "dd/mm/yyyy", "such as %d/%m/%Y"),
        ("status", "printable", [], 'such as ["PRR"]'),
        ("privacy", "show_nik", "yes", "true or false"),
        ("calendar", "workdays", [], 'such as ["mon", "tue"]'),
        ("calendar", "closed", ["2017-12-27"], "without quotes, such as 2017-09-18"),
        ("calendar", "share", {"fri": Decimal("1.1")}, "a number from 0 to 1"),
        ("calendar", "share", {"fri": Decimal("NaN")}, "a number from 0 to 1"),
        ("calendar", "share", {"fri": "0.5"}, "a number from 0 to 1"),
        ("calendar", "share", {"fri": Decimal("1e-31")}, "at most 30 decimals"),
        ("identity", "from", "", "1 to 500 characters"),
    ],
)
def test_values_out_of_range(table: str, key: str, value: Any, form: str) -> None:
    (problem,) = problems(**{table: {key: value}})
    assert problem.startswith(f"{table}.{key}")
    assert problem.endswith(form) or form in problem
    assert "; it must be " in problem


@pytest.mark.parametrize("text", ["", "  ", " Kantor", "Kantor ", "a\nb", "a\x00", "￿"])
def test_text_is_one_plain_line(text: str) -> None:
    (problem,) = problems(name=text)
    assert problem.startswith("name: is ")


def test_missing_keys_say_what_is_wanted() -> None:
    with pytest.raises(OfficeError) as caught:
        parse_office({"nme": "x"}, file="office.toml")
    assert [p.split(":")[0] for p in caught.value.problems] == [
        "name",
        "servers",
        "printers",
        "nme",
    ]
    assert caught.value.problems[3] == (
        'nme: unknown key "nme"; the nearest known one is "name"'
    )


@pytest.mark.parametrize(
    ("changes", "key", "near"),
    [
        ({"plann": {}}, "plann", "plan"),
        ({"calendar": {"workday": ["mon"]}}, "calendar.workday", "workdays"),
        ({"urgency": {"a": {"target_days": 1, "rnk": 1}}}, "urgency.a.rnk", "rank"),
        ({"cards": {"a b": {"stok": 1}}}, 'cards."a b".stok', "stock"),
        ({"servers": [SERVER | {"form": 1}]}, "servers[1].form", "from"),
        ({"printers": [PRINTER | {"area": []}]}, "printers[1].area", "areas"),
        ({"printers": [PRINTER | {"from_": 1}]}, "printers[1].from_", "from"),
        ({"privacy": {"show_name": True}}, "privacy.show_name", "show_nik"),
    ],
)
def test_unknown_keys_name_the_nearest(
    changes: dict[str, Any], key: str, near: str
) -> None:
    (problem,) = problems(**changes)
    assert problem.startswith(f"{key}: unknown key ")
    assert problem.endswith(f'; the nearest known one is "{near}"')


def test_unknown_key_of_a_delivery() -> None:
    delivery = {"on": date(2017, 10, 2), "cards": 1, "card": 1}
    cards = {"KTP-el": {"stock": 1, "deliveries": [delivery]}}
    assert problems(cards=cards) == (
        'cards.KTP-el.deliveries[1].card: unknown key "card"; '
        'the nearest known one is "cards"',
    )


@pytest.mark.parametrize(
    ("changes", "key", "word", "near"),
    [
        ({"calendar": {"country": "IDX"}}, "calendar.country", "country", "ID"),
        ({"calendar": {"country": "id"}}, "calendar.country", "country", "ID"),
        ({"columns": {"TGL": "waiting"}}, "columns.TGL", "column", "waiting_since"),
    ],
)
def test_unknown_names_name_the_nearest(
    changes: dict[str, Any], key: str, word: str, near: str
) -> None:
    (problem,) = problems(**changes)
    place, sentence = problem.split(": ", 1)
    assert place.endswith(key)
    assert word in sentence
    assert sentence.endswith(f'; the nearest known one is "{near}"')


DAYS = "mon, tue, wed, thu, fri, sat or sun"
TIERS = "unprinted, overdue, promise, pressure, moved, cost_idr or shifts"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"language": "in"}, 'language: unknown language "in"; it must be id or en'),
        (
            {"calendar": {"workdays": ["mon", "senin"]}},
            f'calendar.workdays[2]: unknown day "senin"; it must be {DAYS}',
        ),
        (
            {"calendar": {"share": {"jumat": 0.5}}},
            f'calendar.share.jumat: unknown day "jumat"; it must be {DAYS}',
        ),
        (
            {"plan": {"tiers": ["fairness"]}},
            f'plan.tiers[1]: unknown tier "fairness"; it must be {TIERS}',
        ),
        (
            {"plan": {"tie_break": "draw"}},
            'plan.tie_break: unknown tie_break "draw"; it must be recorded or lottery',
        ),
    ],
)
def test_where_there_are_few_words_all_are_named(
    changes: dict[str, Any], said: str
) -> None:
    """The nearest in letters to "senin" would be "sun"."""
    assert problems(**changes) == (said,)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": 5}, "name: is 5"),
        ({"name": ""}, "name: is empty"),
        ({"printers": PRINTER}, "printers: is a table"),
        ({"printers": [PRINTER | {"servers": [1]}]}, "printers[1].servers[1]: is 1"),
        ({"columns": {"TGL": 3}}, "columns.TGL: is 3"),
        (
            {"columns": {"waiting_since": "TGL"}},
            "columns.waiting_since: stands the wrong way round",
        ),
        ({"dates": {"format": "dd/mm/yyyy"}}, 'dates.format: is "dd/mm/yyyy"'),
    ],
)
def test_values_of_another_kind_are_said_in_the_words_of_the_file(
    changes: dict[str, Any], said: str
) -> None:
    (problem,) = problems(**changes)
    assert problem.startswith(said)


def test_country_by_its_name() -> None:
    assert problems(calendar={"country": "Indonesia"}) == (
        'calendar.country: unknown country "Indonesia"; write its code, "ID"',
    )


def test_visits_differ_by_area() -> None:
    areas = {"Alak": {"trip_cost_idr": 30_000}, "Oebobo": {"every_days": 60}}
    visits = parse_office(data(visits={"every_days": 20, "areas": areas})).visits
    found = [visits.of(name) for name in ("Alak", "Oebobo", "Maulafa", None)]
    assert found == [(20, 30_000), (60, 20_000), (20, 20_000), (20, 20_000)]


@pytest.mark.parametrize(
    ("areas", "said"),
    [
        ({"Alak": 1}, "visits.areas.Alak: is 1"),
        (
            {"Alak": {"trip_cost": 1}},
            'visits.areas.Alak.trip_cost: unknown key "trip_cost"',
        ),
        ({"Alak": {"every_days": 0}}, "visits.areas.Alak.every_days: is 0"),
        (
            {"Batuplat": {"every_days": 9}},
            'visits.areas.Batuplat: "Batuplat" is a spelling of "Batu Plat"',
        ),
    ],
)
def test_visits_of_an_area_that_are_not_right(areas: Any, said: str) -> None:
    known = {"Alak": [], "Batu Plat": ["Batuplat"]}
    (problem,) = problems(areas=known, visits={"areas": areas})
    assert problem.startswith(said)


# What must hold between keys.


def test_no_printer_and_no_server() -> None:
    assert problems(servers=[], printers=[]) == (
        "servers: there is none; add a table [[servers]] with id and cards_per_day",
        "printers: there is none; add a table [[printers]] with id and cards_per_day",
    )


@pytest.mark.parametrize("text", ["a" * 40, "A.b_c-9", "-", "_x", "9"])
def test_ids_that_fit(text: str) -> None:
    assert parse_office(data(printers=printer(id=text))).printers[0].id == text


@pytest.mark.parametrize("text", ["a" * 41, ".a", "a b", "a/b", "é", "a\\b", ".."])
def test_ids_that_do_not_fit(text: str) -> None:
    (problem,) = problems(printers=printer(id=text))
    assert problem.startswith(f'printers[1].id: "{text}" is no id; ')


def test_ids_are_unique_across_printers_and_servers() -> None:
    assert problems(printers=[*printer(), *printer(), *printer(id="Server-1")]) == (
        'printers[2].id: "printer-1" is already the id of printers[1]; '
        "give each server and printer an id of its own",
        'printers[3].id: "Server-1" is already the id of servers[1]; '
        "give each server and printer an id of its own",
    )


def test_from_may_equal_to_but_not_pass_it() -> None:
    day, before = date(2017, 9, 18), date(2017, 9, 17)
    outage = {"resource": "printer-1", "from": day, "to": day}
    parse_office(data(outages=[outage], printers=printer(**{"from": day, "to": day})))
    sentence = "2017-09-18 is after to = 2017-09-17; exchange them, or correct one"
    assert problems(
        servers=[SERVER | {"from": day, "to": before}],
        printers=printer(**{"from": day, "to": before}),
        outages=[outage | {"to": before}],
    ) == tuple(f"{t}[1].from: {sentence}" for t in ("servers", "printers", "outages"))


def test_printer_names_known_servers() -> None:
    parse_office(data(printers=printer(servers=["server-1"])))
    assert problems(printers=printer(servers=["sever-1"])) == (
        'printers[1].servers[1]: unknown server "sever-1"; '
        'the nearest known one is "server-1"',
    )
    (problem,) = problems(printers=printer(servers=[]))
    assert problem.startswith("printers[1].servers: is empty; it must be at least one")


def test_printer_names_known_cards() -> None:
    cards: dict[str, Any] = {"KTP-el": {}}
    parse_office(data(cards=cards, printers=printer(cards=["KTP-el"])))
    assert problems(cards=cards, printers=printer(cards=["KTP"])) == (
        'printers[1].cards[1]: unknown card type "KTP"; '
        'the nearest known one is "KTP-el"',
    )
    assert problems(printers=printer(cards=["KTP"])) == (
        'printers[1].cards[1]: unknown card type "KTP"; none is defined',
    )


def test_areas_are_known_where_they_are_listed() -> None:
    areas = {"Batu Plat": ["Batuplat"], "Alak": []}
    free = parse_office(data(printers=printer(areas=["X"]), area_rank={"Y": 1}))
    assert free.has_ranks
    parse_office(data(areas=areas, printers=printer(areas=["Alak"])))
    assert problems(
        areas=areas, printers=printer(areas=["Batuplat"]), area_rank={"Alax": 1}
    ) == (
        'printers[1].areas[1]: "Batuplat" is a spelling of "Batu Plat"; '
        'write "Batu Plat"',
        'area_rank.Alax: unknown area "Alax"; the nearest known one is "Alak"',
    )


def test_a_spelling_means_one_area() -> None:
    parse_office(data(areas={"A": ["a", " A"[1:]], "B": []}))
    assert problems(areas={"Belo": ["bello"], "Bello": ["BELO"], "bello": []}) == (
        'areas.bello: is the same name as "Bello"; keep one of them',
        'areas.Belo[1]: "bello" already stands for "Bello"; '
        "a spelling can mean one area only",
        'areas.Bello[1]: "BELO" already stands for "Belo"; '
        "a spelling can mean one area only",
    )


def test_outage_of_a_known_resource() -> None:
    day = date(2017, 9, 18)
    outage = {"resource": "server-1", "from": day, "to": day}
    office = parse_office(data(outages=[outage]))
    assert office.outages[0].share == 0
    assert problems(outages=[outage | {"resource": "server-2"}]) == (
        'outages[1].resource: unknown printer or server "server-2"; '
        'the nearest known one is "server-1"',
    )


def test_deliveries_stand_by_date() -> None:
    def coming(*days: int) -> dict[str, Any]:
        entries = [{"on": date(2017, 10, day), "cards": 1} for day in days]
        return {"KTP-el": {"stock": 0, "deliveries": entries}}

    assert parse_office(data(cards=coming(1, 2, 2, 9))).cards
    assert problems(cards=coming(1, 9, 2, 2, 1)) == tuple(
        f"cards.KTP-el.deliveries[{at}].on: 2017-10-0{late} stands after "
        f"2017-10-0{early}; write deliveries in the order of their dates, or correct "
        "one"
        for at, late, early in ((3, 2, 9), (5, 1, 2))
    )


def test_deliveries_need_stock() -> None:
    deliveries = [{"on": date(2017, 10, 2), "cards": 1}]
    cards = {"KTP-el": {"stock": 0, "deliveries": deliveries}}
    assert parse_office(data(cards=cards)).cards["KTP-el"].stock == 0
    (problem,) = problems(cards={"KTP-el": {"deliveries": deliveries}})
    assert problem.startswith("cards.KTP-el.deliveries: deliveries without stock; ")


def test_a_sole_class_or_card_is_the_default() -> None:
    office = parse_office(data(urgency={"x": {"target_days": 5}}, cards={"y": {}}))
    assert (office.default_urgency, office.default_card) == ("x", "y")


def test_of_several_classes_or_cards_one_is_the_default() -> None:
    office = parse_office(data(urgency=TWO, cards={"a": {"default": True}, "b": {}}))
    assert (office.default_urgency, office.default_card) == ("long", "a")
    none = {"a": {"target_days": 1}, "b": {"target_days": 2}, "c": {"target_days": 2}}
    assert problems(
        urgency=none, cards={"x": {"default": True}, "y": {"default": True}}
    ) == (
        'urgency: none of "a", "b" and "c" says default = true; '
        "exactly one must say so",
        'cards: "x" and "y" both say default = true; exactly one of them must say so',
    )


def test_tiers_stand_once_in_any_order() -> None:
    office = parse_office(data(plan={"tiers": ["pressure", "unprinted"]}))
    assert office.plan.tiers == ("pressure", "unprinted")
    assert problems(plan={"tiers": ["pressure", "promise", "pressure"]}) == (
        'plan.tiers: "pressure" stands 2 times; name each tier once',
    )


def test_a_lottery_has_a_seed() -> None:
    plan = {"tie_break": "lottery"}
    assert parse_office(data(plan=plan | {"seed": 0})).plan.seed == 0
    (problem,) = problems(plan=plan)
    assert problem.startswith("plan.seed: a lottery needs a published seed; ")


def test_targets_share_a_scale() -> None:
    fine = {"a": {"target_days": 9_999}, "b": {"target_days": 1_000, "default": True}}
    assert parse_office(data(urgency=fine)).lcm_targets == 9_999_000
    # 9,973 and 10,007 are primes: 99,799,811.
    broken = {
        "a": {"target_days": 9_973},
        "b": {"target_days": 10_007, "default": True},
    }
    (problem,) = problems(urgency=broken)
    assert problem.startswith("urgency: the target_days a = 9973, b = 10007 have ")
    assert "99,799,811" in problem


def test_classify_rules() -> None:
    rule = {"column": "KET", "matches": "darurat|sakit", "urgency": "short"}
    office = parse_office(data(urgency=TWO, classify=[rule]))
    assert office.classify[0].matches == "darurat|sakit"
    found = problems(
        urgency=TWO,
        classify=[rule | {"urgency": "shrt"}, rule | {"matches": "(sakit"}],
    )
    assert found[0] == (
        'classify[1].urgency: unknown urgency class "shrt"; '
        'the nearest known one is "short"'
    )
    assert found[1].startswith(
        'classify[2].matches: "(sakit" is no regular expression; '
    )
    assert len(found) == 2


def test_columns_may_name_what_passes_through() -> None:
    columns = {"TGL_REKAM": "waiting_since", "NAMA": "name", "NIK": "nik"}
    assert parse_office(data(columns=columns)).columns == columns


def test_everything_wrong_is_said_at_once() -> None:
    found = problems(
        calendar={"workdays": ["mon", "frid"], "country": "IDX"},
        printers=printer(cards_per_day=0, servers=["x"]),
        outages=[{"resource": "y", "from": "soon", "to": date(2017, 9, 1)}],
        urgency={"a": {"target_days": 0}, "b": {"target_days": 1}},
        classify=[{"column": "KET", "matches": "x", "urgency": "c"}],
        columns={" K": "name"},
        shifts=[{"id": "a/b", "days": ["sun", "satday"], "share": 5}],
    )
    assert [p.split(": ")[0] for p in found] == [
        "calendar.workdays[2]",
        "urgency.a.target_days",
        "printers[1].cards_per_day",
        "outages[1].from",
        "shifts[1].days[2]",
        "shifts[1].share",
        'columns." K"',
        "printers[1].servers[1]",
        "outages[1].resource",
        "classify[1].urgency",
        "calendar.country",
        "shifts[1].id",
    ]


def test_error_carries_file_and_first_key() -> None:
    with pytest.raises(OfficeError) as caught:
        parse_office(data(printers=printer(cards_per_day=0)), file="office.toml")
    assert caught.value.column == "printers[1].cards_per_day"
    assert caught.value.message == f"is 0; {DAILY}"
    with pytest.raises(OfficeError, match=r"from 1 to 36,500 \(and 1 more\)$"):
        parse_office(
            data(urgency={"a": {"target_days": 0}}, printers=printer(cards_per_day=0))
        )


def test_made_in_python() -> None:
    office = Office(
        name="Kantor",
        servers=(Server(id="s", cards_per_day=1, from_=date(2017, 1, 1)),),
        printers=(Printer(id="p", cards_per_day=1, servers=("s",)),),
    )
    assert office.servers[0].from_ == date(2017, 1, 1)
    with pytest.raises(ValueError, match="unknown server"):
        Office(
            name="Kantor",
            servers=office.servers,
            printers=(Printer(id="p", cards_per_day=1, servers=("t",)),),
        )


# What an office answers.


def test_eligible_printers() -> None:
    printers = [
        {"id": "z", "cards_per_day": 1},
        {"id": "b", "cards_per_day": 1, "cards": ["KTP-el"]},
        {"id": "a", "cards_per_day": 1, "areas": ["Alak"]},
    ]
    cards = {"KTP-el": {"default": True}, "KIA": {}}
    office = parse_office(data(printers=printers, cards=cards))
    assert office.eligible("KTP-el", "Alak") == ("a", "b", "z")
    assert office.eligible("KIA", "Oebobo") == ("z",)
    assert office.eligible("KTP-el", None) == ("b", "z")


def test_ranks() -> None:
    urgency = {"a": {"target_days": 3, "rank": 0}, "b": TWO["long"]}
    office = parse_office(data(urgency=urgency, area_rank={"Alak": 2}))
    assert office.has_ranks
    assert (office.class_rank("a"), office.class_rank("b")) == (0, None)
    assert office.area_rank.get("Alak") == 2
    assert office.lcm_targets == 30


def codes(**changes: Any) -> list[str]:
    return [notice.code for notice in parse_office(data(**changes)).warnings()]


def test_short_targets_want_rank_or_reserve() -> None:
    office = parse_office(data(urgency=TWO))
    figures: dict[str, str | int] = {
        "urgency": "short",
        "target_days": 3,
        "longest": 30,
    }
    assert office.warnings() == (Notice("short-target", figures),)
    ranked = TWO | {"short": {"target_days": 3, "rank": 0}}
    assert codes(urgency=ranked) == []
    assert codes(urgency=TWO, reserve={"cards_per_day": 5}) == []
    assert codes(urgency={"only": {"target_days": 3}}) == []


def test_a_target_much_shorter_than_the_longest() -> None:
    def kinds(short: int) -> dict[str, Any]:
        return {
            "a": {"target_days": short},
            "b": {"target_days": 90, "default": True},
        }

    assert codes(urgency=kinds(18)) == ["short-target"]
    assert codes(urgency=kinds(19)) == []


def test_reserve_that_takes_everything() -> None:
    assert codes(reserve={"cards_per_day": 174}) == []
    assert codes(reserve={"cards_per_day": 175}) == ["reserve-takes-all"]


def test_cards_areas_and_servers_that_nothing_uses() -> None:
    office = parse_office(
        data(
            servers=[SERVER, {"id": "server-2", "cards_per_day": 1}],
            printers=printer(cards=["A"], areas=["X"], servers=["server-1"]),
            cards={"A": {"default": True}, "B": {}},
            areas={"X": [], "Y": []},
        )
    )
    assert office.warnings() == (
        Notice("card-without-printer", {"card": "B"}),
        Notice("area-without-printer", {"area": "Y"}),
        Notice("server-unreached", {"server": "server-2"}),
    )


def test_what_stands_beside_a_bad_value_is_checked_too() -> None:
    found = problems(
        servers=[SERVER, 5],
        outages=[{"resource": 5, "from": date(2017, 9, 2), "to": date(2017, 9, 1)}],
    )
    assert [p.split(": ")[0] for p in found] == ["servers[2]", "outages[1].resource"]
    found = problems(
        outages=[{"resource": 5, "from": date(2017, 9, 2), "to": date(2017, 9, 1)}],
        classify=[{"column": "KET", "matches": "(", "urgency": 5}],
        cards={"a": {"deliveries": [{"on": "soon", "cards": 0}]}, "b": {}},
        plan={"tie_break": "lottery"},
    )
    assert [p.split(": ")[0] for p in found] == [
        "cards.a.deliveries[1].on",
        "cards.a.deliveries[1].cards",
        "outages[1].resource",
        "classify[1].urgency",
        "outages[1].from",
        "plan.seed",
        "classify[1].matches",
    ]
