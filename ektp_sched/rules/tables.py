"""The office: all that limits printing, as written in office.toml."""

from __future__ import annotations

from math import lcm
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import PrivateAttr, field_validator

from ektp_sched.rules.aims import PlanRules
from ektp_sched.rules.areas import Visits
from ektp_sched.rules.calendar import CalendarRules
from ektp_sched.rules.capacity import Outage, Server
from ektp_sched.rules.classes import UrgencyClass
from ektp_sched.rules.fields import AreaName, Rank, Table, Text, noted
from ektp_sched.rules.forms import Form, Kind, Rows, column, inline, quoted
from ektp_sched.rules.memory import LedgerRules
from ektp_sched.rules.parity import Parity
from ektp_sched.rules.quotas import Quota
from ektp_sched.rules.reading import (
    COLUMNS,
    PERSONAL_COLUMNS,
    ClassifyRule,
    DateRules,
    Identity,
    Privacy,
    StatusRules,
)
from ektp_sched.rules.reserve import Reserve
from ektp_sched.rules.ribbons import Printer
from ektp_sched.rules.shifts import Budget, Shift
from ektp_sched.rules.stock import CardType
from ektp_sched.words import by_form, said


def _routine_alone() -> dict[str, UrgencyClass]:
    return {"routine": UrgencyClass(target_days=30, default=True)}


