"""How much capacity a goal needs: planners ask for capacity, not for simulations."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any, Final, Literal, Self

import numpy as np
import polars as pl

from ektp_sched.arguments import check_whole
from ektp_sched.backlog.inputs import as_backlog, as_day
from ektp_sched.errors import UsageError
from ektp_sched.office.inputs import as_office
from ektp_sched.people.cohorts import NONE
from ektp_sched.planning import Status
from ektp_sched.rules.nearest import unknown
from ektp_sched.scenarios.arguments import LONGEST_DAYS, MOST_REPLICATIONS
from ektp_sched.scenarios.dates.ready_by import as_confidence
from ektp_sched.scenarios.simulate.order import POLICIES, check_policy
from ektp_sched.scenarios.simulate.queue import build_queue
from ektp_sched.scenarios.simulate.roster import likely_plan, rostered
from ektp_sched.scenarios.simulate.runs import Run, run_scenarios
from ektp_sched.scenarios.simulate.simulate import arrivals_by_stream, simulate
from ektp_sched.scenarios.world.capacities import limits_of
from ektp_sched.scenarios.world.draws import Arrivals
from ektp_sched.scenarios.world.loading import as_scenarios
from ektp_sched.showing import OneLine
from ektp_sched.words import said, typed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor
    from fractions import Fraction

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.backlog.inputs import BacklogLike, DayLike
    from ektp_sched.office import Office
    from ektp_sched.office.inputs import OfficeLike
    from ektp_sched.planning import Plan
    from ektp_sched.rules.notices import Notice
    from ektp_sched.scenarios.simulate.outcome import Outcome
    from ektp_sched.scenarios.simulate.queue import Queue
    from ektp_sched.scenarios.world.draws import Limits, World
    from ektp_sched.scenarios.world.laws import CheckedScenario
    from ektp_sched.scenarios.world.loading import ScenariosLike


@dataclass(frozen=True, slots=True)
class Enough:
    """What is enough."""

    # cards_per_day, reached, deterministic, reason: as of `Need`
    cards_per_day: int | None
    reached: float | None
    deterministic: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be reached.

    Parameters
    ----------
    kind
        ``cleared``: the last of the first backlog is printed; ``on-target``:
        nobody waits past the target; ``nobody-over``: nobody, printed or not,
        waited more than ``days`` since the day ``by``.
    by
        Day on which it must be so.
    days
        For ``nobody-over``, days of waiting.
    """

    kind: Literal["cleared", "on-target", "nobody-over"]
    by: date
    days: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Need(OneLine):
    """The answer.

    Parameters
    ----------
    resource, goal, confidence
        The question.
    cards_per_day
        Smallest whole number that reaches the goal in at least that share of
        the futures; None if none does.
    reached
        Share of the futures in which that many do.
    deterministic
        The same without chance, from exact plans: new applications at their
        mean, nothing fails; None if no number does.
    now
        The resource's cards a day as the office states them.
    reason
        Why there is no number: ``other-limit`` (however much this resource
        can do, something else limits) or ``too-late``; None if there is one.
    tried
        Every number tried and the share of futures that it reached.
    left_out
        Applications that no number of cards can bring a card by the goal's
        day, by reason: ``no-printer``, ``not-ready``, ``pinned-later``.  Where
        the goal counts any of them, no number reaches it.
    left_out_ids
        Of them, the first ten; nobody where ids are numbers of persons.
    left_out_kinds
        Card type and area of those without a printer, each once.
    without_them
        Where the goal counts some of them, what all others need; else None.
    """

    resource: str
    goal: Goal
    confidence: float
    cards_per_day: int | None
    reached: float | None
    deterministic: int | None
    now: int
    reason: str | None
    tried: tuple[tuple[int, float], ...]
    left_out: dict[str, int] = field(default_factory=dict)
    left_out_ids: tuple[str, ...] = ()
    left_out_kinds: tuple[tuple[str | None, str | None], ...] = ()
    without_them: Enough | None = None
    notices: tuple[Notice, ...] = ()

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return the answer that need.json holds, but for its notices."""
        known = {name: document[name] for name in _PLAIN}
        others = document["without_them"]
        return cls(
            goal=Goal(
                document["goal"], date.fromisoformat(document["by"]), document["days"]
            ),
            tried=tuple((e["cards_per_day"], e["reached"]) for e in document["tried"]),
            left_out_ids=tuple(document["left_out_ids"]),
            left_out_kinds=tuple(
                (kind["card"], kind["area"]) for kind in document["left_out_kinds"]
            ),
            without_them=None if others is None else Enough(**others),
            **known,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON would hold it."""
        return {
            "resource": self.resource,
            "goal": self.goal.kind,
            "by": self.goal.by.isoformat(),
            "days": self.goal.days,
            "confidence": self.confidence,
            "cards_per_day": self.cards_per_day,
            "reached": self.reached,
            "deterministic": self.deterministic,
            "now": self.now,
            "reason": self.reason,
            "tried": [{"cards_per_day": c, "reached": r} for c, r in self.tried],
            "left_out": self.left_out,
            "left_out_ids": list(self.left_out_ids),
            "left_out_kinds": [{"card": c, "area": a} for c, a in self.left_out_kinds],
            "without_them": None
            if self.without_them is None
            else asdict(self.without_them),
            **({"notices": [asdict(n) for n in self.notices]} if self.notices else {}),
        }


