"""What a ledger holds, and whether it does, in words: verdicts and lists of acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.output.view.parts import Column, Table
from ektp_sched.words import in_language

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ektp_sched.ledger import Act
    from ektp_sched.ledger.verify import Verdict
    from ektp_sched.morning.evidence import WrongPlan
    from ektp_sched.output.languages import Language

WORST: Final = 20
"""Faults that are told one by one."""


def verdict_lines(
    verdict: Verdict, wrong: Sequence[WrongPlan], words: Language
) -> Iterator[str]:
    """Yield what becomes of checking a ledger, and the plan folders beside it."""
    lines = [in_language(broken.message, words.code) for broken in verdict.breaks]
    lines += [f"{w.path}: {in_language(w.message, words.code)}" for w in wrong]
    yield from lines[:WORST]
    if len(lines) > WORST:
        yield words.text("cli.more", count=len(lines) - WORST)
    if not verdict.breaks:
        yield words.text("ledger.whole", acts=verdict.acts, facts=verdict.facts)
    if any(broken.what == "head" for broken in verdict.breaks):
        return  # paper says other than this ledger: it tells of no other act
    key = "protected" if verdict.unprotected else "all_protected"
    act = str(verdict.protected)
    yield (
        words.text(f"ledger.{key}", act=act, count=verdict.unprotected)
        if verdict.protected
        else words.text("ledger.unprotected")
    )


def history_table(
    acts: Sequence[Act], undone: Collection[int], words: Language
) -> Table:
    """Return acts, a row each; no row says who a resident is."""
    headings = ("number", "at", "day", "kind", "by", "reason", "plan", "facts")
    kinds = {"number": "number", "plan": "number", "facts": "number"}
    rows = []
    for act in acts:
        kind = words.name("ledger.kind", act.kind)
        if act.undoes is not None:
            kind = words.text("ledger.undoes", kind=kind, act=str(act.undoes))
        if act.number in undone:
            kind = words.text("ledger.undone", kind=kind)
        by = act.by
        if act.approved_by:
            by = words.text("ledger.approved", by=by, approved_by=act.approved_by)
        at = act.at.replace("T", " ").removesuffix("Z")
        day = words.short_date(act.day)
        rows.append((act.number, at, day, kind, by, act.reason, act.plan, act.facts))
    columns = tuple(
        Column(
            words.text(f"ledger.column.{name}"),
            "number" if name in kinds else "text",
            detail=name in {"at", "facts"},
        )
        for name in headings
    )
    return Table("", columns, tuple(rows))
