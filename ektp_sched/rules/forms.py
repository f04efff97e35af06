"""The words of a field: what its value must be, and how office.xlsx holds it.

They stand in the annotation of the field itself, as a `Form`, and its note as its
description; the sentences about wrong values and the sheets of office.xlsx are made
of them.  What the type says already (the range of a number, the words of a choice)
is not said again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Literal,
    Union,
    get_args,
    get_origin,
)

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ektp_sched.words import Said, by_form, in_workbook, joined, said

if TYPE_CHECKING:
    from collections.abc import Iterator


class Kind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    PATTERN = "pattern"
    WHOLE = "whole"
    SHARE = "share"
    DATE = "date"
    FLAG = "flag"
    LIST = "list"
    DAYS = "days"
    NUMBERS = "numbers"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet."""

    key: str  # heading, and key in office.toml
    note: Said  # what its cells are about
    kind: Kind = Kind.TEXT  # what its cells hold
    choices: tuple[str, ...] = ()  # what a cell may say, as a list to choose from
    # Sheet whose first column lists what a cell may say; `resources`: the ids of all
    # servers and printers do.
    source: str | None = None
    largest: int = 1  # of a share, what it may be at most
    names: str | None = None  # table whose entries it names, as `source` or in a list
    default: Any = None  # what holds where it is empty; None: nothing
    needed: bool = False  # whether it may not be empty
    says: Said | None = None  # what a cell must hold, if the type says it


TABLES: Final = {
    "urgency class": "urgency",
    "card type": "cards",
    "area": "areas",
    "server": "servers",
    "printer or server": "resources",
}
"""The table in which what a field names stands, by the kind of what it names."""


def column(
    key: str,
    english: str,
    indonesian: str,
    kind: Kind = Kind.TEXT,
    choices: tuple[str, ...] = (),
    source: str | None = None,
) -> Column:
    """Return a column that no field stands for, with its note."""
    note = said(english, indonesian)
    return Column(key, note, kind, choices, source, names=source)


@dataclass(frozen=True, slots=True)
class Form:
    """What a value must be, and how a cell holds it; an outer one adds to an inner."""

    says: Said | None = None  # None: what the type says
    unit: Said | None = None  # of a whole number, what it counts, " of cards"
    example: str = "0.5"  # of a decimal number
    choice: str | None = None  # what its words are, a kind of `nearest.kind_of`
    kind: Kind | None = None
    choices: tuple[str, ...] = ()
    source: str | None = None  # empty: none, whatever the names in it are
    names: str | None = None  # kind of what it names, which must be known
    needs: Said | None = None  # of entries: what each needs; None: its required keys
    of: type[BaseModel] | None = None  # of keys that may differ, the table of all
    called: Said | None = None  # of entries by name, what the author writes; None: NAME


_UNSAID: Final = asdict(Form())


class Rows:
    """A table with a sheet of its own, and the columns that its entries do not name."""

    def __init__(self, *columns: Column, first: tuple[str, ...] = ()) -> None:
        self.columns = columns  # before those of the entries
        self.first = first  # keys whose columns stand before the others


def apart(annotation: Any) -> tuple[Any, list[Any]]:
    """Return a type without None and metadata, and its metadata, inner ones first."""
    if isinstance(annotation, FieldInfo):
        base, below = apart(annotation.annotation)
        return base, [*below, *annotation.metadata]
    if get_origin(annotation) is Annotated:
        inner, *own = get_args(annotation)
        base, below = apart(inner)
        return base, [*below, *_flat(own)]
    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
        if len(kinds) == 1:
            return apart(kinds[0])
    return annotation, []


def _flat(metadata: list[Any]) -> Iterator[Any]:
    for each in metadata:
        if isinstance(each, FieldInfo):
            yield from each.metadata
        else:
            yield each


def is_table(base: Any) -> bool:
    """Return whether a type is a table of office.toml, with fields of its own."""
    return isinstance(base, type) and issubclass(base, BaseModel)


