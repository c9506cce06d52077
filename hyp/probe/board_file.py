"""The board file of a probed machine, and what stands against running hyp on it."""

from __future__ import annotations

from collections.abc import Iterator

from hyp.abi.loader import LOADER_LOAD, LOADER_SIZE
from hyp.abi.tables import CPU_ALWAYS, IOAPIC_PHYSICAL, LAPIC_PHYSICAL
from hyp.probe.costs import CostsNs, costs_of
from hyp.probe.facts import Clock, Report, Uart, rounded_hz

_NAMES = {0x3F8: ("com1", 4), 0x2F8: ("com2", 3), 0x3E8: ("com3", 4), 0x2E8: ("com4", 3)}
"""By I/O port: name, and the line that PCs give it when none could be seen."""
_UART_CLASS = 0x0700


def board_text(report: Report, name: str) -> str:
    """YAML that `hyp check` reads. The comments say where the figures come from."""
    clocks = report.clocks()
    costs = costs_of(report)
    lines = [
        f"# {_machine(report)}.",
        f"# Written by `hyp board`; booted by {report.one('probe').text('loader') or 'an unknown loader'}, firmware: "
        f"{report.one('probe').text('firmware')}. Changed firmware settings may change it.",
        "hyp_board: 1",
        f"name: {name}",
        "status: tried",
        *_ram(report),
        f"reserved: [{{at: {LOADER_LOAD >> 20} MiB, size: {LOADER_SIZE >> 20} MiB}}]  # the serial loader, `hyp media loader`",
        f"cores: {report.cores()}",
        f"timer: {_timer(report)}",
        *_tsc(report, clocks),
        'command_line: ""',
        f"cpu: {{require: [{', '.join(_always(report))}], use: [{'xsave' if 'xsave' in report.features() else ''}], "
        f"has: [{', '.join(report.features())}]}}",
        f"console: {_console(report)}",
        *_costs(report, costs),
        "devices:",
        *_devices(report),
    ]
    return "\n".join(lines) + "\n"


def obstacles(report: Report) -> list[str]:
    """What the board file cannot say, and hyp cannot live with."""
    found = []
    apic = report.one("apic")
    if apic.number("base") != LAPIC_PHYSICAL:
        found.append(f"the local APIC is at {apic.number('base'):#x}; the kernel expects {LAPIC_PHYSICAL:#x}")
    if apic.text("mode") == "x2apic":
        found.append(
            "firmware left the local APIC in x2APIC mode; the kernel leaves that mode if the CPU lets it: switch it off in the setup"
        )
    ioapics = [entry.number("address") for entry in report.all("ioapic")]
    if ioapics and IOAPIC_PHYSICAL not in ioapics:
        found.append(f"the IOAPIC is at {ioapics[0]:#x}; the kernel expects {IOAPIC_PHYSICAL:#x}")
    if apic.text("mode") == "xapic" and not report.timer_works("lapic"):
        found.append("the local APIC's timer did not interrupt")
    missing = [feature for feature in CPU_ALWAYS if feature not in report.features()]
    if missing:
        found.append(f"the CPU lacks {', '.join(missing)}, which the kernel cannot do without")
    if not report.uarts():
        found.append("no 16550 UART at 0x3f8, 0x2f8, 0x3e8 or 0x2e8 answers; the console needs one")
    if report.ram()[0][0] != 0x100000:
        found.append("there is no RAM at 1 MiB, where the kernel is loaded")
    return found


def remarks(report: Report) -> list[str]:
    """What an integrator should know of this machine's time."""
    found = []
    smi, gaps = report.one("smi"), report.one("gaps")
    if smi.number("while_watching"):
        found.append(f"{smi.number('while_watching')} SMIs in {gaps.number('watched_ms')} ms: firmware takes time from every window")
    if gaps.number("over_10_us"):
        found.append(
            f"{gaps.number('over_10_us')} gaps over 10 us in {gaps.number('watched_ms')} ms, the longest {gaps.number('longest_ns')} ns: "
            "something takes the processor away (SMIs, another core's power states, a hypervisor)"
        )
    if "invariant_tsc" not in report.features():
        found.append("the TSC is not invariant: switch power management (C-states, SpeedStep, turbo) off in the setup")
    if report.one("features").number("hypervisor"):
        found.append("this is a virtual machine: its figures are those of its host's mood")
    return found


