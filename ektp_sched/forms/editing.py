"""What two readings of an office say otherwise, and a file of text that says the newer.

Only what changed is written: comments, order and everything else stay as they are.
"""

from __future__ import annotations

import tomllib
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, InlineTable, Table

from ektp_sched.office.writing import (
    INLINE,
    entries_item,
    table_item,
    tables_to_toml,
    toml_item,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ektp_sched.office.workbook_reading import Tables
    from ektp_sched.rules.problems import Cell, Path

_BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is said otherwise."""

    path: Path  # keys and positions where it stood; a further entry's: after the last
    before: Any  # None: nothing stood there
    after: Any  # None: nothing stands there any more
    renamed: bool = False  # whether these are the names of an entry that stays


def changes_between(before: Tables, after: Tables) -> tuple[Change, ...]:
    """Return what the tables of two readings of an office's rows say otherwise.

    An entry is the same as long as its row has its number.
    """
    both = _Both(before.places, after.places)
    return tuple(both.in_table(before.data, after.data, (), ()))


@dataclass(frozen=True, slots=True)
class _Both:
    """Where the entries of two readings stand, by their paths."""

    before: Mapping[Path, Cell]
    after: Mapping[Path, Cell]

    def changes(self, old: Any, new: Any, at: Path, now: Path) -> Iterator[Change]:
        """Yield what is said otherwise of what stood at a path, and stands at one."""
        if isinstance(old, dict) and isinstance(new, dict):
            yield from self.in_table(old, new, at, now)
        elif _has_tables(old) and _has_tables(new):
            yield from self._in_list(old, new, at, now)
        elif old != new:
            yield Change(at, old, new)

    def in_table(
        self, old: dict[str, Any], new: dict[str, Any], at: Path, now: Path
    ) -> Iterator[Change]:
        """Yield what a table says otherwise; an entry may have another name."""
        names = self._names(old, new, at, now)
        for name, value in old.items():
            path = (*at, name)
            if name not in names:
                yield Change(path, value, None)
                continue
            if names[name] != name:
                yield Change(path, name, names[name], renamed=True)
            now_at = (*now, names[name])
            yield from self.changes(value, new[names[name]], path, now_at)
        for name, value in new.items():
            if name not in names.values():
                yield Change((*at, name), None, value)

    def _names(
        self, old: dict[str, Any], new: dict[str, Any], at: Path, now: Path
    ) -> dict[str, str]:
        """Return what the entries of a table that stay are called now.

        A row is an entry, whatever it is called; a cell is what it is called, unless
        nothing is called so any more.
        """
        rows = {_row(self.before, at, name): name for name in old}
        rows.pop(None, None)
        names: dict[str, str] = {}
        for name in new:
            before = rows.get(_row(self.after, now, name))
            if before is not None and (
                self.after[*now, name].column is None
                or (name not in old and before not in new)
            ):
                names[before] = name
        taken = {*names.values()}
        same = {name: name for name in old if name in new and name not in taken}
        return same | names

    def _in_list(
        self, old: list[Any], new: list[Any], at: Path, now: Path
    ) -> Iterator[Change]:
        rows = {_row(self.after, now, i): entry for i, entry in enumerate(new)}
        places = {row: i for i, row in enumerate(rows)}
        for index, entry in enumerate(old):
            row = _row(self.before, at, index)
            if row not in rows:
                yield Change((*at, index), entry, None)
                continue
            path = (*now, places[row])
            yield from self.changes(entry, rows.pop(row), (*at, index), path)
        for further, entry in enumerate(rows.values()):
            yield Change((*at, len(old) + further), None, entry)


def _has_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _row(places: Mapping[Path, Cell], path: Path, name: str | int) -> Any:
    """Return the number of the row of an entry; its position in a list without."""
    cell = places.get((*path, name))
    if cell is None or cell.key is not None:
        return name if isinstance(name, int) else None
    return cell.row


def applied(tables: Mapping[str, Any], changes: Sequence[Change]) -> dict[str, Any]:
    """Return tables with some things changed."""
    changed = deepcopy(dict(tables))
    for step in _steps(changes):
        _apply(changed, step, written=False)
    return changed


def edited(text: str, changes: Sequence[Change]) -> str:
    """Return the text of an office.toml with some things changed."""
    if not changes:
        return text
    bare = text.removeprefix(_BOM)
    expected, result = applied(_read(bare), changes), bare
    try:
        for step in _steps(changes):
            document: Any = tomlkit.parse(result)
            _apply(document, step, written=True)
            result = tomlkit.dumps(document)
        kept = _read(result) == expected
    except (TOMLKitError, tomllib.TOMLDecodeError, TypeError, ValueError):
        kept = False
    if not kept:
        # However a file is written, it must say what was asked for.
        result = tables_to_toml(expected)
    if text.count("\r\n") == text.count("\n"):
        result = result.replace("\r\n", "\n").replace("\n", "\r\n")
    return text[: len(text) - len(bare)] + result


def _read(text: str) -> dict[str, Any]:
    return tomllib.loads(text, parse_float=Decimal)


def _steps(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Yield changes in an order in which each path still leads where it did.

    Entries go after what stands in others has changed, and are renamed then, those of
    inner tables first; what takes a name that was another's comes after that.
    """
    left = {c.path for c in changes if c.renamed or c.after is None}
    renamed = [change for change in changes if change.renamed]
    gone = [change for change in changes if change.after is None]
    put = [c for c in changes if not c.renamed and c.after is not None]
    tables = [*dict.fromkeys(change.path[:-1] for change in renamed)]
    new = [c for c in put if c.path in left and c.before is None]
    late = [c for c in new if c.path[:-1] in tables]
    after = [c for c in new if c.path[:-1] not in tables]
    yield [*(c for c in put if c not in new), *reversed(gone), *after]
    for table in reversed(tables):
        yield [change for change in renamed if change.path[:-1] == table]
        yield [change for change in late if change.path[:-1] == table]


def _apply(tables: Any, changes: Sequence[Change], *, written: bool) -> None:
    """Change tables, or the text of a file, by a step."""
    names = {change.path[-1]: change.after for change in changes if change.renamed}
    for change in () if names else changes:
        if change.after is not None:
            _put(tables, change, written=written)
            continue
        above, key = _above(tables, change.path, written=written), change.path[-1]
        if isinstance(key, int) or key in above:
            del above[key]
    if names and written:
        for body in _bodies(tables, changes[0].path[:-1]):
            _rename(body, names)
    elif names:
        above = _above(tables, changes[0].path, written=False)
        entries = [(names.get(key, key), value) for key, value in above.items()]
        above.clear()
        above.update(entries)


def _bodies(node: Any, path: Path) -> Iterator[list[tuple[Any, Any]]]:
    """Yield what a file's text holds at a path, which it may say in several places."""
    if path and isinstance(path[0], int):
        yield from _bodies(node[path[0]], path[1:])
        return
    body = node.body if isinstance(node, TOMLDocument) else node.value.body
    if not path:
        yield body
    for key, item in body if path else ():
        if key is not None and key.key == path[0]:
            yield from _bodies(item, path[1:])


def _rename(body: list[tuple[Any, Any]], names: Mapping[Any, Any]) -> None:
    """Rename entries in their places, with the remarks that stand there."""
    for at, (key, item) in enumerate(body):
        if key is None or key.key not in names:
            continue
        blanks = key.as_string()[len(key.as_string().rstrip()) :]
        text = tomlkit.key(names[key.key]).as_string() + blanks
        line = tomlkit.parse(f"{text}.x=0" if key.is_dotted() else f"{text}=0")
        ((new, _),) = line.body
        assert new is not None
        new.sep = key.sep
        body[at] = (new, item)
        if isinstance(item, Table | AoT):
            item.invalidate_display_name()


def _above(tables: Any, path: Path, *, written: bool) -> Any:
    """Return what holds the value at a path, made if need be."""
    for part in path[:-1]:
        if isinstance(part, str) and part not in tables:
            inline = part in INLINE or isinstance(tables, InlineTable)
            made = tomlkit.inline_table() if inline else tomlkit.table()
            tables[part] = made if written else {}
        tables = tables[part]
    return tables


def _put(tables: Any, change: Change, *, written: bool) -> None:
    above, key = _above(tables, change.path, written=written), change.path[-1]
    value: Any = deepcopy(change.after)
    if isinstance(key, int) and key >= len(above):
        is_array = isinstance(above, tomlkit.items.Array)
        item = toml_item(value) if is_array else table_item(value) if written else value
        above.append(item)
    elif not written:
        above[key] = value
    elif isinstance(value, list) and isinstance(above.get(key), tomlkit.items.Array):
        _relist(above, str(key), value)
    elif isinstance(above, InlineTable) or key in above:
        above[str(key)] = toml_item(value)
    elif isinstance(value, dict) and key not in INLINE:
        above[key] = table_item(value)
    elif _has_tables(value) and len(change.path) == 1:
        above[key] = entries_item(value)
    else:
        above[key] = toml_item(value)


def _relist(above: Any, key: str, values: list[Any]) -> None:
    """Change a list in place, so that remarks within it stay."""
    array = above[key]
    for at in reversed(range(len(array))):
        if array[at] not in values:
            del array[at]
    for value in values:
        if value not in array:
            array.append(toml_item(value))
    if [*array] != values:
        above[key] = toml_item(values)
