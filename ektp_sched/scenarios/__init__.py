"""What if: many futures of an office, simulated on cohorts and arrays."""

from ektp_sched.scenarios.against import against
from ektp_sched.scenarios.against_result import Against
from ektp_sched.scenarios.backtest import backtest
from ektp_sched.scenarios.backtest_result import Backtest
from ektp_sched.scenarios.capacities import likely_office, limits_of
from ektp_sched.scenarios.compare import compare
from ektp_sched.scenarios.comparison import Comparison
from ektp_sched.scenarios.draws import BLOCK, World, draw
from ektp_sched.scenarios.goal import Goal, Need
from ektp_sched.scenarios.laws import NewResource, Scenario, Scenarios
from ektp_sched.scenarios.left_out import left_out
from ektp_sched.scenarios.loading import certain_scenarios, load_scenarios, scenarios_of
from ektp_sched.scenarios.need import need
from ektp_sched.scenarios.order import POLICIES
from ektp_sched.scenarios.outcome import Outcome, Waits, joined
from ektp_sched.scenarios.polymatroid import CAUSES
from ektp_sched.scenarios.promise import Promises, promise
from ektp_sched.scenarios.queue import Queue, build_queue
from ektp_sched.scenarios.simulate import simulate
from ektp_sched.scenarios.types import Arrivals, Limits

__all__ = [
    "BLOCK",
    "CAUSES",
    "POLICIES",
    "Against",
    "Arrivals",
    "Backtest",
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
]
