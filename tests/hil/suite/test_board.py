"""What any board must do, whatever the line: emulators and real boards are told apart by `--hyp-board` and `--hyp-port` alone."""

from __future__ import annotations

import pytest

from hyp.pytest_plugin.board import HypBoard
from hyp.pytest_plugin.console import Console, ConsoleError, ConsoleMismatch
from hyp.pytest_plugin.running import Runner

HELLO = "config/hello.yaml"
FRAMES = 20
SECONDS = 240
"""Whatever else the host is busy with."""


def test_a_plan_keeps_its_promise(hyp_run: Runner) -> None:
    outcome = hyp_run("config/two.yaml", frames=FRAMES, expect=["first:.", "second:."], timeout=SECONDS)
    assert outcome.good
    assert {result.planned for result in outcome.verdict.windows} == {FRAMES}


def test_the_first_bytes_are_not_lost(hyp_board: HypBoard, hyp_console: Console, hyp_run: Runner) -> None:
    hyp_board.load(hyp_run.image(HELLO), frames=FRAMES)
    hyp_board.start()
    hyp_console.expect("^boot plan=hello ", stream="hyp", timeout=SECONDS)
    match = hyp_console.expect(r'^hello from (\w+), args "(.*)"$', stream="hello", timeout=SECONDS)
    assert match.groups() == ("hello", "my first plan")
    hyp_console.expect_lines("^window 1, ", "^window 3, ", stream="hello", timeout=SECONDS)
    hyp_console.expect_lines("^end$", "^core 0 frames=20 ", stream="hyp", in_order=False, timeout=SECONDS)
    hyp_console.not_expected("^health ", stream="hyp")


def test_the_console_alone_is_judged(hyp_board: HypBoard, hyp_console: Console, hyp_run: Runner) -> None:
    hyp_board.load(hyp_run.image(HELLO), frames=FRAMES)
    hyp_board.start()
    outcome = hyp_console.verdict(timeout=SECONDS)
    assert outcome.good
    assert outcome.said("hello")[-1].startswith("window 5, ")
    with pytest.raises(ConsoleMismatch, match=r"`more` did not come in 0\.3 s"):
        hyp_console.expect("more", timeout=0.3)


def test_a_bad_run_is_bad_here_too(hyp_run: Runner) -> None:
    outcome = hyp_run("tests/hil/plans/faulty.yaml", frames=FRAMES, timeout=SECONDS)
    assert [reason.code for reason in outcome.verdict.reasons] == ["health_event"]
    assert "invalid_opcode" in outcome.reasons[0]


def test_a_clean_line_is_strictly_good(hyp_board: HypBoard, hyp_console: Console, hyp_run: Runner) -> None:
    """Whatever a loader said on it before: nothing of the run is missing."""
    hyp_board.load(hyp_run.image("config/framed.yaml"), frames=FRAMES)
    hyp_board.start()
    outcome = hyp_console.verdict(strict=True, timeout=SECONDS)
    assert outcome.good, outcome
    assert outcome.said("right") == ["right listens"]


def test_packets_have_names_and_carry_input(hyp_board: HypBoard, hyp_console: Console, hyp_run: Runner) -> None:
    """Two partitions on a framed console, for ever: each answers what was sent to it."""
    hyp_board.load(hyp_run.image("config/framed.yaml"))
    hyp_board.start()
    hyp_console.expect("^left listens$", stream="left", timeout=SECONDS)
    hyp_console.send("good day\n", to="left", timeout=SECONDS)
    hyp_console.send(b"and \xfe you\n", to="right", timeout=SECONDS)
    hyp_console.expect_lines("^good day$", r"^and \\xfe you$", in_order=False, timeout=SECONDS)
    with pytest.raises(ConsoleError, match="there is no partition `middle`; there are left, right"):
        hyp_console.send("x", to="middle")


@pytest.mark.hyp_needs("input")
def test_a_run_takes_input(hyp_run: Runner) -> None:
    """However fast an emulator's time goes: until it was said again."""
    inputs = {"echo": "one\ntwo\n"}
    outcome = hyp_run("tests/hil/plans/listener.yaml", frames=100_000_000, inputs=inputs, until="echo:^two$", timeout=SECONDS)
    # Bochs' APIC gives its spurious vector when the task priority rises as an interrupt comes (SDM 3A 11.9); the kernel logs that.
    assert {reason.code for reason in outcome.verdict.reasons} <= {"module_event"}
    assert outcome.said("echo") == ["echo listens", "one", "two"]


@pytest.mark.hyp_needs("reset")
def test_reset_boots_again(hyp_board: HypBoard, hyp_console: Console, hyp_run: Runner) -> None:
    hyp_board.load(hyp_run.image(HELLO), frames=FRAMES)
    hyp_board.power_cycle()
    hyp_console.expect("^end$", stream="hyp", timeout=SECONDS)
    hyp_board.reset()
    hyp_console.expect("^boot plan=hello ", stream="hyp", timeout=SECONDS)
    hyp_console.expect("^end$", stream="hyp", timeout=SECONDS)


@pytest.mark.hyp_needs("trace")
def test_the_trace_comes_on_its_own_line(hyp_run: Runner) -> None:
    outcome = hyp_run("tests/hil/plans/traced.yaml", frames=FRAMES, timeout=SECONDS)
    assert outcome.good
    assert outcome.record is not None
    assert (outcome.record / "raw" / "com2.log").stat().st_size > FRAMES
