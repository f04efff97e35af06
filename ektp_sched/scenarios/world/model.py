"""The tables of scenarios.toml, one frozen model each, and what a file says in them."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ektp_sched.errors import ScenarioError
from ektp_sched.office.files import RulesFile
from ektp_sched.office.sentences import field_problem
from ektp_sched.rules.capacity import AREAS, CARDS, SERVERS
from ektp_sched.rules.fields import (
    LARGEST_COUNT,
    LARGEST_DAILY,
    AreaName,
    CardName,
    Cards,
    Day,
    Number,
    Rupiah,
    ServerName,
    Share,
    Table,
    Text,
    Whole,
    noted,
)
from ektp_sched.rules.forms import Form, Kind, listed, quoted
from ektp_sched.rules.tables import OfficeTables
from ektp_sched.scenarios.world.laws import DATES_ONLY, Measure
from ektp_sched.words import Said, by_form, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.rules.problems import Path, Problem

SCENARIOS_FILE: Final = RulesFile(
    error=ScenarioError,
    noun=said("file of scenarios", "berkas skenario"),
    names=said(
        "a scenarios.toml, such as init --example kupang writes",
        "scenarios.toml, seperti yang ditulis init --example kupang",
    ),
    example="scenarios.toml",
    content=said(
        "at least one table [scenarios.NAME]",
        "paling sedikit satu tabel [scenarios.NAMA]",
    ),
    workbook=said(
        "scenarios are written as text, such as scenarios.toml",
        "skenario ditulis sebagai teks, misalnya scenarios.toml",
    ),
)

Mean = Annotated[
    Number,
    Field(ge=1, le=1_000_000),
    Form(
        said(
            "a number of working days from 1 to 1,000,000",
            "jumlah hari kerja dari 1 sampai 1.000.000",
        )
    ),
]
"""A mean number of working days, 1 to 1,000,000."""

Weight = Annotated[
    Number,
    Field(gt=0, le=1_000_000),
    Form(
        said("a number above 0, up to 1,000,000", "angka di atas 0, sampai 1.000.000")
    ),
]
"""A parameter of a prior, above 0."""

Pair = Annotated[
    tuple[Weight, Weight],
    Form(
        by_form(
            said(
                "two numbers above 0 in brackets, such as [0.5, 20]",
                "dua angka di atas 0 dalam kurung siku, misalnya [0.5, 20]",
            ),
            said(
                "two numbers above 0, separated by ;, such as 0.5; 20",
                "dua angka di atas 0, dipisahkan dengan ;, misalnya 0,5; 20",
            ),
        ),
        kind=Kind.NUMBERS,
    ),
]
"""The parameters of a beta distribution."""

Seen = Annotated[Whole, Field(ge=0, le=LARGEST_COUNT)]
"""How often, or on how many days, something was seen."""

PerDay = Annotated[
    Number,
    Field(ge=0, le=LARGEST_DAILY),
    Form(
        said(
            "a number of people from 0 to {most}",
            "jumlah orang dari 0 sampai {most}",
            most=LARGEST_DAILY,
        )
    ),
]
"""A mean number of people a day."""

Mix = Annotated[
    dict[Text, Share],
    Form(
        said(
            "shares by class, such as {example}",
            "bagian tiap kelas, misalnya {example}",
            example="{ urgent = 0.1, routine = 0.9 }",
        )
    ),
]
"""Share of each urgency class."""

ScenarioName = Annotated[
    Text,
    Form(
        by_form(
            said(
                "the name of a scenario, in quotes", "nama skenario dalam tanda kutip"
            ),
            said("the name of a scenario", "nama skenario"),
        ),
        source="scenarios",
    ),
]
"""Name of a table ``[scenarios.NAME]``."""


def _sentence(text: Said) -> PydanticCustomError:
    """Return an error whose message is said to people as it is."""
    return PydanticCustomError("sentence", "{text}", {"text": text})


def _beside(name: str) -> Form:
    return Form(
        said(
            'the name of a file beside this one, in quotes, such as "{name}"',
            'nama berkas di samping berkas ini, dalam tanda kutip, misalnya "{name}"',
            name=name,
        )
    )


def _certain_cards(value: Any) -> Any:
    if isinstance(value, dict):
        return value
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not 1 <= value <= LARGEST_DAILY:
        raise PydanticCustomError("range", "must be a number or a range")
    return dict.fromkeys(CardsRange.model_fields, value)


def _certain_day(value: Any) -> Any:
    if isinstance(value, dict):
        return value
    if isinstance(value, datetime) or not isinstance(value, date):
        raise PydanticCustomError("range", "must be a date or a range")
    return dict.fromkeys(DayRange.model_fields, value)


class Range(Table):
    """What nobody knows for certain: a triangular distribution."""

    @model_serializer(mode="wrap")
    def _certain(self, written: SerializerFunctionWrapHandler) -> Any:
        """Return one number or date where it is certain, as a file states it."""
        values = {value for _, value in self}
        return values.pop() if len(values) == 1 else written(self)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        values = [value for _, value in self]
        if values != sorted(values):
            raise _sentence(
                said(
                    "{values} are out of order; they must not fall",
                    "{values} tidak berurutan; tidak boleh menurun",
                    values=", ".join(f"{name} = {value}" for name, value in self),
                )
            )
        return self


class CardsRange(Range):
    """Cards a day that nobody knows for certain."""

    low: Cards = noted("Least cards a day.", "Paling sedikit kartu sehari.")
    likely: Cards = noted("Likeliest cards a day.", "Kartu sehari yang paling mungkin.")
    high: Cards = noted("Most cards a day.", "Paling banyak kartu sehari.")


class DayRange(Range):
    """A day that nobody knows for certain."""

    earliest: Day = noted("Earliest day.", "Hari paling awal.")
    likely: Day = noted("Likeliest day.", "Hari yang paling mungkin.")
    latest: Day = noted("Latest day.", "Hari paling akhir.")


class NewServer(Table):
    """Entry of ``[[scenarios.NAME.servers]]``: a server that is added."""

    model_config = ConfigDict(validate_by_name=False)

    id: Annotated[Text, Form(quoted("an id", "id", "server-new"))] = noted(
        "Id of its own; the same id in two scenarios is the same thing.",
        "Id sendiri; id yang sama dalam dua skenario berarti hal yang sama.",
    )
    cards_per_day: Annotated[
        CardsRange,
        BeforeValidator(_certain_cards, json_schema_input_type=Cards | CardsRange),
        Form(
            said(
                "a whole number of cards from 1 to {most}, or a range such as "
                "{example}",
                "bilangan bulat kartu dari 1 sampai {most}, atau rentang, misalnya "
                "{example}",
                most=LARGEST_DAILY,
                example="{ low = 600, likely = 650, high = 700 }",
            )
        ),
    ] = noted(
        "Cards on a full day, for certain or a range.",
        "Kartu per hari penuh, pasti atau rentang.",
    )
    from_: (
        Annotated[
            DayRange,
            BeforeValidator(_certain_day, json_schema_input_type=Day | DayRange),
            Form(
                said(
                    "a date without quotes, such as 2018-01-15, or a range {example}; "
                    "leave it out for the start",
                    "tanggal tanpa tanda kutip, misalnya 2018-01-15, atau rentang "
                    "{example}; hapus bila ada sejak awal",
                    example="{ earliest = DATE, likely = DATE, latest = DATE }",
                )
            ),
        ]
        | None
    ) = noted(
        "First day in use, for certain or a range. Empty: the start.",
        "Hari pertama dipakai, pasti atau rentang. Kosong: hari mulai.",
        default=None,
        validation_alias="from",
        serialization_alias="from",
    )
    to: Day | None = noted(
        "Last day in use, inclusive. Empty: no limit.",
        "Hari terakhir dipakai, termasuk hari itu. Kosong: tanpa batas.",
        default=None,
    )
    replaces: Annotated[tuple[Text, ...], Form(listed("ids", "id", "server-1"))] = (
        noted(
            "Ids of the same kind that stand by while this one works.",
            "Id sejenis yang berhenti selama yang ini bekerja.",
            default=(),
        )
    )

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.from_ and self.to and self.from_.latest > self.to:
            raise _sentence(
                said(
                    '"{name}" may begin on {latest}, after to = {to}; correct one of '
                    "the two",
                    '"{name}" mungkin mulai pada {latest}, setelah to = {to}; perbaiki '
                    "salah satunya",
                    name=self.id,
                    latest=str(self.from_.latest),
                    to=str(self.to),
                )
            )
        return self


class NewPrinter(NewServer):
    """Entry of ``[[scenarios.NAME.printers]]``: a printer that is added."""

    servers: Annotated[tuple[ServerName, ...] | None, SERVERS] = noted(
        "Servers that it can use. Empty: all.",
        "Server yang dapat dipakai. Kosong: semua.",
        default=None,
        min_length=1,
    )
    cards: Annotated[tuple[CardName, ...] | None, CARDS] = noted(
        "Card types that it prints. Empty: all.",
        "Jenis kartu yang dapat dicetak. Kosong: semua.",
        default=None,
        min_length=1,
    )
    areas: Annotated[tuple[AreaName, ...] | None, AREAS] = noted(
        "Areas that it prints for. Empty: all.",
        "Wilayah yang dilayani. Kosong: semua.",
        default=None,
        min_length=1,
    )


UNREAD: Final = NewPrinter.model_construct(id="")
"""Stands for an entry that has not the right form: the others keep their places."""


@dataclass(frozen=True, slots=True)
class Added:
    """An entry of ``[[scenarios.NAME.servers]]`` or ``.printers``."""

    kind: Literal["servers", "printers"]
    index: int  # position in the file, from 0
    rules: NewServer


class ScenarioRules(Table):
    """Table ``[scenarios.NAME]``."""

    label: Text | None = noted(
        "Its name for people. Empty: the table's name.",
        "Namanya untuk orang. Kosong: nama tabelnya.",
        default=None,
    )
    cost_idr: Rupiah = noted(
        "What it costs once, in rupiah.", "Biayanya sekali, dalam rupiah.", default=0
    )
    cost_idr_per_day: Rupiah = noted(
        "What each day costs that is worked in it and not in the baseline, in rupiah.",
        "Biaya tiap hari yang dikerjakan di dalamnya tetapi tidak dalam skenario "
        "pembanding, dalam rupiah.",
        default=0,
    )
    servers: tuple[NewServer, ...] = noted(
        "Servers that it adds.", "Server yang ditambahkan.", default=()
    )
    printers: tuple[NewPrinter, ...] = noted(
        "Printers that it adds.", "Printer yang ditambahkan.", default=()
    )
    office: Annotated[
        dict[str, Any],
        Form(
            said(
                "keys of office.toml, such as {example}",
                "kunci office.toml, misalnya {example}",
                example='office.calendar.workdays = ["mon", "sat"]',
            ),
            of=OfficeTables,
        ),
    ] = noted(
        "Keys of office.toml that differ in it.",
        "Kunci office.toml yang berbeda di dalamnya.",
        default_factory=dict,
    )

    @property
    def added(self) -> list[Added]:
        """Return what it adds, in the file's order."""
        kinds: tuple[tuple[Literal["servers", "printers"], tuple[NewServer, ...]], ...]
        kinds = (("servers", self.servers), ("printers", self.printers))
        return [
            Added(kind, index, rules)
            for kind, entries in kinds
            for index, rules in enumerate(entries)
            if rules is not UNREAD
        ]


