"""From what pydantic says to a sentence for the person who wrote the file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin

from ektp_sched.rules.forms import (
    TEXT,
    TEXT_IN_QUOTES,
    apart,
    either,
    entry_of,
    fields_of,
    form_of,
    is_table,
)
from ektp_sched.rules.nearest import kind_of, unknown
from ektp_sched.rules.problems import Path, Problem
from ektp_sched.rules.tables import OfficeTables
from ektp_sched.words import Said, all_of, by_form, said

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from ektp_sched.rules.fields import Table

_NAME: Final = said("NAME", "NAMA")


def _at(path: Path, model: type[Table]) -> tuple[Any, Any, Said]:
    """Return the type of what stands at a path, that in which it stands, its name."""
    value: Any = model
    inside: Any = None
    name = Said("", "")
    for part in path:
        inside, base = value, apart(value)[0]
        dot = "." if name else ""
        if is_table(base):
            value = fields_of(base)[str(part)]
            name = Said(f"{name}{dot}{part}", f"{name.indonesian}{dot}{part}")
            continue
        value = entry_of(base)
        if get_origin(base) is dict:
            called = form_of(inside).called or _NAME
            name = Said(f"{name}.{called}", f"{name.indonesian}.{called.indonesian}")
    return value, inside, name


def type_at(path: Path, model: type[Table]) -> Any:
    """Return the type of what stands at a path of a file."""
    return _at(path, model)[0]


def known_keys(path: Path, model: type[Table] = OfficeTables) -> tuple[str, ...]:
    """Return the keys that the table at `path` may have, in their order."""
    return tuple(fields_of(apart(_at(path, model)[0])[0]))


def right_form(path: Path, model: type[Table] = OfficeTables) -> Said:
    """Return what must stand at a path of a file, as the types of its fields say."""
    value, inside, name = _at(path, model)
    base, form = apart(value)[0], form_of(value)
    if form.says is not None:
        return form.says
    if get_args(base) and is_table(apart(entry_of(base))[0]):
        return _entries(value, name)
    if not is_table(base):
        return TEXT
    if get_origin(apart(inside)[0]) in (dict, tuple):
        return _entry(inside, name)
    return by_form(
        said("a table [{name}]", "tabel [{name}]", name=name),
        said("a value for each of its keys", "nilai untuk setiap kuncinya"),
    )


def _entries(table: Any, name: Said) -> Said:
    """Return the form of all entries of a table."""
    each = _needs(table)
    if each:
        each = said(", each{needs}", ", masing-masing{needs}", needs=each)
    if not isinstance(table, type) and table.is_required():
        each = said(", at least one{more}", ", paling sedikit satu{more}", more=each)
    brackets = _brackets(table, name)
    if get_origin(apart(table)[0]) is tuple and form_of(table).needs is None:
        brackets = said(
            "{brackets} in double brackets",
            "{brackets} dalam kurung siku ganda",
            brackets=brackets,
        )
    return by_form(
        said(
            "tables {brackets}{each}",
            "tabel {brackets}{each}",
            brackets=brackets,
            each=each,
        ),
        said(
            "rows on the sheet {sheet}{each}",
            "baris pada lembar {sheet}{each}",
            sheet=name.replace(".", "_"),
            each=each,
        ),
    )


def _entry(table: Any, name: Said) -> Said:
    """Return the form of an entry of a table."""
    needs = _needs(table)
    named = get_origin(apart(table)[0]) is dict
    whole = Said(name.rpartition(".")[0], name.indonesian.rpartition(".")[0])
    whole = whole if named else name
    return by_form(
        said(
            "a table {brackets}{needs}",
            "tabel {brackets}{needs}",
            brackets=_brackets(table, whole),
            needs=needs,
        ),
        said(
            "a row on the sheet {sheet}{needs}",
            "baris pada lembar {sheet}{needs}",
            sheet=whole.replace(".", "_"),
            needs=needs,
        ),
    )


def _needs(table: Any) -> Said:
    """Return " with id and days": what each entry of a table needs."""
    fields = fields_of(apart(entry_of(apart(table)[0]))[0]).items()
    required = all_of([key for key, field in fields if field.is_required()])
    needs = form_of(table).needs or required
    return said(" with {needs}", " dengan {needs}", needs=needs) if needs else needs


def _brackets(table: Any, name: Said) -> Said:
    """Return how the heading of an entry is written, such as [[shifts]]."""
    if get_origin(apart(table)[0]) is tuple:
        return said("[[{name}]]", "[[{name}]]", name=name)
    called = form_of(table).called or _NAME
    return said("[{name}.{called}]", "[{name}.{called}]", name=name, called=called)


def field_problem(
    error: ErrorDetails, model: type[Table] = OfficeTables, under: Path = ()
) -> Problem:
    """Return one of pydantic's errors as a problem with a sentence.

    The message of an error of type ``sentence`` is taken as it is; ``under`` is where
    in the file of a ``model`` the table that was validated stands.
    """
    path = (*under, *error["loc"])
    value = error["input"]
    is_key = path[-1:] == ("[key]",)
    if is_key:
        path = path[:-1]
        value = path[-1]
    if error["type"] == "extra_forbidden":
        sentence = unknown("key", str(path[-1]), known_keys(path[:-1], model))
    elif error["type"] == "literal_error" and isinstance(value, str):
        annotation, inside, _ = _at(path, model)
        form = form_of(get_args(apart(inside)[0])[0] if is_key else annotation)
        sentence = said(
            'unknown {kind} "{value}"; it must be {choices}',
            '{kind} "{value}" tidak dikenal; seharusnya {choices}',
            kind=kind_of(form.choice or "key"),
            value=_short(value),
            choices=either(*form.choices),
        )
    elif is_key:
        sentence = said(
            "is no name; a name is {form}", "bukan nama; nama adalah {form}", form=TEXT
        )
    elif error["type"] == "sentence":
        sentence = error["ctx"]["text"]
    elif error["type"] == "missing":
        sentence = said(
            "is missing; it must be {form}",
            "belum ada; seharusnya {form}",
            form=right_form(path, model),
        )
    else:
        right = right_form(path, model)
        if right is TEXT and not isinstance(value, str):
            right = TEXT_IN_QUOTES
        sentence = said(
            "is {value}; it must be {form}",
            "isinya {value}; seharusnya {form}",
            value=_shown(value),
            form=right,
        )
    return Problem(path, sentence)


def _shown(value: Any) -> Said:
    if isinstance(value, bool):
        word = str(value).lower()
        cell = said("yes", "ya") if value else said("no", "tidak")
        return by_form(Said(word, word), cell)
    if isinstance(value, str) and value.strip():
        text = f'"{_short(value)}"'
        if value.strip("+-.0123456789"):
            return Said(text, text)
        quoted = said("{text} in quotes", "{text} dalam tanda kutip", text=text)
        return by_form(quoted, Said(text, text))
    if isinstance(value, int | Decimal | float | date):
        text = _short(str(value))
        return Said(text, text)
    if isinstance(value, dict):
        return said("a table", "tabel")
    return said("a list", "daftar") if value else said("empty", "kosong")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
