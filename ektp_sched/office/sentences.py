"""From what pydantic says to a sentence for the person who wrote the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.rules.consumables import CardType, Delivery, RibbonDelivery
from ektp_sched.rules.decisions import Budget, Quota, Shift
from ektp_sched.rules.fields import DAYS
from ektp_sched.rules.nearest import kind_of, unknown
from ektp_sched.rules.problems import Path, Problem
from ektp_sched.rules.reading import (
    DECISION_TIERS,
    TIERS,
    CalendarRules,
    ClassifyRule,
    DateRules,
    Identity,
    Outage,
    PlanRules,
    Printer,
    Privacy,
    Reserve,
    Server,
    StatusRules,
    UrgencyClass,
    Visits,
    VisitsOfArea,
)
from ektp_sched.rules.tables import OfficeTables
from ektp_sched.words import Said, by_form, joined, said

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pydantic_core import ErrorDetails

    from ektp_sched.rules.fields import Table

__all__ = ["OFFICE", "Words", "field_problem", "known_keys"]

_TABLES: Final[dict[str, type[Table]]] = {
    "calendar": CalendarRules,
    "urgency": UrgencyClass,
    "cards": CardType,
    "servers": Server,
    "printers": Printer,
    "outages": Outage,
    "shifts": Shift,
    "budget": Budget,
    "quotas": Quota,
    "reserve": Reserve,
    "plan": PlanRules,
    "visits": Visits,
    "dates": DateRules,
    "status": StatusRules,
    "identity": Identity,
    "classify": ClassifyRule,
    "privacy": Privacy,
}

_MANY: Final = 10_000_000
_STOCK_MOST: Final = 1_000_000_000


def _example(english: str, indonesian: str, text: str, cell: str = "") -> Said:
    """Return a form with an example, as text and as a cell write it."""
    tail = english + ", such as {example}", indonesian + ", misalnya {example}"
    return by_form(said(*tail, example=text), said(*tail, example=cell or text))


def _quoted(english: str, indonesian: str, example: str) -> Said:
    return by_form(
        said(
            f'{english} in quotes, such as "{{example}}"',
            f'{indonesian} dalam tanda kutip, misalnya "{{example}}"',
            example=example,
        ),
        _example(english, indonesian, example),
    )


def _listed(english: str, indonesian: str, *examples: str, end: str = "") -> Said:
    """Return the form of a list, which a cell separates by semicolons."""
    tail = _END[end]
    written = examples if end == "dates" else [f'"{each}"' for each in examples]
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
            tail,
        ),
    )


_END: Final = {
    "": said("", ""),
    "dates": said("", ""),
    "all": by_form(
        said("; leave it out for all", "; hilangkan kalau semuanya"),
        said("; leave it empty for all", "; kosongkan kalau semuanya"),
    ),
}


def _whole(english: str, indonesian: str, low: int, high: int) -> Said:
    return said(
        f"a whole number{english} from {{low}} to {{high}}",
        f"bilangan bulat{indonesian} dari {{low}} sampai {{high}}",
        low=low,
        high=high,
    )


def _number(english: str, indonesian: str, example: str, **limits: int) -> Said:
    return by_form(
        *(
            said(
                f"a number {english} with at most 30 decimals, such as {{example}}",
                f"bilangan {indonesian} dengan paling banyak 30 angka desimal, "
                "misalnya {example}",
                example=shown,
                **limits,
            )
            for shown in (example, Said(example, example.replace(".", ",")))
        )
    )


def _entries(name: str, english: str, indonesian: str, needed: str) -> dict[str, Said]:
    """Return the forms of a table's entries, all together and each."""
    needs = _needs(needed)
    return {
        name: by_form(
            said(
                f"tables [[{name}]] in double brackets{english}, each with {{needs}}",
                f"tabel [[{name}]] dalam kurung siku ganda{indonesian}, masing-masing "
                "dengan {needs}",
                needs=needs,
            ),
            said(
                f"rows on the sheet {name}{english}, each with {{needs}}",
                f"baris pada lembar {name}{indonesian}, masing-masing dengan {{needs}}",
                needs=needs,
            ),
        ),
        f"{name}.*": by_form(
            said(
                f"a table [[{name}]] with {{needs}}",
                f"tabel [[{name}]] dengan {{needs}}",
                needs=needs,
            ),
            said(
                f"a row on the sheet {name} with {{needs}}",
                f"baris pada lembar {name} dengan {{needs}}",
                needs=needs,
            ),
        ),
    }