class ArrivalPrior(Table):
    """Table ``[arrivals.prior]``: gamma prior of each class's rate."""

    cards: Weight = noted(
        "Shape: as if so many cards had been seen before.",
        "Bentuk: seolah-olah sekian kartu pernah teramati.",
        default=Decimal("0.5"),
    )
    days: Annotated[
        Number,
        Field(ge=0, le=1_000_000),
        Form(said("a number from 0 to 1,000,000", "angka dari 0 sampai 1.000.000")),
    ] = noted(
        "Rate: in so many working days.",
        "Laju: dalam sekian hari kerja.",
        default=Decimal(0),
    )


class ArrivalRules(Table):
    """Table ``[arrivals]``: how many people are recorded."""

    per_working_day: PerDay | None = noted(
        "Mean number of people recorded on a working day, all classes together; "
        "left out only with a history.",
        "Rata-rata orang yang direkam per hari kerja, semua kelas; dihilangkan hanya "
        "bila ada history.",
        default=None,
    )
    dispersion: Annotated[
        Number,
        Field(ge=0, le=1_000_000),
        Form(
            said(
                "variance / mean, a number from 1 (Poisson) to 1,000,000",
                "varians / rata-rata, angka dari 1 (Poisson) sampai 1.000.000",
            )
        ),
    ] = noted(
        "Variance over mean of a day's count; 1 is Poisson.",
        "Varians dibagi rata-rata jumlah sehari; 1 berarti Poisson.",
        default=Decimal(1),
    )
    mix: Mix | None = noted(
        "Share of each class, summing to exactly 1. Empty: the backlog's own.",
        "Bagian tiap kelas, jumlahnya tepat 1. Kosong: seperti pada antrean.",
        default=None,
    )
    history: Annotated[Text | None, _beside("arrivals.csv")] = noted(
        "CSV, XLSX or Parquet with day, urgency, cards, from which all three are "
        "estimated instead.",
        "CSV, XLSX, atau Parquet dengan day, urgency, cards, untuk memperkirakan "
        "ketiganya.",
        default=None,
    )
    prior: Annotated[
        ArrivalPrior,
        Form(said("a table with cards and days", "tabel dengan cards dan days")),
    ] = noted(
        "Gamma prior of each class's rate; used with a history.",
        "Prior gamma laju tiap kelas; dipakai bila ada history.",
        default=ArrivalPrior(),
    )

    @model_validator(mode="after")
    def _says_how_many(self) -> Self:
        if self.per_working_day is None and self.history is None:
            raise _sentence(
                said(
                    "neither per_working_day nor history is given; write one of them, "
                    "or leave [arrivals] out where nobody comes",
                    "per_working_day dan history tidak ada; tulis salah satunya, atau "
                    "hapus [arrivals] bila tidak ada pendaftar baru",
                )
            )
        if self.dispersion < 1:
            raise _sentence(
                said(
                    "dispersion = {number} would be steadier than chance, which is not "
                    "simulated; it must be 1 (Poisson) or more",
                    "dispersion = {number} lebih tetap daripada kebetulan, dan itu "
                    "tidak disimulasikan; harus 1 (Poisson) atau lebih",
                    number=str(self.dispersion),
                )
            )
        return self


