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


def save_against(choice: Against, path: str | Path, *, force: bool = False) -> None:
    """Write a folder with against.json, whole or not at all.

    Parameters
    ----------
    choice
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
    with sealed_folder(path, choice.document(), index=AGAINST, force=force):
        pass


def against_lines(choice: Against, words: Language) -> Iterator[str]:
    """Yield the lines that ``plan --against`` prints."""
    yield words.text(
        "against.title",
        office=choice.office.name,
        start=choice.start,
        count=choice.count,
        resource=choice.resource,
        scenario=choice.scenario,
        first=choice.dates[0][0],
        last=choice.dates[-1][0],
    )
    if choice.status == "infeasible":
        yield words.text("against.infeasible")
        return
    yield from _rule(choice, words)
    yield ""
    yield from _table(choice, words)
    yield from _worth(choice, words)
    key = "exact" if choice.status == "optimal" else "open"
    yield words.text(f"against.{key}", count=choice.count, aim=_aim(choice, words))


def _aim(choice: Against, words: Language) -> str:
    return words.text(f"against.aim.{choice.aim}", count=choice.counted)


def _rule(choice: Against, words: Language) -> Iterator[str]:
    """Yield when to buy what, in the order in which it is met."""
    later = [stretch for stretch in choice.afterwards if stretch[2]]
    if not (choice.always or choice.while_waiting or later):
        yield words.text("against.nothing")
        return
    if choice.always:
        yield words.text("against.always", shifts=_shifts(choice.always, words))
    if choice.while_waiting:
        yield words.text(
            "against.meanwhile",
            resource=choice.resource,
            shifts=_shifts(choice.while_waiting, words),
        )
    for first, last, worked in later:
        key = "on" if first == last else "between"
        yield words.text(
            f"against.after-{key}",
            resource=choice.resource,
            first=first,
            last=last,
            shifts=_shifts(worked, words),
        )
    if len(later) < len(choice.afterwards):
        key = "else-nothing" if later else "after-nothing"
        yield words.text(f"against.{key}", resource=choice.resource)


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


def _table(choice: Against, words: Language) -> Iterator[str]:
    """Yield the tiers that are not 0 throughout, side by side."""
    heads = ("tier", "rule", "now", "known")
    rows = [[words.text(f"against.column.{name}") for name in heads]]
    for triple in choice.triples():
        amounts = [choice.amount(measure) for measure in triple]
        if any(amounts):
            unit = words.name("unit", triple[0].name)
            cells = [words.number(amount, 2) for amount in amounts]
            rows.append([f"{_name(triple[0], words)} ({unit})", *cells])
    yield from aligned(rows)
    yield words.text("against.figures", aim=_aim(choice, words))


def _worth(choice: Against, words: Language) -> Iterator[str]:
    """Yield what waiting is worth, and what knowing now would be."""
    worth = choice.worth()
    for place, kind in enumerate(("waiting", "knowing")):
        if None in worth:
            yield words.text(f"against.{kind}-unknown")
            continue
        amounts = [each[place] for each in worth if each is not None]
        measures = choice.decision.rule.tiers
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