def _needs(needed: str) -> Said:
    """Return "a, b and c" for names of keys that stand with blanks between."""
    *before, last = needed.split()
    if not before:
        return Said(last, last)
    return said(
        "{before} and {last}",
        "{before} dan {last}",
        before=", ".join(before),
        last=last,
    )


def _named_tables(name: str, needed: str = "", joint: str = "and") -> dict[str, Said]:
    """Return the forms of tables that the author names, all together and each."""
    sheet = name.replace(".", "_")
    needs, either = said("", ""), said("", "")
    if needed:
        names = needed.split()
        needs = _needs(needed) if joint == "and" else _either(*names)
        either = said(" with {needs}", " dengan {needs}", needs=needs)
        needs = said(
            ", each with {needs}", ", masing-masing dengan {needs}", needs=needs
        )
    return {
        name: by_form(
            said(
                f"tables [{name}.NAME]{{needs}}",
                f"tabel [{name}.NAMA]{{needs}}",
                needs=needs,
            ),
            said(
                f"rows on the sheet {sheet}{{needs}}",
                f"baris pada lembar {sheet}{{needs}}",
                needs=needs,
            ),
        ),
        f"{name}.*": by_form(
            said(
                f"a table [{name}.NAME]{{needs}}",
                f"tabel [{name}.NAMA]{{needs}}",
                needs=either,
            ),
            said(
                f"a row on the sheet {sheet}{{needs}}",
                f"baris pada lembar {sheet}{{needs}}",
                needs=either,
            ),
        ),
    }


def _either(*names: str) -> Said:
    *before, last = names
    return said(
        "{before} or {last}",
        "{before} atau {last}",
        before=", ".join(before),
        last=last,
    )


def _inline(english: str, indonesian: str, example: str, sheet: str) -> Said:
    """Return the form of what is one value as text, and a sheet of its own."""
    return by_form(
        said(
            f"{english}, such as {{example}}",
            f"{indonesian}, misalnya {{example}}",
            example=example,
        ),
        said(f"rows on the sheet {sheet}", f"baris pada lembar {sheet}"),
    )


_TEXT: Final = said(
    "text on one line, 1 to {most} characters, with no space at either end",
    "teks satu baris, 1 sampai {most} karakter, tanpa spasi di awal atau akhirnya",
    most=500,
)
_TEXT_IN_QUOTES: Final = by_form(
    said(
        "text in quotes, on one line, 1 to {most} characters, with no space at either "
        "end",
        "teks dalam tanda kutip, satu baris, 1 sampai {most} karakter, tanpa spasi di "
        "awal atau akhirnya",
        most=500,
    ),
    _TEXT,
)
_ID: Final = _quoted("an id", "id", "printer-1")
_DATE: Final = by_form(
    said(
        "a date without quotes, such as 2017-09-18",
        "tanggal tanpa tanda kutip, misalnya 2017-09-18",
    ),
    said("a date, such as 2017-09-18", "tanggal, misalnya 2017-09-18"),
)
_DATES: Final = by_form(
    said(
        "dates in brackets, such as [2017-12-27]",
        "tanggal dalam kurung siku, misalnya [2017-12-27]",
    ),
    said("a date in each cell", "satu tanggal dalam setiap sel"),
)
_DAILY: Final = _whole(" of cards", " kartu", 1, _MANY)
_STOCK: Final = _whole(" of cards", " kartu", 0, _STOCK_MOST)
_BLANKS: Final = _whole(" of cards", " kartu", 1, _STOCK_MOST)
_SHARE: Final = _number("from 0 to 1", "dari 0 sampai 1", "0.5")
_RUPIAH: Final = _whole(" of rupiah", " rupiah", 0, 1_000_000_000_000)
_RANK: Final = said(
    "a whole number from {low} to {high}, lower first",
    "bilangan bulat dari {low} sampai {high}; yang lebih kecil didahulukan",
    low=-1_000_000,
    high=1_000_000,
)
_YES_NO: Final = by_form(
    said("true or false", "true atau false"), said("yes or no", "ya atau tidak")
)
_IDS: Final = _listed(
    "at least one id", "paling sedikit satu id", "server-1", end="all"
)


