"""Where an office's ledger is, if not in a file beside its office file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final, Protocol

from ektp_sched.rules.calendar import HasCalendar
from ektp_sched.rules.fields import Table, Text, noted
from ektp_sched.rules.forms import Form
from ektp_sched.rules.problems import Problem
from ektp_sched.rules.rule import Rule
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator

_DATABASE: Final = re.compile(r"(postgresql|postgres|sqlite)(\+\w+)?:///?[^/].*", re.S)
_PASSWORD: Final = re.compile(r"[^:]+://[^/?]*:[^/?]*@|[?&][^=&]*password[^=&]*=", re.I)


class LedgerRules(Table):
    """Table ``[ledger]``: where what the office did is kept."""

    url: Annotated[
        Text | None,
        Form(
            said(
                'an address without a password, such as "postgresql://host/office"',
                'alamat tanpa kata sandi, misalnya "postgresql://host/kantor"',
            )
        ),
    ] = noted(
        "Address of the ledger, without a password, such as postgresql://host/office. "
        "Empty: ledger.db beside this file.",
        "Alamat buku besar, tanpa kata sandi, misalnya postgresql://host/kantor. "
        "Kosong: ledger.db di sebelah berkas ini.",
        default=None,
    )


class HasLedger(HasCalendar, Protocol):
    """What says where its ledger is."""

    ledger: LedgerRules


def _address_is_of_a_database(office: HasLedger) -> Iterator[Problem]:
    """Yield what is wrong with the address, which is never repeated."""
    url = office.ledger.url
    if url is None:
        return
    if _PASSWORD.search(url):
        sentence = said(
            "holds a password, and this file is copied into every plan folder; write "
            "the address without it, and set EKTP_LEDGER or use a .pgpass file",
            "memuat kata sandi, padahal berkas ini disalin ke setiap folder rencana; "
            "tulis alamatnya tanpa kata sandi, lalu gunakan EKTP_LEDGER atau berkas "
            ".pgpass",
        )
        yield Problem(("ledger", "url"), sentence)
    elif not _DATABASE.fullmatch(url):
        sentence = said(
            "is no address of a database; write postgresql://user@host/name, or "
            "sqlite:///file.db",
            "bukan alamat basis data; tulis postgresql://user@host/nama, atau "
            "sqlite:///berkas.db",
        )
        yield Problem(("ledger", "url"), sentence)


LEDGER = Rule("ledger", problems=(_address_is_of_a_database,))