class HeldRules(Table):
    """Table ``[held]``: who is recorded and not print-ready yet becomes so."""

    per_working_day: PerDay = noted(
        "Mean number of held people who become print-ready on a working day.",
        "Rata-rata orang tertahan yang menjadi siap cetak per hari kerja.",
    )
    people: (
        Annotated[
            Whole,
            Field(ge=0, le=LARGEST_COUNT),
            Form(unit=said(" of people", " orang")),
        ]
        | None
    ) = noted(
        "How many there are. Empty: those that the backlog holds.",
        "Berapa orang semuanya. Kosong: yang tertahan dalam antrean.",
        default=None,
    )
    mix: Mix | None = noted(
        "Share of each class, summing to exactly 1. Empty: that of the backlog's held "
        "people, or of the backlog where it holds nobody.",
        "Bagian tiap kelas, jumlahnya tepat 1. Kosong: seperti yang tertahan dalam "
        "antrean, atau seperti antrean bila tidak ada yang tertahan.",
        default=None,
    )


class BreakdownPrior(Table):
    """Table ``prior`` of ``[breakdowns.ID]``: beta priors of two chances."""

    failure: Pair = noted(
        "Parameters a and b of the chance to fail on a worked day.",
        "Parameter a dan b peluang rusak pada hari kerja.",
        default=(Decimal("0.5"), Decimal(20)),
    )
    repair: Pair = noted(
        "Parameters a and b of the chance to be repaired on a worked day.",
        "Parameter a dan b peluang selesai diperbaiki pada hari kerja.",
        default=(Decimal(1), Decimal(3)),
    )