def _names(example: str) -> Said:
    return _listed("at least one name", "paling sedikit satu nama", example, end="all")


def _selection(example: str) -> Said:
    return by_form(
        said(
            'a name or names, such as "{name}" or ["{name}"]',
            'satu nama atau lebih, misalnya "{name}" atau ["{name}"]',
            name=example,
        ),
        said(
            "a name, or names separated by ;, such as {name}",
            "satu nama, atau beberapa nama yang dipisahkan dengan ;, misalnya {name}",
            name=example,
        ),
    )


def _days_of(low: int, high: int) -> Said:
    return _whole(" of days", " hari", low, high)


def _one_of(*words: str) -> Said:
    return _either(*(f'"{word}"' for word in words))


_FORMS: Final[dict[str, str]] = {
    "calendar.country": _quoted("the code of a country", "kode negara", "ID"),
    "language": _one_of("id", "en"),
    "calendar.workdays": _listed("names of days", "nama hari", "mon", "tue"),
    "calendar.closed": _DATES,
    "calendar.open": _DATES,
    "calendar.closed.*": _DATE,
    "calendar.open.*": _DATE,
    "calendar.share": _inline(
        "a share by name of a day", "bagian menurut nama hari", "{ fri = 0.8 }", "week"
    ),
    "calendar.share.*": _SHARE,
    **_named_tables("urgency", "target_days"),
    "urgency.*.target_days": _days_of(1, 36_500),
    "urgency.*.rank": _RANK,
    "urgency.*.default": _YES_NO,
    **_named_tables("cards"),
    "cards.*.default": _YES_NO,
    "cards.*.stock": _STOCK,
    "cards.*.deliveries": _inline(
        "entries", "isian", "[{ on = 2017-10-02, cards = 10000 }]", "deliveries"
    ),
    "cards.*.deliveries.*": _inline(
        "an entry", "isian", "{ on = 2017-10-02, cards = 10000 }", "deliveries"
    ),
    "cards.*.deliveries.*.on": _DATE,
    "cards.*.deliveries.*.cards": _BLANKS,
    "cards.*.deliveries.*.expires_on": _DATE,
    "cards.*.expires_on": _DATE,
    "cards.*.set_aside": _inline(
        "blanks by urgency class",
        "blangko menurut kelas urgensi",
        "{ emergency = 200 }",
        "set_aside",
    ),
    "cards.*.set_aside.*": _BLANKS,
    **_entries(
        "servers", ", at least one", ", paling sedikit satu", "id cards_per_day"
    ),
    "servers.*.id": _ID,
    "servers.*.cards_per_day": _DAILY,
    "servers.*.from": _DATE,
    "servers.*.to": _DATE,
    **_entries(
        "printers", ", at least one", ", paling sedikit satu", "id cards_per_day"
    ),
    "printers.*.id": _ID,
    "printers.*.cards_per_day": _DAILY,
    "printers.*.from": _DATE,
    "printers.*.to": _DATE,
    "printers.*.servers": _IDS,
    "printers.*.servers.*": _ID,
    "printers.*.cards": _names("KTP-el"),
    "printers.*.areas": _names("Oebobo"),
    "printers.*.cards_per_ribbon": _DAILY,
    "printers.*.ribbons": _number(
        "from 0 to {high}", "dari 0 sampai {high}", "2.5", high=1_000_000
    ),
    "printers.*.ribbon_deliveries": _inline(
        "entries", "isian", "[{ on = 2017-10-02, ribbons = 4 }]", "ribbon_deliveries"
    ),
    "printers.*.ribbon_deliveries.*": _inline(
        "an entry", "isian", "{ on = 2017-10-02, ribbons = 4 }", "ribbon_deliveries"
    ),
    "printers.*.ribbon_deliveries.*.on": _DATE,
    "printers.*.ribbon_deliveries.*.ribbons": _number(
        "above 0, up to {high},",
        "di atas 0, paling besar {high},",
        "0.5",
        high=1_000_000,
    ),
    **_entries("outages", "", "", "resource from to"),
    "outages.*.resource": _quoted(
        "the id of a printer or server", "id printer atau server", "printer-1"
    ),
    "outages.*.from": _DATE,
    "outages.*.to": _DATE,
    "outages.*.share": _SHARE,
    **_entries("shifts", "", "", "id days"),
    "shifts.*.id": _quoted("an id", "id", "saturday"),
    "shifts.*.days": by_form(
        said(
            "days or dates in brackets, such as {example}",
            "hari atau tanggal dalam kurung siku, misalnya {example}",
            example='["sat", 2017-12-27]',
        ),
        said(
            "days or dates, separated by ;, such as sat; 2017-12-27",
            "hari atau tanggal, dipisahkan dengan ;, misalnya sat; 2017-12-27",
        ),
    ),
    "shifts.*.days.*": by_form(
        said(
            'a day such as "sat", or a date without quotes',
            'hari, misalnya "sat", atau tanggal tanpa tanda kutip',
        ),
        said(
            "a day such as sat, or a date such as 2017-12-27",
            "hari, misalnya sat, atau tanggal, misalnya 2017-12-27",
        ),
    ),
    "shifts.*.share": _number("above 0, up to 4,", "di atas 0, paling besar 4,", "0.5"),
    "shifts.*.cost_idr": _RUPIAH,
    "shifts.*.max_uses": _days_of(1, 3_660),
    "shifts.*.max_per_week": _days_of(1, 7),
    "shifts.*.rest_days": _days_of(0, 3_660),
    "shifts.*.resources": _IDS,
    "shifts.*.on_holidays": _YES_NO,
    "budget.idr": _RUPIAH,
    "quotas": by_form(
        said(
            "tables [[quotas]], each with per, a selection and a limit",
            "tabel [[quotas]], masing-masing dengan per, pilihan kartu, dan batas",
        ),
        said(
            "rows on the sheet quotas, each with per, a selection and a limit",
            "baris pada lembar quotas, masing-masing dengan per, pilihan kartu, dan "
            "batas",
        ),
    ),
    "quotas.*": by_form(
        said(
            "a table [[quotas]] with per, a selection and a limit",
            "tabel [[quotas]] dengan per, pilihan kartu, dan batas",
        ),
        said(
            "a row on the sheet quotas with per, a selection and a limit",
            "baris pada lembar quotas dengan per, pilihan kartu, dan batas",
        ),
    ),
    "quotas.*.id": _quoted("an id", "id", "kia"),
    "quotas.*.urgency": _selection("emergency"),
    "quotas.*.card": _selection("KTP-el"),
    "quotas.*.area": _selection("Alak"),
    "quotas.*.per": _one_of("day", "week", "plan"),
    "quotas.*.at_most": _STOCK,
    "quotas.*.at_least": _STOCK,
    "quotas.*.at_most_share": _SHARE,
    "quotas.*.at_least_share": _SHARE,
    "reserve.cards_per_day": _whole(" of cards", " kartu", 0, _MANY),
    "plan.tiers": by_form(
        said(
            "one or more of {tiers}, in brackets",
            "satu atau lebih dari {tiers}, dalam kurung siku",
            tiers=", ".join((*TIERS, *DECISION_TIERS)),
        ),
        said(
            "one or more of {tiers}, separated by ;",
            "satu atau lebih dari {tiers}, dipisahkan dengan ;",
            tiers=", ".join((*TIERS, *DECISION_TIERS)),
        ),
    ),
    "plan.batch_size": _DAILY,
    "plan.freeze_days": _days_of(0, 3_660),
    "plan.tie_break": _one_of("recorded", "lottery"),
    "plan.seed": _whole("", "", 0, 2**63 - 1),
    "visits.every_days": _days_of(1, 36_500),
    "visits.trip_cost_idr": _RUPIAH,
    **_named_tables("visits.areas", "every_days trip_cost_idr", "or"),
    "visits.areas.*.every_days": _days_of(1, 36_500),
    "visits.areas.*.trip_cost_idr": _RUPIAH,
    "columns": _inline(
        "headings and their columns",
        "judul kolom dan artinya",
        'TGL_REKAM = "waiting_since"',
        "columns",
    ),
    "columns.*": _quoted("the name of a column", "nama kolom", "waiting_since"),
    "dates.format": said(
        "%d, %m and %Y for day, month and year, such as %d/%m/%Y",
        "%d, %m, dan %Y untuk hari, bulan, dan tahun, misalnya %d/%m/%Y",
    ),
    "status.printable": _listed("one or more texts", "satu teks atau lebih", "PRR"),
    "status.done": _listed("texts", "teks", "CARD_PRINTED"),
    **_entries("classify", "", "", "column matches urgency"),
    "classify.*.matches": by_form(
        said(
            "a regular expression in quotes, such as darurat|sakit",
            "pola kata dalam tanda kutip, misalnya darurat|sakit",
        ),
        said(
            "a regular expression, such as darurat|sakit",
            "pola kata, misalnya darurat|sakit",
        ),
    ),
    "areas": _inline(
        "official names and their spellings",
        "nama resmi dan ejaan lainnya",
        '"Batu Plat" = ["Batuplat"]',
        "areas",
    ),
    "areas.*": by_form(
        said(
            'further spellings in brackets, such as ["Batuplat"], or []',
            'ejaan lainnya dalam kurung siku, misalnya ["Batuplat"], atau []',
        ),
        said(
            "further spellings, separated by ;, or nothing",
            "ejaan lainnya, dipisahkan dengan ;, atau kosong",
        ),
    ),
    "area_rank": _inline(
        "areas and their ranks", "wilayah dan peringkatnya", "Oebobo = 1", "area_rank"
    ),
    "area_rank.*": _RANK,
    "privacy.show_nik": _YES_NO,
}

