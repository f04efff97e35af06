"""What the acts say of people, of their cards, each person with a row, and of blanks.

People are as the last export that had them print-ready says, with what was decided in
its place.  A card printed anew is of a person of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.records import FIELDS
from ektp_sched.days.supplies import blanks_left, used
from ektp_sched.ledger.state import state_of
from ektp_sched.output import load

if TYPE_CHECKING:
    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.documents import Plan
    from ektp_sched.ledger import Reader
    from ektp_sched.ledger.state import State
    from ektp_sched.office import Office
    from ektp_sched.rules.stock import CardType


ORDER: Final = (
    *("waiting_since", "ready_on", "urgency", "due_on"),
    *("card", "area", "promised_on", "pinned_on"),
)
"""What decides who comes first, and where."""

_DAYS: Final = ("waiting_since", "ready_on", "due_on", "promised_on", "pinned_on")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a ledger says.

    Parameters
    ----------
    state
        What it adds up to.
    people
        person, application_id (null: forgotten), known_on (day of the import that first
        has the person print-ready), ranked_on (day since which the person has this
        place in the queue), in_queue (print-ready in the last export, or printed),
        `FIELDS` as they are used; nobody whom no export had print-ready.
    cards
        As `ektp_sched.days.supplies.used` has them: a row for each blank.
    """

    state: State
    people: pl.DataFrame
    cards: pl.DataFrame

    def unknown(self, day: date) -> pl.Series:
        """Return those on a sheet up to a day of whose card nothing is known."""
        asked = self.state.unknown(day + timedelta(days=1))["person"]
        said_open = self.state.results.filter(pl.col("result") == "open")["person"]
        return pl.concat([asked, said_open]).unique(maintain_order=True)


def facts_of(reader: Reader, office: Office) -> Facts:
    """Return what a ledger says of people and cards."""
    state = state_of(reader)
    cards = used(reader, date.min).sort("day", "act", maintain_order=True)
    return Facts(state, _people(reader, office, state, cards), cards)


def _people(
    reader: Reader, office: Office, state: State, cards: pl.DataFrame
) -> pl.DataFrame:
    days = {act.number: act.day for act in reader.acts()}
    day = pl.col("act").replace_strict(days, return_dtype=pl.Date)
    ready = (
        reader.facts("seen").filter(pl.col("state") == "ready").with_columns(day=day)
    )
    order = pl.struct(*ORDER)
    changed = (order != order.shift(1).over("person")).fill_null(value=True)
    ready = ready.with_columns(
        known_on=pl.col("day").first().over("person"),
        ranked_on=pl.when(changed).then("day").forward_fill().over("person"),
    ).unique("person", keep="last", maintain_order=True)
    decided = reader.facts("overrides").with_columns(day=day)
    decided_on = decided.group_by("person").agg(decided_on=pl.col("day").max())
    printed = cards.filter(result="printed").select("person", is_printed=True)
    now = state.seen.select("person", now="state")
    people = (
        ready.select("person", "known_on", "ranked_on", *FIELDS)
        .join(state.people, on="person", how="left", maintain_order="left")
        .join(decided_on, on="person", how="left", maintain_order="left")
        .join(printed, on="person", how="left", maintain_order="left")
        .join(now, on="person", how="left", maintain_order="left")
    )
    withheld = state.withheld.select("person", "field", value="used")
    overrides = state.overrides.select("person", "field", "value")
    people = _replaced(_replaced(people, withheld), overrides)
    urgency = pl.col("urgency").is_in([*office.classes])
    card = pl.col("card").is_in([*office.cards])
    return people.select(
        "person",
        "application_id",
        "known_on",
        pl.max_horizontal("ranked_on", "decided_on"),
        (pl.col("is_printed") | (pl.col("now") == "ready"))
        .fill_null(value=False)
        .alias("in_queue"),
        *FIELDS,
    ).with_columns(
        pl.when(urgency).then("urgency").otherwise(pl.lit(office.default_urgency)),
        pl.when(card).then("card").otherwise(pl.lit(office.default_card, pl.String)),
    )


def _replaced(people: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Return people with other values of some fields, given as texts."""
    for (name,), rows in values.group_by("field"):
        if name not in FIELDS:
            continue
        value = pl.col("value")
        if name in _DAYS:
            value = value.str.to_date("%Y-%m-%d", strict=False)
        elif name == "recorded_at":
            value = value.str.to_datetime(
                "%Y-%m-%dT%H:%M:%S%.6f", time_unit="us", strict=False
            )
        others = rows.select("person", value.alias("other"), is_other=True)
        people = (
            people.join(others, on="person", how="left", maintain_order="left")
            .with_columns(pl.when("is_other").then("other").otherwise(name).alias(name))
            .drop("other", "is_other")
        )
    return people


@dataclass(frozen=True, slots=True)
class Blanks:
    """One card type.

    Parameters
    ----------
    card
        Its name.
    printed, spoilt
        Blanks used, of some days.
    left
        How many there should be on the morning after; None where nobody counts.
    ask
        For how many people of the last plan there is no blank, also with all that is to
        come in its horizon; None without a plan.
    gone_on
        Day on which the last plan uses the last one; None if some are left.
    """

    card: str
    printed: int
    spoilt: int
    left: int | None
    ask: int | None
    gone_on: date | None


def blanks_of(
    folder: OfficeFolder, reader: Reader, cards: pl.DataFrame, last: date
) -> tuple[Blanks, ...]:
    """Return what became of the blanks of each card type whose stock is stated.

    Parameters
    ----------
    folder, reader
        The office.
    cards
        As `ektp_sched.days.supplies.used` has them, of some days.
    last
        The last of these days.
    """
    office = folder.office
    known = {act.plan for act in reader.acts("plan", "adopt") if act.day <= last}
    plans = [plan for plan in folder.mornings() if plan.number in known]
    plan = load(plans[-1].path) if plans else None
    left = blanks_left(office, reader, last + timedelta(days=1))
    rows = []
    for name, card in office.cards.items():
        if card.stock is None:
            continue
        own = cards.filter(pl.col("card").fill_null(office.default_card or "") == name)
        spoilt = own.filter(result="spoilt").height
        ask, gone_on = (None, None) if plan is None else _outlook(plan, name)
        rows.append(
            Blanks(name, own.height - spoilt, spoilt, left.get(name), ask, gone_on)
        )
    return tuple(rows)


def _outlook(plan: Plan, name: str) -> tuple[int | None, date | None]:
    """Return for how many people a plan lacks blanks, and when the last one is used."""
    card: CardType | None = plan.office.cards.get(name)
    if card is None or card.stock is None:
        return None, None
    end = plan.start + timedelta(days=plan.days - 1)
    come = card.stock + sum(each.cards for each in card.deliveries if each.on <= end)
    people = plan.backlog.frame.select("application_id", "card")
    people = people.filter(
        pl.col("card").fill_null(plan.office.default_card or "") == name
    )
    days = plan.assignments.join(people, on="application_id", how="semi")["day"]
    gone_on = days.max() if len(days) and len(days) >= come else None
    return max(0, people.height - come), gone_on if isinstance(gone_on, date) else None