class BreakdownRules(Table):
    """Table ``[breakdowns.ID]``: how often a resource fails, and for how long.

    Either both means, which are then certain; or all four counts; or a
    history, from which the counts are taken.
    """

    mean_days_between: Mean | None = noted(
        "Mean worked days from one failure to the next.",
        "Rata-rata hari kerja antara dua kerusakan.",
        default=None,
    )
    mean_days_down: Mean | None = noted(
        "Mean worked days that it is out.",
        "Rata-rata hari kerja selama rusak.",
        default=None,
    )
    failures: Seen | None = noted(
        "Failures seen.",
        "Kerusakan yang teramati.",
        default=None,
    )
    days_up: Seen | None = noted(
        "Worked days on whose morning it was up.",
        "Hari kerja yang paginya hidup.",
        default=None,
    )
    repairs: Seen | None = noted(
        "Repairs seen.",
        "Perbaikan yang teramati.",
        default=None,
    )
    days_down: Seen | None = noted(
        "Worked days on whose morning it was down.",
        "Hari kerja yang paginya rusak.",
        default=None,
    )
    history: Annotated[Text | None, _beside("outages.csv")] = noted(
        "CSV, XLSX or Parquet with day, resource, up, from which the counts are taken.",
        "CSV, XLSX, atau Parquet dengan day, resource, up, sumber angka-angka itu.",
        default=None,
    )
    prior: Annotated[
        BreakdownPrior,
        Form(
            said("a table with failure and repair", "tabel dengan failure dan repair")
        ),
    ] = noted(
        "Beta priors of both chances; used with counts or a history.",
        "Prior beta kedua peluang; dipakai bila ada angka atau history.",
        default=BreakdownPrior(),
    )

    for_good: Share = noted(
        "Share of the failures that are never repaired.",
        "Bagian kerusakan yang tidak pernah dapat diperbaiki.",
        default=Decimal(0),
    )
    replaced_after: (
        Annotated[Whole, Field(ge=1, le=36_600), Form(unit=said(" of days", " hari"))]
        | None
    ) = noted(
        "Calendar days from such a failure until a replacement works. Empty: never.",
        "Hari kalender sejak kerusakan itu sampai penggantinya bekerja. Kosong: tidak "
        "pernah.",
        default=None,
    )
    replacement_cost_idr: Rupiah = noted(
        "What each replacement costs, in rupiah.",
        "Biaya tiap pengganti, dalam rupiah.",
        default=0,
    )

    @model_validator(mode="after")
    def _replaces_what_is_lost(self) -> Self:
        if self.replaced_after is not None and not self.for_good:
            raise _sentence(
                said(
                    "replaced_after is given, but no failure is for good; write "
                    "for_good, the share of failures that are never repaired, or leave "
                    "replaced_after out",
                    "replaced_after tertulis, tetapi tidak ada kerusakan untuk "
                    "selamanya; tulis for_good, bagian kerusakan yang tidak pernah "
                    "dapat diperbaiki, atau hapus replaced_after",
                )
            )
        if self.replacement_cost_idr and self.replaced_after is None:
            raise _sentence(
                said(
                    "replacement_cost_idr is given, but nothing is ever replaced; "
                    "write replaced_after, or leave the cost out",
                    "replacement_cost_idr tertulis, tetapi tidak pernah ada pengganti; "
                    "tulis replaced_after, atau hapus biayanya",
                )
            )
        return self

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        means = (self.mean_days_between, self.mean_days_down)
        counts = (self.failures, self.days_up, self.repairs, self.days_down)
        forms = (means, counts, (self.history,))
        used = [form for form in forms if any(part is not None for part in form)]
        if len(used) != 1 or any(part is None for part in used[0]):
            raise _sentence(
                said(
                    "write mean_days_between and mean_days_down; or what was seen: "
                    "failures, days_up, repairs and days_down; or a history; one of "
                    "the three, whole",
                    "tulis mean_days_between dan mean_days_down; atau yang teramati: "
                    "failures, days_up, repairs dan days_down; atau history; satu dari "
                    "tiga itu, lengkap",
                )
            )
        for few, many in (("failures", "days_up"), ("repairs", "days_down")):
            seen, days = getattr(self, few), getattr(self, many)
            if seen is not None and days is not None and seen > days:
                raise _sentence(
                    said(
                        "{few} = {seen} is more than {many} = {days}; at most one a "
                        "day",
                        "{few} = {seen} lebih dari {many} = {days}; paling banyak satu "
                        "sehari",
                        few=few,
                        seen=str(seen),
                        many=many,
                        days=str(days),
                    )
                )
        return self