_CHOICES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "calendar.workdays.*": ("day", DAYS),
    "calendar.share.*": ("day", DAYS),
    "plan.tiers.*": ("tier", (*TIERS, *DECISION_TIERS)),
    "quotas.*.per": ("period", ("day", "week", "plan")),
    "plan.tie_break": ("tie_break", ("recorded", "lottery")),
    "language": ("language", ("id", "en")),
}
_NAMED: Final = frozenset(
    {"urgency", "cards", "share", "set_aside", "areas", "area_rank", "columns"}
)


def known_keys(path: Path) -> tuple[str, ...]:
    """Return the keys that the table at `path` may have, in their order."""
    model: type[Table] = OfficeTables
    if path:
        model = _TABLES[str(path[0])]
        model = Delivery if "deliveries" in path else model
        model = RibbonDelivery if "ribbon_deliveries" in path else model
        model = VisitsOfArea if path[:2] == ("visits", "areas") else model
    fields = model.model_fields.items()
    return tuple(field.serialization_alias or name for name, field in fields)


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


OFFICE: Final = Words(_FORMS, _CHOICES, _NAMED, _TABLES, known_keys)


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
                form=_TEXT,
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
            choices=_either(*choices),
        )
    else:
        form = _form(path, words)
        if form is _TEXT and not isinstance(value, str):
            form = _TEXT_IN_QUOTES
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
    return _TEXT


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
