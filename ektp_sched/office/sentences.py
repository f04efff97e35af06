"""From what pydantic says to a sentence for the person who wrote the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin

from ektp_sched.rules.forms import (
    TEXT,
    TEXT_IN_QUOTES,
    apart,
    either,
    fields_of,
    form_of,
    is_table,
)
from ektp_sched.rules.nearest import kind_of, unknown
from ektp_sched.rules.problems import Path, Problem
from ektp_sched.rules.tables import OfficeTables
from ektp_sched.words import Said, all_of, by_form, said

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from pydantic_core import ErrorDetails

    from ektp_sched.rules.fields import Table

__all__ = ["OFFICE", "Words", "field_problem", "known_keys", "words_of"]


@dataclass(frozen=True, slots=True)
class Words:
    """How the values of a kind of file are described to people."""

    # What a value must be, by path; * stands for what the author names.
    forms: Mapping[str, str]
    # What a choice is of, and the words to choose from, by path.
    choices: Mapping[str, tuple[str, tuple[str, ...]]]
    named: frozenset[str]  # keys below which the author names the keys
    tables: Collection[str]  # paths that are plain tables
    # From the path of a table to the keys that it may have.
    keys: Callable[[Path], tuple[str, ...]]


def known_keys(path: Path, model: type[Table] = OfficeTables) -> tuple[str, ...]:
    """Return the keys that the table at `path` may have, in their order."""
    base: Any = model
    for part in path:
        inner = fields_of(base)[str(part)] if is_table(base) else get_args(base)
        if isinstance(inner, tuple):  # of a list its entries, of a dict its values
            inner = inner[0] if isinstance(part, int) else inner[-1]
        base = apart(inner)[0]
    return tuple(fields_of(base))


def words_of(model: type[Table]) -> Words:
    """Return the words that stand on the fields of tables."""
    forms: dict[str, str] = {}
    choices: dict[str, tuple[str, tuple[str, ...]]] = {}
    named: set[str] = set()
    tables: set[str] = set()
    for pattern, annotation in _values("", model):
        base, form = apart(annotation)[0], form_of(annotation)
        if form.choice is not None:
            choices[pattern] = form.choice, form.choices
        if form.says is not None and not (form.choice and pattern.endswith("*")):
            forms[pattern] = form.says
        elif is_table(base) and pattern not in forms:
            tables.add(pattern)
        elif any(is_table(apart(kind)[0]) for kind in get_args(base)):
            forms |= _entries(pattern, annotation)
        if get_origin(base) is dict:
            named.add(pattern.rpartition(".")[2])
            key = form_of(get_args(base)[0])
            if key.choice is not None:
                choices[f"{pattern}.*"] = key.choice, key.choices
    keys = partial(known_keys, model=model)
    return Words(forms, choices, frozenset(named), tables, keys)


def _values(pattern: str, annotation: Any) -> Iterator[tuple[str, Any]]:
    """Yield the path of each value in a type, * for what is counted or named."""
    if pattern:
        yield pattern, annotation
    base = apart(annotation)[0]
    if is_table(base):
        for key, field in fields_of(base).items():
            yield from _values(f"{pattern}.{key}" if pattern else key, field)
    elif get_origin(base) in (tuple, dict):
        kinds = get_args(base)
        inner = kinds[0] if get_origin(base) is tuple else kinds[-1]
        yield from _values(f"{pattern}.*", inner)


def _entries(name: str, field: Any) -> dict[str, Said]:
    """Return the forms of a table's entries, all together and each."""
    base, form = apart(field)[0], form_of(field)
    named, kinds = get_origin(base) is dict, get_args(base)
    table = apart(kinds[-1] if named else kinds[0])[0]
    required = [k for k, part in fields_of(table).items() if part.is_required()]
    needs = form.needs or all_of(required)
    each = said(" with {needs}", " dengan {needs}", needs=needs)
    every = said(", each with {needs}", ", masing-masing dengan {needs}", needs=needs)
    if not needs:
        each = every = needs
    if field.is_required():
        every = said(", at least one{more}", ", paling sedikit satu{more}", more=every)
    brackets = said("[{name}.NAME]", "[{name}.NAMA]", name=name)
    sheet = name.replace(".", "_")
    double = Said("", "")
    if not named:
        brackets = Said(f"[[{name}]]", f"[[{name}]]")
        if form.needs is None:
            double = said(" in double brackets", " dalam kurung siku ganda")
    return {
        name: by_form(
            said(
                "tables {brackets}{double}{every}",
                "tabel {brackets}{double}{every}",
                brackets=brackets,
                double=double,
                every=every,
            ),
            said(
                "rows on the sheet {sheet}{every}",
                "baris pada lembar {sheet}{every}",
                sheet=sheet,
                every=every,
            ),
        ),
        f"{name}.*": by_form(
            said(
                "a table {brackets}{each}",
                "tabel {brackets}{each}",
                brackets=brackets,
                each=each,
            ),
            said(
                "a row on the sheet {sheet}{each}",
                "baris pada lembar {sheet}{each}",
                sheet=sheet,
                each=each,
            ),
        ),
    }


OFFICE: Final = words_of(OfficeTables)


def field_problem(
    error: ErrorDetails, words: Words = OFFICE, under: Path = ()
) -> Problem:
    """Return one of pydantic's errors as a problem with a sentence.

    The message of an error of type ``sentence`` is taken as it is; ``under`` is where
    in the file the model that was validated stands.
    """
    path = (*under, *error["loc"])
    value = error["input"]
    if path and path[-1] == "[key]":
        path = path[:-1]
        if error["type"] != "literal_error":
            sentence = said(
                "is no name; a name is {form}",
                "bukan nama; nama adalah {form}",
                form=TEXT,
            )
            return Problem(path, sentence)
        value = path[-1]
    if error["type"] == "extra_forbidden":
        sentence = unknown("key", str(path[-1]), words.keys(path[:-1]))
    elif error["type"] == "sentence":
        sentence = error["ctx"]["text"]
    elif error["type"] == "missing":
        sentence = said(
            "is missing; it must be {form}",
            "belum ada; seharusnya {form}",
            form=_form(path, words),
        )
    elif error["type"] == "literal_error" and isinstance(value, str):
        kind, choices = words.choices[_pattern(path, words.named)]
        sentence = said(
            'unknown {kind} "{value}"; it must be {choices}',
            '{kind} "{value}" tidak dikenal; seharusnya {choices}',
            kind=kind_of(kind),
            value=_short(value),
            choices=either(*choices),
        )
    else:
        form = _form(path, words)
        if form is TEXT and not isinstance(value, str):
            form = TEXT_IN_QUOTES
        sentence = said(
            "is {value}; it must be {form}",
            "isinya {value}; seharusnya {form}",
            value=_shown(value),
            form=form,
        )
    return Problem(path, sentence)


def _pattern(path: Path, named: frozenset[str]) -> str:
    """Return a path with * for what the file's author names or counts."""
    parts: list[str] = []
    for part in path:
        free = isinstance(part, int) or (bool(parts) and parts[-1] in named)
        parts.append("*" if free else str(part))
    return ".".join(parts)


def _form(path: Path, words: Words) -> str:
    pattern = _pattern(path, words.named)
    if pattern in words.forms:
        return words.forms[pattern]
    if pattern in words.tables:
        return by_form(
            said("a table [{name}]", "tabel [{name}]", name=pattern),
            said("a value for each of its keys", "nilai untuk setiap kuncinya"),
        )
    return TEXT


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
