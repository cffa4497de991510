from fuzz.decoder_fuzz import run
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_a_thousand_mutated_payloads_are_each_accounted_for(seed: int) -> None:
    outcomes = run(seed, 1000)
    assert min(outcomes[name] for name in ("stored", "malformed", "invalid", "inbox")) > 0