def _machine(report: Report) -> str:
    oem = report.one("rsdp").text("oem")
    cpu = report.one("cpu").text("brand") or report.one("cpu").text("vendor")
    return f"{cpu}{f', firmware tables of {oem}' if oem else ''}"


def _ram(report: Report) -> Iterator[str]:
    ranges = [f"{{at: {start:#x}, size: {(end - start) >> 10} KiB}}" for start, end in report.ram()]
    yield "ram:"
    for text in ranges:
        yield f"  - {text}"


def _timer(report: Report) -> str:
    steady = "tsc_deadline" in report.features() and "invariant_tsc" in report.features()
    return "tsc-deadline" if steady and report.timer_works("tsc-deadline") else "lapic"


def _tsc(report: Report, clocks: list[Clock]) -> Iterator[str]:
    best, pit = clocks[0], next((one for one in clocks if one.source == "pit"), None)
    seen = ", ".join(f"{one.source} {one.hz} Hz +- {one.uncertainty_hz}" for one in clocks)
    yield f"# Frequency: {seen}."
    yield f"tsc: {{frequency: {rounded_hz(best)} Hz, verify: {'pit' if pit else 'none'}, tolerance: 1 %, else: calibrate}}"


def _always(report: Report) -> list[str]:
    return [name for name in CPU_ALWAYS if name in report.features()]


def _console(report: Report) -> str:
    uarts = report.uarts()
    port = report.one("probe").number("uart")
    known = [one.port for one in uarts]
    return _name(port if port in known else known[0]) if known else "com1"


def _costs(report: Report, costs: CostsNs) -> Iterator[str]:
    measured = [f"{one.text('of')} {one.number('ps') / 1000:g}" for one in report.all("cost")]
    yield f"# Measured, in ns each: {', '.join(measured)}."
    yield "# switch and kernel_path: the kernel's instructions (docs/benchmarks.md) at the slowest speed seen, with the dear ones."
    yield (
        f"costs: {{source: measured, switch: {costs.switch} ns, kernel_path: {costs.kernel_path} ns, io_write: {costs.io_write} ns, "
        f"release_tolerance: {costs.release_tolerance} ns}}"
    )


def _devices(report: Report) -> Iterator[str]:
    for uart in report.uarts():
        yield _uart(uart)
    yield "  rtc: {kind: rtc, ports: [{at: 0x70, count: 2}], irq: 8}"
    hpet = report.one("hpet").number("address")
    if hpet and hpet % 4096 == 0:
        yield f"  hpet: {{kind: hpet, mmio: [{{at: {hpet:#x}, size: 4 KiB, cache: uc}}]}}"
    for entry in report.all("pci"):
        if entry.number("class") >> 8 == _UART_CLASS:
            bar = entry.number("bar0")
            place = f"I/O port {bar & ~3:#x}" if bar & 1 else f"memory {bar & ~15:#x}"
            yield (
                f"# A UART on PCI, {_address(entry.number('at'))}, {entry.number('vendor'):04x}:{entry.number('device'):04x}, at {place}: "
                "its clock is not known, so it is not listed."
            )
    spcr = report.one("spcr")
    if spcr.values and spcr.number("address") not in [one.port for one in report.uarts()]:
        yield f"# Firmware's own console (SPCR): {spcr.text('space')} {spcr.number('address'):#x}, type {spcr.number('type')}."


def _uart(uart: Uart) -> str:
    irq, note = uart.irq, ""
    if irq is None:
        irq, note = _NAMES[uart.port][1], "  # the line is a PC's usual one; none was seen"
    ports = f"ports: [{{at: {uart.port:#x}, count: 8}}]"
    return f"  {_name(uart.port)}: {{kind: uart-16550, {ports}, irq: {irq}, clock: 1843200 Hz, fifo: {uart.fifo}}}{note}"


def _name(port: int) -> str:
    return _NAMES[port][0]


def _address(at: int) -> str:
    return f"{at >> 8:02x}:{at >> 3 & 31:02x}.{at & 7}"
