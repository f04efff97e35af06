"""What the quotas of a plan come to, in figures and in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.output.tables import write_csv
from ektp_sched.rules import QUOTAS
from ektp_sched.rules.quotas import KEYS, code
from ektp_sched.trust.facts import read_facts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.rules import Period
    from ektp_sched.rules.decisions import Quota
    from ektp_sched.rules.quotas import Key

__all__ = [
    "COLUMNS",
    "QUOTAS_FILE",
    "QuotaLine",
    "kind_of",
    "limit_text",
    "quota_cells",
    "quota_entries",
    "quota_lines",
    "quota_notes",
    "quotas_csv",
]

QUOTAS_FILE: Final = "quotas.csv"
COLUMNS: Final = ("rule", "period", "printed", "wanted", "kept")
"""Columns of the table of quotas; their headings are texts of ``quotas``."""

_CSV: Final = {
    "quota": pl.String(),
    "limit": pl.String(),
    "from": pl.Date(),
    "to": pl.Date(),
    "printed": pl.Int64(),
    "all_printed": pl.Int64(),
    "cards": pl.Int64(),
    "left": pl.Int64(),
    "kept": pl.Boolean(),
}


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """One limit of one quota over all its days, weeks or the plan.

    Parameters
    ----------
    place
        Where it stands in office.toml, with the quota's id.
    quota, rule
        The quota, and which of its limits.
    periods
        Each stretch of days over which it holds; none where no day counts.
    """

    place: str
    quota: Quota
    rule: Key
    periods: tuple[Period, ...]

    @property
    def kept(self) -> int:
        """Return in how many periods it is kept."""
        return sum(period.kept for period in self.periods)

    @property
    def nobody_left(self) -> int:
        """Return in how many of those fewer are printed, as nobody was left."""
        return sum(period.kept and not period.enough for period in self.periods)


def quota_lines(plan: AnyPlan) -> tuple[QuotaLine, ...]:
    """Return every limit of every quota with what the plan prints.

    Parameters
    ----------
    plan
        A plan; its rows are counted.
    """
    office = plan.office
    if not office.quotas:
        return ()
    facts = read_facts(plan, plan.backlog, office)
    standing = facts.standing_to([QUOTAS], who_is_left=True)
    keys = {code(key): key for key in KEYS}
    lines = [
        QuotaLine(
            limit.label,
            office.quotas[limit.entry],
            keys[limit.code],
            standing.periods(number),
        )
        for number, limit in enumerate(standing.limits.limits)
    ]
    return tuple(sorted(lines, key=lambda line: office.quotas.index(line.quota)))


def quota_entries(plan: AnyPlan) -> list[dict[str, Any]]:
    """Return the same as plain values, one entry a limit.

    Parameters
    ----------
    plan
        A plan.
    """
    return [
        {
            "quota": line.place,
            "per": line.quota.per,
            "limit": line.rule,
            "value": str(getattr(line.quota, line.rule)),
            "periods": len(line.periods),
            "printed": _ends(p.printed for p in line.periods),
            "cards": _ends(p.bound for p in line.periods),
            "kept": line.kept,
            "kept_as_nobody_was_left": line.nobody_left,
        }
        for line in quota_lines(plan)
    ]


def _ends(numbers: Iterable[int]) -> list[int]:
    """Return the least and the most of some numbers; nothing of none."""
    some = list(numbers)
    return [min(some), max(some)] if some else []


def quotas_csv(plan: AnyPlan) -> bytes:
    """Return quotas.csv: each limit in each period.

    Parameters
    ----------
    plan
        A plan.
    """
    rows = [
        (
            line.place,
            line.rule,
            plan.start + timedelta(days=period.first),
            plan.start + timedelta(days=period.last),
            period.printed,
            period.cards,
            period.bound,
            period.waiting,
            period.kept,
        )
        for line in quota_lines(plan)
        for period in line.periods
    ]
    text = BytesIO()
    write_csv(pl.DataFrame(rows, schema=_CSV, orient="row"), text)
    return text.getvalue()


def kind_of(quota: Quota, texts: Language) -> str:
    """Return which cards a quota counts, such as "area Alak, card KIA"."""
    either = f" {texts.text('quotas.or')} "
    parts = (("area", quota.area), ("urgency", quota.urgency), ("card", quota.card))
    return ", ".join(
        texts.text(f"quotas.kind_{name}", names=either.join(names))
        for name, names in parts
        if names is not None
    )


def limit_text(quota: Quota, rule: Key, texts: Language) -> str:
    """Return a limit in words, such as "at least 50 cards a day"."""
    key, value = f"quotas.{rule}_{quota.per}", Fraction(getattr(quota, rule))
    if rule.endswith("share"):
        return texts.text(key, value=f"{texts.number(100 * value, 2)}%")
    return texts.text(key, value=texts.number(value), count=int(value))


def quota_cells(line: QuotaLine, texts: Language) -> tuple[str, ...]:
    """Return one row of the table of quotas, by `COLUMNS`.

    Parameters
    ----------
    line
        One limit.
    texts
        Language.
    """
    limit = limit_text(line.quota, line.rule, texts)
    rule = f"{line.place}, {kind_of(line.quota, texts)}: {limit}"
    count = len(line.periods)
    least = line.rule.startswith("at_least")
    if not count:
        empty = texts.text(f"quotas.no_{line.quota.per}")
        return (rule, empty, *[texts.text("digest.none")] * 3)
    which = f"{line.quota.per}{'_least' if least else ''}"
    kept = texts.text("quotas.kept_of", kept=line.kept, periods=count)
    if line.nobody_left:
        kept = texts.text("quotas.kept_nobody", kept=kept, count=line.nobody_left)
    return (
        rule,
        texts.text(f"quotas.period_{which}", count=count),
        _between((p.printed for p in line.periods), texts),
        _between((p.bound for p in line.periods), texts),
        kept,
    )


def _between(numbers: Iterable[int], texts: Language) -> str:
    least, most = _ends(numbers)
    if least == most:
        return texts.number(least)
    return f"{texts.number(least)}–{texts.number(most)}"


def quota_notes(lines: Iterable[QuotaLine], texts: Language) -> str:
    """Return how the table of quotas is to be read."""
    some = [line for line in lines if line.nobody_left]
    notes = [texts.text("quotas.note")]
    if some:
        notes.append(texts.text("quotas.note_nobody"))
    return " ".join(notes)
