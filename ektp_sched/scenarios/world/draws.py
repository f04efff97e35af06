"""One block of futures: arrivals, breakdowns and uncertain numbers.

Each thing that is drawn has a stream of its own, named by what it is and never
by its place in a file: what one scenario adds leaves all other draws as they
are, and two scenarios share what they have in common (common random numbers).
A block is always drawn whole, day after day, so that neither the number of
replications nor a longer horizon changes what was drawn before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import numpy as np

from ektp_sched.arguments import check_whole
from ektp_sched.errors import UsageError
from ektp_sched.office import calendar
from ektp_sched.rules.fields import LARGEST_DAILY
from ektp_sched.scenarios.world.inversion import quantiles
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from concurrent.futures import Executor
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.scenarios.world.laws import (
        ArrivalLaw,
        BreakdownLaw,
        CheckedScenarios,
        HeldLaw,
        NewResource,
    )

    Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """Daily limits of one scenario in one block of R replications.

    All days are offsets from ``start``, 0 to ``days - 1``.  Where an array has
    1 in place of R, it is the same in all replications.

    Parameters
    ----------
    start, days
        First day and number of calendar days, H.
    open
        Whether a day is worked in this scenario, shape ``(H,)``.
    printers, servers
        Ids: the rows of the arrays below.
    printer_cards, server_cards
        Cards that each can do, shapes ``(P, R, H)`` and ``(S, R, H)``; 0 on
        days not worked and on days of a breakdown.
    reaches
        Whether a printer can use a server, shape ``(P, S)``.
    reserve
        Cards kept free on each working day of the calendar; 0 for none.
    supply
        For each card type with stock, blanks available up to and including a
        day if none is used, shape ``(H,)``.
    printers_unbroken, servers_unbroken
        The same as the cards, had nothing broken down: what a planner knows of
        later days; None where nothing ever breaks down.
    replacement_idr
        What the replacements of what failed for good cost, those that come within
        the horizon, rupiah, shape ``(R,)``; None: nothing is replaced.
    by_shift_only
        Whether only a shift opens a day, shape ``(H,)``; None: no day is such.
    """

    start: date
    days: int
    open: NDArray[np.bool_]
    printers: tuple[str, ...]
    servers: tuple[str, ...]
    printer_cards: NDArray[np.int64]
    server_cards: NDArray[np.int64]
    reaches: NDArray[np.bool_]
    reserve: int
    supply: dict[str, NDArray[np.int64]]
    printers_unbroken: NDArray[np.int64] | None = None
    servers_unbroken: NDArray[np.int64] | None = None
    replacement_idr: NDArray[np.int64] | None = None
    by_shift_only: NDArray[np.bool_] | None = None

    @property
    def working(self) -> NDArray[np.bool_]:
        """Whether a day is one of the calendar's working days, ``(H,)``."""
        return (
            self.open if self.by_shift_only is None else self.open & ~self.by_shift_only
        )

    @property
    def kept_free(self) -> NDArray[np.int64]:
        """Cards that the reserve keeps free, ``(H,)``."""
        kept = np.full(self.days, self.reserve, dtype=np.int64)
        return kept if self.by_shift_only is None else kept * ~self.by_shift_only


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Who joins the queue in one block of replications, alike in all scenarios.

    Parameters
    ----------
    classes
        The office's urgency classes in its order.
    cards
        New applications, and held ones that become print-ready, by class,
        replication and day, shape ``(C, R, H)``.
    entropy
        Seed and number of the block, from which it is drawn where a new
        applicant lives, if that limits printing.
    held
        Those of ``cards`` who were held; None: nobody is.
    """

    classes: tuple[str, ...]
    cards: NDArray[np.int32]
    entropy: tuple[int, ...] = ()
    held: NDArray[np.int32] | None = None


BLOCK: Final = 1_000
"""Replications in a block, a part of what a seed means."""

_LARGEST_SEED: Final = 2**63 - 1


def stream(seed: int, block: int, kind: str, name: str = "") -> np.random.Generator:
    """Return the stream of random numbers of one thing in one block.

    It is named by what is drawn, and of which resource or class.
    """
    digest = sha256(f"{kind}\0{name}".encode()).digest()
    words = (int.from_bytes(digest[at : at + 4], "big") for at in range(0, 16, 4))
    sequence = np.random.SeedSequence(seed, spawn_key=(block, *words))
    return np.random.Generator(np.random.PCG64(sequence))


def triangular(
    uniform: NDArray[np.float64], low: float, likely: float, high: float
) -> NDArray[np.float64]:
    """Return the quantiles of a triangular distribution at some probabilities."""
    width = high - low
    if width == 0:
        return np.full(uniform.shape, float(low))
    rising = low + np.sqrt(uniform * width * (likely - low))
    falling = high - np.sqrt((1 - uniform) * width * (high - likely))
    return np.where(uniform * width < likely - low, rising, falling)


def first_days(
    resource: NewResource, start: date, seed: int, block: int, size: int
) -> NDArray[np.int64]:
    """Return the first day of what is new, as days since the start, ``(size,)``.

    It is 0 where it has none.
    """
    if resource.first is None:
        return np.zeros(size, dtype=np.int64)
    low, likely, high = ((day - start).days for day in resource.first)
    uniform = stream(seed, block, "from", resource.id).random(BLOCK)
    drawn = triangular(uniform[:size], low, likely, high)
    return np.rint(drawn).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Life:
    """What becomes of one resource in each future of a block."""

    up: NDArray[np.bool_]  # whether it works, shape (H, R)
    replaced: NDArray[np.int64]  # replacements that come within the horizon, (R,)


@dataclass(frozen=True, slots=True)
class World:
    """The futures of one block, the same for every scenario.

    Parameters
    ----------
    start, days
        First day, and number of calendar days H.
    seed, block, size
        Which futures: the first R = size ones of a block.
    arrivals
        Who is recorded on which day.
    breakdowns
        How often which resource fails.
    """

    start: date
    days: int
    seed: int
    block: int
    size: int
    arrivals: Arrivals
    breakdowns: dict[str, BreakdownLaw]
    # what was drawn or followed before, for scenarios share most of it
    _known: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def cards(self, resource: NewResource) -> NDArray[np.int64]:
        """Return cards a day of what is new, whole, shape (R,)."""
        uniform = stream(self.seed, self.block, "cards", resource.id).random(BLOCK)
        drawn = triangular(uniform[: self.size], *resource.cards)
        return np.floor(drawn).astype(np.int64)

    def first(self, resource: NewResource) -> NDArray[np.int64]:
        """Return its first day, as days since the start, shape (R,)."""
        return first_days(resource, self.start, self.seed, self.block, self.size)

    def up(
        self,
        resource: str,
        worked: NDArray[np.bool_],
        first: NDArray[np.int64] | int = 0,
    ) -> NDArray[np.bool_] | None:
        """Return whether a resource works, shape (H, R); None: it never fails.

        As `life` has it.
        """
        life = self.life(resource, worked, first)
        return None if life is None else life.up

    def life(
        self,
        resource: str,
        worked: NDArray[np.bool_],
        first: NDArray[np.int64] | int = 0,
        retired: NDArray[np.int64] | int | None = None,
    ) -> Life | None:
        """Return what becomes of a resource; None: it never fails.

        On the morning of its first day it is up.  On a worked day one that was
        up fails with the chance of failure and is down that very day; one that
        was down is repaired with the chance of repair and is up that day.  A share
        of the failures is for good: then a replacement, if there is one, is up on
        the morning of its first day, so many calendar days later.

        Parameters
        ----------
        resource
            Its id.
        worked
            Whether a day is worked in the scenario, shape (H,); closed days
            change nothing.
        first
            First day in use, shape (R,) or one for all.
        retired
            Day from which on it is not replaced any more, shape (R,) or one for
            all; None: it always is.
        """
        law = self.breakdowns.get(resource)
        if law is None:
            return None
        days = (
            np.asarray(day)
            for day in (first, self.days if retired is None else retired)
        )
        key = resource, law, worked.tobytes(), *(day.tobytes() for day in days)
        if key not in self._known:
            self._known[key] = self._life(resource, law, worked, first, retired)
        life: Life = self._known[key]
        return life

    def _life(
        self,
        resource: str,
        law: BreakdownLaw,
        worked: NDArray[np.bool_],
        first: NDArray[np.int64] | int,
        retired: NDArray[np.int64] | int | None,
    ) -> Life:
        failure, repair = self._chances(resource, law)
        uniform = self._uniform("breakdown", resource)
        final = None
        if law.for_good:
            final = self._uniform("breakdown-for-good", resource) < law.for_good
        up = np.ones((self.days, self.size), dtype=np.bool_)
        state = np.ones(self.size, dtype=np.bool_)
        lost = np.zeros(self.size, dtype=np.bool_)
        back = np.full(self.size, self.days, dtype=np.int64)
        replaced = np.zeros(self.size, dtype=np.int64)
        for day in range(self.days):
            if worked[day]:
                if final is not None:
                    new = lost & (back <= day)
                    replaced += new
                    state, lost = state | new, lost & ~new
                # High numbers are good whatever was before, so that two
                # scenarios whose states differ soon agree again.
                after = uniform[day] >= np.where(state, failure, 1 - repair)
                if final is not None:
                    after &= ~lost
                    dies = state & ~after & final[day] & (first <= day)
                    lost |= dies
                    if law.replaced_after is not None:
                        bought = dies if retired is None else dies & (day < retired)
                        back = np.where(bought, day + law.replaced_after, back)
                        back = np.where(dies & ~bought, self.days, back)
                state = np.where(first <= day, after, state)
            up[day] = state
        return Life(up, replaced)

    def _uniform(self, kind: str, resource: str) -> NDArray[np.float64]:
        if (kind, resource) not in self._known:
            generator = stream(self.seed, self.block, kind, resource)
            drawn = generator.random((self.days, BLOCK))[:, : self.size]
            self._known[kind, resource] = drawn
        uniform: NDArray[np.float64] = self._known[kind, resource]
        return uniform

    def _chances(
        self, resource: str, law: BreakdownLaw
    ) -> tuple[NDArray[np.float64] | float, NDArray[np.float64] | float]:
        if law.fit is None:
            return law.failure, law.repair
        generator = stream(self.seed, self.block, "breakdown-rate", resource)
        drawn = law.fit.chances(generator, BLOCK)
        wanted = (law.failure, law.repair)
        failure, repair = (
            np.minimum(chances[: self.size] * (mean / fitted), 1.0)
            for chances, mean, fitted in zip(drawn, wanted, law.fit.means, strict=True)
        )
        return failure, repair


def draw(
    scenarios: CheckedScenarios,
    *,
    start: date,
    days: int,
    seed: int,
    block: int,
    size: int,
) -> World:
    """Draw one block of futures.

    Parameters
    ----------
    scenarios
        The baseline's working days say when people come and become print-ready.
    start, days
        First day, and number of calendar days, 1 to 3,660.
    seed
        0 to 2^63 − 1.
    block
        Which block, from 0.
    size
        Replications R wanted of it, 1 to 1,000.

    Raises
    ------
    ektp_sched.errors.UsageError
        If a number is out of its range, or the mix of the arrivals is still
        unknown (`Scenarios.with_backlog_mix` takes the backlog's).
    """
    check_whole(
        ("seed", seed, 0, _LARGEST_SEED),
        ("block", block, 0, 2**32 - 1),
        ("size", size, 1, BLOCK),
    )
    worked = calendar(scenarios.office, start, days).open
    classes = tuple(scenarios.office.classes)
    cards = np.zeros((len(classes), days, size), dtype=np.int32)
    if scenarios.arrivals is not None:
        means, dispersion = _means(scenarios.arrivals, classes, seed, block)
        for row, name in enumerate(classes):
            uniform = stream(seed, block, "arrivals", name).random((days, BLOCK))
            counts = quantiles(
                uniform[worked, :size], means[row][:size], dispersion[:size]
            )
            cards[row, worked] = np.minimum(counts, LARGEST_DAILY)
    held = None
    if scenarios.held is not None:
        held = _held(scenarios.held, classes, worked, (seed, block, size))
        cards += held
    return World(
        start,
        days,
        seed,
        block,
        size,
        Arrivals(
            classes,
            cards.transpose(0, 2, 1),
            (seed, block),
            None if held is None else held.transpose(0, 2, 1),
        ),
        scenarios.breakdowns,
    )


def _held(
    law: HeldLaw,
    classes: tuple[str, ...],
    worked: NDArray[np.bool_],
    futures: tuple[int, int, int],
) -> NDArray[np.int32]:
    """Return how many held people become print-ready, shape (C, H, R).

    A Poisson number a working day and class, until nobody is left.
    """
    seed, block, size = futures
    if law.mix is None or law.people is None:
        raise _mix_unknown()
    ready = np.zeros((len(classes), len(worked), size), dtype=np.int32)
    for row, (name, people) in enumerate(law.by_class(classes).items()):
        mean = np.full(size, float(law.per_working_day * law.mix.get(name, 0)))
        uniform = stream(seed, block, "held", name).random((len(worked), BLOCK))
        counts = quantiles(uniform[worked, :size], mean, np.ones(size))
        so_far = np.minimum(np.cumsum(counts, axis=0), people)
        ready[row, worked] = np.diff(so_far, axis=0, prepend=0)
    return ready


def _means(
    law: ArrivalLaw, classes: tuple[str, ...], seed: int, block: int
) -> tuple[list[NDArray[np.float64]], NDArray[np.float64]]:
    """Return the mean daily count by class, and the dispersion, of each future."""
    if law.fit is not None:
        fit, factor = law.fit, float(law.factor)
        spread = fit.dispersions(stream(seed, block, "dispersion"), BLOCK)
        rates = [
            fit.rates(name, stream(seed, block, "rate", name), spread) * factor
            if name in fit.classes
            else np.zeros(BLOCK)
            for name in classes
        ]
        return rates, spread
    if law.mix is None:
        raise _mix_unknown()
    shares = [law.per_working_day * law.mix.get(name, 0) for name in classes]
    means = [np.full(BLOCK, float(share)) for share in shares]
    return means, np.full(BLOCK, float(law.dispersion))


def _mix_unknown() -> UsageError:
    return UsageError(
        said(
            "the mix of the arrivals is not known; take the backlog's own",
            "bagian tiap kelas pendaftar baru tidak diketahui; pakai bagian dalam "
            "antrean",
        )
    )


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Futures:
    """Which futures are drawn."""

    scenarios: CheckedScenarios
    start: date
    days: int
    seed: int

    def block(self, number: int, size: int) -> World:
        """Return the first so many futures of a block."""
        return draw(
            self.scenarios,
            start=self.start,
            days=self.days,
            seed=self.seed,
            block=number,
            size=size,
        )


@dataclass(frozen=True, slots=True)
class _Task(Generic[_T]):
    """One block's work, which any process can do."""

    work: Callable[[World], _T]
    futures: Futures
    number: int
    size: int

    def __call__(self) -> _T:
        return self.work(self.futures.block(self.number, self.size))


def in_blocks(
    work: Callable[[World], _T],
    futures: Futures,
    count: int,
    *,
    first: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> list[_T]:
    """Return what is found of each block of futures, in their order.

    Other first blocks are other futures.  The work must be one that can be pickled
    where the executor is one of processes; without one, blocks run here, one after
    another.  A `KeyboardInterrupt` says how many futures were done.
    """
    tasks = [
        _Task(work, futures, first + number, min(BLOCK, count - number * BLOCK))
        for number in range(-(-count // BLOCK))
    ]
    parts: list[_T] = []
    try:
        for part in (map if executor is None else executor.map)(_done, tasks):
            parts.append(part)
            if progress is not None:
                progress("simulate", len(parts) / len(tasks))
    except KeyboardInterrupt:
        done = sum(task.size for task in tasks[: len(parts)])
        raise KeyboardInterrupt(
            said(
                "{done} of {count} futures were done",
                "{done} dari {count} kemungkinan masa depan sudah selesai",
                done=done,
                count=count,
            )
        ) from None
    return parts


def _done(task: _Task[_T]) -> _T:
    return task()
