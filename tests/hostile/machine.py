"""Plans with attackers beside victims, run on the emulator's instruction clock, and what their memory holds afterwards."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from hyp.abi.state import CORE, PARTITION_STATE
from hyp.diagnostics import Diagnostic
from hyp.image import Image, build
from hyp.image.manifest import Manifest, PartitionEntry
from hyp.image.output import write_image
from hyp.plan import load
from hyp.target.bundle import Bundle, open_bundle
from hyp.target.console import Demultiplexer, Line
from hyp.target.facts import Facts, TraceDump
from hyp.target.memory import Memory
from hyp.target.options import Options
from hyp.target.qemu import Qemu
from hyp.target.report_lines import clock, logged_events, own_lines
from hyp.target.report_memory import memory_facts, trace_dumps
from hyp.target.session import End, Session, Watch
from hyp.toolchain.prepare import prepare

PARTITIONS = "tests/hostile/partitions"
LOG_BYTES = 4096
DIARY_BYTES = 0x40000


@dataclass(frozen=True)
class Attacker:
    """A partition and its `args`. `areas` are YAML flow maps besides its log, `keys` whole lines of the plan."""

    name: str
    args: str
    image: str = "attacker"
    fpu: bool = True
    heap: str = "16 KiB"
    areas: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


def plan_text(
    attackers: Sequence[Attacker], *, for_us: int = 8, victim_us: int = 6, first: str = "yield", idle_us: int = 0, board: str = "qemu-q35"
) -> str:
    """Each attacker's window is followed at once by the victims' `steady`, which yields, and `spinner`, which never does.

    `first` is the argument of `steady`; the frame ends with `idle_us` of nobody's.
    """
    lines = ["hyp: 1", "name: hostile", f"board: {board}", "console: {uart: com1, mode: text, baud: 115200, buffer: 2 KiB}", "partitions:"]
    for one in attackers:
        areas = ", ".join((f"{{name: log, size: {LOG_BYTES} B}}", *one.areas))
        lines += [
            f"  {one.name}:",
            f"    image: {PARTITIONS}/{one.image}",
            f'    args: "{one.args}"',
            f"    fpu: {'true' if one.fpu else 'false'}",
            f"    memory: {{heap: {one.heap}, areas: [{areas}]}}",
            *(f"    {key}" for key in one.keys),
        ]
    for name, how in (("steady", first), ("spinner", "spin")):
        diary = f"{{name: log, size: {DIARY_BYTES} B}}"
        lines += [f"  {name}:", f"    image: {PARTITIONS}/victim", f'    args: "{how}"', f"    memory: {{areas: [{diary}]}}"]
    slot = for_us + 2 * victim_us
    lines += ["schedules:", "  normal:", f"    major_frame: {slot * len(attackers) + idle_us} us", "    windows:"]
    for n, one in enumerate(attackers):
        at = n * slot
        lines.append(f"      - {{partition: {one.name}, at: {at} us, for: {for_us} us}}")
        lines.append(f"      - {{partition: steady, at: {at + for_us} us, for: {victim_us} us}}")
        lines.append(f"      - {{partition: spinner, at: {at + for_us + victim_us} us, for: {victim_us} us}}")
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Built:
    bundle: Bundle
    image: Image


def text_of(diagnostics: Sequence[Diagnostic]) -> str:
    return "\n".join(f"{one.place.line}: {one.code}: {one.message}" for one in diagnostics)


def build_plan(text: str, root: Path, folder: Path) -> Built:
    """The image of a plan whose paths are relative to `root`. AssertionError with the diagnostics when it has errors."""
    loaded = load(Path("hostile.yaml"), text=text, base=root)
    assert loaded.plan is not None, text_of(loaded.diagnostics)
    tools = prepare(loaded.plan)
    outcome = build(loaded.plan, tools.elfs, tools.kernel_elf)
    assert outcome.image is not None, text_of(outcome.diagnostics)
    return Built(open_bundle(write_image(folder, outcome.image, tools.elfs, tools.kernel_elf)), outcome.image)


@dataclass(frozen=True)
class Found:
    """After a run. `memory` is the machine's RAM as it was at the end; `bundle` what was booted."""

    bundle: Bundle
    session: Session
    memory: Memory
    facts: Facts
    traces: tuple[TraceDump, ...]
    console: bytes

    @property
    def manifest(self) -> Manifest:
        return self.bundle.manifest

    def partition(self, name: str) -> PartitionEntry:
        return next(entry for entry in self.manifest["partitions"] if entry["name"] == name)

    def area(self, partition: str, name: str) -> bytes:
        (area,) = (area for area in self.partition(partition)["areas"] if area["name"] == name)
        return self.memory.read(area["physical"], area["size"])

    def log(self, partition: str) -> Log:
        began, survived, checks, line, value, *values = struct.unpack_from("<37Q", self.area(partition, "log"))
        return Log(began, survived, checks, line, value, tuple(values))

    def events(self, partition: str) -> dict[str, int]:
        return {fact.event: fact.count for fact in self.facts.health if fact.partition == partition}

    def status(self, partition: str) -> int:
        state = PARTITION_STATE.unpack(self.memory.read(self.partition(partition)["state"], PARTITION_STATE.size))
        return integer(state["status"])

    def epoch(self) -> int:
        """TSC at monotonic time 0."""
        (core,) = self.manifest["cores"]
        return integer(CORE.unpack(self.memory.read(core["state"], CORE.size))["epoch"])

    def lines(self, stream: str) -> list[str]:
        return [line.text for line in self.session.lines if line.stream == stream]

    def diary(self, victim: str) -> list[tuple[int, int, int]]:
        """(last look before, first look after, loops) of each of the victim's windows; ticks since the epoch."""
        data, epoch = self.area(victim, "log"), self.epoch()
        (entries,) = struct.unpack_from("<Q", data)
        found = [struct.unpack_from("<3Q", data, 8 + 24 * n) for n in range(entries)]
        return [(left - epoch if left else 0, back - epoch, loops) for left, back, loops in found]


