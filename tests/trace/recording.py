"""Runs a plan, and reads its trace from memory and from the stream."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyp.timeline.recorded import MEMORY, STREAM, Recorded, read_record
from tests.examples.running import Ran, run_plan

PLANS = Path(__file__).parent


@dataclass(frozen=True)
class Traced:
    ran: Ran
    folder: Path

    def read(self, source: str) -> Recorded:
        return read_record(self.folder, source)

    @property
    def memory(self) -> Recorded:
        return self.read(MEMORY)

    @property
    def stream(self) -> Recorded:
        return self.read(STREAM)


def record(plan: Path, folder: Path, frames: int) -> Traced:
    return Traced(run_plan(plan, folder, "--frames", str(frames)), folder)


def changed(name: str, folder: Path, *changes: tuple[str, str]) -> Path:
    """A plan of this folder with some of its text changed, its partitions where they are."""
    text = (PLANS / name).read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new)
    for image in ("talker", "listener", "answerer", "calm"):
        text = text.replace(f"image: {image}", f"image: {PLANS / image}")
    plan = folder / "plan.yaml"
    plan.write_text(text, encoding="utf-8")
    return plan
