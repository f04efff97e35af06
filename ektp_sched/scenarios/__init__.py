"""What if: many futures of an office, simulated on cohorts and arrays."""

from ektp_sched.scenarios.compare.against import Against, against
from ektp_sched.scenarios.compare.compare import compare
from ektp_sched.scenarios.compare.comparison import Comparison
from ektp_sched.scenarios.compare.need import Goal, Need, need
from ektp_sched.scenarios.dates.backtest import Backtest, backtest
from ektp_sched.scenarios.dates.promise import Promises, promise
from ektp_sched.scenarios.simulate.order import POLICIES
from ektp_sched.scenarios.simulate.outcome import Outcome, Waits, joined
from ektp_sched.scenarios.simulate.polymatroid import CAUSES
from ektp_sched.scenarios.simulate.queue import Queue, build_queue
from ektp_sched.scenarios.simulate.simulate import simulate
from ektp_sched.scenarios.world.built import Scenario, Scenarios
from ektp_sched.scenarios.world.capacities import likely_office, limits_of
from ektp_sched.scenarios.world.draws import BLOCK, Arrivals, Limits, World, draw
from ektp_sched.scenarios.world.laws import (
    CheckedScenario,
    CheckedScenarios,
    NewResource,
)
from ektp_sched.scenarios.world.left_out import left_out, unknown_deliveries
from ektp_sched.scenarios.world.loading import (
    certain_scenarios,
    load_scenarios,
    scenarios_of,
)

__all__ = [
    "BLOCK",
    "CAUSES",
    "POLICIES",
    "Against",
    "Arrivals",
    "Backtest",
    "CheckedScenario",
    "CheckedScenarios",
    "Comparison",
    "Goal",
    "Limits",
    "Need",
    "NewResource",
    "Outcome",
    "Promises",
    "Queue",
    "Scenario",
    "Scenarios",
    "Waits",
    "World",
    "against",
    "backtest",
    "build_queue",
    "certain_scenarios",
    "compare",
    "draw",
    "joined",
    "left_out",
    "likely_office",
    "limits_of",
    "load_scenarios",
    "need",
    "promise",
    "scenarios_of",
    "simulate",
    "unknown_deliveries",
]
