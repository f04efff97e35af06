"""What became of the plan before, and what this one changes, each said once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.backlog.known import stands
from ektp_sched.output.tables import dates_told
from ektp_sched.output.view.parts import Items, Section
from ektp_sched.yesterday.changes import moved, slipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ektp_sched.backlog.known import Counts, Known, Reading
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language

_READINGS: Final = 8
"""Sheets of which it is said how they were read."""

_BEFORE: Final = ("printed", "open", "waiting", "held", "gone")
_NOW: Final = ("waiting", "new")
_AGAIN: Final = ("spoilt", "unprinted", "replanned", "returned")
_READ: Final = ("printed", "spoilt", "unprinted", "open", "rejected")
_TOLD: Final = (
    "promises_joined",
    "promises_earlier_in_export",
    "promises_earlier_in_file",
    "promises_unknown",
)


def yesterday_section(plan: AnyPlan, texts: Language) -> Section:
    """Return what became of the plan before; nothing on a first morning."""
    known = plan.backlog.known
    if known is None:
        return Section("yesterday", "", ())
    title = texts.text("yesterday.title", start=known.counts.start)
    return Section("yesterday", title, (Items((*_sentences(plan, known, texts),)),))


def moved_because(plan: AnyPlan) -> dict[str, int]:
    """Return how many have another day than before, by reason, the most first."""
    counts = (
        moved(plan)
        .group_by("because")
        .len()
        .sort("len", "because", descending=[True, False])
    )
    return dict(counts.iter_rows())


def _sentences(plan: AnyPlan, known: Known, texts: Language) -> Iterator[str]:
    counts = known.counts
    yield texts.text(
        "yesterday.sums",
        before=counts.planned_before,
        then=_sum(counts, _BEFORE, texts),
        planned=plan.backlog.planned,
        now=_sum(counts, _NOW, texts),
    )
    # Of a plan that a ledger knows, nobody but the ledger read any sheet.
    readings = counts.readings if plan.mark is None else ()
    for reading in readings[:_READINGS]:
        yield _reading(reading, texts)
    if more := readings[_READINGS:]:
        yield texts.text("yesterday.more_readings", count=len(more))
    if again := _parts(counts, "again_part", _AGAIN, texts):
        yield texts.text("yesterday.again", parts=again)
    standing = int(stands(known.carried, plan.start).sum())
    if standing:
        yield texts.text("yesterday.standing", count=standing)
    if counts.carried_open > standing:
        yield texts.text("yesterday.open", count=counts.carried_open - standing)
    yield _moved(moved_because(plan), texts)
    if dates_told(plan.backlog):
        count = slipped(plan).height
        key = "slipped" if count else "told"
        yield texts.text(f"yesterday.{key}", count=count)
    if told := _parts(counts, "promise_part", _TOLD, texts):
        yield texts.text("yesterday.promises", parts=told)
    for key, count in (
        ("gone", counts.gone),
        ("spoilt_gone", counts.spoilt_gone or 0),
        ("overdue", counts.overdue_registry),
    ):
        if count:
            yield texts.text(f"yesterday.{key}", count=count)


def _sum(counts: Counts, names: tuple[str, ...], texts: Language) -> str:
    """Return numbers that add up, such as "3 printed since + 5 still waiting"."""
    kept = [name for name in names if getattr(counts, name) or name == "waiting"]
    return " + ".join(
        texts.text(f"yesterday.part.{name}", count=getattr(counts, name))
        for name in kept
    )


def _parts(
    counts: Counts | Reading, kind: str, names: tuple[str, ...], texts: Language
) -> str:
    """Return numbers above 0 with their words, such as "3 spoilt, 2 not printed"."""
    return ", ".join(
        texts.text(f"yesterday.{kind}.{name}", count=count)
        for name in names
        if (count := getattr(counts, name))
    )


def _reading(reading: Reading, texts: Language) -> str:
    return texts.text(
        "yesterday.reading",
        source=reading.source,
        how=texts.text(f"yesterday.read_as.{reading.read_as}"),
        parts=_parts(reading, "read_part", _READ, texts)
        or texts.text("yesterday.nobody"),
    )


def _moved(because: Mapping[str, int], texts: Language) -> str:
    if not because:
        return texts.text("yesterday.kept")
    parts = (
        f"{texts.name('because', code)}: {texts.number(count)}"
        for code, count in because.items()
    )
    count = sum(because.values())
    return texts.text("yesterday.moved", count=count, parts="; ".join(parts))
