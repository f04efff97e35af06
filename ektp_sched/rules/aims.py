"""What a plan aims at, in strict order, and how it is handed out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Final, Literal, Protocol

from pydantic import Field

from ektp_sched.rules.calendar import LONGEST_HORIZON, HasCalendar
from ektp_sched.rules.fields import Cards, Days, Table, Whole, noted
from ektp_sched.rules.forms import Form
from ektp_sched.rules.problems import Problem
from ektp_sched.rules.rule import Rule
from ektp_sched.rules.tiers import DECISION_TIERS, MOVED
from ektp_sched.words import by_form, said

if TYPE_CHECKING:
    from collections.abc import Iterator


TIERS: Final = ("unprinted", "overdue", "promise", "pressure")
"""The objectives, in the order in which they stand unless told otherwise."""

TierName = Annotated[
    Literal[
        "unprinted", "overdue", "promise", "pressure", "moved", "cost_idr", "shifts"
    ],
    Form(choice="tier"),
]
_NAMES: Final = ", ".join((*TIERS, MOVED, *DECISION_TIERS))
_TIERS: Final = Form(
    by_form(
        said(
            "one or more of {tiers}, in brackets",
            "satu atau lebih dari {tiers}, dalam kurung siku",
            tiers=_NAMES,
        ),
        said(
            "one or more of {tiers}, separated by ;",
            "satu atau lebih dari {tiers}, dipisahkan dengan ;",
            tiers=_NAMES,
        ),
    )
)


class PlanRules(Table):
    """Table ``[plan]``: what a plan aims at and how it is handed out."""

    tiers: Annotated[tuple[TierName, ...], _TIERS] = noted(
        "Aims in strict order, most important first, separated by semicolons: "
        "unprinted; overdue; promise; pressure; with shifts also cost_idr; shifts; "
        "moved, which comes last of all unless it is named.",
        "Urutan tujuan, yang terpenting dulu, dipisah titik koma: "
        "unprinted; overdue; promise; pressure; bila ada shift juga cost_idr; "
        "shifts; moved, yang berada paling akhir bila tidak disebut.",
        default=TIERS,
        min_length=1,
    )
    batch_size: Cards = noted(
        "Cards in one printing batch.",
        "Jumlah kartu dalam satu tumpukan cetak.",
        default=50,
    )
    freeze_days: Annotated[Days, Field(ge=0, le=LONGEST_HORIZON)] = noted(
        "Working days whose cards a new plan moves only if it must, before pressure.",
        "Hari kerja yang kartunya hanya dipindah rencana ulang bila terpaksa, sebelum "
        "bobot tunggu.",
        default=0,
    )
    tie_break: Annotated[Literal["recorded", "lottery"], Form(choice="tie_break")] = (
        noted(
            "Who comes first of equals: recorded (who was recorded first) or lottery "
            "(a draw with the seed).",
            "Siapa didahulukan bila setara: recorded (yang lebih dulu direkam) atau "
            "lottery (undian dengan seed).",
            default="recorded",
        )
    )
    seed: Annotated[Whole, Field(ge=0, le=2**63 - 1)] | None = noted(
        "Whole number for the lottery, published before the draw.",
        "Bilangan bulat untuk undian, diumumkan sebelum undian.",
        default=None,
    )


class HasAims(HasCalendar, Protocol):
    """What says what a plan aims at, and whether it may use shifts."""

    plan: PlanRules

    @property
    def shifts(self) -> tuple[Table, ...]:
        """Return them, be there any."""


def _tiers_stand_once(office: HasAims) -> Iterator[Problem]:
    for name, times in Counter(office.plan.tiers).items():
        if times > 1:
            sentence = said(
                '"{name}" stands {times} times; name each tier once',
                '"{name}" tertulis {times} kali; sebutkan setiap tujuan satu kali saja',
                name=name,
                times=times,
            )
            yield Problem(("plan", "tiers"), sentence)


def _tiers_aim_at_more(office: HasAims) -> Iterator[Problem]:
    if set(office.plan.tiers) == {MOVED}:
        yield Problem(
            ("plan", "tiers"),
            said(
                "moved alone aims at nothing where there is no previous plan; name one "
                "of {tiers} too",
                "moved saja tidak menuju apa pun bila belum ada rencana sebelumnya; "
                "sebutkan juga salah satu dari {tiers}",
                tiers=", ".join(TIERS),
            ),
        )


def _lottery_has_seed(office: HasAims) -> Iterator[Problem]:
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


def _decision_tiers_have_shifts(office: HasAims) -> Iterator[Problem]:
    for at, name in enumerate(office.plan.tiers):
        if name in DECISION_TIERS and not office.shifts:
            yield Problem(
                ("plan", "tiers", at),
                by_form(
                    said(
                        '"{name}" is about shifts, and the office has none; add a '
                        "table "
                        "[[shifts]], or take it out",
                        '"{name}" menyangkut shift, tetapi kantor ini tidak punya; '
                        "tambahkan tabel [[shifts]], atau hapus tujuan itu",
                        name=name,
                    ),
                    said(
                        '"{name}" is about shifts, and the office has none; add a row '
                        "on the sheet shifts, or take it out",
                        '"{name}" menyangkut shift, tetapi kantor ini tidak punya; '
                        "tambahkan baris pada lembar shifts, atau hapus tujuan itu",
                        name=name,
                    ),
                ),
            )


AIMS = Rule(
    "aims",
    problems=(
        _tiers_stand_once,
        _tiers_aim_at_more,
        _lottery_has_seed,
        _decision_tiers_have_shifts,
    ),
)
