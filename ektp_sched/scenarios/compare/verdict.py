"""Whether one scenario should be chosen rather than another, on the same futures.

What is judged is the *advantage* of the chosen one, future by future.  It is rounded
to a thousandth of a rupiah or day before anything is decided: less is rounding of
floats.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.scenarios.compare.answer import Verdict
from ektp_sched.scenarios.compare.spread import of_values
from ektp_sched.scenarios.world.laws import DATES_ONLY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ektp_sched.scenarios.compare.answer import Answer, Turn
    from ektp_sched.scenarios.compare.comparison import BreakEven
    from ektp_sched.scenarios.compare.spread import Spread
    from ektp_sched.scenarios.simulate.runs import Run
    from ektp_sched.scenarios.world.laws import Measure, NewResource, Question

    Floats = NDArray[np.float64]
    Samples = Mapping[str, Floats]
    """Quantities in the same futures, ``(R,)`` each, as `measures.samples` has them."""

FUTURES: Final = 300
"""Futures, the first ones, on which a question is judged, and all that turns it."""

_PLACES: Final = 3


def advantage(
    by: Measure, choose: Samples, against: Samples, day_without_card_idr: int = 0
) -> Floats:
    """Return by how much the chosen side is better, ``(R,)``.

    The reverse question has its negative, exactly.  Needed of both sides are

    - by ``money``, rupiah: ``wasted_trip_cost_idr`` and ``person_days``, each day at
      its worth, which are saved, and ``total_cost_idr``, which is spent;
    - by ``date``, days: ``free_day``, an offset, the horizon standing for never;
    - by ``wait``, days: ``longest_wait_days``, below 0 where nobody ever waits.
    """
    if by == "money":
        won = _saved(choose, against, day_without_card_idr) - _spent(choose, against)
    elif by == "date":
        won = against["free_day"] - choose["free_day"]
    else:
        longest = (np.maximum(s["longest_wait_days"], 0) for s in (against, choose))
        won = np.subtract(*longest)
    rounded: Floats = np.round(won, _PLACES)
    return rounded


def _saved(choose: Samples, against: Samples, day_without_card_idr: int) -> Floats:
    """Return what residents save, rupiah: trips in vain, and days without a card."""
    trips = against["wasted_trip_cost_idr"] - choose["wasted_trip_cost_idr"]
    days = against["person_days"] - choose["person_days"]
    saved: Floats = trips + day_without_card_idr * days
    return saved


def _spent(choose: Samples, against: Samples) -> Floats:
    spent: Floats = choose["total_cost_idr"] - against["total_cost_idr"]
    return spent


def answer_of_mean(mean: float) -> Answer:
    """Return what the mean advantage alone answers; nothing can be told from 0."""
    rounded = round(mean, _PLACES)
    if rounded == 0:
        return "cannot-be-told"
    return "yes" if rounded > 0 else "no"


def answer_of(spread: Spread, *, certain: bool = False) -> Answer:
    """Return what the 95 % interval of the mean advantage answers.

    *Yes* where it lies above 0, *no* below; else, and in one future of many that might
    be, it cannot be told.  Where nothing is drawn (``certain``) the mean is exact.
    """
    low, high = spread.mean_interval or (spread.mean, spread.mean)
    if spread.mean_interval is None and not certain:
        return "cannot-be-told"
    ends = answer_of_mean(low), answer_of_mean(high)
    return ends[0] if ends[0] == ends[1] else "cannot-be-told"


def verdict_on(
    question: Question,
    choose: Samples,
    against: Samples,
    *,
    day_without_card_idr: int = 0,
    certain: bool = False,
    pays_until: date | None = None,
    earliest: date | None = None,
) -> Verdict:
    """Return the answer to a question.

    Parameters
    ----------
    question
        Its names say which sides these are.
    choose, against
        Their quantities, as of `advantage`.
    day_without_card_idr
        What a day without a card is worth to a person.
    certain
        Whether nothing is drawn, so that one future is all there are.
    pays_until, earliest
        Latest day of use that pays by the mean, and first day on which the chosen
        scenario can be in use; None: not known.
    """
    by = question.by
    won = advantage(by, choose, against, day_without_card_idr)
    spread = of_values(won)
    answer = answer_of(spread, certain=certain)
    dated = pays_until is not None and earliest is not None and pays_until < earliest
    if answer == "no" and dated:
        answer = "not-on-these-dates"
    money = by == "money"
    saved = _saved(choose, against, day_without_card_idr) if money else None
    return Verdict(
        question=question,
        answer=answer,
        futures=len(won),
        share=float((won > 0).mean()),
        tie_share=float((won == 0).mean()),
        advantage=spread,
        saved_idr=None if saved is None else float(saved.mean()),
        cost_idr=float(_spent(choose, against).mean()) if money else None,
        pays_until=pays_until if answer == "not-on-these-dates" else None,
        earliest=earliest if answer == "not-on-these-dates" else None,
    )


def verdicts(
    run: Run,
    by_scenario: Mapping[str, Samples],
    turns: Sequence[Turn],
    pays: Sequence[BreakEven],
) -> tuple[Verdict | None, Verdict | None]:
    """Return the answer to what is asked, and to the same against dates told.

    The second where the question is against the baseline; neither where nothing is
    asked.  Until when it pays is read off what turns the first answer, and off what
    pays against dates told.
    """
    asked = run.scenarios.question
    if asked is None:
        return None, None
    falling: dict[str | None, date] = {}
    for turn in turns:
        for edge in turn.edges if turn.input == "first_day" else ():
            if edge.answer_above == "no" and isinstance(edge.below, date):
                latest = falling.get(turn.resource, edge.below)
                falling[turn.resource] = max(latest, edge.below)
    verdict = _verdict(run, asked, by_scenario, falling)
    if asked.against != run.scenarios.baseline:
        return verdict, None
    told = asked.model_copy(update={"against": DATES_ONLY})
    paid = {
        edge.resource: day
        for edge in pays
        if (edge.scenario, edge.against, asked.by) == (asked.choose, "told", "money")
        and isinstance(day := edge.installation_date.value, date)
    }
    return verdict, _verdict(run, told, by_scenario, paid)


def _verdict(
    run: Run,
    question: Question,
    by_scenario: Mapping[str, Samples],
    pays_until: Mapping[str | None, date],
) -> Verdict:
    scenarios = run.scenarios
    choose, against = (
        {name: values[:FUTURES] for name, values in by_scenario[side].items()}
        for side in (question.choose, question.against)
    )
    chosen, other = (
        scenarios.named(None if side == DATES_ONLY else side)
        for side in (question.choose, question.against)
    )
    dates = dated_too_late(chosen.added, pays_until, run.start)
    return verdict_on(
        question,
        choose,
        against,
        day_without_card_idr=scenarios.worth.day_without_card_idr,
        certain=scenarios.is_certain(chosen) and scenarios.is_certain(other),
        pays_until=dates[0],
        earliest=dates[1],
    )


def dated_too_late(
    added: Sequence[NewResource], pays_until: Mapping[str | None, date], start: date
) -> tuple[date, date] | tuple[None, None]:
    """Return until when something new pays, and from when on it can be in use.

    Of several the one that pays longest; nothing where any of them can be in use while
    it pays, as the dates are then no reason against it.
    """
    dates = [
        (pays_until[new.id], new.first[0] if new.first else start)
        for new in added
        if new.id in pays_until
    ]
    late = bool(dates) and all(until < first for until, first in dates)
    return max(dates) if late else (None, None)
