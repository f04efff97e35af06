"""Explanations on plans small enough to be followed by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from strategies import START, desk, make_backlog, person

from ektp_sched.backlog import make_key, read_backlog
from ektp_sched.documents.reading import load
from ektp_sched.errors import UsageError
from ektp_sched.office import Office
from ektp_sched.output import save
from ektp_sched.output.explain_text import explanation_lines
from ektp_sched.output.languages import language
from ektp_sched.planning import Plan, plan
from ektp_sched.trust.explain.ahead import REASONS
from ektp_sched.trust.explain.explain import explain
from ektp_sched.trust.explain.model import Explanation

if TYPE_CHECKING:
    from pathlib import Path


def day(offset: int) -> date:
    return date.fromordinal(START.toordinal() + offset)


def planned(document: dict[str, Any], *rows: dict[str, Any], days: int = 5) -> Plan:
    office = Office.model_validate(document)
    return plan(make_backlog(list(rows)), office, start=START, days=days)


def about(made: Plan, name: str, **options: Any) -> Explanation:
    return explain(made, made.backlog, made.office, name, **options)


def reasons(found: Explanation) -> dict[str, int]:
    return {part.reason: part.cards for part in found.ahead}


RANKED: dict[str, Any] = {
    "routine": {"target_days": 30, "default": True},
    "urgent": {"target_days": 3},
    "emergency": {"target_days": 3, "rank": 0},
}


def test_the_first_card_is_held_by_nothing() -> None:
    made = planned(desk(), person("A", 9), person("B", 3))
    found = about(made, "A")
    assert (found.outcome, found.rule) == ("printed", "first-day")
    assert found.slot is not None
    assert (found.slot.day, found.slot.printer, found.slot.server) == (START, "p", "s")
    assert (found.slot.batch, found.slot.position) == (1, 1)
    assert (found.slot.wait_days, found.slot.pressure) == (9, 0.333333)
    assert found.before == 0
    assert found.moves == ()


def test_capacity_names_the_server_and_who_stands_before() -> None:
    made = planned(
        desk(urgency=RANKED),
        person("A", 9),
        person("B", 0, urgency="emergency"),
        person("C", 5),
        person("D", 4, urgency="urgent"),
    )
    found = about(made, "C")
    assert found.rule == "capacity"
    assert found.slot is not None
    assert found.slot.day == day(3)
    assert reasons(found) == {"rank": 1, "waiting": 1, "target": 1}
    assert [(m.resource, m.full, m.days) for m in found.limits] == [("s", 3, 3)]
    moves = {move.code: move for move in found.moves}
    assert (moves["cards"].day, moves["cards"].cards) == (day(2), 1)
    # On the 15th A had waited 12 days of 30, C only 8.
    assert moves["pressure"].needed == 0.4
    assert moves["pressure"].own == 0.266667
    assert "due" in moves


def test_the_tie_break_the_pin_the_due_date_and_the_promise_are_reasons() -> None:
    made = planned(
        desk(),
        person("A", 5),
        person("B", 5),
        person("C", 1, due_on=0),
        person("D", 1, promised_on=1),
        person("E", 1, pinned_on=2),
        days=6,
    )
    found = about(made, "B")
    assert reasons(found) == {"pin": 1, "tie-break": 1, "due": 1, "promise": 1}
    assert set(reasons(found)) <= set(REASONS)
    assert about(made, "E").rule == "pin"
    assert about(made, "C").rule == "first-day"


def test_cards_printed_before_it_was_ready_are_said_to_be() -> None:
    made = planned(desk(), person("A", 1), person("B", 2), person("C", 9, ready_on=3))
    found = about(made, "C")
    assert (found.rule, reasons(found)) == ("ready", {"not-ready": 2})


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"ready_on": 9}, "not-ready"),
        ({"area": "Alak", "card": "KIA"}, "no-printer"),
        ({"pinned_on": 9}, "pinned-later"),
        ({}, "capacity"),
    ],
)
def test_why_a_card_is_not_printed(row: dict[str, Any], rule: str) -> None:
    document = desk(
        cards={"ID": {"default": True}, "KIA": {}},
        printers=[{"id": "p", "cards_per_day": 10, "cards": ["ID"]}],
    )
    others = [person(f"A{n}", 9, card="ID") for n in range(5)]
    made = planned(document, *others, person("X", 1, **{"card": "ID"} | row))
    found = about(made, "X")
    assert (found.outcome, found.rule, found.slot) == ("unprinted", rule, None)
    if rule == "capacity":
        assert reasons(found) == {"waiting": 5}
        assert [(move.code, move.cards) for move in found.moves] == [
            ("cards", 1),
            ("pressure", None),
            ("due", None),
        ]


def test_blanks_hold_a_card_where_the_printers_are_free() -> None:
    delivery = {"on": day(3), "cards": 5}
    cards = {"ID": {"stock": 1, "deliveries": [delivery]}}
    made = planned(
        desk(5, cards=cards), person("A", 9, card="ID"), person("B", 3, card="ID")
    )
    found = about(made, "B")
    assert (found.rule, found.limits) == ("no-blanks", ())
    assert [(move.code, move.day) for move in found.moves] == [("free", START)]


def test_prices_are_those_of_the_day_and_of_its_machines() -> None:
    made = planned(desk(), *(person(f"A{n}", 9) for n in range(7)), days=3)
    found = about(made, "A0")
    # One more card prints one more person: 10/30 + 11/30 + 12/30 less waiting.
    assert [(p.resource, p.tier, p.one_more) for p in found.prices] == [
        ("s", "unprinted", -1.0),
        ("s", "pressure", pytest.approx(-33 / 30)),
    ]
    assert {p.day for p in about(made, "A0", day=day(2)).prices} == {day(2)}


def test_a_saved_plan_without_prices_is_not_taken_for_one_of_worthless_cards(
    tmp_path: Path,
) -> None:
    made = planned(desk(1), person("a", 29), person("b", 9), days=2)
    made = replace(made, prices=None)
    save(made, tmp_path / "out", xlsx=False, report=False)
    for one in (made, load(tmp_path / "out")):
        found = explain(one, made.backlog, made.office, "b")
        assert not found.priced
        said = " ".join(explanation_lines(found, language("en")))
        assert "would change nothing" not in said


def test_held_and_unknown_ids() -> None:
    made = planned(desk(), person("KPG-07", 9))
    held = pl.DataFrame(
        {"application_id": ["H-1"], "status": ["SFE"], "area": [None]},
        schema_overrides={"area": pl.String},
    )
    backlog = replace(made.backlog, held=held)
    found = explain(made, backlog, made.office, "H-1")
    assert (found.outcome, found.rule, found.status) == ("held", "status", "SFE")
    printed = held.with_columns(status=pl.lit("CARD_PRINTED"))
    perhaps = explain(made, replace(backlog, held=printed), made.office, "H-1")
    assert (perhaps.outcome, perhaps.rule) == ("held", "status-means-done")
    said = " ".join(explanation_lines(perhaps, language("en")))
    assert "printed already" in said
    assert "cannot be printed" not in said
    near = explain(made, backlog, made.office, " kpg 07 ")
    assert (near.outcome, near.hint) == ("unknown", "KPG-07")
    # One letter off may be somebody else: nobody's id is given away.
    assert explain(made, backlog, made.office, "KPG-08").hint is None
    assert explain(made, backlog, made.office, "--").hint is None


def test_a_queue_number_is_as_good_as_an_id() -> None:
    made = planned(desk(), person("A", 9))
    frame = made.backlog.frame.with_columns(queue_number=pl.lit("BKR4T-9WXHD"))
    backlog = replace(made.backlog, frame=frame)
    found = explain(made, backlog, made.office, "BKR4T-9WXHD")
    assert found.application_id == "A"


def test_everything_is_plain_json() -> None:
    made = planned(desk(), person("A", 9), person("B", 5))
    written = json.loads(json.dumps(about(made, "B").to_dict()))
    assert written["waiting_since"] == "2017-09-07"
    assert written["before"] == 1
    assert written["slot"]["day"] == "2017-09-13"


def test_sentences_in_indonesian_and_english() -> None:
    rows = [person(f"A{n:04}", 400) for n in range(1200)]
    printers = [{"id": "p", "cards_per_day": 1000}]
    made = planned(
        desk(1050, printers=printers), *rows, person("B", 5, due_on=3), days=2
    )
    found = about(made, "A1100")
    indonesian = explanation_lines(found, language("id"))
    assert indonesian[0] == (
        "Permohonan A1100, kelas routine, menunggu sejak 8 Agustus 2016; "
        "targetnya paling lama 30 hari."
    )
    english = explanation_lines(found, language("en"))
    assert "class routine, has waited since 8 August 2016" in english[0]
    assert all("{" not in line for line in (*indonesian, *english))
    assert found.before > 1000
    grouped = f"{found.before:,}"
    assert any(f"Before it, {grouped} cards" in line for line in english)
    assert any(grouped.replace(",", ".") in line for line in indonesian)


@pytest.mark.parametrize("code", ["id", "en"])
def test_every_code_has_its_sentence(code: str) -> None:
    texts = language(code).texts
    rules = (
        "first-day",
        "ready",
        "pin",
        "capacity",
        "capacity-never",
        "no-blanks",
        "no-ribbon",
        "not-ready",
        "no-printer",
        "pinned-later",
        "exchange",
    )
    assert {f"explain.rule.{rule}" for rule in rules} <= set(texts)
    assert {f"explain.reason.{reason}" for reason in REASONS} <= set(texts)
    moves = ("cards", "pressure", "free", "due")
    assert {f"explain.move.{move}" for move in moves} <= set(texts)
    supplies = ("ribbon", "set-aside", "expired")
    assert {f"explain.supply.{supply}" for supply in supplies} <= set(texts)
    for tier in ("unprinted", "overdue", "promise", "pressure"):
        assert {f"explain.more.{tier}", f"explain.less.{tier}"} <= set(texts)


def sentences(made: Plan, name: str, **options: Any) -> list[str]:
    return explanation_lines(about(made, name, **options), language("en"))


def test_the_day_asked_for_is_the_day_answered() -> None:
    # START is a Tuesday; day 4 a Saturday.
    week = {"workdays": ["mon", "tue", "wed", "thu", "fri"]}
    people = (person("A", 9), person("B", 5), person("C", 1))
    made = planned(desk(calendar=week), *people, days=9)
    assert about(made, "C").priced_on == day(2)
    assert about(made, "C", day=day(1)).priced_on == day(1)
    said = sentences(made, "A", day=day(3))
    assert any("One card more on 15 September 2017" in line for line in said)
    assert not any("12 September 2017 on its" in line for line in said)
    closed = sentences(made, "A", day=day(4))
    assert any("On 16 September 2017 the office is closed" in line for line in closed)
    assert not any("One card more on" in line for line in closed)


@pytest.mark.parametrize("offset", [-1, 9])
def test_a_day_outside_the_plan_is_refused(offset: int) -> None:
    made = planned(desk(), person("A", 9), days=9)
    with pytest.raises(UsageError, match="from 2017-09-12 to 2017-09-20"):
        about(made, "A", day=day(offset))


def test_printer_and_server_both_full_promise_nothing_about_both() -> None:
    # With one card more on both, C would be a day earlier: only each alone is vain.
    made = planned(
        desk(printers=[{"id": "p", "cards_per_day": 1}]),
        *(person(name, 9 - n) for n, name in enumerate("ABC")),
    )
    said = sentences(made, "B")
    assert any("printer alone, or on its server alone" in line for line in said)


def test_a_number_of_a_person_is_answered_and_never_repeated(tmp_path: Path) -> None:
    number, absent = "5371044107900003", "5371044107900011"
    make_key(tmp_path / "identity.key")
    path = tmp_path / "office.toml"
    path.write_text(
        'name = "Test"\nlanguage = "en"\n[identity]\nfrom = "NIK"\n'
        '[status]\nprintable = ["PRR"]\n'
        '[[servers]]\nid = "s"\ncards_per_day = 1\n'
        '[[printers]]\nid = "p"\ncards_per_day = 9\n',
        "utf-8",
    )
    export = tmp_path / "b.csv"
    export.write_text(
        f"NIK,waiting_since,STATUS\n{number},2017-09-01,PRR\n"
        "5371044107900029,2017-09-02,SFE\n",
        "utf-8",
    )
    office = Office.load(path)
    backlog = read_backlog(export, office)
    made = plan(backlog, office, start=START, days=5)
    row = backlog.frame.row(0, named=True)
    for asked in (number, f"'{number}", row["queue_number"], row["application_id"]):
        assert about(made, asked).application_id == row["application_id"]
    # A plan folder's copy has no queue numbers; they follow from the ids.
    bare = replace(backlog, frame=backlog.frame.drop("queue_number"))
    found = explain(made, bare, office, row["queue_number"])
    assert found.application_id == row["application_id"]
    assert about(made, "5371044107900029").outcome == "held"
    said = " ".join(sentences(made, absent))
    assert "537104**********" in " ".join(
        explanation_lines(Explanation(absent, "unknown"), language("en"))
    )
    assert absent not in said


BOUGHT: dict[str, Any] = {
    "calendar": {"workdays": ["tue", "wed", "thu", "fri"]},
    "printers": [{"id": "p", "cards_per_day": 1}],
    "shifts": [
        {"id": "saturday", "days": ["sat"], "cost_idr": 3},
        {"id": "sunday", "days": ["sun"], "cost_idr": 3},
        {"id": "evening", "days": ["wed", "thu"], "cost_idr": 1, "max_uses": 1},
    ],
}


def lines_of(found: Explanation, code: str = "en") -> str:
    return "\n".join(explanation_lines(found, language(code)))


def test_a_card_of_a_shift_is_told_which() -> None:
    people = [person(f"A{n}", 9 - n) for n in range(6)]
    document = desk(**BOUGHT, budget={"idr": 4})
    made = planned(document, *people, days=7)
    worked = [(use.shift, use.day) for use in made.shifts]
    assert worked == [("evening", day(1)), ("saturday", day(4))]
    evening, last = about(made, "A2"), about(made, "A5")
    assert (evening.shifts, evening.only_shift) == (("evening",), False)
    assert (last.shifts, last.only_shift) == (("saturday",), True)
    assert about(made, "A0").shifts == ()
    assert "Extra shift on that day: evening." in lines_of(evening)
    assert "open for the extra shift saturday alone" in lines_of(last)
    assert "hanya untuk shift tambahan saturday" in lines_of(last, "id")
    assert not about(made, "A5", day=day(4)).closed
    assert about(made, "A5", day=day(5)).closed


def test_the_rule_that_keeps_a_shift_from_being_worked_is_named() -> None:
    people = [person(f"A{n}", 9 - n) for n in range(7)]
    document = desk(**BOUGHT, budget={"idr": 4})
    made = planned(document, *people, days=9)
    found = about(made, "A6")
    assert found.rule == "capacity"
    idle = [(one.shift, one.day, one.rules) for one in found.idle]
    assert idle == [
        ("evening", day(2), ("budget.idr", "shifts[3].max_uses")),
        ("sunday", day(5), ("budget.idr",)),
    ]
    assert "these rules leave none for it: budget.idr, shifts[3].max_uses" in lines_of(
        found
    )
    assert found.to_dict()["idle"][1]["day"] == "2017-09-17"


def test_where_no_rule_keeps_a_shift_from_being_worked_the_aims_do() -> None:
    tiers = ["unprinted", "cost_idr", "pressure"]
    people = [person(f"A{n}", 9 - n) for n in range(3)]
    made = planned(desk(**BOUGHT, plan={"tiers": tiers}), *people)
    assert made.shifts == ()
    found = about(made, "A2")
    assert [(one.shift, one.day, one.rules) for one in found.idle] == [
        ("evening", day(1), ())
    ]
    assert "the aims in their order speak against it" in lines_of(found)
    ready = about(planned(desk(**BOUGHT, plan={"tiers": tiers}), person("B", 0)), "B")
    assert (ready.rule, ready.idle) == ("first-day", ())


def test_a_number_of_a_person_without_the_key_is_not_said_to_be_absent(
    tmp_path: Path,
) -> None:
    document = desk() | {"identity": {"from": "NIK"}}
    office = Office.model_validate(document).model_copy(update={"base": tmp_path})
    made = planned(document, person("A", 9))
    with pytest.raises(UsageError, match="--office") as caught:
        explain(made, made.backlog, office, "5371 0101 0170 0001")
    assert "5371" not in str(caught.value)
    assert explain(made, made.backlog, office, "B").outcome == "unknown"
