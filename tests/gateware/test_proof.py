"""The proof of life, and the watchdog that waits for it."""

from __future__ import annotations

from hyp.monitor.kinds import Kind, WatchdogState
from hyp.monitor.witness import Witness
from hyp.target.bundle import Bundle
from sim.monitor.standin.bench import Bench, Said
from tests.gateware.proving import answered, played

BOOT, ARMED, PULSE, ALARM = WatchdogState.BOOT, WatchdogState.ARMED, WatchdogState.PULSE, WatchdogState.ALARM
PROVER_ROW = 1
FEW = 18
"""Frames: less than `boot`, and time for four challenges."""


def faults(said: Said) -> list[tuple[Kind, int]]:
    return [(kind, row) for kind, row, _ in said.verdicts if kind > Kind.GOOD]


def states(said: Said) -> list[WatchdogState]:
    return [state for state, _ in said.watchdog if state is not BOOT]


def test_right_answers_arm_the_watchdog(proving: Bench) -> None:
    said = answered(proving, FEW, lambda _, right: right)
    assert (faults(said), states(said)) == ([], [ARMED])


def test_a_first_challenge_that_is_lost_does_no_harm(proving: Bench) -> None:
    """A partition that sets up its UART clears what has come before."""
    said = answered(proving, FEW, lambda number, right: right if number else -1)
    assert (faults(said), states(said)) == ([], [ARMED])


def test_who_stops_answering_is_reset(proving: Bench) -> None:
    said = answered(proving, FEW, lambda number, right: -1 if number else right)
    assert (faults(said), states(said)) == ([(Kind.PROOF, PROVER_ROW)], [ARMED, PULSE])


def test_a_wrong_answer_is_none(proving: Bench) -> None:
    said = answered(proving, FEW, lambda number, right: right ^ (number == 1))
    assert (faults(said), states(said)) == ([(Kind.PROOF, PROVER_ROW)], [ARMED, PULSE])
    said = answered(proving, FEW, lambda _, right: right ^ 1)
    assert (faults(said), states(said)) == ([], []), "it has not begun"


def test_who_never_answers_is_reset_until_the_alarm(proving: Bench, proof: Bundle) -> None:
    """Good frames arm nothing. Each boot that takes too long is a fault that names the partition; after the alarm each challenge is."""
    said = played(proving, [], 80)
    assert states(said) == [PULSE, PULSE, ALARM]
    assert faults(said)[:3] == [(Kind.PROOF, PROVER_ROW)] * 3
    assert set(faults(said)) == {(Kind.PROOF, PROVER_ROW)}
    assert len(faults(said)) > 3
    assert len(set(said.challenges)) > len(said.challenges) - 3, "they differ, also from boot to boot"
    witness = Witness(proof.manifest)
    witness.feed(said.host)
    assert witness.reasons()[0].endswith(f"proof: window {PROVER_ROW} of prover")