_PLAIN: Final = (
    *("resource", "confidence", "cards_per_day", "reached", "deterministic", "now"),
    *("reason", "left_out"),
)
"""Keys of need.json that are named and held as here."""

_MOST: Final = 10_000_000
"""Cards a day beyond which no resource is thought of."""

_NAMED: Final = 10
"""Applications left out that are named."""


def need(
    backlog: BacklogLike,
    office: OfficeLike,
    scenarios: ScenariosLike | None = None,
    *,
    resource: str,
    goal: Goal,
    start: DayLike,
    days: int = 365,
    confidence: float = 0.9,
    scenario: str | None = None,
    replications: int = 1000,
    seed: int = 1,
    policy: str = "pressure",
    executor: Executor | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Need:
    """Search the smallest whole cards a day that reach a goal.

    Only the days up to the goal's are looked at.  A future reaches the goal if
    it also keeps every pinned day on which not everything is broken down.
    Where nothing is uncertain, the exact plan alone answers.

    Parameters
    ----------
    backlog, office
        Who waits, and the office as it is, in any form that ``plan`` takes.
    scenarios
        What may come, the path of ``scenarios.toml``, or its tables; None:
        nothing is uncertain.
    resource
        Id of a printer or server of the scenario.
    goal
        What is to be reached.
    start, days
        The horizon; the goal's day lies in it, and it changes nothing else.
    confidence
        Share of the futures in which it must be reached, above 0, below 1.
    scenario
        Name of the scenario; None: the baseline.
    policy
        ``pressure``, ``class-order`` or ``fifo``.
    replications, seed, executor, progress
        As of `compare`.

    Raises
    ------
    UsageError
        No such resource or scenario, or an argument is out of its range.
    ScenarioError
        The scenarios are not what they should be.
    """
    office, start = as_office(office), as_day(start)
    backlog = as_backlog(backlog, office)
    check_whole(
        ("days", days, 1, LONGEST_DAYS),
        ("replications", replications, 1, MOST_REPLICATIONS),
        ("seed", seed, 0, 2**63 - 1),
    )
    _check_policy(policy)
    exact = as_confidence(confidence)
    goal = replace(goal, by=as_day(goal.by, "goal.by"))
    known = as_scenarios(scenarios, office, start)
    known = known.with_backlog(backlog)
    now = _cards_now(known.named(scenario), resource)
    day = _day_of(goal, start, days)
    name = known.named(scenario).name
    known, notices = rostered(known, [name], backlog, start, day + 1)
    chosen = known.named(name)
    queue = build_queue(backlog, chosen.office, start, day + 1)
    hopeless, last = _hopeless(queue, backlog, chosen.office, goal, day)
    kept = np.sort(np.concatenate([queue.rows, queue.singles.rows]))
    others = replace(backlog, frame=backlog.frame[kept], rows=None)
    if known.is_certain(chosen):
        replications = 1
    run = Run(others, known, start, day + 1, replications, seed, policy)
    search = _Search(run, chosen, resource, goal, last, executor, progress)
    enough, tried = search.enough(exact, now)
    unreached = Enough(None, None, None, "other-limit")
    answer = unreached if hopeless else enough
    out = backlog.frame[np.concatenate([*queue.rows_left_out.values(), kept[:0]])]
    nowhere = backlog.frame[queue.rows_left_out.get("no-printer", kept[:0])]
    kinds = nowhere.select("card", "area").unique(maintain_order=True).rows()
    personal = any(notice.code == "id-is-personal" for notice in backlog.notices)
    return Need(
        resource=resource,
        goal=goal,
        confidence=confidence,
        cards_per_day=answer.cards_per_day,
        reached=answer.reached,
        deterministic=answer.deterministic,
        now=now,
        reason=answer.reason,
        tried=tried,
        left_out=queue.left_out,
        left_out_ids=() if personal else tuple(out["application_id"].head(_NAMED)),
        left_out_kinds=tuple(kinds),
        without_them=enough if hopeless else None,
        notices=notices,
    )


def _hopeless(
    queue: Queue, backlog: Backlog, office: Office, goal: Goal, day: int
) -> tuple[bool, int]:
    """Return whether those left out make a goal impossible, and its last day.

    They wait on, whatever is printed; a goal of nobody past the target can be
    reached up to the day on which the first of them is.
    """
    rows = np.concatenate([*queue.rows_left_out.values(), queue.rows[:0]])
    frame = backlog.frame[rows]
    since = (frame["waiting_since"] - queue.start).dt.total_days().to_numpy()
    if goal.kind == "cleared":
        return bool(len(rows)), day
    if goal.kind == "nobody-over":
        return bool((since <= day - (goal.days or 0) - 1).any()), day
    target = frame["urgency"].replace_strict(_targets(office), return_dtype=pl.Int64)
    last = min(day, int((since + target.to_numpy()).min(initial=day + 1)) - 1)
    return (True, day) if last < 0 else (False, last)


_FEW: Final = 200
"""Futures from which it is guessed where to search."""


class _Counts(dict[int, int]):
    """How many futures each number tried reaches, counted when it is asked for."""

    def __init__(self, count: Callable[[int], int]) -> None:
        super().__init__()
        self.count = count

    def __missing__(self, cards: int) -> int:
        self[cards] = self.count(cards)
        return self[cards]

    def smallest(self, wanted: int, guess: int) -> int | None:
        """Return the smallest number whose count is wanted, looked for near a guess.

        More capacity of one resource never makes the queue longer as long as it is
        pooled; where printers are restricted that is not certain, so the number
        found is exact only in the sense that the one below it fails.
        """
        low, high, step = 0, guess, 1
        while self[high] < wanted:
            if high == guess and self[_MOST] < wanted:
                return None
            low, high, step = high, min(high + step, _MOST), 2 * step
        while not low and step < high:
            if self[high - step] < wanted:
                low = high - step
            else:
                high, step = high - step, 2 * step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self[middle] >= wanted else (middle, high)
        return high


@dataclass(frozen=True, slots=True)
class _Search:
    """One question, asked for different numbers."""

    run: Run
    scenario: CheckedScenario
    resource: str
    goal: Goal
    day: int
    executor: Executor | None
    progress: Callable[[str, float], None] | None

    def enough(
        self, confidence: Fraction, now: int
    ) -> tuple[Enough, tuple[tuple[int, float], ...]]:
        """Return what is enough, and every number tried with its share of futures."""
        futures = self.run.replications
        counts, plans = _Counts(self.reached), _Counts(lambda n: int(self.exact(n)))
        if self.is_certain:
            cards = exact = plans.smallest(1, now)
            counts = plans
        else:
            few, likely = self.few_futures(), self.likely_future()
            guess = self.guess(self.scenario, few, ceil(confidence * few.size), now)
            cards = counts.smallest(ceil(confidence * futures), guess)
            guess = self.guess(self.scenario.at_likely(), likely, 1, guess)
            exact = plans.smallest(1, guess)
        reason = None
        if cards is None:
            reason = "other-limit" if any(counts.values()) else "too-late"
        reached = None if cards is None else counts[cards] / futures
        tried = tuple((n, count / futures) for n, count in sorted(counts.items()))
        return Enough(cards, reached, exact, reason), tried

    @property
    def is_certain(self) -> bool:
        """Whether the exact plan alone answers."""
        certain = self.run.scenarios.is_certain(self.scenario)
        return certain and self.run.policy == "pressure"

    def reached(self, cards: int) -> int:
        """Return in how many futures so many cards a day reach the goal."""
        if self.progress is not None:
            self.progress("need", 0.5)
        changed = _with_cards(self.scenario, self.resource, cards)
        look = partial(_reached, goal=self.goal, day=self.day)
        _, seen = run_scenarios(
            self.run, [changed], look=(changed.name, look), executor=self.executor
        )
        assert seen is not None
        return int(seen.sum())

    def few_futures(self) -> World:
        """Return the first few futures."""
        return self.run.futures.block(0, min(self.run.replications, _FEW))

    def likely_future(self) -> World:
        """Return the future in which nothing is by chance."""
        cards = expected_cards(self.run)[:, None, :].astype(np.int32)
        world = self.run.futures.block(0, 1)
        arrivals = Arrivals(world.arrivals.classes, cards, world.arrivals.entropy)
        return replace(world, arrivals=arrivals, breakdowns={})

    def guess(
        self, scenario: CheckedScenario, world: World, wanted: int, near: int
    ) -> int:
        """Return about how many cards a day reach the goal in so many futures."""
        queue = self.run.queue(self.scenario)

        def count(cards: int) -> int:
            changed = _with_cards(scenario, self.resource, cards)
            people = queue, limits_of(changed, world), world.arrivals
            outcome = simulate(*people, self.run.policy, record="dates")
            fine = _reached(
                outcome, *people, changed.office, goal=self.goal, day=self.day
            )
            return int(fine.sum())

        return _Counts(count).smallest(wanted, near) or near

    def exact(self, cards: int) -> bool:
        """Return whether the exact plan reaches the goal, nothing by chance."""
        if self.progress is not None:
            self.progress("need", 0.1)
        changed = _with_cards(self.scenario, self.resource, cards)
        rows = expected_arrivals(self.run)
        backlog = replace(
            self.run.backlog,
            frame=pl.concat([self.run.backlog.frame, rows], how="diagonal"),
            rows=None,  # who is expected stands in no sheet
        )
        made = likely_plan(changed, backlog, self.run.start, self.run.days)
        if made.status not in (Status.OPTIMAL, Status.FEASIBLE):
            return False
        return _plan_holds(made, self.run.backlog.planned, self.goal, self.day)


def _reached(
    outcome: Outcome,
    queue: Queue,
    limits: Limits,
    arrivals: Arrivals,
    office: Office,
    *,
    goal: Goal,
    day: int,
) -> NDArray[np.bool_]:
    """Return which futures of a block reach a goal and keep its pins, shape (R,)."""
    if goal.kind == "cleared":
        reached = outcome.cleared_day <= day
    elif goal.kind == "on-target":
        reached = outcome.on_target_day <= day
    else:
        most = goal.days or 0
        reached = nobody_over(
            outcome, queue, limits, arrivals, office, day=day, most=most
        )
    fine: NDArray[np.bool_] = reached & _keeps_pins(outcome, queue, limits)
    return fine


def _keeps_pins(outcome: Outcome, queue: Queue, limits: Limits) -> NDArray[np.bool_]:
    """Return which futures print pinned cards on their days, shape (R,).

    A day on which breakdowns let nothing be printed is held against nobody.
    """
    assert outcome.single_days is not None
    pinned = np.repeat(queue.singles.pinned, queue.singles.size)
    on = pinned[pinned != NONE]
    printers, servers = limits.printers_unbroken, limits.servers_unbroken
    sound = np.minimum(
        (limits.printer_cards if printers is None else printers).sum(axis=0),
        (limits.server_cards if servers is None else servers).sum(axis=0),
    )
    broken = (sound > 0) & (outcome.capacity == 0)
    kept = outcome.single_days[pinned != NONE] == on[:, None]
    fine: NDArray[np.bool_] = (kept | broken[:, on].T).all(axis=0)
    return fine


def nobody_over(
    outcome: Outcome,
    queue: Queue,
    limits: Limits,
    arrivals: Arrivals,
    office: Office,  # noqa: ARG001 (every look is called alike)
    *,
    day: int,
    most: int,
) -> NDArray[np.bool_]:
    """Return in which futures nobody unprinted has waited over ``most`` days."""
    assert outcome.front is not None
    last = day - most - 1
    new = arrivals_by_stream(queue, limits, arrivals)
    fine = np.ones(outcome.replications, dtype=np.bool_)
    for number, front in enumerate(outcome.front):
        since = queue.since[queue.first[number] : queue.first[number + 1]]
        due = int(np.searchsorted(since, last, side="right"))
        joined = new[number][:, : max(0, last + 1)].sum(axis=1)
        fine &= front[:, day] >= due + joined
    if outcome.single_days is not None and len(outcome.single_days):
        old = np.repeat(queue.singles.since, queue.singles.size) <= last
        fine &= (outcome.single_days[old] <= day).all(axis=0)
    return fine


def _plan_holds(made: Plan, initial: int, goal: Goal, day: int) -> bool:
    """Return the same of a plan, from its rows."""
    frame = made.backlog.frame.with_row_index("row")
    table = frame.join(
        made.assignments.select("application_id", "day"),
        on="application_id",
        how="left",
    ).with_columns(target=pl.col("urgency").replace_strict(_targets(made.office)))
    end = made.start + timedelta(days=day)
    if goal.kind == "cleared":
        first = table.filter(pl.col("row") < initial)
        return not first.filter(pl.col("day").is_null() | (pl.col("day") > end)).height
    if goal.kind == "nobody-over":
        left = _waiting(table, end)
        most = goal.days or 0
        return not left.filter(_waited(end) > most).height
    return any(
        not _waiting(table, on).filter(_waited(on) + 1 > pl.col("target")).height
        for on in (made.start + timedelta(days=n) for n in range(day + 1))
    )


def _targets(office: Office) -> dict[str, int]:
    return {name: kind.target_days for name, kind in office.urgency.items()}


def _waiting(table: pl.DataFrame, on: date) -> pl.DataFrame:
    """Return who is recorded and unprinted at the end of a day."""
    unprinted = pl.col("day").is_null() | (pl.col("day") > on)
    return table.filter((pl.col("waiting_since") <= on) & unprinted)


def _waited(on: date) -> pl.Expr:
    return (pl.lit(on) - pl.col("waiting_since")).dt.total_days()


def expected_cards(run: Run) -> NDArray[np.int64]:
    """Return the applications of each class and day if each brought its mean, (C, H).

    Whole people, so that their number never strays a full one from the mean.
    """
    from ektp_sched.office import capacity

    known = run.scenarios
    names = [*known.office.classes]
    cards = np.zeros((len(names), run.days), dtype=np.int64)
    if (known.arrivals is None and known.held is None) or not run.backlog.planned:
        return cards
    worked = np.flatnonzero(capacity(known.office, run.start, run.days).open)
    for name, due in known.expected(len(worked)).items():
        cards[names.index(name), worked] = np.diff(due)
    return cards


def expected_arrivals(run: Run) -> pl.DataFrame:
    """Return the applications of a horizon if each day brought its mean.

    Card and area are those of the backlog's own people, taken in turn.
    """
    expected = expected_cards(run)
    if not expected.any():
        return run.backlog.frame.clear()
    urgency, days = np.nonzero(expected)
    times = expected[urgency, days]
    names = np.repeat(np.array([*run.scenarios.office.classes])[urgency], times)
    offsets = np.repeat(days, times).astype("timedelta64[D]")
    recorded = pl.Series(np.datetime64(run.start) + offsets).cast(pl.Date)
    like = run.backlog.frame.select("card", "area")
    turn = np.random.default_rng(0).integers(0, like.height, len(names))
    return like[turn].select(
        "card",
        "area",
        application_id=pl.format("expected-{}", pl.int_range(len(names))),
        urgency=pl.Series(names, dtype=pl.String),
        waiting_since=recorded,
        ready_on=recorded,
    )


def _check_policy(policy: str) -> None:
    """Refuse a policy that is none, or that would plan anew in every future."""
    if policy == "replan":
        raise UsageError(
            said(
                "policy replan makes a plan on every day of every future, and here "
                "for every number that is tried; take {policies}",
                "policy replan membuat rencana baru tiap hari pada tiap kemungkinan, "
                "dan di sini untuk tiap angka yang dicoba; pilih {policies}",
                policies=", ".join(POLICIES),
            )
        )
    check_policy(policy)


def _cards_now(scenario: CheckedScenario, resource: str) -> int:
    office = scenario.office
    known = {one.id: one.cards_per_day for one in (*office.servers, *office.printers)}
    if resource not in known:
        raise UsageError(unknown("printer or server", resource, known))
    return known[resource]


def _with_cards(
    scenario: CheckedScenario, resource: str, cards: int
) -> CheckedScenario:
    """Return a scenario in which a resource can do another number of cards."""
    for added in scenario.added:
        if added.id == resource:
            return scenario.at(replace(added, cards=(cards,) * 3))
    office = scenario.office
    update = {
        table: tuple(
            added.model_copy(update={"cards_per_day": cards})
            if added.id == resource
            else added
            for added in getattr(office, table)
        )
        for table in ("servers", "printers")
    }
    return replace(scenario, office=office.model_copy(update=update))


def _day_of(goal: Goal, start: date, days: int) -> int:
    """Return the goal's day as an offset."""
    day = (goal.by - start).days
    if not 0 <= day < days:
        end = start + timedelta(days=days - 1)
        raise UsageError(
            said(
                "the goal's day {by} lies outside {start} to {end}; give more {days} "
                "or another day",
                "tanggal tujuan {by} di luar {start} sampai {end}; beri {days} lebih "
                "banyak atau tanggal lain",
                days=typed(
                    *("--days", "--days"), page=said("days ahead", "hari ke depan")
                ),
                by=goal.by.isoformat(),
                start=start.isoformat(),
                end=end.isoformat(),
            )
        )
    return day
