"""Kota Kupang: 6 kecamatan and their 51 kelurahan, by official name.

The shares of the population are assumed round figures; the names follow the
official list of codes 537101 to 537106.
"""

from __future__ import annotations

from typing import Final

DISTRICTS: Final[dict[str, tuple[str, ...]]] = {
    "Alak": (
        "Namosain",
        "Nunbaun Sabu",
        "Nunbaun Delha",
        "Nunhila",
        "Fatufeto",
        "Manutapen",
        "Mantasi",
        "Alak",
        "Batu Plat",
        "Manulai II",
        "Naioni",
        "Penkase Oeleta",
    ),
    "Maulafa": (
        "Oepura",
        "Maulafa",
        "Penfui",
        "Naimata",
        "Bello",
        "Fatukoa",
        "Kolhua",
        "Sikumana",
        "Naikolan",
    ),
    "Kelapa Lima": (
        "Kelapa Lima",
        "Oesapa",
        "Lasiana",
        "Oesapa Barat",
        "Oesapa Selatan",
    ),
    "Oebobo": (
        "Oebobo",
        "Oetete",
        "Oebufu",
        "Liliba",
        "Fatululi",
        "Kayu Putih",
        "Tuak Daun Merah",
    ),
    "Kota Raja": (
        "Bakunase",
        "Bakunase Dua",
        "Airnona",
        "Naikoten Satu",
        "Naikoten Dua",
        "Kuanino",
        "Nunleu",
        "Fontein",
    ),
    "Kota Lama": (
        "Airmata",
        "Lai Lai Bisi Kopan",
        "Bonipoi",
        "Solor",
        "Tode Kisar",
        "Merdeka",
        "Oeba",
        "Fatubesi",
        "Pasir Panjang",
        "Nefonaek",
    ),
}
"""Kecamatan → its kelurahan, in the order of the official codes."""

MET_SPELLINGS: Final[dict[str, str]] = {
    "Batu Plat": "Batuplat",
    "Bello": "Belo",
    "Tuak Daun Merah": "TDM",
    "Bakunase Dua": "Bakunase II",
    "Naikoten Satu": "Naikoten I",
    "Airmata": "Air Mata",
    "Lai Lai Bisi Kopan": "LLBK",
}
"""Kelurahan → another spelling that exports use."""

POPULATION_SHARE: Final[dict[str, int]] = {
    "Alak": 15,
    "Maulafa": 19,
    "Kelapa Lima": 18,
    "Oebobo": 24,
    "Kota Raja": 14,
    "Kota Lama": 10,
}
"""Kecamatan → percent of the city's people; assumed, they sum to 100."""

SUBDISTRICTS: Final[tuple[str, ...]] = tuple(
    name for names in DISTRICTS.values() for name in names
)
"""All 51 kelurahan."""
