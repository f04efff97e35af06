"""From a scenario's tables and the office to the office that it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ektp_sched.office.checks import Problem
from ektp_sched.office.nearest import unknown
from ektp_sched.office.office import office_of
from ektp_sched.office.writing import plain
from ektp_sched.scenarios.world.laws import NewResource, Scenario
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from ektp_sched.office import Office
    from ektp_sched.office.checks import Path
    from ektp_sched.scenarios.world.parts import Added, ScenarioPart

__all__ = ["scenario_of"]


def scenario_of(
    name: str, part: ScenarioPart, office: Office, start: date | None
) -> tuple[Scenario | None, list[Problem]]:
    """Return a scenario, or None, and everything that is wrong with it.

    Parameters
    ----------
    name
        Its table's name.
    part
        Its table, as far as it has the right form.
    office
        The office as it is.
    start
        The first day, before which nothing new can begin; None: not checked.
    """
    path: Path = ("scenarios", name)
    replaced = _closure(part.added)
    data = _merged(plain(office), part.rules.office)
    lengths = {kind: _add(data, kind, part.added) for kind in ("servers", "printers")}
    _let_reach(data, part.added, replaced)
    made, found = office_of(data)
    problems = [_moved(problem, path, lengths) for problem in found]
    problems += _dates(path, part.added, start)
    problems += _replacements(path, part.added, data, replaced)
    if made is not None and tuple(made.classes) != tuple(office.classes):
        problems.append(_classes(path, tuple(made.classes), tuple(office.classes)))
    if made is None or problems:
        return None, problems
    if office.base is not None and office.source_digest is not None:
        made = made.located(office.base, office.source_digest)
    rules = part.rules
    added = tuple(_resource(entry, replaced) for entry in part.added)
    return Scenario(name, rules.label or name, rules.cost_idr, made, added), []


def _classes(path: Path, made: tuple[str, ...], known: tuple[str, ...]) -> Problem:
    """Return that a scenario has other classes: the same people wait in all."""
    other = next((name for name in made if name not in known), made[0])
    return Problem(
        (*path, "office", "urgency", other),
        said(
            "the classes must be those of the office ({known}) in every scenario; only "
            "their target_days and rank may differ",
            "kelas harus sama dengan kelas kantor ({known}) pada setiap skenario; "
            "hanya target_days dan rank boleh berbeda",
            known=", ".join(known),
        ),
    )


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return tables with others laid over them; all else is replaced whole."""
    result = dict(base)
    for key, value in over.items():
        below = base.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        result[key] = _merged(below or {}, value) if both else value
    return result


def _add(data: dict[str, Any], kind: str, added: list[Added]) -> int:
    """Append what is new at its likely numbers; return how many were there."""
    entries = data.get(kind)
    if not isinstance(entries, list):
        return 0
    new = []
    for entry in added:
        if entry.kind == kind:
            values = entry.rules.model_dump(exclude_none=True, exclude={"replaces"})
            values["cards_per_day"] = entry.rules.cards_per_day.likely
            if entry.rules.from_ is not None:
                values["from"] = entry.rules.from_.likely
            new.append(values)
    data[kind] = [*entries, *new]
    return len(entries)


def _let_reach(
    data: dict[str, Any], added: list[Added], replaced: Mapping[str, tuple[str, ...]]
) -> None:
    """Let a printer that lists a replaced server reach the new one as well."""
    printers = data.get("printers")
    if not isinstance(printers, list):
        return
    news = {e.rules.id: replaced[e.rules.id] for e in added if e.kind == "servers"}
    for at, printer in enumerate(printers):
        names = printer.get("servers") if isinstance(printer, dict) else None
        if isinstance(names, list | tuple):
            more = [new for new, olds in news.items() if set(olds) & set(names)]
            wider = [*names, *(new for new in more if new not in names)]
            printers[at] = printer | {"servers": wider}


def _moved(problem: Problem, path: Path, lengths: Mapping[str, int]) -> Problem:
    """Return a problem of the whole office at its place in scenarios.toml."""
    kind, index = (*problem.path, "", "")[:2]
    own = isinstance(index, int) and index >= lengths.get(str(kind), index + 1)
    if own and isinstance(index, int):
        at: Path = (*path, kind, index - lengths[str(kind)], *problem.path[2:])
        return Problem(at, problem.sentence)
    return Problem((*path, "office", *problem.path), problem.sentence)


def _dates(path: Path, added: list[Added], start: date | None) -> Iterator[Problem]:
    for entry in added:
        first = entry.rules.from_
        if first is None or start is None or first.earliest >= start:
            continue
        yield Problem(
            (*path, entry.kind, entry.index, "from"),
            said(
                "{earliest} is before the start {start}; nothing new can begin then; "
                "leave from out where it is there from the start",
                "{earliest} sebelum hari mulai {start}; tidak ada yang baru dapat "
                "mulai saat itu; hapus from bila ada sejak awal",
                earliest=first.earliest.isoformat(),
                start=start.isoformat(),
            ),
        )


def _closure(added: list[Added]) -> dict[str, tuple[str, ...]]:
    """Return new id → all that it replaces, by way of others included."""
    direct = {entry.rules.id: entry.rules.replaces for entry in added}
    found = {}
    for name, first in direct.items():
        reached: dict[str, None] = {}
        queue = list(first)
        while queue:
            old = queue.pop(0)
            if old not in reached:
                reached[old] = None
                queue += direct.get(old, ())
        found[name] = tuple(reached)
    return found


def _replacements(
    path: Path,
    added: list[Added],
    data: Mapping[str, Any],
    replaced: Mapping[str, tuple[str, ...]],
) -> Iterator[Problem]:
    for entry in added:
        entries = data.get(entry.kind)
        listed = entries if isinstance(entries, list) else []
        ids = [str(e.get("id")) for e in listed if isinstance(e, dict)]
        own = entry.rules.id
        where: Path = (*path, entry.kind, entry.index, "replaces")
        for at, old in enumerate(entry.rules.replaces):
            if old not in ids:
                known = [name for name in ids if name != own]
                kind = entry.kind.removesuffix("s")
                yield Problem((*where, at), unknown(kind, old, known))
        if own in replaced[own]:
            sentence = said(
                '"{own}" would replace itself; break the circle',
                '"{own}" akan menggantikan dirinya sendiri; putuskan lingkaran itu',
                own=own,
            )
            yield Problem(where, sentence)


def _resource(entry: Added, replaced: Mapping[str, tuple[str, ...]]) -> NewResource:
    rules = entry.rules
    cards, first = rules.cards_per_day, rules.from_
    return NewResource(
        id=rules.id,
        kind=entry.kind,
        cards=(cards.low, cards.likely, cards.high),
        first=None if first is None else (first.earliest, first.likely, first.latest),
        replaces=replaced[rules.id],
    )
