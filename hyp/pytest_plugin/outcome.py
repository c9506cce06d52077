"""What a test gets of a run: the verdict with its reasons, and the lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hyp.monitor.beside import reasons
from hyp.monitor.summary import said
from hyp.monitor.witness import Witness
from hyp.report.table import verdict_text
from hyp.target.bundle import Bundle
from hyp.target.console import Line
from hyp.target.options import WALL, Options
from hyp.target.report_lines import console_facts
from hyp.target.run import BOARD, Run
from hyp.target.session import End, Session
from hyp.timeline.verdict import Verdict, judge

if TYPE_CHECKING:
    from hyp.pytest_plugin.board import HypBoard


@dataclass(frozen=True)
class Outcome:
    """`record`: the folder of its record, as of `hyp run --record`; None when it was judged from a console alone."""

    verdict: Verdict
    run: Run
    record: Path | None = None
    witness: Witness | None = None  # what the schedule monitor at the board's pins has seen

    @property
    def good(self) -> bool:
        return self.verdict.good

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is bad; empty when it is good."""
        return tuple(f"{reason.code}: {reason.message}" for reason in self.verdict.reasons)

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.run.session.lines

    def said(self, stream: str) -> list[str]:
        """The lines of a partition, or of `hyp`."""
        return [line.text for line in self.lines if line.stream == stream]

    def table(self) -> str:
        """The verdict table, for people."""
        return verdict_text(self.verdict, self.run)

    def monitor_properties(self) -> list[tuple[str, str]]:
        """For JUnit's file."""
        return [] if self.witness is None else [("hyp_monitor", said(self.witness))]

    def __repr__(self) -> str:
        reasons = "".join(f"\n  {reason}" for reason in self.reasons)
        return f"<run on {self.run.target}: {'good' if self.good else 'bad'}{reasons}>"


def outcome_of_console(image: Bundle, lines: Sequence[Line], losses: tuple[str, ...], board: HypBoard, *, strict: bool) -> Outcome:
    """Judge what a console said, up to `hyp: end`, from its last boot on."""
    boots = [number for number, line in enumerate(lines) if line.direct and line.text.startswith("boot ")]
    witness = board.monitor.end()
    own = tuple(lines[boots[-1] :] if boots else lines)
    facts = console_facts(own)
    version = f"{board.name} at {board.control.board.port}"
    run = Run(BOARD, version, Session(End.COMPLETE, "", own, losses), facts, facts, None)
    verdict = judge(image.manifest, Options(board.frames, clock=WALL), run, strict, reasons(witness, complete=True))
    outcome = Outcome(verdict, run, witness=witness)
    board.hardware.note(outcome.monitor_properties())
    return outcome