class OfficeTables(Table):
    """What an office.toml says: servers, printers, calendar, classes, stock, rules.

    Raises
    ------
    pydantic.ValidationError
        If a key or value is not what it should be.  `Office.load` turns this
        into an `ektp_sched.errors.OfficeError`.
    """

    name: Text = noted(
        "Name of the office, printed on every sheet.",
        "Nama kantor, dicetak di setiap lembar.",
    )
    language: Annotated[Literal["id", "en"], Form(choice="language")] = noted(
        "Language of sheets and notices: id (Indonesian) or en (English).",
        "Bahasa lembar dan pesan: id (Indonesia) atau en (Inggris).",
        default="id",
    )
    calendar: CalendarRules = noted(
        "On which days the office works.",
        "Pada hari apa kantor bekerja.",
        default=CalendarRules(),
    )
    urgency: Annotated[
        dict[Text, UrgencyClass],
        Rows(column("name", "Name of the urgency class.", "Nama kelas urgensi.")),
    ] = noted(
        "How long each class should wait at most, by name. Empty: routine, 30 days.",
        "Paling lama tiap kelas menunggu, menurut nama. Kosong: routine, 30 hari.",
        default_factory=_routine_alone,
    )
    cards: Annotated[
        dict[Text, CardType],
        Rows(column("name", "Name of the card type.", "Nama jenis kartu.")),
    ] = noted(
        "Kinds of card and their blanks, by name.",
        "Jenis kartu dan blangkonya, menurut nama.",
        default_factory=dict,
    )
    servers: tuple[Server, ...] = noted(
        "What printers need to print, at least one.",
        "Yang diperlukan printer untuk mencetak, paling sedikit satu.",
    )
    printers: Annotated[
        tuple[Printer, ...],
        Rows(first=("id", "cards_per_day", "servers", "cards", "areas")),
    ] = noted("What prints, at least one.", "Yang mencetak, paling sedikit satu.")
    outages: tuple[Outage, ...] = noted(
        "Days on which a printer or server can do less.",
        "Hari printer atau server terganggu.",
        default=(),
    )
    shifts: tuple[Shift, ...] = noted(
        "More capacity on a day, if a plan decides so.",
        "Tambahan kapasitas sehari, bila rencana memutuskannya.",
        default=(),
    )
    budget: Budget | None = noted(
        "What all shifts of a plan may cost together.",
        "Biaya paling banyak untuk semua shift dalam satu rencana.",
        default=None,
    )
    quotas: Annotated[
        tuple[Quota, ...],
        Form(
            needs=said("per, a selection and a limit", "per, pilihan kartu, dan batas")
        ),
    ] = noted(
        "How many cards of a kind a plan must keep to.",
        "Berapa kartu sejenis yang harus dipatuhi rencana.",
        default=(),
    )
    parity: Annotated[
        tuple[Parity, ...],
        Form(needs=said("areas and within", "areas dan within")),
    ] = noted(
        "Areas that are to be served alike.",
        "Wilayah yang harus dilayani setara.",
        default=(),
    )
    reserve: Reserve = noted(
        "What is kept free for walk-in emergencies.",
        "Yang disisihkan untuk kasus darurat di loket.",
        default=Reserve(),
    )
    plan: PlanRules = noted(
        "What a plan aims at, and how it is handed out.",
        "Tujuan rencana, dan cara pembagiannya.",
        default=PlanRules(),
    )
    visits: Visits = noted(
        "What waiting costs a resident.",
        "Ongkos menunggu bagi warga.",
        default=Visits(),
    )
    columns: Annotated[
        dict[
            Text,
            Annotated[
                Text,
                Form(quoted("the name of a column", "nama kolom", "waiting_since")),
            ],
        ],
        Form(
            inline(
                "headings and their columns",
                "judul kolom dan artinya",
                'TGL_REKAM = "waiting_since"',
                "columns",
            )
        ),
        Rows(
            column(
                "heading",
                "Heading in the export, such as TGL_REKAM.",
                "Judul kolom dalam ekspor, misalnya TGL_REKAM.",
            ),
            column(
                "column",
                "What that column is to this program.",
                "Arti kolom itu bagi program ini.",
                choices=(*COLUMNS, *PERSONAL_COLUMNS),
            ),
        ),
    ] = noted(
        "What the headings of the export mean, by heading.",
        "Arti judul kolom dalam ekspor, menurut judulnya.",
        default_factory=dict,
    )
    dates: DateRules = noted(
        "The form of dates in the export.",
        "Bentuk tanggal dalam ekspor.",
        default=DateRules(),
    )
    status: StatusRules | None = noted(
        "Which records can be printed, and which are printed.",
        "Rekaman mana yang boleh dicetak, dan yang sudah dicetak.",
        default=None,
    )
    identity: Identity | None = noted(
        "The number from which ids are made.",
        "Nomor sumber nomor antrean.",
        default=None,
    )
    classify: tuple[ClassifyRule, ...] = noted(
        "Classes by the words of another column; the first that matches.",
        "Kelas menurut kata pada kolom lain; yang pertama cocok.",
        default=(),
    )
    areas: Annotated[
        dict[
            Text,
            Annotated[
                tuple[Text, ...],
                Form(
                    by_form(
                        said(
                            'further spellings in brackets, such as ["Batuplat"], or '
                            "[]",
                            "ejaan lainnya dalam kurung siku, misalnya "
                            '["Batuplat"], atau []',
                        ),
                        said(
                            "further spellings, separated by ;, or nothing",
                            "ejaan lainnya, dipisahkan dengan ;, atau kosong",
                        ),
                    )
                ),
            ],
        ],
        Form(
            inline(
                "official names and their spellings",
                "nama resmi dan ejaan lainnya",
                '"Batu Plat" = ["Batuplat"]',
                "areas",
            )
        ),
        Rows(
            column("name", "Official name of the area.", "Nama resmi wilayah."),
            column(
                "spellings",
                "Other spellings of it, separated by semicolons.",
                "Ejaan lain yang berarti wilayah ini, dipisah titik koma.",
                Kind.LIST,
            ),
        ),
    ] = noted(
        "Areas and their further spellings, by official name. Empty: free text.",
        "Wilayah dan ejaan lainnya, menurut nama resmi. Kosong: teks bebas.",
        default_factory=dict,
    )
    area_rank: Annotated[
        dict[AreaName, Rank],
        Form(
            inline(
                "areas and their ranks",
                "wilayah dan peringkatnya",
                "Oebobo = 1",
                "area_rank",
            )
        ),
        Rows(
            column("area", "Name of the area.", "Nama wilayah.", source="areas"),
            column(
                "rank",
                "Strict precedence, lower first.",
                "Didahulukan mutlak, angka kecil dulu.",
                Kind.WHOLE,
            ),
        ),
    ] = noted(
        "Strict precedence of areas, lower first, by name.",
        "Urutan mutlak wilayah, angka kecil dulu, menurut nama.",
        default_factory=dict,
    )
    privacy: Privacy = noted(
        "What sheets show of a person.",
        "Yang ditampilkan lembar tentang seseorang.",
        default=Privacy(),
    )
    ledger: LedgerRules = noted(
        "Where what the office did is kept.",
        "Tempat menyimpan apa yang dilakukan kantor.",
        default=LedgerRules(),
    )

    _base: Path | None = PrivateAttr(default=None)
    _source_digest: str | None = PrivateAttr(default=None)
    _workbook: bool = PrivateAttr(default=False)

    @field_validator("urgency")
    @classmethod
    def _at_least_routine(
        cls, value: dict[str, UrgencyClass]
    ) -> dict[str, UrgencyClass]:
        return value or _routine_alone()

    def __eq__(self, other: object) -> bool:
        """Return whether both say the same, wherever they were read."""
        if not isinstance(other, OfficeTables):
            return NotImplemented
        return self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Return the office on one line."""
        kinds = ("servers", "printers", "urgency", "cards", "shifts", "quotas")
        sizes = ", ".join(f"{kind}=<{len(getattr(self, kind))}>" for kind in kinds)
        return f"Office(name={self.name!r}, language={self.language!r}, {sizes})"

    __str__ = __repr__

    def located(self, base: Path, source_digest: str) -> Self:
        """Return a copy that knows its folder and its file's SHA-256."""
        copy = self.model_copy()
        copy._base = base  # noqa: SLF001 - its own class
        copy._source_digest = source_digest  # noqa: SLF001
        return copy

    def of_workbook(self) -> Self:
        """Return a copy that knows that its file has a sheet for everything."""
        copy = self.model_copy()
        copy._workbook = True  # noqa: SLF001 - its own class
        return copy

    @property
    def urgency_left_out(self) -> bool:
        """Whether the file names no class, so that all are routine."""
        return "urgency" not in self.model_fields_set

    @property
    def classes_are_missed(self) -> bool:
        """Whether the file would name classes: it has rules or a sheet for them."""
        return self.urgency_left_out and (self._workbook or bool(self.classify))

    @property
    def base(self) -> Path | None:
        """Folder of the file that was read; None if made in Python."""
        return self._base

    @property
    def source_digest(self) -> str | None:
        """SHA-256 of the file's bytes, hexadecimal; None if made in Python."""
        return self._source_digest

    @property
    def classes(self) -> dict[str, UrgencyClass]:
        """The urgency classes by name; never empty."""
        return self.urgency

    @property
    def default_urgency(self) -> str:
        """Class of an application that names none."""
        return _default(self.urgency)

    @property
    def default_card(self) -> str | None:
        """Card type of an application that names none; None without types."""
        return _default(self.cards) if self.cards else None

    @property
    def lcm_targets(self) -> int:
        """Least common multiple of all target_days: the scale of pressure."""
        return lcm(*(c.target_days for c in self.urgency.values()))

    @property
    def has_ranks(self) -> bool:
        """Whether any class or area has a strict precedence."""
        return bool(self.area_rank) or any(
            c.rank is not None for c in self.urgency.values()
        )

    def class_rank(self, urgency: str) -> int | None:
        """Return the rank of a class, lower first; None without one.

        Raises
        ------
        KeyError
            If the office has no such class.
        """
        return self.urgency[urgency].rank

    def eligible(self, card: str | None, area: str | None) -> tuple[str, ...]:
        """Return the printers that may print such a card, sorted by id.

        Parameters
        ----------
        card
            Card type; None only where the office has none.
        area
            Official name of the area; None is nowhere in particular, and so
            no case for a printer that is kept for some areas.
        """
        return tuple(
            sorted(
                p.id
                for p in self.printers
                if (p.cards is None or card in p.cards)
                and (p.areas is None or area in p.areas)
            )
        )


def _default(kinds: dict[str, UrgencyClass] | dict[str, CardType]) -> str:
    if len(kinds) == 1:
        return next(iter(kinds))
    return next(name for name, kind in kinds.items() if kind.default)