def fields_of(table: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a table by their keys in office.toml."""
    fields = table.model_fields.items()
    return {field.serialization_alias or name: field for name, field in fields}


def entry_of(base: Any) -> Any:
    """Return the type of each entry of a list or a table of tables."""
    kinds = get_args(base)
    return kinds[0] if get_origin(base) is tuple else kinds[-1]


def rows_of(annotation: Any) -> Rows | None:
    """Return the sheet that a table has of its own; None if it has none."""
    return next((m for m in apart(annotation)[1] if isinstance(m, Rows)), None)


def form_of(annotation: Any) -> Form:
    """Return the words of a type, those that follow from it included."""
    base, metadata = apart(annotation)
    given: dict[str, Any] = {}
    for form in metadata:
        if isinstance(form, Form):
            given |= {k: v for k, v in asdict(form).items() if v != _UNSAID[k]}
    follows: dict[str, Any] = {}
    low, high = _range(metadata)
    if get_origin(base) is Literal:
        words = given.get("choices", get_args(base))
        follows = {"says": either(*(f'"{word}"' for word in words)), "choices": words}
    elif base is bool:
        follows = {"says": _YES_NO, "kind": Kind.FLAG}
    elif base is int:
        unit = given.get("unit", Said("", ""))
        follows = {"says": _whole(unit, int(low), int(high)), "kind": Kind.WHOLE}
    elif base is Decimal:
        above = any(isinstance(m, Gt) for m in metadata)
        example = given.get("example", _UNSAID["example"])
        says = _number(low, high, example, above=above)
        follows = {"says": says, "kind": Kind.SHARE}
    elif base is date:
        follows = {"says": _DATE, "kind": Kind.DATE}
    elif get_origin(base) is tuple:
        follows = {"kind": Kind.LIST, "source": form_of(entry_of(base)).source}
    return Form(**({"kind": Kind.TEXT} | follows | given))


def _range(metadata: list[Any]) -> tuple[Any, Any]:
    low = [
        m.gt if isinstance(m, Gt) else m.ge for m in metadata if isinstance(m, Ge | Gt)
    ]
    high = [m.le for m in metadata if isinstance(m, Le)]
    return (low or [0])[-1], (high or [0])[-1]


def column_of(key: str, field: FieldInfo) -> Column:
    """Return the column of office.xlsx that holds a field."""
    form, metadata = form_of(field), apart(field)[1]
    note = in_workbook(field.description or "")
    assert isinstance(note, Said), f"{key} has no note"
    assert form.kind is not None
    high = _range(metadata)[1]
    largest = int(high) if high and form.kind is Kind.SHARE else 1
    base = apart(field)[0]
    inner = form_of(entry_of(base)) if get_origin(base) is tuple else form
    default = field.get_default(call_default_factory=True)
    return Column(
        key,
        note,
        form.kind,
        form.choices,
        form.source or None,
        largest,
        names=TABLES.get(inner.names or ""),
        default=None if default is PydanticUndefined else default,
        needed=field.is_required(),
        says=None if form.says is None else form.says.workbook or form.says,
    )


def _example(english: str, indonesian: str, text: str, cell: str = "") -> Said:
    """Return a form with an example, as text and as a cell write it."""
    tail = english + ", such as {example}", indonesian + ", misalnya {example}"
    return by_form(said(*tail, example=text), said(*tail, example=cell or text))


def quoted(english: str, indonesian: str, text: str) -> Said:
    """Return the form of a text, which stands in quotes in a file of text."""
    return by_form(
        said(
            f'{english} in quotes, such as "{{example}}"',
            f'{indonesian} dalam tanda kutip, misalnya "{{example}}"',
            example=text,
        ),
        _example(english, indonesian, text),
    )


def listed(english: str, indonesian: str, *examples: str, end: str = "") -> Said:
    """Return the form of a list, which a cell separates by semicolons."""
    written = [f'"{each}"' for each in examples]
    return joined(
        "",
        (
            by_form(
                said(
                    f"{english} in brackets, such as [{{example}}]",
                    f"{indonesian} dalam kurung siku, misalnya [{{example}}]",
                    example=", ".join(written),
                ),
                said(
                    f"{english}, separated by ;, such as {{example}}",
                    f"{indonesian}, dipisahkan dengan ;, misalnya {{example}}",
                    example="; ".join((*examples, "…")[: max(2, len(examples))]),
                ),
            ),
            _ALL if end == "all" else said("", ""),
        ),
    )


def inline(english: str, indonesian: str, text: str, sheet: str) -> Said:
    """Return the form of what is one value as text, and a sheet of its own."""
    return by_form(
        said(
            f"{english}, such as {{example}}",
            f"{indonesian}, misalnya {{example}}",
            example=text,
        ),
        said(f"rows on the sheet {sheet}", f"baris pada lembar {sheet}"),
    )


def _whole(unit: Said, low: int, high: int) -> Said:
    """Return the form of a whole number of something."""
    return said(
        "a whole number{unit} from {low} to {high}",
        "bilangan bulat{unit} dari {low} sampai {high}",
        unit=unit,
        low=low,
        high=high,
    )


def either(*names: str) -> Said:
    """Return "a, b or c"."""
    *before, last = names
    return said(
        "{before} or {last}",
        "{before} atau {last}",
        before=", ".join(before),
        last=last,
    )


def _number(low: int, high: int, example: str, *, above: bool) -> Said:
    limits = said(
        "above {low}, up to {high}," if above else "from {low} to {high}",
        "di atas {low}, paling besar {high}," if above else "dari {low} sampai {high}",
        low=int(low),
        high=int(high),
    )
    return by_form(
        *(
            said(
                "a number {limits} with at most 30 decimals, such as {example}",
                "bilangan {limits} dengan paling banyak 30 angka desimal, "
                "misalnya {example}",
                limits=limits,
                example=shown,
            )
            for shown in (example, Said(example, example.replace(".", ",")))
        )
    )


TEXT: Final = said(
    "text on one line, 1 to {most} characters, with no space at either end",
    "teks satu baris, 1 sampai {most} karakter, tanpa spasi di awal atau akhirnya",
    most=500,
)
TEXT_IN_QUOTES: Final = by_form(
    said(
        "text in quotes, on one line, 1 to {most} characters, with no space at either "
        "end",
        "teks dalam tanda kutip, satu baris, 1 sampai {most} karakter, tanpa spasi di "
        "awal atau akhirnya",
        most=500,
    ),
    TEXT,
)
_ALL: Final = by_form(
    said("; leave it out for all", "; hilangkan kalau semuanya"),
    said("; leave it empty for all", "; kosongkan kalau semuanya"),
)
_DATE: Final = by_form(
    said(
        "a date without quotes, such as 2017-09-18",
        "tanggal tanpa tanda kutip, misalnya 2017-09-18",
    ),
    said("a date, such as 2017-09-18", "tanggal, misalnya 2017-09-18"),
)
_YES_NO: Final = by_form(
    said("true or false", "true atau false"), said("yes or no", "ya atau tidak")
)
