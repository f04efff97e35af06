"""What is said of blanks and ribbons that are left, worked by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from strategies import Case, desk, person

from ektp_sched.output.digest import key_figures
from ektp_sched.output.languages import language
from ektp_sched.planning import Status

if TYPE_CHECKING:
    from ektp_sched.planning import Plan

CLASSES = {
    "emergency": {"target_days": 3, "rank": 0},
    "routine": {"target_days": 30, "default": True},
}


def planned(card: dict[str, Any], printer: dict[str, Any], *, days: int = 4) -> Plan:
    """Plan ten routine people and one emergency, three cards a day."""
    document = desk(3, urgency=CLASSES, cards={"K": card})
    document["printers"] = [{"id": "p", "cards_per_day": 10} | printer]
    rows = [person(f"r-{n}", 9, card="K", urgency="routine") for n in range(10)]
    rows.append(person("e", 1, card="K", urgency="emergency"))
    made = Case(document, tuple(rows), days=days).plan()
    assert made.status == Status.OPTIMAL
    return made


def day(after: int) -> Any:
    return Case(desk(), ()).day(after)


def test_blanks_that_expire_and_are_set_aside() -> None:
    card = {"stock": 9, "expires_on": day(1), "set_aside": {"emergency": 2}}
    coming = [{"on": day(2), "cards": 6, "expires_on": day(9)}]
    made = planned(card | {"deliveries": coming}, {})
    # Three on each of the first two days, the emergency with its own blank; so 1 of
    # its 2 and 2 of the other 7 expire; then three a day of what comes.
    said = "11 of 15 used; 3 expire unused; 1 left"
    assert key_figures(made, language("en"))[-1] == ("Blanks of K", said)
    assert key_figures(made, language("id"))[-1][0] == "Blangko K"


def test_what_is_set_aside_stays_for_who_is_yet_to_come() -> None:
    made = planned({"stock": 7, "set_aside": {"emergency": 3, "routine": 1}}, {})
    said = "5 of 7 used; 2 left for emergency alone"
    assert key_figures(made, language("en"))[-1] == ("Blanks of K", said)


def test_ribbons() -> None:
    more = [{"on": day(2), "ribbons": 1}, {"on": day(9), "ribbons": 5}]
    own = {"cards_per_ribbon": 10, "ribbons": 0.45, "ribbon_deliveries": more}
    made = planned({}, own)
    # Four with what is there; then three a day with 14.5 cards' worth in all.
    lines = key_figures(made, language("en"))
    assert lines[-1] == ("Ribbons of p", "10 cards printed; good for 4 more")


def test_an_office_without_any_says_nothing() -> None:
    made = planned({"stock": 20, "expires_on": day(3)}, {})
    labels = [label for label, _ in key_figures(made, language("en"))]
    assert not [label for label in labels if label.startswith(("Blanks", "Ribbons"))]
