"""Yes or no: which extra shifts are worth their place in the plan.

CP-SAT decides, the network prices: Benders decomposition (Benders, 1962)
with exact integer cuts.
"""

from ektp_sched.planning.decisions.decide import Decided, decide
from ektp_sched.planning.decisions.worth import Made, made_without, shift_uses

__all__ = ["Decided", "Made", "decide", "made_without", "shift_uses"]