class QuestionRules(Table):
    """Table ``question``: what is to be decided."""

    choose: ScenarioName | None = noted(
        "Scenario of which is asked whether it should be chosen. Empty: the first with "
        "a price, or else the first beside `against`.",
        "Skenario yang dipertanyakan apakah sebaiknya dipilih. Kosong: yang pertama "
        "dengan harga, atau yang pertama selain `against`.",
        default=None,
    )
    against: Annotated[
        Text | None,
        Form(
            said(
                "the name of a scenario in quotes, or {dates} for the baseline with "
                "dates told",
                "nama skenario dalam tanda kutip, atau {dates} untuk skenario "
                "pembanding dengan tanggal yang diberitahukan",
                dates=f'"{DATES_ONLY}"',
            )
        ),
    ] = noted(
        "What it is judged against. Empty: the baseline.",
        "Pembandingnya. Kosong: skenario pembanding.",
        default=None,
    )
    by: Annotated[Measure, Form(choice="measure")] = noted(
        "By what: money within the horizon, the date on which nobody waits any more, "
        "or the longest wait.",
        "Menurut apa: uang dalam jangka waktu itu (money), tanggal tidak ada lagi yang "
        "menunggu (date), atau waktu tunggu terlama (wait).",
        default="money",
    )


class ToldRules(Table):
    """Table ``[told]``: what telling people a date does and costs."""

    heeded: Share = noted(
        "Share of the people who heed a date that they are told.",
        "Bagian orang yang mematuhi tanggal yang diberitahukan.",
        default=Decimal(1),
    )
    cost_idr: Rupiah = noted(
        "What telling everybody costs once, in rupiah.",
        "Biaya sekali untuk memberi tahu semua orang, dalam rupiah.",
        default=0,
    )


