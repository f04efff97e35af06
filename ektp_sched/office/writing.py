"""Writing an office as a file that says the same."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import tomlkit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tomlkit.items import AoT, Item

    from ektp_sched.rules.tables import OfficeTables

INLINE: Final = frozenset({"share", "set_aside"})
"""Tables that stand on the line of their key."""

_UNLESS_EMPTY = frozenset({"set_aside", "ribbon_deliveries"})


def plain(office: OfficeTables) -> dict[str, Any]:
    """Return the tables and keys of an office, as in office.toml.

    What is not limited (None), what nothing is set aside or delivered for, and
    tables without an entry are left out; every default is written out.
    """
    tables = office.model_dump(by_alias=True)
    if not office.visits.areas:
        del tables["visits"]["areas"]
    stated = pruned(tables)
    return {key: value for key, value in stated.items() if value not in (None, {}, [])}


def pruned(value: Any) -> Any:
    """Return tables without what is None, with lists for tuples, as a file has them."""
    if isinstance(value, dict):
        return {
            key: pruned(part)
            for key, part in value.items()
            if part is not None and (part or key not in _UNLESS_EMPTY)
        }
    if isinstance(value, list | tuple):
        return [pruned(part) for part in value]
    return value


def to_toml(office: OfficeTables) -> str:
    """Return an office as the text of an office.toml.

    Loading the text gives an equal office; equal offices whose tables stand
    in the same order give the same text.
    """
    return tables_to_toml(plain(office))


def tables_to_toml(tables: Mapping[str, Any]) -> str:
    """Return tables as the text of a file."""
    document = tomlkit.document()
    for key, value in tables.items():
        if isinstance(value, dict):
            document.add(key, table_item(value))
        elif isinstance(value, list):
            document.add(key, entries_item(value))
        else:
            document.add(key, toml_item(value))
    return tomlkit.dumps(document)


def table_item(values: dict[str, Any]) -> Item:
    """Return a table as a file of text has it, a few of its own within a line."""
    nested = values and all(isinstance(part, dict) for part in values.values())
    table = tomlkit.table(is_super_table=bool(nested))
    for key, value in values.items():
        inline = key in INLINE or not isinstance(value, dict)
        item = toml_item(value) if inline else table_item(value)
        table.add(tomlkit.key(key) if key or inline else key, item)
    return table


def entries_item(values: list[dict[str, Any]]) -> AoT:
    """Return tables that a file of text has one after another."""
    array = tomlkit.aot()
    for value in values:
        array.append(table_item(value))
    return array


def toml_item(value: Any) -> Item:
    """Return a value as a file of text has it."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return tomlkit.value(text if "." in text else f"{text}.0")
    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        for key, part in value.items():
            inline.add(tomlkit.key(key), toml_item(part))
        return inline
    if isinstance(value, list):
        array = tomlkit.array()
        for part in value:
            array.append(toml_item(part))
        return array
    item: Item = tomlkit.item(value)
    return item
