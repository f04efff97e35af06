"""What must hold between the keys of an office, one small function a rule.

A rule is a generator of problems; `problems_of` calls all of them, so that a
person sees everything that is wrong at once.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from math import lcm
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.rules.countries import country_problem
from ektp_sched.rules.nearest import letters, unknown
from ektp_sched.rules.reading import COLUMNS, PERSONAL_COLUMNS
from ektp_sched.words import Said, by_form, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ektp_sched.rules.reading import Outage, Server
    from ektp_sched.rules.tables import OfficeTables

__all__ = [
    "LARGEST_LCM",
    "Cell",
    "Problem",
    "area_problem",
    "entry_name",
    "id_problem",
    "key_path",
    "problems_of",
]

LARGEST_LCM: Final = 10_000_000
"""Largest common multiple of target_days for which costs stay in 64 bits."""

_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,39}", re.ASCII)
_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """Where something stands in a workbook."""

    sheet: str
    row: int  # the heading being row 1
    column: str | None = None  # heading; None: the whole row
    key: str | None = None  # what the row is about, where its heading does not say it


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an office."""

    path: Path  # keys and positions (from 0) that lead to the value
    sentence: str  # what is wrong and what would be right, in the words of either form
    place: Cell | None = None  # where it stands in a workbook, if the reader knows

    @property
    def key(self) -> str:
        """The path as text, positions from 1: ``printers[2].id``."""
        return key_path(self.path)