class WorthRules(Table):
    """Table ``[worth]``: what is set against a price."""

    day_without_card_idr: Rupiah = noted(
        "What a day without a card costs a person, beside trips, in rupiah.",
        "Kerugian seseorang tiap hari tanpa kartu, di luar ongkos kunjungan, dalam "
        "rupiah.",
        default=0,
    )
    years_of_use: (
        Annotated[
            Number,
            Field(gt=0, le=100),
            Form(
                said(
                    "a number of years above 0, up to 100",
                    "jumlah tahun di atas 0, sampai 100",
                )
            ),
        ]
        | None
    ) = noted(
        "Years over which a price is used up. Empty: it counts whole within the "
        "horizon.",
        "Masa pakai dalam tahun, selama itu harga habis terpakai. Kosong: dihitung "
        "penuh dalam jangka waktu itu.",
        default=None,
    )


class ScenariosFile(Table):
    """What a scenarios.toml says."""

    baseline: ScenarioName | None = noted(
        "Scenario that the others are compared with. Empty: the first.",
        "Skenario pembanding yang lain. Kosong: yang pertama.",
        default=None,
    )
    question: Annotated[
        QuestionRules | None,
        Form(
            said(
                "a table such as {example}",
                "tabel, misalnya {example}",
                example='{ choose = "new-server", against = "one-server" }',
            )
        ),
    ] = noted(
        "What is to be decided. Empty: whether to take the first scenario with a price "
        "rather than the baseline; without a price nothing is asked.",
        "Apa yang hendak diputuskan. Kosong: apakah skenario pertama yang berharga "
        "lebih baik daripada pembandingnya; tanpa harga tidak ada yang ditanyakan.",
        default=None,
    )
    deliveries_known_until: Day | None = noted(
        "Last day up to which deliveries of blanks are known. Empty: all are.",
        "Hari terakhir yang kiriman blangkonya diketahui. Kosong: semua diketahui.",
        default=None,
    )
    arrivals: ArrivalRules | None = noted(
        "How many people are recorded. Empty: nobody comes.",
        "Berapa orang yang direkam. Kosong: tidak ada pendaftar baru.",
        default=None,
    )
    held: HeldRules | None = noted(
        "How fast held people become print-ready. Empty: they never do.",
        "Seberapa cepat orang yang tertahan menjadi siap cetak. Kosong: tidak pernah.",
        default=None,
    )
    breakdowns: Annotated[dict[Text, BreakdownRules], Form(called=said("ID", "ID"))] = (
        noted(
            "How often a printer or server fails, and for how long, by its id.",
            "Seberapa sering dan berapa lama printer atau server rusak, per id.",
            default_factory=dict,
        )
    )
    told: ToldRules = noted(
        "What telling people a date does and costs.",
        "Akibat dan biaya memberi tahu tanggal.",
        default=ToldRules(),
    )
    worth: WorthRules = noted(
        "What is set against a price.",
        "Apa yang diperhitungkan terhadap harga.",
        default=WorthRules(),
    )
    scenarios: dict[Text, ScenarioRules] = noted(
        "What may become of the office, by name.",
        "Kemungkinan keadaan kantor, menurut nama.",
    )
    sources: Annotated[
        dict[str, Any],
        Form(
            said(
                'keys and "fact: …" or "assumed: …"',
                'kunci dan "fact: …" atau "assumed: …"',
            )
        ),
    ] = noted(
        "Which inputs are facts, and which are assumed, by key.",
        "Masukan mana yang fakta dan mana yang dugaan, menurut kuncinya.",
        default_factory=dict,
    )