def integer(value: object) -> int:
    """A record's field that is a number."""
    assert isinstance(value, int)
    return value


@dataclass(frozen=True)
class Log:
    """What an attacker left behind (attacker.h)."""

    began: int
    survived: int
    checks: int
    failed_line: int
    failed_value: int
    values: tuple[int, ...]

    BEGAN = 0x6E61676562
    SURVIVED = 0x6465766976727573


class Runner:
    """A started emulator that is always stopped. `arguments` go to QEMU."""

    def __init__(self, bundle: Bundle, folder: Path, frames: int, arguments: tuple[str, ...] = (), timeout_s: float = 60.0) -> None:
        self._bundle = bundle
        self._options = Options(frames=frames, timeout_s=timeout_s, arguments=arguments)
        self._folder = folder
        (folder / "raw").mkdir(parents=True, exist_ok=True)
        self.target = Qemu(bundle, self._options, folder, folder / "raw")
        self._stack = ExitStack()

    def __enter__(self) -> Runner:
        self.target.prepare()
        self._stack.callback(self.target.stop)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def watch(self, show: Callable[[Line], None] = lambda _: None) -> Found:
        """Until it ends by itself."""
        manifest = self._bundle.manifest
        names = tuple(partition["name"] for partition in manifest["partitions"])
        session = Watch(self.target, manifest["console"]["uart"], Demultiplexer(names), self._options, show).run()
        return self._found(session)

    def _found(self, session: Session) -> Found:
        manifest = self._bundle.manifest
        memory = self.target.memory()
        assert memory is not None
        kernel = list(own_lines(session.lines))
        facts = memory_facts(manifest, memory, clock(kernel), logged_events(kernel))
        console = (self._folder / "raw" / f"{manifest['console']['uart']}.log").read_bytes()
        return Found(self._bundle, session, memory, facts, trace_dumps(manifest, memory), console)


def run(built: Built, folder: Path, frames: int, arguments: tuple[str, ...] = ()) -> Found:
    """A whole run, to the kernel's own end: no panic, no halt, nothing lost of the machine."""
    with Runner(built.bundle, folder, frames, arguments) as runner:
        found = runner.watch()
    assert found.session.end is End.COMPLETE, f"{found.session.message}\n{found.console[-2000:].decode(errors='replace')}"
    return found
