"""How the tables of office.toml lie on the sheets of office.xlsx.

Headings are the keys of the file, so that the two forms convert into each
other; single values stand in the sheet ``office``, one key a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ektp_sched.rules.fields import DAYS
from ektp_sched.rules.reading import COLUMNS, PERSONAL_COLUMNS

__all__ = [
    "DATES",
    "OFFICE",
    "RESOURCES",
    "SETTINGS",
    "SHEETS",
    "WEEK",
    "Column",
    "Kind",
    "Setting",
    "Sheet",
]


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


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet."""

    key: str  # heading, and key in office.toml
    kind: Kind = Kind.TEXT  # what its cells hold
    choices: tuple[str, ...] = ()  # what a cell may say, as a list to choose from
    # Sheet whose first column lists what a cell may say; `resources`: the ids of all
    # servers and printers do.
    source: str | None = None
    largest: int = 1  # of a share, what it may be at most


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with one entry a row."""

    # Name of the sheet, and of the table in office.toml; `visits_areas` is
    # `[visits.areas]` there, and `deliveries`, `set_aside` and `ribbon_deliveries`
    # stand with their card type or printer.
    name: str
    columns: tuple[Column, ...]  # in order
    # Whether the first column is the entry's key in the table, as in `[urgency.NAME]`;
    # otherwise the table is an array.
    named: bool = False
    # Whether an entry is one value rather than a table, as in `[columns]`.
    flat: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the sheet ``office``."""

    path: tuple[str, ...]  # keys in office.toml
    kind: Kind = Kind.TEXT  # what the cell holds
    choices: tuple[str, ...] = ()  # what it may say, as a list to choose from

    @property
    def key(self) -> str:
        """The path, joined by dots."""
        return ".".join(self.path)


OFFICE: Final = "office"
RESOURCES: Final = "resources"
NESTED: Final = ("deliveries", "set_aside", "ribbon_deliveries")
"""Sheets whose rows stand with a card type or a printer in office.toml."""
WEEK: Final = Sheet(
    "week",
    (
        Column("day", choices=DAYS),
        Column("workdays", Kind.FLAG),
        Column("share", Kind.SHARE),
    ),
)
DATES: Final = Sheet(
    "calendar", (Column("closed", Kind.DATE), Column("open", Kind.DATE))
)

SETTINGS: Final = (
    Setting(("name",)),
    Setting(("language",), choices=("id", "en")),
    Setting(("calendar", "country")),
    Setting(("reserve", "cards_per_day"), Kind.WHOLE),
    Setting(("budget", "idr"), Kind.WHOLE),
    Setting(("plan", "tiers"), Kind.LIST),
    Setting(("plan", "batch_size"), Kind.WHOLE),
    Setting(("plan", "freeze_days"), Kind.WHOLE),
    Setting(("plan", "tie_break"), choices=("recorded", "lottery")),
    Setting(("plan", "seed"), Kind.WHOLE),
    Setting(("visits", "every_days"), Kind.WHOLE),
    Setting(("visits", "trip_cost_idr"), Kind.WHOLE),
    Setting(("dates", "format")),
    Setting(("status", "printable"), Kind.LIST),
    Setting(("status", "done"), Kind.LIST),
    Setting(("identity", "from")),
    Setting(("identity", "key")),
    Setting(("privacy", "show_nik"), Kind.FLAG),
)

_SPAN = (Column("from", Kind.DATE), Column("to", Kind.DATE))

SHEETS: Final = (
    Sheet(
        "urgency",
        (
            Column("name"),
            Column("target_days", Kind.WHOLE),
            Column("rank", Kind.WHOLE),
            Column("default", Kind.FLAG),
        ),
        named=True,
    ),
    Sheet(
        "cards",
        (
            Column("name"),
            Column("default", Kind.FLAG),
            Column("stock", Kind.WHOLE),
            Column("expires_on", Kind.DATE),
        ),
        named=True,
    ),
    Sheet(
        "deliveries",
        (
            Column("card", source="cards"),
            Column("on", Kind.DATE),
            Column("cards", Kind.WHOLE),
            Column("expires_on", Kind.DATE),
        ),
    ),
    Sheet(
        "set_aside",
        (
            Column("card", source="cards"),
            Column("urgency", source="urgency"),
            Column("cards", Kind.WHOLE),
        ),
    ),
    Sheet("servers", (Column("id"), Column("cards_per_day", Kind.WHOLE), *_SPAN)),
    Sheet(
        "printers",
        (
            Column("id"),
            Column("cards_per_day", Kind.WHOLE),
            Column("servers", Kind.LIST),
            Column("cards", Kind.LIST),
            Column("areas", Kind.LIST),
            *_SPAN,
            Column("cards_per_ribbon", Kind.WHOLE),
            Column("ribbons", Kind.SHARE, largest=1_000_000),
        ),
    ),
    Sheet(
        "ribbon_deliveries",
        (
            Column("printer", source="printers"),
            Column("on", Kind.DATE),
            Column("ribbons", Kind.SHARE, largest=1_000_000),
        ),
    ),
    Sheet(
        "outages",
        (
            Column("resource", source=RESOURCES),
            *_SPAN,
            Column("share", Kind.SHARE),
        ),
    ),
    Sheet(
        "shifts",
        (
            Column("id"),
            Column("days", Kind.DAYS, choices=DAYS),
            Column("share", Kind.SHARE, largest=4),
            Column("cost_idr", Kind.WHOLE),
            Column("max_uses", Kind.WHOLE),
            Column("max_per_week", Kind.WHOLE),
            Column("rest_days", Kind.WHOLE),
            Column("resources", Kind.LIST, source=RESOURCES),
            Column("on_holidays", Kind.FLAG),
        ),
    ),
    Sheet(
        "quotas",
        (
            Column("id"),
            Column("urgency", Kind.LIST, source="urgency"),
            Column("card", Kind.LIST, source="cards"),
            Column("area", Kind.LIST, source="areas"),
            Column("per", choices=("day", "week", "plan")),
            Column("at_most", Kind.WHOLE),
            Column("at_least", Kind.WHOLE),
            Column("at_most_share", Kind.SHARE),
            Column("at_least_share", Kind.SHARE),
        ),
    ),
    Sheet(
        "classify",
        (
            Column("column"),
            Column("matches", Kind.PATTERN),
            Column("urgency", source="urgency"),
        ),
    ),
    Sheet(
        "columns",
        (
            Column("heading"),
            Column("column", choices=(*COLUMNS, *PERSONAL_COLUMNS)),
        ),
        named=True,
        flat=True,
    ),
    Sheet(
        "areas",
        (Column("name"), Column("spellings", Kind.LIST)),
        named=True,
        flat=True,
    ),
    Sheet(
        "area_rank",
        (Column("area", source="areas"), Column("rank", Kind.WHOLE)),
        named=True,
        flat=True,
    ),
    Sheet(
        "visits_areas",
        (
            Column("area", source="areas"),
            Column("every_days", Kind.WHOLE),
            Column("trip_cost_idr", Kind.WHOLE),
        ),
        named=True,
    ),
)
