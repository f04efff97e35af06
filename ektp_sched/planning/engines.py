"""The engines, in the order in which they are asked, and who solves their tiers.

Nothing of a solver is imported before it is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ektp_sched.errors import UsageError
from ektp_sched.planning.case import COUNTS, SHIFTS
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable

    from ektp_sched.planning.case import Case
    from ektp_sched.planning.network.problem import TierSolver
    from ektp_sched.planning.outcome import Engine


def _network() -> Engine:
    from ektp_sched.planning.network.engine import NetworkEngine

    return NetworkEngine()


def _yes_no() -> Engine:
    from ektp_sched.planning.decisions.decide import YesNoEngine

    return YesNoEngine()


def _mixed() -> Engine:
    from ektp_sched.planning.mixed.engine import MixedEngine

    return MixedEngine()


@dataclass(frozen=True, slots=True)
class _Listed:
    """An engine that is there when it is needed."""

    states: frozenset[str]  # limits it can state beside those of a network
    load: Callable[[], Engine]


ENGINES = (
    _Listed(frozenset(), _network),
    _Listed(frozenset({SHIFTS}), _yes_no),
    _Listed(frozenset({SHIFTS, COUNTS}), _mixed),
)
"""From the fastest to the one that can state everything."""


def choose(case: Case) -> Engine:
    """Return the first engine that can state every limit of a case."""
    return next(engine for engine in ENGINES if case.asks <= engine.states).load()


def tier_solver(name: str) -> TierSolver:
    """Return what solves the tiers of networks, by its name."""
    if name in ("auto", "flow"):
        from ektp_sched.planning.network.flow import FlowSolver

        return FlowSolver()
    if name == "cpsat":
        from ektp_sched.planning.network.cpsat import CpSatSolver

        return CpSatSolver()
    msg = said(
        "engine is '{name}'; it must be auto, flow or cpsat",
        "engine berisi '{name}'; seharusnya auto, flow, atau cpsat",
        name=str(name),
    )
    raise UsageError(msg)
