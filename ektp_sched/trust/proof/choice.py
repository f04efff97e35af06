"""What a certificate says of all choices of shifts, read with suspicion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ektp_sched.trust.proof.prices import UnreadableError, get, limit_prices
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.documents.certificate import Use
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.proof.prices import Prices

__all__ = ["Choice", "Cut", "Leaf", "Row", "Step", "read_choice"]

Step = tuple[tuple[int, ...], int, bool]
"""Indices of uses, a number, and whether more of them are taken, or at most so many."""

Row = tuple[str, tuple[int, ...], int]
"""Place in office.toml, weight of each use, and the most that they add up to."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A bound on one tier under every choice, as stated."""

    tier: int  # index among the tiers to which applications add, pins first
    weights: tuple[int, ...]  # how often each of those tiers up to this one counts
    constant: int  # bound on the weighed tiers without any shift
    slope: tuple[int, ...]  # what each use lowers it by
    prices: Prices  # price of every limit


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part of all choices, and multiples that add up to a contradiction."""

    # steps that lead to it: some uses, a number, and whether more of these uses are
    # taken than that, or at most so many
    path: tuple[Step, ...]
    times: tuple[int, ...]  # multiple of each step
    # cuts, rows: multiple of each, by index
    cuts: dict[int, int]
    rows: dict[int, int]


@dataclass(frozen=True, slots=True)
class Choice:
    """All that a certificate states: uses, rows, cuts, and leaves by tier."""

    uses: tuple[Use, ...]
    rows: tuple[Row, ...]
    cuts: tuple[Cut, ...]
    leaves: tuple[tuple[Leaf, ...], ...]


def read_choice(stated: object, facts: Facts) -> Choice:
    """Read a certificate's choice of shifts: uses, rows, cuts and leaves."""
    uses = tuple(
        (_whole(day), tuple(_text(name) for name in _some(names)))
        for day, names in _pairs(get(stated, "uses"))
    )
    rows = tuple(
        (_text(place), _line(weights, len(uses)), _whole(most))
        for place, weights, most in _parts(get(stated, "rows"), 3)
    )
    cuts = tuple(_cut(cut, facts, len(uses)) for cut in _some(get(stated, "cuts")))
    sizes = len(uses), len(cuts), len(rows)
    leaves = tuple(
        tuple(_leaf(leaf, sizes) for leaf in _some(part))
        for part in _some(get(stated, "leaves"))
    )
    return Choice(uses, rows, cuts, leaves)


def _cut(cut: object, facts: Facts, uses: int) -> Cut:
    limits = get(cut, "limits")
    source, value = (cut, "constant") if limits is None else (limits, "value")
    tier = _whole(get(cut, "tier"))
    return Cut(
        tier=tier,
        weights=_line(get(cut, "weights"), tier + 1),
        constant=_integer(get(source, value)),
        slope=_line(get(cut, "slope"), uses),
        prices=limit_prices(source, facts),
    )


def _leaf(leaf: object, sizes: tuple[int, int, int]) -> Leaf:
    path = tuple(_step(step, sizes[0]) for step in _parts(get(leaf, "path"), 3))
    cuts, rows = (
        _by_index(get(leaf, name), size)
        for name, size in zip(("cuts", "rows"), sizes[1:], strict=True)
    )
    return Leaf(path, _line(get(leaf, "times"), len(path)), cuts, rows)


def _step(step: Sequence[Any], uses: int) -> Step:
    uses_of_step, number, above = step
    indices = tuple(_whole(index) for index in _some(uses_of_step))
    if max(indices, default=uses) >= uses or type(above) is not bool:
        message = said(
            "leaves have a step that says nothing of the uses",
            "leaves memuat langkah yang tidak menyangkut pemakaian shift",
        )
        raise UnreadableError(message)
    return indices, _whole(number), above


def _by_index(pairs: object, size: int) -> dict[int, int]:
    listed = _pairs(pairs)
    multiples = {_whole(index): _whole(times) for index, times in listed}
    if len(multiples) != len(listed) or max(multiples, default=-1) >= size:
        message = said(
            "leaves name something that is not there, or twice",
            "leaves menyebut sesuatu yang tidak ada, atau dua kali",
        )
        raise UnreadableError(message)
    return multiples


def _some(value: object) -> Sequence[Any]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        message = said(
            "proof of the choice of shifts has a list missing",
            "satu daftar dalam bukti pilihan shift tidak ada",
        )
        raise UnreadableError(message)
    return value


def _parts(value: object, size: int) -> list[Sequence[Any]]:
    parts = [_some(part) for part in _some(value)]
    if any(len(part) != size for part in parts):
        message = said(
            "proof of the choice has a list not of {size} parts",
            "satu daftar dalam bukti pilihan shift tidak berisi {size} bagian",
            size=size,
        )
        raise UnreadableError(message)
    return parts


def _pairs(value: object) -> list[tuple[Any, Any]]:
    return [(one, other) for one, other in _parts(value, 2)]


def _line(value: object, size: int) -> tuple[int, ...]:
    numbers = tuple(_whole(number) for number in _some(value))
    if len(numbers) != size:
        message = said(
            "proof of the choice has a line not of {size} numbers",
            "satu baris dalam bukti pilihan shift tidak berisi {size} angka",
            size=size,
        )
        raise UnreadableError(message)
    return numbers


def _integer(value: object) -> int:
    if type(value) is not int:
        message = said(
            "proof of the choice has a number that is not whole",
            "satu angka dalam bukti pilihan shift bukan bilangan bulat",
        )
        raise UnreadableError(message)
    return value


def _whole(value: object) -> int:
    if _integer(value) < 0:
        message = said(
            "proof of the choice has a number below 0",
            "satu angka dalam bukti pilihan shift di bawah 0",
        )
        raise UnreadableError(message)
    return _integer(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        message = said(
            "proof of the choice has an id that is no text",
            "satu id dalam bukti pilihan shift bukan teks",
        )
        raise UnreadableError(message)
    return value
