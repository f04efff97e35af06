"""Yes or no: which extra shifts are worth their place in the plan.

CP-SAT decides, the network prices: Benders decomposition (Benders, 1962)
with exact integer cuts.
"""

__all__: list[str] = []
