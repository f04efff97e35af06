"""What a head of office reads of a rule for shifts, and the file of it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from ektp_sched.documents.seal import AGAINST
from ektp_sched.output.comparison_text import aligned
from ektp_sched.output.placing import sealed_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction
    from pathlib import Path

    from ektp_sched.output.languages import Language
    from ektp_sched.planning.decisions.against import Measure
    from ektp_sched.scenarios.compare.against import Against, Worked


def save_against(found: Against, path: str | Path, *, force: bool = False) -> None:
    """Write a folder with against.json, whole or not at all.

    Parameters
    ----------
    found
        What to write.
    path
        The folder.  A missing or empty one, and an earlier one of this
        program that was not changed, are replaced.
    force
        Also replace an earlier one that was changed since.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the folder holds something else, or cannot be written.
    """
    with sealed_folder(path, found.document(), index=AGAINST, force=force):
        pass


def against_lines(found: Against, words: Language) -> Iterator[str]:
    """Yield the lines that ``plan --against`` prints."""
    yield words.text(
        "against.title",
        office=found.office.name,
        start=found.start,
        count=found.count,
        resource=found.resource,
        scenario=found.scenario,
        first=found.dates[0][0],
        last=found.dates[-1][0],
    )
    if found.status == "infeasible":
        yield words.text("against.infeasible")
        return
    yield from _rule(found, words)
    yield ""
    yield from _table(found, words)
    yield from _worth(found, words)
    key = "exact" if found.status == "optimal" else "open"
    yield words.text(f"against.{key}", count=found.count, aim=_aim(found, words))


def _aim(found: Against, words: Language) -> str:
    return words.text(f"against.aim.{found.aim}", count=found.counted)


def _rule(found: Against, words: Language) -> Iterator[str]:
    """Yield when to buy what, in the order in which it is met."""
    later = [stretch for stretch in found.afterwards if stretch[2]]
    if not (found.always or found.while_waiting or later):
        yield words.text("against.nothing")
        return
    if found.always:
        yield words.text("against.always", shifts=_shifts(found.always, words))
    if found.while_waiting:
        yield words.text(
            "against.meanwhile",
            resource=found.resource,
            shifts=_shifts(found.while_waiting, words),
        )
    for first, last, worked in later:
        key = "on" if first == last else "between"
        yield words.text(
            f"against.after-{key}",
            resource=found.resource,
            first=first,
            last=last,
            shifts=_shifts(worked, words),
        )
    if len(later) < len(found.afterwards):
        key = "else-nothing" if later else "after-nothing"
        yield words.text(f"against.{key}", resource=found.resource)


def _shifts(worked: Sequence[Worked], words: Language) -> str:
    """Return shifts with their days, such as "saturday: 7 Oct 2017, 14 Oct 2017"."""
    ordered = sorted(worked, key=lambda one: (one.shift, one.day))
    parts = []
    for shift, days in groupby(ordered, key=lambda one: one.shift):
        listed = ", ".join(words.short_date(one.day) for one in days)
        parts.append(f"{shift} ({listed})")
    return "; ".join(parts)


def _name(measure: Measure, words: Language) -> str:
    name = words.name("tier", measure.name)
    if measure.rank is None:
        return name
    return words.text("digest.tier_rank", tier=name, rank=str(measure.rank))


def _table(found: Against, words: Language) -> Iterator[str]:
    """Yield the tiers that are not 0 throughout, side by side."""
    heads = ("tier", "rule", "now", "known")
    rows = [[words.text(f"against.column.{name}") for name in heads]]
    for triple in found.triples():
        amounts = [found.amount(measure) for measure in triple]
        if any(amounts):
            unit = words.name("unit", triple[0].name)
            cells = [words.number(amount, 2) for amount in amounts]
            rows.append([f"{_name(triple[0], words)} ({unit})", *cells])
    yield from aligned(rows)
    yield words.text("against.figures", aim=_aim(found, words))


def _worth(found: Against, words: Language) -> Iterator[str]:
    """Yield what waiting is worth, and what knowing now would be."""
    worth = found.worth()
    for place, kind in enumerate(("waiting", "knowing")):
        if None in worth:
            yield words.text(f"against.{kind}-unknown")
            continue
        amounts = [each[place] for each in worth if each is not None]
        measures = found.decision.rule.tiers
        differ = [
            (measure, amount)
            for measure, amount in zip(measures, amounts, strict=True)
            if amount
        ]
        if not differ:
            yield words.text(f"against.{kind}-nothing")
            continue
        yield words.text(
            f"against.{kind}",
            figures="; ".join(_saved(*pair, words) for pair in differ),
        )


def _saved(measure: Measure, amount: Fraction, words: Language) -> str:
    key = "less" if amount > 0 else "more"
    return words.text(
        f"against.{key}",
        tier=_name(measure, words),
        amount=abs(amount),
        unit=words.name("unit", measure.name),
    )
