"""The sentences of a comparison's report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.output.report.comparison_answer import verdict_sentence
from ektp_sched.output.report.comparison_words import Words, millions
from ektp_sched.scenarios.compare.spread import DaySpread
from ektp_sched.scenarios.world.laws import DATES_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from ektp_sched.output.languages import Language
    from ektp_sched.scenarios.compare.answer import Queue
    from ektp_sched.scenarios.compare.comparison import (
        BreakEven,
        Difference,
        Limiting,
        PolicyGap,
        ScenarioFigures,
    )

_GAP_PLACES: Final = 4
_IN_A_TABLE: Final = frozenset({"left-out-all", "left-out-effect", "left-out-unknown"})
"""Codes of notices that a table of the page says."""

_TOLD: Final = 3
"""Scenarios that the short paragraph tells of."""
_SHARE_SHOWN: Final = 0.005


def _cleared(scenario: ScenarioFigures) -> date | None:
    return (
        None if scenario.backlog_cleared_on is None else scenario.backlog_cleared_on.p50
    )


def when(words: Words, part: DaySpread | Queue | None) -> str:
    """Return "around DAY" or "not by END", of the middle day."""
    if part is None:
        return words.say("headline.unknown")
    day = part.p50 if isinstance(part, DaySpread) else part.on
    if day is None:
        return words.say("headline.not_by", end=words.comparison.last_day)
    around = words.say("headline.around", day=day)
    if isinstance(part, DaySpread) or part.queue_days_share is None or part.is_lasting:
        return around
    percent = words.texts.percent(part.queue_days_share, 1)
    return f"{around} {words.say('card.mostly', percent=percent)}"


def best_of(words: Words) -> ScenarioFigures | None:
    """Return what the question would choose, or whose old backlog is printed first."""
    asked = words.comparison.question
    if asked is not None:
        return words.comparison.scenario(asked.choose)
    done = [
        (day, one.name) for one in words.comparison.others if (day := _cleared(one))
    ]
    if done:
        return words.comparison.scenario(min(done)[1])
    return words.comparison.others[0] if words.comparison.others else None


def headline(words: Words) -> str:
    """Return the verdict; where nothing was asked, both days of two scenarios."""
    if words.comparison.verdict is not None:
        return verdict_sentence(words, words.comparison.verdict)
    best, base = best_of(words), words.comparison.base
    if best is None:
        return words.say(
            "headline.single",
            base=words.label(base.name),
            day=when(words, base.backlog_cleared_on),
            free=when(words, base.queue),
        )
    days = [
        day
        for one in words.comparison.scenarios
        for day in (_cleared(one), None if one.queue is None else one.queue.on)
    ]
    if not any(days):
        return words.say("headline.none", end=words.comparison.last_day)
    return words.say(
        "headline.both",
        best=words.label(best.name),
        base=words.label(base.name),
        day=when(words, best.backlog_cleared_on),
        free=when(words, best.queue),
        other=when(words, base.backlog_cleared_on),
        other_free=when(words, base.queue),
    )


def limit_sentences(words: Words) -> tuple[str, ...]:
    """Return what binds in each scenario, before and after."""
    return tuple(
        _limit(words, one, one.limits)
        for one in words.comparison.scenarios
        if one.limits is not None
    )


def _limit(words: Words, scenario: ScenarioFigures, limits: Limiting) -> str:
    name = {kind: _limit_name(words, kind) for kind in (limits.now, limits.after)}
    sentences = [
        words.say(
            "limits.same" if limits.is_same else "limits.both",
            name=words.label(scenario.name),
            now=name[limits.now],
            after=name[limits.after],
            capacity=words.number(limits.capacity_now),
            later=words.number(limits.capacity_after),
        )
    ]
    if limits.holds_back:
        offered = words.number(limits.offered_after)
        later = words.number(limits.capacity_after)
        sentences.append(words.say("limits.held_back", offered=offered, later=later))
    shares = sorted(limits.share.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = [
        f"{_limit_name(words, kind)} {words.texts.percent(share)}"
        for kind, share in shares
        if share >= _SHARE_SHOWN
    ]
    if shown:
        sentences.append(words.say("limits.share", shares=", ".join(shown)))
    return " ".join(sentences)


def _limit_name(words: Words, kind: str) -> str:
    return words.texts.name("limit", kind)


def press_paragraph(words: Words) -> str:
    """Return one paragraph that a newspaper could print."""
    sentences = [
        *_people(words),
        _baseline(words),
        *_remedies(words),
        *_nobody_waits(words),
        *_trips(words),
    ]
    for turn in words.comparison.break_even:
        if turn.against == "not-told":
            sentences.append(pays_sentence(words, turn))
            break
    facts = sum(turn.kind == "fact" for turn in words.comparison.assumptions)
    assumed = len(words.comparison.assumptions) - facts
    if words.comparison.assumptions:
        sentences.append(words.say("short.rests", facts=facts, assumed=assumed))
    return " ".join(sentences)


def _people(words: Words) -> list[str]:
    people = words.comparison.people
    initial = people.get("initial")
    if initial is None:
        return [words.say("short.office", office=words.comparison.office)]
    said = [
        words.say(
            "short.people",
            count=initial,
            office=words.comparison.office,
            start=words.comparison.start,
        )
    ]
    if people.get("unprintable"):
        said.append(words.say("short.unprintable", count=people["unprintable"]))
    return said


def _nobody_waits(words: Words) -> list[str]:
    """Return when nobody waits any more, whenever recorded, in each scenario."""
    shown = [words.comparison.base, *words.comparison.others[:_TOLD]]
    days = [
        words.say(
            "short.nobody_on", name=words.label(one.name), day=when(words, one.queue)
        )
        for one in shown
        if one.queue is not None
    ]
    return [words.say("short.nobody", list=", ".join(days))] if days else []


def _baseline(words: Words) -> str:
    part = words.comparison.base.backlog_cleared_on
    name = words.label(words.comparison.base.name)
    if part is None or part.p50 is None:
        return words.say("short.base_never", name=name, end=words.comparison.last_day)
    if part.p90 is None:
        return words.say(
            "short.base_open", name=name, day=part.p50, end=words.comparison.last_day
        )
    if part.p90 == part.p50:
        return words.say("short.base_sure", name=name, day=part.p50)
    return words.say("short.base", name=name, day=part.p50, late=part.p90)


def _remedies(words: Words) -> list[str]:
    said = []
    for scenario in words.comparison.others[:_TOLD]:
        part = scenario.backlog_cleared_on
        name = words.label(scenario.name)
        cost = words.say("short.cost", idr=words.number(millions(scenario.cost_idr), 1))
        free = words.say("short.free")
        price = cost if scenario.cost_idr else free
        if part is None or part.p50 is None:
            said.append(
                words.say(
                    "short.never", name=name, price=price, end=words.comparison.last_day
                )
            )
        elif part.p50 == _cleared(words.comparison.base):
            said.append(words.say("short.same", name=name, price=price))
        elif part.p90 is None:
            said.append(
                words.say(
                    "short.open",
                    name=name,
                    price=price,
                    day=part.p50,
                    end=words.comparison.last_day,
                )
            )
        elif part.p90 == part.p50:
            said.append(
                words.say("short.other_sure", name=name, price=price, day=part.p50)
            )
        else:
            said.append(
                words.say(
                    "short.other", name=name, price=price, day=part.p50, late=part.p90
                )
            )
    return said


def _trips(words: Words) -> list[str]:
    base, best, told = (
        words.comparison.base,
        best_of(words),
        words.comparison.dates_only,
    )
    if base.wasted_trips is None or base.wasted_trip_cost_idr is None:
        return []
    said = [
        words.say(
            "short.trips",
            end=words.comparison.last_day,
            trips=words.number(_round(base.wasted_trips.p50)),
            idr=words.number(millions(base.wasted_trip_cost_idr.p50 or 0)),
        )
    ]
    # What money buys is told in any case, and what helps most.
    named = [
        scenario
        for scenario in words.comparison.others
        if scenario.cost_idr > 0 or scenario == best
    ]
    for scenario in named[:_TOLD]:
        if scenario.wasted_trips is not None:
            trips = words.number(_round(scenario.wasted_trips.p50))
            name = words.label(scenario.name)
            said.append(words.say("short.best_trips", name=name, trips=trips))
    if told is not None and told.wasted_trips is not None:
        trips = words.number(_round(told.wasted_trips.p50))
        said.append(words.say("short.told_trips", trips=trips))
    return said


def _round(value: float | None) -> float:
    """Return a count as people say it: two leading digits of it matter."""
    if not value:
        return 0.0
    places = max(0, len(str(int(abs(value)))) - 3)
    return float(round(value, -places))


def pays_sentence(words: Words, edge: BreakEven) -> str:
    """Return up to when, and from which rate on, a scenario pays."""
    name = words.label(edge.scenario or "")
    against = words.say(f"pays.{edge.against.replace('-', '_')}")
    day, rate = edge.installation_date, edge.cards_per_day
    if day.value is not None:
        if not edge.pays_till_then:
            part = words.say("pays.some", name=name, against=against, day=day.value)
            rest = "no_rate" if rate.value is None else "unreached_rate"
            return f"{part} {words.say(f'pays.{rest}', rate=rate.value or 0)}"
        if rate.value is not None and edge.is_reached:
            return words.say(
                "pays.both",
                name=name,
                against=against,
                day=day.value,
                rate=rate.value,
                count=rate.value,
            )
        only = words.say(
            "pays.date" if edge.is_reached else "pays.unreached",
            name=name,
            against=against,
            day=day.value,
            earliest=edge.earliest or "",
        )
        if rate.value is None:
            return f"{only} {words.say('pays.no_rate')}"
        return f"{only} {words.say('pays.unreached_rate', rate=rate.value)}"
    why = words.texts.name("no-payoff", day.reason or rate.reason or "")
    if rate.value is not None:
        return words.say(
            "pays.rate",
            name=name,
            against=against,
            rate=rate.value,
            count=rate.value,
            why=why,
        )
    return words.say("pays.none", name=name, against=against, why=why)


def difference_sentences(words: Words, difference: Difference) -> Iterator[str]:
    """Yield what a scenario saves residents against the baseline, and at what price.

    It is said as what is saved, or as what is lost: never as fewer than nothing.
    """
    saved, trips = difference.wasted_trip_cost_idr, difference.wasted_trips
    if saved is None or trips is None:
        return
    less = saved.mean <= 0
    ends = saved.mean_interval or (saved.mean, saved.mean)
    low, high = sorted(_millions(-end if less else end) for end in ends)
    yield words.texts.text(
        "compare.difference" if less else "compare.more-trips",
        name=words.label(difference.name),
        baseline=words.label(difference.baseline),
        trips=abs(round(trips.mean)),
        idr=_millions(abs(saved.mean)),
        low=low,
        high=high,
    )
    price = difference.idr_per_person_day
    if price is not None:
        yield "  " + words.texts.text("compare.per-day", idr=round(price))


def _millions(rupiah: float) -> float:
    """Return millions with one place; nothing is 0, not -0."""
    return round(millions(rupiah), 1) + 0.0


def method_sentences(words: Words) -> tuple[str, ...]:
    """Return how the figures were made, and what they do not say."""
    comparison = words.comparison
    policy = words.texts.name("report.cmp.policy", comparison.policy)
    kinds = ("held", "unprintable", "later")
    left_out = [name for name in kinds if comparison.people.get(name)]
    return (
        words.say("method.spread", count=comparison.replications),
        words.say("method.pairs"),
        words.say("method.bands"),
        words.say("method.policy", policy=policy),
        *gap_sentences(comparison.gap, words.texts),
        *(
            words.say(f"method.{name}", count=comparison.people[name])
            for name in left_out
        ),
        words.say("method.dates_only", name=words.label(DATES_ONLY)),
        *(
            words.texts.notice(notice)
            for notice in comparison.notices
            if notice.code not in _IN_A_TABLE
        ),
    )


def gap_sentences(tiers: Sequence[PolicyGap], words: Language) -> list[str]:
    """Return how the policy compares in the first tier in which it differs.

    Later tiers are compared for nothing: the policy paid for them before.
    """
    worse = [tier for tier in tiers if tier.policy != tier.optimum]
    if not worse:
        return [words.text("compare.no-gap")] if tiers else []
    first = worse[0]
    name, unit = words.name("tier", first.tier), words.name("unit", first.tier)
    if first.rank is not None:
        name = words.text("digest.tier_rank", tier=name, rank=str(first.rank))
    figures = {"policy": first.policy, "optimum": first.optimum}
    if first.gap is None:
        return [words.text("compare.gap-count", tier=name, unit=unit, **figures)]
    share = words.percent(first.gap, _GAP_PLACES)
    return [words.text("compare.gap", tier=name, unit=unit, share=share, **figures)]