def key_path(path: Path) -> str:
    """Return keys joined by dots and positions, from 1, in brackets."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
            continue
        word = part if _BARE.fullmatch(part) else f'"{part}"'
        text += f".{word}" if text else word
    return text


def entry_name(path: Path) -> Said:
    """Return what another entry is called: its key, or the sheet of its row."""
    key = key_path(path)
    return by_form(
        Said(key, key),
        said(
            "another row of the sheet {sheet}",
            "baris lain pada lembar {sheet}",
            sheet=str(path[0]),
        ),
    )


def problems_of(office: OfficeTables) -> tuple[Problem, ...]:
    """Return everything that contradicts itself in an office of well-formed values."""
    return tuple(problem for rule in _RULES for problem in rule(office))


def _resources(office: OfficeTables) -> Iterator[tuple[Path, Server]]:
    for index, server in enumerate(office.servers):
        yield ("servers", index), server
    for index, printer in enumerate(office.printers):
        yield ("printers", index), printer


def _something_prints(office: OfficeTables) -> Iterator[Problem]:
    for key in ("servers", "printers"):
        if not getattr(office, key):
            sentence = by_form(
                said(
                    "there is none; add a table [[{key}]] with id and cards_per_day",
                    "belum ada; tambahkan tabel [[{key}]] dengan id dan cards_per_day",
                    key=key,
                ),
                said(
                    "there is none; add a row on the sheet {key} with id and "
                    "cards_per_day",
                    "belum ada; tambahkan baris pada lembar {key} dengan id dan "
                    "cards_per_day",
                    key=key,
                ),
            )
            yield Problem((key,), sentence)


def id_problem(name: str) -> Said | None:
    """Return why a name cannot be that of a file; None if it can."""
    if _ID.fullmatch(name):
        return None
    return said(
        '"{name}" is no id; letters, digits, ".", "_" and "-" are allowed, up to 40, '
        "and no dot in front",
        '"{name}" tidak dapat menjadi id; yang boleh hanya huruf, angka, ".", "_", dan '
        '"-", paling banyak 40, tanpa titik di depan',
        name=name,
    )


def _ids_fit_file_names(office: OfficeTables) -> Iterator[Problem]:
    for path, resource in _resources(office):
        sentence = id_problem(resource.id)
        if sentence is not None:
            yield Problem((*path, "id"), sentence)


def _ids_are_unique(office: OfficeTables) -> Iterator[Problem]:
    seen: dict[str, Path] = {}
    for path, resource in _resources(office):
        # On some file systems A and a are one file.
        first = seen.setdefault(resource.id.casefold(), path)
        if first != path:
            yield Problem(
                (*path, "id"),
                said(
                    '"{name}" is already the id of {first}; give each server and '
                    "printer an id of its own",
                    '"{name}" sudah menjadi id {first}; setiap server dan printer '
                    "harus "
                    "memiliki id sendiri",
                    name=resource.id,
                    first=entry_name(first),
                ),
            )


def _from_before_to(office: OfficeTables) -> Iterator[Problem]:
    spans: list[tuple[Path, Server | Outage]] = list(_resources(office))
    spans += [(("outages", i), outage) for i, outage in enumerate(office.outages)]
    for path, span in spans:
        if span.from_ is not None and span.to is not None and span.from_ > span.to:
            yield Problem(
                (*path, "from"),
                said(
                    "{first} is after to = {last}; exchange them, or correct one",
                    "{first} sesudah to = {last}; tukarkan keduanya, atau perbaiki "
                    "salah satunya",
                    first=str(span.from_),
                    last=str(span.to),
                ),
            )


def _printers_reach_known_servers(office: OfficeTables) -> Iterator[Problem]:
    known = [server.id for server in office.servers]
    for index, printer in enumerate(office.printers):
        for at, name in enumerate(printer.servers or ()):
            if name not in known:
                sentence = unknown("server", name, known)
                yield Problem(("printers", index, "servers", at), sentence)


def _printers_take_known_cards(office: OfficeTables) -> Iterator[Problem]:
    for index, printer in enumerate(office.printers):
        for at, name in enumerate(printer.cards or ()):
            if name not in office.cards:
                sentence = unknown("card type", name, office.cards)
                yield Problem(("printers", index, "cards", at), sentence)


def area_problem(office: OfficeTables, name: str) -> Said | None:
    """Return why a name is no area of an office; None if it may be one."""
    if not office.areas or name in office.areas:
        return None
    for official, spellings in office.areas.items():
        if name in spellings:
            return said(
                '"{name}" is a spelling of "{official}"; write "{official}"',
                '"{name}" adalah ejaan lain untuk "{official}"; tulislah "{official}"',
                name=name,
                official=official,
            )
    return unknown("area", name, office.areas)


def _printers_serve_known_areas(office: OfficeTables) -> Iterator[Problem]:
    for index, printer in enumerate(office.printers):
        for at, name in enumerate(printer.areas or ()):
            sentence = area_problem(office, name)
            if sentence is not None:
                yield Problem(("printers", index, "areas", at), sentence)


def _ranked_areas_are_known(office: OfficeTables) -> Iterator[Problem]:
    for name in office.area_rank:
        sentence = area_problem(office, name)
        if sentence is not None:
            yield Problem(("area_rank", name), sentence)


def _no_status_is_ready_and_done(office: OfficeTables) -> Iterator[Problem]:
    if office.status is None:
        return
    ready = {letters(text) for text in office.status.printable}
    for at, text in enumerate(office.status.done):
        if letters(text) in ready:
            sentence = said(
                '"{status}" is among the printable statuses too; leave it out of one',
                '"{status}" juga ada pada status yang boleh dicetak; hapus dari salah '
                "satunya",
                status=text,
            )
            yield Problem(("status", "done", at), sentence)


def _visits_name_known_areas(office: OfficeTables) -> Iterator[Problem]:
    for name in office.visits.areas:
        sentence = area_problem(office, name)
        if sentence is not None:
            yield Problem(("visits", "areas", name), sentence)


def _spellings_mean_one_area(office: OfficeTables) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for official in office.areas:
        first = owner.setdefault(_folded(official), official)
        if first != official:
            sentence = said(
                'is the same name as "{first}"; keep one of them',
                'sama dengan nama "{first}"; pertahankan salah satu saja',
                first=first,
            )
            yield Problem(("areas", official), sentence)
    for official, spellings in office.areas.items():
        for at, spelling in enumerate(spellings):
            first = owner.setdefault(_folded(spelling), official)
            if first != official:
                yield Problem(
                    ("areas", official, at),
                    said(
                        '"{spelling}" already stands for "{first}"; '
                        "a spelling can mean one area only",
                        '"{spelling}" sudah berarti "{first}"; satu ejaan hanya boleh '
                        "berarti satu wilayah",
                        spelling=spelling,
                        first=first,
                    ),
                )


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _outages_hit_known_resources(office: OfficeTables) -> Iterator[Problem]:
    known = [resource.id for _, resource in _resources(office)]
    for index, outage in enumerate(office.outages):
        if outage.resource not in known:
            sentence = unknown("printer or server", outage.resource, known)
            yield Problem(("outages", index, "resource"), sentence)


def _one_default(office: OfficeTables) -> Iterator[Problem]:
    kinds: list[tuple[str, Mapping[str, bool]]] = [
        ("urgency", {name: c.default for name, c in office.urgency.items()}),
        ("cards", {name: c.default for name, c in office.cards.items()}),
    ]
    for table, flags in kinds:
        chosen = [name for name, default in flags.items() if default]
        if len(flags) > 1 and len(chosen) != 1:
            yield Problem((table,), _default_sentence(list(flags), chosen))


def _default_sentence(names: Sequence[str], chosen: Sequence[str]) -> Said:
    if chosen:
        return said(
            "{names} {many} say default = {yes}; exactly one of them must say so",
            "{names} semuanya memuat default = {yes}; hanya satu yang boleh",
            names=_listed(chosen),
            many="both" if len(chosen) == 2 else "all",
            yes=_YES,
        )
    return said(
        "none of {names} says default = {yes}; exactly one must say so",
        "tidak satu pun dari {names} memuat default = {yes}; harus ada tepat satu",
        names=_listed(names),
        yes=_YES,
    )


_YES: Final = by_form(Said("true", "true"), said("yes", "ya"))


def _listed(names: Sequence[str]) -> Said:
    *before, last = [f'"{name}"' for name in names]
    if not before:
        return Said(last, last)
    return said(
        "{before} and {last}",
        "{before} dan {last}",
        before=", ".join(before),
        last=last,
    )


def _tiers_stand_once(office: OfficeTables) -> Iterator[Problem]:
    for name, times in Counter(office.plan.tiers).items():
        if times > 1:
            sentence = said(
                '"{name}" stands {times} times; name each tier once',
                '"{name}" tertulis {times} kali; sebutkan setiap tujuan satu kali saja',
                name=name,
                times=times,
            )
            yield Problem(("plan", "tiers"), sentence)


def _lottery_has_seed(office: OfficeTables) -> Iterator[Problem]:
    if office.plan.tie_break == "lottery" and office.plan.seed is None:
        yield Problem(
            ("plan", "seed"),
            said(
                "a lottery needs a published seed; write a whole number, such as "
                "seed = 20170912",
                "undian memerlukan bilangan awal yang diumumkan; tulislah bilangan "
                "bulat, misalnya seed = 20170912",
            ),
        )


def _targets_share_a_scale(office: OfficeTables) -> Iterator[Problem]:
    targets = {name: c.target_days for name, c in office.urgency.items()}
    scale = lcm(*targets.values())
    if scale > LARGEST_LCM:
        listed = ", ".join(f"{name} = {days}" for name, days in targets.items())
        yield Problem(
            ("urgency",),
            said(
                "the target_days {listed} have the least common multiple {scale}, "
                "more than {most}, too fine a scale for exact costs; choose "
                "rounder targets, such as 30 and 90",
                "kelipatan persekutuan terkecil target_days {listed} adalah {scale}, "
                "lebih dari {most}, sehingga terlalu halus untuk dihitung dengan "
                "tepat; pilihlah angka yang lebih bulat, misalnya 30 dan 90",
                listed=listed,
                scale=scale,
                most=LARGEST_LCM,
            ),
        )


def _country_is_known(office: OfficeTables) -> Iterator[Problem]:
    country = office.calendar.country
    sentence = None if country is None else country_problem(country)
    if sentence is not None:
        yield Problem(("calendar", "country"), sentence)


def _rules_name_known_classes(office: OfficeTables) -> Iterator[Problem]:
    for index, rule in enumerate(office.classify):
        if rule.urgency not in office.urgency:
            sentence = unknown("urgency class", rule.urgency, office.urgency)
            yield Problem(("classify", index, "urgency"), sentence)


def _patterns_can_be_searched(office: OfficeTables) -> Iterator[Problem]:
    for index, rule in enumerate(office.classify):
        try:
            pl.Series([""]).str.contains(f"(?i){rule.matches}", strict=True)
        except pl.exceptions.ComputeError:
            yield Problem(
                ("classify", index, "matches"),
                said(
                    '"{matches}" is no regular expression; write plain words, such as '
                    "kilat|darurat, and a backslash before any of {signs} that is "
                    "meant as itself",
                    '"{matches}" bukan pola kata yang benar; tulislah kata biasa, '
                    "misalnya kilat|darurat, dengan garis miring terbalik di depan "
                    "tanda {signs} yang dimaksud sebagai tanda itu sendiri",
                    matches=rule.matches,
                    signs=".+*?()|[]{}^$",
                ),
            )


def _columns_are_known(office: OfficeTables) -> Iterator[Problem]:
    known = (*COLUMNS, *PERSONAL_COLUMNS)
    for heading, column in office.columns.items():
        if column not in known:
            sentence = unknown("column", column, known)
            if heading in known:
                sentence = by_form(
                    said(
                        'stands the wrong way round; write "{column}" = "{heading}"',
                        'terbalik; tulislah "{column}" = "{heading}"',
                        column=column,
                        heading=heading,
                    ),
                    said(
                        "stands the wrong way round; exchange the two cells",
                        "terbalik; tukarkan kedua selnya",
                    ),
                )
            yield Problem(("columns", heading), sentence)


_RULES: Final = (
    _something_prints,
    _ids_fit_file_names,
    _ids_are_unique,
    _from_before_to,
    _printers_reach_known_servers,
    _printers_take_known_cards,
    _printers_serve_known_areas,
    _outages_hit_known_resources,
    _country_is_known,
    _one_default,
    _targets_share_a_scale,
    _tiers_stand_once,
    _lottery_has_seed,
    _columns_are_known,
    _rules_name_known_classes,
    _patterns_can_be_searched,
    _spellings_mean_one_area,
    _ranked_areas_are_known,
    _visits_name_known_areas,
    _no_status_is_ready_and_done,
)
