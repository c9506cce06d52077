"""One measured run: a plan of the benchmark's, built, run under QEMU on the instruction clock with the counting plugin, and read back."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from hyp.bench.counts import Counts, read_counts
from hyp.bench.plugin import build_plugin, plugin_option
from hyp.bench.symbols import Kernel, read_kernel
from hyp.exits import ExitCode, Stop
from hyp.image import build
from hyp.image.manifest import Manifest, PartitionEntry
from hyp.image.output import write_image
from hyp.plan import load
from hyp.plan.model import Plan
from hyp.target.bundle import Bundle, open_bundle
from hyp.target.console import Demultiplexer
from hyp.target.facts import Facts
from hyp.target.memory import Memory
from hyp.target.options import Options
from hyp.target.qemu import Qemu
from hyp.target.report_lines import console_facts
from hyp.target.workspace import private_folder
from hyp.toolchain.prepare import prepare

PLANS = Path(__file__).with_name("plans")
_TIMEOUT_S = 300.0
_POLL_S = 0.02


@dataclass(frozen=True)
class Measured:
    """`reported` is the kernel's own end report; `words` what `wanted` named: (partition, symbol) to its u64 words."""

    manifest: Manifest
    kernel: Kernel
    counts: Counts
    reported: Facts
    words: dict[tuple[str, str], tuple[int, ...]]


@dataclass(frozen=True)
class Bench:
    """Where benchmark images and the plugin are built: under `root`/build/bench. `say` gets progress."""

    root: Path
    say: Callable[[str], None] = lambda _: None

    def image(self, file: Path, text: str | None = None) -> Bundle:
        """Builds the plan in `file`, or `text` in its place. Stop when that fails."""
        plan = _loaded(file, self.root, text)
        tools = prepare(plan, self.say)
        outcome = build(plan, tools.elfs, tools.kernel_elf)
        if outcome.image is None:
            raise Stop(ExitCode.WRONG_INPUT, f"{file}: " + "; ".join(one.message for one in outcome.diagnostics))
        return open_bundle(write_image(self.root / "build" / "bench" / plan.name, outcome.image, tools.elfs, tools.kernel_elf))

    def measure(self, file: Path, frames: int, wanted: tuple[tuple[str, str], ...] = ()) -> Measured:
        """Runs the plan in `file` for `frames` major frames. Stop TARGET_FAILED when the run does not come to its end."""
        return self.measure_text(file, None, frames, wanted)

    def measure_text(self, file: Path, text: str | None, frames: int, wanted: tuple[tuple[str, str], ...] = ()) -> Measured:
        """The same with `text` in the place of what `file` holds."""
        bundle = self.image(file, text)
        self.say(f"running {bundle.manifest['plan']}, {frames} frames")
        kernel = read_kernel(bundle.folder / bundle.manifest["kernel"]["elf"])
        with private_folder() as folder:
            out, raw = folder / "counts", folder / "raw"
            raw.mkdir()
            options = Options(frames, arguments=tuple(plugin_option(build_plugin(self.root), kernel, out)))
            target = Qemu(bundle, options, folder, raw)
            _run(target, bundle.manifest["plan"])
            memory = target.memory()
            if memory is None:
                raise Stop(ExitCode.TARGET_FAILED, f"{bundle.manifest['plan']}: the emulator's memory cannot be read")
            words = {(who, symbol): _words(bundle, memory, who, symbol) for who, symbol in wanted}
            return Measured(bundle.manifest, kernel, read_counts(out), _facts(bundle, target), words)


def _run(target: Qemu, name: str) -> None:
    """To the end by itself: only then does the plugin write what it counted."""
    latest = time.monotonic() + _TIMEOUT_S
    target.prepare()
    try:
        target.start()
        while (ended := target.ended()) is None:
            if time.monotonic() > latest:
                raise Stop(ExitCode.TARGET_FAILED, f"{name}: did not end in {_TIMEOUT_S:g} s of host time")
            time.sleep(_POLL_S)
    finally:
        target.stop()
    if not ended.orderly:
        raise Stop(ExitCode.TARGET_FAILED, f"{name}: {ended.reason}")


def _facts(bundle: Bundle, target: Qemu) -> Facts:
    console = Demultiplexer(tuple(one["name"] for one in bundle.manifest["partitions"]))
    stream = target.streams()[bundle.manifest["console"]["uart"]]
    lines = []
    while data := stream.read():
        lines += console.feed(data)
    return console_facts([*lines, *console.finish()])


def _words(bundle: Bundle, memory: Memory, partition: str, symbol: str) -> tuple[int, ...]:
    """A partition's variable as u64 words, by its name in the ELF."""
    entry = next(one for one in bundle.manifest["partitions"] if one["name"] == partition)
    with (bundle.folder / entry["elf"]).open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        named = table.get_symbol_by_name(symbol) if isinstance(table, SymbolTableSection) else None
        if not named:
            raise ValueError(f"{entry['elf']}: no symbol {symbol}")
        found = named[0]
        address, size = found["st_value"], found["st_size"]
    data = memory.read(_physical(entry, address, size), size)
    return struct.unpack(f"<{size // 8}Q", data)


def _physical(entry: PartitionEntry, address: int, size: int) -> int:
    for area in entry["areas"]:
        if area["virtual"] <= address and address + size <= area["virtual"] + area["size"]:
            return area["physical"] + address - area["virtual"]
    raise ValueError(f"partition {entry['name']}: no area holds {size} bytes at {address:#x}")


def _loaded(file: Path, root: Path, text: str | None) -> Plan:
    """The plan, to be built under `root` wherever its file lies."""
    loaded = load(file, text=text)
    if loaded.plan is None:
        raise Stop(ExitCode.WRONG_INPUT, f"{file}: " + "; ".join(one.message for one in loaded.diagnostics))
    return replace(loaded.plan, root=root)
