"""What a head of office reads at the end of `compare` and `need`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from ektp_sched.output.gap import gap_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ektp_sched.output.languages import Language
    from ektp_sched.scenarios.compare.comparison import (
        BreakEven,
        Comparison,
        Difference,
        Limiting,
        Payoff,
        ScenarioFigures,
    )
    from ektp_sched.scenarios.compare.need import Enough, Need
    from ektp_sched.scenarios.compare.spread import DaySpread, Spread

__all__ = ["comparison_lines", "limit_sentence", "need_lines", "payoff_sentences"]


def comparison_lines(found: Comparison, out: Path, words: Language) -> Iterator[str]:
    """Yield the lines that `compare` prints."""
    yield words.text(
        "compare.title",
        office=found.office.name,
        start=found.start,
        days=found.days,
        count=found.replications,
        seed=found.seed,
    )
    for scenario in found.scenarios:
        yield f"- {scenario.name}: {limit_sentence(scenario.limits, words)}"
    yield ""
    yield from _table(found, words)
    yield ""
    for difference in found.differences:
        yield from _difference(difference, words)
    for pays in found.break_even:
        yield from payoff_sentences(pays, words)
    yield words.text("compare.trips-are-not-public-money")
    keys = ("tier", "rank", "policy", "optimum", "gap")
    gaps = (tuple(part[key] for key in keys) for part in found.gap)
    yield from gap_sentences(gaps, words)
    yield words.text("cli.written", files=str(out))


def limit_sentence(limits: Limiting, words: Language) -> str:
    """Return the first line of a scenario: what binds before and after."""
    figures: dict[str, Any] = {
        "now": words.name("limit", limits.now),
        "after": words.name("limit", limits.after),
        "capacity": limits.capacity_now,
        "later": limits.capacity_after,
        "offered": limits.offered_after,
    }
    if limits.offered_after > limits.capacity_after:
        return words.text("compare.held-back", **figures)
    same = limits.now == limits.after and limits.capacity_now == limits.capacity_after
    return words.text("compare.limit" if same else "compare.limits", **figures)


def _table(found: Comparison, words: Language) -> Iterator[str]:
    names = ("scenario", "cleared", "nobody", "on-target", "trips", "trip-cost", "cost")
    rows = [[words.text(f"compare.column.{name}") for name in names]]
    told = words.text("compare.dates-only")
    rows += [_row(one.name, one, words) for one in found.scenarios]
    rows.append(_row(told, found.dates_only, words))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.ljust(width) if number < 4 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
    yield words.text("compare.days-note")
    yield words.text("compare.spread-note")


def _row(name: str, scenario: ScenarioFigures, words: Language) -> list[str]:
    part: dict[str, Any] = scenario.quantities
    return [
        name,
        _days(part["backlog_cleared_on"], words),
        _days(part["nobody_waits_on"], words),
        _days(part["on_target_on"], words),
        _numbers(part["wasted_trips"], words),
        _numbers(part["wasted_trip_cost_idr"], words, millions=True),
        words.number(scenario.cost_idr / 1e6, 1),
    ]


def _days(part: DaySpread, words: Language) -> str:
    never = words.text("compare.never")
    shown = [
        never if day is None else words.short_date(day)
        for day in (part.p10, part.p50, part.p90)
    ]
    return shown[0] if len(set(shown)) == 1 else " / ".join(shown)


def _numbers(part: Spread, words: Language, *, millions: bool = False) -> str:
    by = 1e6 if millions else 1
    shown = [
        words.number(value / by, int(millions))
        for value in (part.p10, part.p50, part.p90)
    ]
    return shown[0] if len(set(shown)) == 1 else " / ".join(shown)


def _difference(found: Difference, words: Language) -> Iterator[str]:
    saved = found.quantities["wasted_trip_cost_idr"]
    trips = found.quantities["wasted_trips"]
    if saved is None or trips is None:
        return
    name = found.name
    if name == "dates_only":
        name = words.text("compare.dates-only")
    # Said as what is saved, or as what is lost: never as fewer than nothing.
    less = saved.mean <= 0
    ends = saved.mean_interval or (saved.mean, saved.mean)
    low, high = sorted(_millions(-end if less else end) for end in ends)
    yield words.text(
        "compare.difference" if less else "compare.more-trips",
        name=name,
        baseline=found.baseline,
        trips=abs(round(trips.mean)),
        idr=_millions(abs(saved.mean)),
        low=low,
        high=high,
    )
    if found.idr_per_person_day is not None:
        yield "  " + words.text("compare.per-day", idr=round(found.idr_per_person_day))


def _millions(rupiah: float) -> float:
    """Return millions with one place; nothing is 0, not -0."""
    return round(rupiah / 1e6, 1) + 0.0


def payoff_sentences(found: BreakEven, words: Language) -> Iterator[str]:
    """Yield up to when, and from which rate on, a scenario pays."""
    against = words.text(f"compare.against.{found.against}")
    day, rate = found.installation_date, found.cards_per_day
    if day.value is None and rate.value is None and day.reason == rate.reason:
        why = words.name("no-payoff", day.reason or "")
        name = found.scenario
        yield words.text("compare.no-payoff", name=name, against=against, why=why)
        return
    for kind, payoff in (
        ("date", found.installation_date),
        ("rate", found.cards_per_day),
    ):
        yield _payoff(kind, payoff, found, against, words)


def _payoff(
    kind: str, payoff: Payoff, found: BreakEven, against: str, words: Language
) -> str:
    value: Any = payoff.value
    if value is None:
        why = words.name("no-payoff", payoff.reason or "")
        return words.text(
            f"compare.no-{kind}", name=found.scenario, against=against, why=why
        )
    if kind == "date":
        value = date.fromisoformat(str(value))
        if found.earliest is not None and value < found.earliest:
            kind = "date-unreached"
    return words.text(
        f"compare.{kind}",
        name=found.scenario,
        against=against,
        value=value,
        earliest=found.earliest or "",
    )


def need_lines(found: Need, words: Language) -> Iterator[str]:
    """Yield the lines that `need` prints."""
    goal = words.text(
        f"need.goal.{found.goal.kind}", by=found.goal.by, days=found.goal.days or 0
    )
    if found.cards_per_day is None:
        why = "left-out" if found.without_them is not None else found.reason
        yield words.text(
            "need.none",
            resource=found.resource,
            goal=goal,
            confidence=words.percent(found.confidence, 1),
            why=words.text(f"need.why.{why}"),
        )
    else:
        yield words.text(
            "need.found",
            resource=found.resource,
            goal=goal,
            cards=found.cards_per_day,
            reached=words.percent(found.reached or 0, 1),
            now=found.now,
        )
    yield from _left_out(found, words)
    if found.without_them is not None:
        yield from _for_all_others(found, found.without_them, words)
        return
    exact = found.deterministic
    yield (
        words.text("need.no-exact")
        if exact is None
        else words.text("need.exact", cards=exact)
    )


def _left_out(found: Need, words: Language) -> Iterator[str]:
    """Yield who can be printed in no case by the goal's day, and why."""
    for reason, count in found.left_out.items():
        figures: dict[str, Any] = {"count": count, "by": found.goal.by}
        if reason == "no-printer":
            ids = ", ".join(found.left_out_ids[:count])
            more = ", …" if len(found.left_out_ids) < count else ""
            private = words.text("need.left-out.ids-kept-private")
            kinds = (
                " / ".join(
                    words.text(f"need.left-out.{kind}", name=name)
                    for kind, name in (("card", card), ("area", area))
                    if name is not None
                )
                for card, area in found.left_out_kinds
            )
            figures |= {"ids": ids + more if ids else private}
            figures |= {"what": "; ".join(kinds)}
        yield words.text(f"need.left-out.{reason}", **figures)


def _for_all_others(found: Need, enough: Enough, words: Language) -> Iterator[str]:
    """Yield what is enough if those left out are not counted."""
    if enough.cards_per_day is None:
        why = words.text(f"need.why.{enough.reason}")
        yield words.text("need.others.none", why=why)
    else:
        yield words.text(
            "need.others.found",
            resource=found.resource,
            cards=enough.cards_per_day,
            reached=words.percent(enough.reached or 0, 1),
            now=found.now,
        )
    exact = enough.deterministic
    yield (
        words.text("need.others.no-exact")
        if exact is None
        else words.text("need.others.exact", cards=exact)
    )
