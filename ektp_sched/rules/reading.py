"""How an export is read: its columns, dates and statuses, and what sheets show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Protocol

import polars as pl
from pydantic import field_validator
from pydantic_core import PydanticCustomError

from ektp_sched.rules.calendar import HasCalendar
from ektp_sched.rules.fields import ClassName, Flag, Pattern, Table, Text, noted
from ektp_sched.rules.forms import Form, listed
from ektp_sched.rules.nearest import letters, unknown
from ektp_sched.rules.problems import Problem
from ektp_sched.rules.rule import Rule
from ektp_sched.words import by_form, said

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS: Final = (
    "application_id",
    "waiting_since",
    "ready_on",
    "urgency",
    "due_on",
    "card",
    "area",
    "recorded_at",
    "promised_on",
    "pinned_on",
    "status",
)
"""The columns of a backlog that a plan can use."""

PERSONAL_COLUMNS: Final = ("name", "nik", "kelurahan")
"""Columns that pass through to the office's own sheets and nowhere else."""


class DateRules(Table):
    """Table ``[dates]``: the form of dates, where day first would be wrong."""

    format: Annotated[
        Text | None,
        Form(
            said(
                "%d, %m and %Y for day, month and year, such as %d/%m/%Y",
                "%d, %m, dan %Y untuk hari, bulan, dan tahun, misalnya %d/%m/%Y",
            )
        ),
    ] = noted(
        "Form of dates in the export if not day first, such as %m/%d/%Y. "
        "Usually empty.",
        "Bentuk tanggal dalam ekspor bila bukan hari-bulan-tahun, misalnya "
        "%m/%d/%Y. Biasanya kosong.",
        default=None,
    )

    @field_validator("format")
    @classmethod
    def _names_a_day(cls, value: str | None) -> str | None:
        parts = ("%Y", "%y"), ("%m", "%b", "%B"), ("%d", "%e")
        whole = value is None or "%F" in value or "%D" in value
        if whole or all(any(p in str(value) for p in kinds) for kinds in parts):
            return value
        raise PydanticCustomError(
            "date_format", "must name day, month and year, such as %d/%m/%Y"
        )


class StatusRules(Table):
    """Table ``[status]``: which records can be printed; others are held."""

    printable: Annotated[
        tuple[Text, ...],
        Form(listed("one or more texts", "satu teks atau lebih", "PRR")),
    ] = noted(
        "Statuses that can be printed, separated by semicolons, such as "
        "PRINT_READY_RECORD; PRR. Empty: all.",
        "Status yang boleh dicetak, dipisah titik koma, misalnya "
        "PRINT_READY_RECORD; PRR. Kosong: semua.",
        min_length=1,
    )
    done: Annotated[tuple[Text, ...], Form(listed("texts", "teks", "CARD_PRINTED"))] = (
        noted(
            "Statuses of cards that are printed already, separated by semicolons, "
            "such as CARD_PRINTED; CARD_SHIPPED; CARD_ISSUED. May be empty.",
            "Status yang berarti kartu sudah dicetak, dipisah titik koma, misalnya "
            "CARD_PRINTED; CARD_SHIPPED; CARD_ISSUED. Boleh kosong.",
            default=(),
        )
    )


class Identity(Table):
    """Table ``[identity]``: the number from which ids are made."""

    from_: Text = noted(
        "Heading of the number's column (such as NIK) from which ids are made, "
        "where the export has no application_id.",
        "Judul kolom nomor (misalnya NIK) untuk membuat nomor antrean, bila "
        "ekspor tidak punya application_id.",
        validation_alias="from",
        serialization_alias="from",
    )
    key: Text = noted(
        "Name of the key file beside this one. Keep it secret.",
        "Nama berkas kunci di sebelah berkas ini. Jaga agar tetap rahasia.",
        default="identity.key",
    )


class Privacy(Table):
    """Table ``[privacy]``: whether sheets show a person's whole number."""

    show_nik: Flag = noted(
        "Whether sheets show the whole number, which is masked otherwise.",
        "Apakah lembar menampilkan NIK lengkap; bila tidak, disamarkan.",
        default=False,
    )


class ClassifyRule(Table):
    """Entry of ``[[classify]]``: sets the class from another column."""

    column: Text = noted(
        "Heading of the export's column to look at.",
        "Judul kolom ekspor yang diperiksa.",
    )
    matches: Pattern = noted(
        "What to search for (regular expression), such as darurat|sakit.",
        "Kata yang dicari (regular expression), misalnya darurat|sakit.",
    )
    urgency: ClassName = noted(
        "Class given to the rows that match.", "Kelas untuk baris yang cocok."
    )


class HasReading(HasCalendar, Protocol):
    """What says how an export is read."""

    columns: dict[str, str]
    status: StatusRules | None
    classify: tuple[ClassifyRule, ...]


def _columns_are_known(office: HasReading) -> Iterator[Problem]:
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


def _patterns_can_be_searched(office: HasReading) -> Iterator[Problem]:
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


def _no_status_is_ready_and_done(office: HasReading) -> Iterator[Problem]:
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


READING = Rule(
    "reading",
    problems=(
        _columns_are_known,
        _patterns_can_be_searched,
        _no_status_is_ready_and_done,
    ),
)
