"""A small share of ``make proof-fuzz`` with every run of the suite."""

from __future__ import annotations

from benchmarks.proof_fuzz import prove


def test_whatever_is_given_to_a_command_nobody_sees_a_traceback_and_nothing_is_half_written() -> None:
    tally = prove(120, seed=7, say=lambda *_, **__: None)
    assert tally.faults == []
    assert {code for _, code in tally.codes} == {0, 1, 2}
