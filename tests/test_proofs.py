"""Random mixes of rules are proven, and no false claim is believed: `make proofs`."""

from __future__ import annotations

import pytest
from proof_trial import trial

SECONDS = 25
"""Of processor time; a mix takes about an eighth of one, and all parts 50."""


@pytest.mark.slow
@pytest.mark.parametrize("part", [0, 1])
def test_mixes_are_proven_and_no_false_claim_is_believed(part: int) -> None:
    done = trial(part, 500, SECONDS)
    assert done["plans with trees"] > 20
    assert done["mixes of which every plan was tried"] > 20
    assert done["false claims"] > done["plans with trees"]
