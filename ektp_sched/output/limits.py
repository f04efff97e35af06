"""What the limits of rules that hold cards back come to, in figures and in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING, Any

import polars as pl

from ektp_sched.output.tables import write_csv
from ektp_sched.output.view.parts import Column, Section, Table
from ektp_sched.rules import holding_back
from ektp_sched.trust.facts import read_facts
from ektp_sched.words import in_language

if TYPE_CHECKING:
    from ektp_sched.office import Office
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.rules import Period, Rule
    from ektp_sched.rules.told import Told
    from ektp_sched.trust.facts import Facts


@dataclass(frozen=True, slots=True)
class LimitLine:
    """One number of one entry over all its days, weeks or the plan."""

    place: str  # of the entry in office.toml, with its id
    entry: int  # its index
    key: str  # of the number
    # each stretch of days over which it holds; none where no day counts
    periods: tuple[Period, ...]

    @property
    def worst(self) -> tuple[Period, ...]:
        """Return of each stretch of days the limit that comes nearest to a breach."""
        nearest: dict[tuple[int, int], Period] = {}
        for period in self.periods:
            days = period.first, period.last
            if days not in nearest or _tight(period) > _tight(nearest[days]):
                nearest[days] = period
        return tuple(nearest.values())

    @property
    def kept(self) -> int:
        """Return in how many stretches of days it is kept."""
        return sum(period.kept for period in self.worst)

    @property
    def nobody_left(self) -> int:
        """Return in how many of those only because nobody was left."""
        return sum(period.kept and not period.enough for period in self.worst)


def _tight(period: Period) -> tuple[bool, Fraction]:
    """Return an order in which a breach, then what is nearest to one, is the most."""
    excess = _printed(period) - _amount(period)
    return not period.kept, excess if period.limit.sense == "most" else -excess


def limit_lines(plan: AnyPlan, rule: Rule) -> tuple[LimitLine, ...]:
    """Return every number of a rule with what the plan prints."""
    if not rule.used(plan.office):
        return ()
    return _lines(read_facts(plan, plan.backlog, plan.office), rule)


def _lines(facts: Facts, rule: Rule) -> tuple[LimitLine, ...]:
    standing = facts.standing_to([rule], who_is_left=True)
    lines: dict[tuple[int, str], LimitLine] = {}
    for number, limit in enumerate(standing.limits.limits):
        at, periods = (limit.entry, limit.key), standing.periods(number)
        before = lines[at].periods if at in lines else ()
        lines[at] = LimitLine(limit.label, *at, (*before, *periods))
    return tuple(sorted(lines.values(), key=lambda line: line.entry))


def limit_entries(plan: AnyPlan, rule: Rule) -> list[dict[str, Any]]:
    """Return the same as plain values for ``summary.json``, one entry a number."""
    told, entries = rule.words, []
    for line in limit_lines(plan, rule):
        printed, amount = _figures(line)
        entries.append(
            {
                told.reason: line.place,
                **told.stated(plan.office, line.entry, line.key),
                "periods": len(line.worst),
                "printed": [_plain(figure) for figure in _ends(printed)],
                "cards": [_plain(figure) for figure in _ends(amount)],
                "kept": line.kept,
                "kept_as_nobody_was_left": line.nobody_left,
            }
        )
    return entries


def _printed(period: Period) -> Fraction:
    """Return what is counted, in the unit of its number in office.toml."""
    return Fraction(period.printed) / period.limit.adds


def _amount(period: Period) -> Fraction:
    """Return what that may come to, in the same unit."""
    return (period.bound + period.limit.rest) / period.limit.adds


def _figures(line: LimitLine) -> tuple[list[Fraction], list[Fraction]]:
    """Return what is counted, and what it may come to, of each stretch of days."""
    worst = line.worst
    return list(map(_printed, worst)), list(map(_amount, worst))


def _plain(figure: Fraction) -> int | float:
    return int(figure) if figure.denominator == 1 else round(float(figure), 6)


def _ends(figures: list[Fraction]) -> list[Fraction]:
    """Return the least and the most of some figures; nothing of none."""
    return [min(figures), max(figures)] if figures else []


def limits_csv(plan: AnyPlan, rule: Rule) -> bytes:
    """Return the file of a rule: each of its limits in each period."""
    told = rule.words
    rows = [
        (
            line.place,
            f"{line.key} ({period.limit.part})" if period.limit.part else line.key,
            plan.start + timedelta(days=period.first),
            plan.start + timedelta(days=period.last),
            _plain(_printed(period)),
            period.cards,
            _plain(_amount(period)),
            period.waiting,
            period.kept,
        )
        for line in limit_lines(plan, rule)
        for period in line.periods
    ]
    whole = all(isinstance(row[4], int) and isinstance(row[6], int) for row in rows)
    figure = pl.Int64() if whole else pl.Float64()
    schema = {
        told.reason: pl.String(),
        "limit": pl.String(),
        "from": pl.Date(),
        "to": pl.Date(),
        "printed": figure,
        "all_printed": pl.Int64(),
        "cards": figure,
        "left": pl.Int64(),
        "kept": pl.Boolean(),
    }
    text = BytesIO()
    write_csv(pl.DataFrame(rows, schema=schema, orient="row"), text)
    return text.getvalue()


def limit_sections(plan: AnyPlan, texts: Language) -> tuple[Section, ...]:
    """Return what each rule that holds cards back wants and what is printed."""
    rules = holding_back(plan.office)
    if not rules:
        return ()
    facts = read_facts(plan, plan.backlog, plan.office)
    return tuple(
        _section(rule, _lines(facts, rule), plan.office, texts) for rule in rules
    )


def _section(
    rule: Rule, lines: tuple[LimitLine, ...], office: Office, texts: Language
) -> Section:
    told = rule.words
    printed, amount = (in_language(heading, texts.code) for heading in told.amounts)
    name, period, kept = (texts.text(f"limits.{n}") for n in ("rule", "period", "kept"))
    notes = [in_language(told.note, texts.code)]
    if any(line.nobody_left for line in lines):
        notes.append(texts.text("limits.note_nobody"))
    table = Table(
        in_language(told.caption, texts.code),
        (
            Column(name),
            Column(period),
            Column(printed, "number"),
            Column(amount, "number"),
            Column(kept),
        ),
        tuple(_cells(line, told, office, texts) for line in lines),
        note=" ".join(notes),
    )
    return Section(rule.name, in_language(told.title, texts.code), (table,))


def _cells(
    line: LimitLine, told: Told, office: Office, texts: Language
) -> tuple[str, ...]:
    whom = in_language(told.whom(office, line.entry), texts.code)
    wants = in_language(told.wants(office, line.entry, line.key), texts.code)
    count = len(line.worst)
    span = in_language(told.span(office, line.entry, line.key, count), texts.code)
    named = f"{line.place}, {whom}: {wants}"
    if not count:
        return (named, span, *[texts.text("digest.none")] * 3)
    kept = texts.text("limits.kept_of", kept=line.kept, periods=count)
    if line.nobody_left:
        kept = texts.text("limits.kept_nobody", kept=kept, count=line.nobody_left)
    printed, amount = (_between(figures, told, texts) for figures in _figures(line))
    return named, span, printed, amount, kept


def _between(figures: list[Fraction], told: Told, texts: Language) -> str:
    shown = [in_language(told.shown(figure), texts.code) for figure in _ends(figures)]
    return "–".join(dict.fromkeys(shown))
