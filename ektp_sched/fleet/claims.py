"""What an office asks of the ministry's blanks: its people and rules as a network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ektp_sched.errors import UnsupportedRuleError
from ektp_sched.failures import failure
from ektp_sched.fleet.offices import office_for, population_of
from ektp_sched.fleet.parts import read_part
from ektp_sched.office import capacity
from ektp_sched.people.objectives import label_of, names_of
from ektp_sched.planning.case import lay_case
from ektp_sched.planning.engines import tier_solver
from ektp_sched.planning.network.priced import priced_office, stretches
from ektp_sched.planning.scarce import scarce
from ektp_sched.rules import holding_back
from ektp_sched.rules.stock import CardType, Delivery
from ektp_sched.words import joined, said

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from ektp_sched.office import Office
    from ektp_sched.people.kinds import RankKey
    from ektp_sched.planning.case import Case
    from ektp_sched.planning.network.priced import PricedOffice
    from ektp_sched.words import Said

CARD: Final = "KTP-el"
"""Card type of an office that names none."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Whose wants are to be laid out: names and paths, and nobody's data."""

    key: str
    part: Path
    offices: Path
    start: date
    days: int
    max_rejects: float
    arrivals: tuple[int, ...]  # day of each lot of blanks


@dataclass(frozen=True, slots=True)
class Laid:
    """What an office wants; of its people only how many are alike.

    Parameters
    ----------
    key
        Of the office.
    office
        Its network; None where nobody waits for a card of the blanks' type.
    tiers
        Names of its tiers, in order, and whether classes and areas have ranks.
    ranks
        Those that occur, strictest first, each with its label.
    scale
        Of its pressure.
    card
        Type of the blanks.
    waiting
        How many wait for a card of that type that some printer can print.
    population
        That it serves; None where nobody says.
    failed
        Why it cannot be planned; None if it can.
    is_possible
        Whether its rules leave a plan, with however many blanks.
    has_price
        False where its rules are no network, so that ``failed`` concerns all.
    """

    key: str
    office: PricedOffice | None = None
    tiers: tuple[tuple[str, ...], bool, bool] | None = None
    ranks: tuple[tuple[RankKey, int | str | None], ...] = ()
    scale: int = 1
    card: str = CARD
    waiting: int = 0
    population: int | None = None
    failed: Said | None = None
    is_possible: bool = True
    has_price: bool = True


def lay_office(asking: Asking) -> Laid:
    """Read one office and its applications, and lay out what it wants.

    A failure is told, never raised.
    """
    try:
        office = with_blanks(office_for(asking.offices, asking.key), asking.start, ())
        return _laid(asking, office)
    except UnsupportedRuleError as error:
        return Laid(asking.key, failed=failure(error).sentence, has_price=False)
    except Exception as error:  # one office never stops the others
        return Laid(asking.key, failed=failure(error).sentence)


def _laid(asking: Asking, office: Office) -> Laid:
    card = office.default_card
    assert card is not None, "an office with blanks has card types"
    raw = asking.part.read_bytes()
    backlog = read_part(asking.part, raw, office, asking.max_rejects)
    limits = capacity(office, asking.start, asking.days)
    own = limits.supply[card]
    steps = stretches(own, asking.arrivals)
    limits = replace(limits, supply={**limits.supply, card: steps})
    case = lay_case(
        backlog, office, asking.start, asking.days, tier_solver("auto"), limits=limits
    )
    case = replace(case, scarce=scarce(office, case.cohorts, limits))
    if case.asks:
        raise UnsupportedRuleError(_no_price(case))
    priced = priced_office(
        case.cohorts, case.limits, case.last_day, card, own, asking.arrivals
    )
    free = [0] * len(asking.arrivals)
    if priced is not None and not priced.at(case.tiers[0], priced.whole(), free):
        return Laid(asking.key, is_possible=False)
    by_class = any(kind.rank is not None for kind in office.urgency.values())
    return Laid(
        asking.key,
        priced,
        (tuple(names_of(office, known=False)), by_class, bool(office.area_rank)),
        tuple((key, label_of(office, key)) for key in case.cohorts.ranks),
        office.lcm_targets,
        card,
        case.cohorts.wanted.get(card, 0),
        population_of(asking.offices, asking.key),
    )


def _no_price(case: Case) -> Said:
    office, uncounted = case.office, case.scarce
    rules = [rule.subject for rule in holding_back(office)]
    if office.shifts:
        rules.append(said("shifts", "shift"))
    rules += [said("cards.{card}", "cards.{card}", card=c) for c in uncounted.counted]
    rules += [
        said("the ribbons of {name}", "pita {name}", name=name)
        for name in uncounted.ribbons
    ]
    return said(
        "its {rules} leave its blanks without a price, so no division could be proven; "
        "take that out of its file, or take the office out of the run and plan it by "
        "itself",
        "karena {rules} blangkonya tidak punya harga, jadi tidak ada pembagian yang "
        "dapat dibuktikan; hapus aturan itu dari berkasnya, atau keluarkan kantor ini "
        "dan rencanakan tersendiri",
        rules=joined(said(" and ", " dan "), rules),
    )


def with_blanks(
    office: Office, start: date, blanks: Sequence[tuple[int, int]]
) -> Office:
    """Return an office with blanks of its default card type besides what it has.

    Parameters
    ----------
    office
        One that names no card type has one then, `CARD`; one that does not say how
        many blanks it has, has none of its own.
    start
        First day.
    blanks
        Day, from the start, and number of each lot.
    """
    cards = office.cards or {CARD: CardType(default=True)}
    name = office.default_card or CARD
    kind = cards[name]
    stock = (kind.stock or 0) + sum(number for day, number in blanks if not day)
    later = [
        Delivery(on=start + timedelta(days=day), cards=number)
        for day, number in blanks
        if day and number
    ]
    come = sorted((*kind.deliveries, *later), key=lambda delivery: delivery.on)
    filled = kind.model_copy(update={"stock": stock, "deliveries": tuple(come)})
    more = office.model_copy(update={"cards": {**cards, name: filled}})
    if not blanks or office.base is None:
        return more
    told = f"{office.source_digest} {name} {start} {list(blanks)}"
    return more.located(office.base, sha256(told.encode()).hexdigest())
