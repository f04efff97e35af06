"""Every name of a class, a card type, an area or a machine is one that the office has.

Whether a field holds such a name says its type, such as `AreaName` of
`ektp_sched.rules.fields`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args, get_origin

from ektp_sched.rules.areas import area_problem
from ektp_sched.rules.classes import class_spellings
from ektp_sched.rules.forms import Form, apart, fields_of, is_table
from ektp_sched.rules.nearest import letters, unknown
from ektp_sched.rules.problems import Path, Problem
from ektp_sched.rules.rule import Rule
from ektp_sched.rules.tables import OfficeTables

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from pydantic import BaseModel

    Named: TypeAlias = Iterator[tuple[Path, str, str]]  # place, name, kind of name
    Finder: TypeAlias = Callable[[Any, Path], Named]

_CLASS: Final = "urgency class"


def _kind(annotation: Any) -> str | None:
    forms = [m for m in apart(annotation)[1] if isinstance(m, Form)]
    return next((form.names for form in reversed(forms) if form.names), None)


def _finder(annotation: Any) -> Finder | None:
    """Return what finds the names in a value of a type; None if there can be none."""
    base, own = apart(annotation)[0], _kind(annotation)
    if is_table(base):
        return _of_table(base)
    if get_origin(base) is tuple:
        return _of_list(_finder(get_args(base)[0]))
    if get_origin(base) is dict:
        key, value = get_args(base)
        return _of_dict(_kind(key), _finder(value))
    return None if own is None else lambda name, path: iter([(path, name, own)])


def _of_table(model: type[BaseModel]) -> Finder | None:
    finders = [
        (attribute, key, _finder(model.model_fields[attribute]))
        for attribute, key in zip(model.model_fields, fields_of(model), strict=True)
    ]
    parts = [(a, key, find) for a, key, find in finders if find is not None]

    def find_all(table: Any, path: Path) -> Named:
        for attribute, key, find in parts:
            value = getattr(table, attribute)
            if value is not None:
                yield from find(value, (*path, key))

    return find_all if parts else None


def _of_list(inner: Finder | None) -> Finder | None:
    if inner is None:
        return None

    def find_all(entries: Any, path: Path) -> Named:
        for number, entry in enumerate(entries):
            yield from inner(entry, (*path, number))

    return find_all


def _of_dict(kind: str | None, inner: Finder | None) -> Finder | None:
    if kind is None and inner is None:
        return None

    def find_all(entries: Any, path: Path) -> Named:
        for name, entry in entries.items():
            if kind is not None:
                yield (*path, name), name, kind
            if inner is not None:
                yield from inner(entry, (*path, name))

    return find_all


_FIND: Final = _finder(OfficeTables)


def names_in(office: OfficeTables, kind: str) -> tuple[str, ...]:
    """Return the names of a kind, such as "area", that the fields of an office hold."""
    assert _FIND is not None
    return tuple(name for _, name, of_kind in _FIND(office, ()) if of_kind == kind)


def _names_are_known(office: OfficeTables) -> Iterator[Problem]:
    servers = [server.id for server in office.servers]
    known: dict[str, Collection[str]] = {
        _CLASS: office.urgency,
        "card type": office.cards,
        "server": servers,
        "printer or server": [*servers, *(printer.id for printer in office.printers)],
    }
    assert _FIND is not None
    for path, name, kind in _FIND(office, ()):
        if kind == "area":
            sentence = area_problem(office, name)
            if sentence is not None:
                yield Problem(path, sentence)
        elif name not in known[kind]:
            yield Problem(path, unknown(kind, name, known[kind]))


NAMES = Rule("names", problems=(_names_are_known,))


def with_official_classes(data: dict[str, Any]) -> dict[str, Any]:
    """Return tables with the office's own name for a class in place of another word.

    What has not the form that it should have is left as it is, to be refused.
    """
    classes = data.get("urgency")
    if not isinstance(classes, dict) or not all(isinstance(n, str) for n in classes):
        return data
    known = {letters(word): name for word, name in class_spellings(classes).items()}

    def official(word: Any) -> Any:
        if not isinstance(word, str) or word in classes:
            return word
        return known.get(letters(word), word)

    def renamed(value: Any, annotation: Any) -> Any:
        base = apart(annotation)[0]
        if isinstance(value, dict) and is_table(base):
            fields = fields_of(base)
            return {k: renamed(v, fields.get(k)) for k, v in value.items()}
        if isinstance(value, dict) and get_origin(base) is dict:
            key, inner = get_args(base)
            names = [official(n) if _kind(key) == _CLASS else n for n in value]
            if len({*names}) < len(names):
                return value
            return {
                n: renamed(v, inner) for n, v in zip(names, value.values(), strict=True)
            }
        if isinstance(value, list) and get_origin(base) is tuple:
            return [renamed(entry, get_args(base)[0]) for entry in value]
        return official(value) if _kind(annotation) == _CLASS else value

    return {**renamed(data, OfficeTables)}
