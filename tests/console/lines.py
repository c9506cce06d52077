"""Runs of plans whose console is on the line model: a UART that takes its time, and a host that sends at known instants."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyp.abi.packets import PACKET_INPUT, PACKET_TAKEN, Packet, encode, packets
from tests.examples.running import ROOT, Ran, run_plan
from tests.line.machine import Event, Happened, LineModel

BYTE_NS = 86_806
"""115200 8N1: ten bits, rounded up."""
FRAMED = ROOT / "config/framed.yaml"


@dataclass(frozen=True)
class Spoken:
    """`happened` on the wire; `packets` what the target sent, whole ones only."""

    ran: Ran
    happened: list[Happened]
    raw: bytes

    @property
    def packets(self) -> list[Packet]:
        return list(packets(self.raw))

    @property
    def taken(self) -> list[int]:
        """Sequence numbers of the target's answers."""
        return [packet.body[0] for packet in self.packets if packet.kind == PACKET_TAKEN]

    def of(self, event: Event) -> list[Happened]:
        return [one for one in self.happened if one.event is event]

    def jitter(self) -> int:
        return max(int(window["jitter_max"]) for window in self.ran.verdict["windows"])


def speak(plan: Path, folder: Path, frames: int, sends: list[tuple[int, int]] | None = None, *options: str) -> Spoken:
    """`sends`: (instant of the first bit in ns since the machine started, byte); the line adds its own pace."""
    folder.mkdir(exist_ok=True)
    log = folder / "record" / "raw" / "com1.log"
    model = LineModel(folder, raw=log)
    words = [f"--qemu-arg={word}" for word in model.arguments(sends or [])]
    ran = run_plan(plan, folder / "record", "--frames", str(frames), *options, *words)
    return Spoken(ran, model.happened(), log.read_bytes())


def at(instant_ns: int, data: bytes) -> list[tuple[int, int]]:
    return [(instant_ns, byte) for byte in data]


def input_packet(sequence: int, partition: int, data: bytes) -> bytes:
    return encode(sequence, PACKET_INPUT, bytes((partition + 1,)) + data)


def changed(plan: Path, folder: Path, *pairs: tuple[str, str]) -> Path:
    """A copy of a plan with some texts replaced."""
    text = plan.read_text().replace("image: partitions", f"image: {ROOT}/partitions")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    found = folder / "changed.yaml"
    found.write_text(text)
    return found


def as_text(plan: Path, folder: Path) -> Path:
    """The same plan with the console in text mode."""
    return changed(plan, folder, ("mode: framed", "mode: text"))