def sound_parts(data: Mapping[str, Any]) -> tuple[ScenariosFile, list[Problem]]:
    """Return what of a file has the right form, and what is wrong with the rest.

    What is wrong is taken out and the rest read again, so that a bad value in one table
    hides nothing that is wrong in another.
    """
    sound = {"scenarios": {}} | deepcopy(dict(data))
    try:
        return ScenariosFile.model_validate(sound), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
    for each in errors:
        _take_out(sound, each["loc"])
    sound.setdefault("scenarios", {})
    problems = [field_problem(each, ScenariosFile) for each in errors]
    return ScenariosFile.model_validate(sound), problems


def _take_out(data: dict[str, Any], place: Path) -> None:
    """Take out the part with a bad value: a key, a table, an entry of a scenario."""
    table, name, *inside = (*place, None) if len(place) == 1 else place
    if (table, name) == ("question", "by"):  # what else is asked is read without it
        data.get("question", {}).pop(name, None)
    elif name is None or table not in ("breakdowns", "scenarios"):
        data.pop(str(table), None)
    elif table == "breakdowns":
        data[table].pop(name, None)
    elif not inside:
        data[table][name] = {}
    elif len(inside) > 1 and inside[0] in ("servers", "printers"):
        data[table][name][inside[0]][inside[1]] = UNREAD
    else:
        data[table][name].pop(inside[0], None)
