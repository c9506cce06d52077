"""Checks of a board file. Places are in the board's own text."""

from __future__ import annotations

from collections.abc import Iterator

from hyp.abi.numbers import PAGE
from hyp.abi.tables import CPU_ALWAYS, IOAPIC_PHYSICAL, KERNEL_LOAD, LAPIC_PHYSICAL
from hyp.plan.board_language import PORTS_END, UART_KIND
from hyp.plan.draft import BoardDraft
from hyp.plan.model import Range
from hyp.plan.node import Path
from hyp.plan.quote import alternatives, quote

TSC_DEADLINE = "tsc_deadline"
KERNEL_PORTS = (
    ("the interrupt controller", Range(0x20, 2)),
    ("the interval timer", Range(0x40, 4)),
    ("the timer's gate", Range(0x61, 1)),
    ("the interrupt controller", Range(0xA0, 2)),
)
"""PC/AT: both 8259s, which the kernel masks, and the 8254, which verifies the TSC."""
KERNEL_IRQS = {0: "the interval timer", 2: "the second interrupt controller"}
REGISTERS = (("the IOAPIC", Range(IOAPIC_PHYSICAL, PAGE)), ("the local APIC", Range(LAPIC_PHYSICAL, PAGE)))

Named = tuple[str, Range, Path]


def memory_is_whole_pages(draft: BoardDraft) -> None:
    """RAM, reserved ranges and MMIO start and end at a page."""
    for what, extent, path in (*_memory(draft, "ram"), *_memory(draft, "reserved"), *_mmio(draft)):
        for key, value in (("at", extent.start), ("size", extent.size)):
            if value % PAGE:
                down = value // PAGE * PAGE
                message = f"`{key}` of {what} is {value:#x}, not a multiple of 4 KiB"
                draft.report.add(
                    "BRD003", (*path, key), message, f"write {down or PAGE:#x}" if key == "at" else f"write {down // 1024 or 4} KiB"
                )


def memory_ranges_do_not_overlap(draft: BoardDraft) -> None:
    """RAM ranges are disjoint, and so are reserved ones."""
    for kind in ("ram", "reserved"):
        _disjoint(draft, list(_memory(draft, kind)), "BRD002")


def ram_holds_the_kernel(draft: BoardDraft) -> None:
    """RAM includes 1 MiB, where the kernel is loaded, and nothing reserves it."""
    if not any(item.start <= KERNEL_LOAD < item.end for item in draft.board.ram):
        ranges = ", ".join(_show(item) for item in draft.board.ram)
        message = f"RAM {ranges} does not include 1 MiB (0x100000)"
        draft.report.add("BRD004", ("ram",), message, "add `{at: 1 MiB, size: ...}`; every PC has RAM there")
    for what, extent, path in _memory(draft, "reserved"):
        if extent.start <= KERNEL_LOAD < extent.end:
            draft.report.add("BRD004", path, f"{what} {_show(extent)} covers 1 MiB (0x100000)", "keep 1 MiB free for the kernel")


def ram_spares_registers(draft: BoardDraft) -> None:
    """RAM does not lie over device registers or interrupt controllers."""
    registers = [(name, extent) for name, extent, _ in _mmio(draft)]
    for what, extent, path in _memory(draft, "ram"):
        for name, other in (*REGISTERS, *registers):
            if _overlap(extent, other):
                message = f"{what} {_show(extent)} lies over {name} {_show(other)}"
                draft.report.add("BRD005", path, message, "split the range around it")
                break


def console_device_exists(draft: BoardDraft) -> None:
    """The board's console is one of its devices, and a UART."""
    device = draft.board.devices.get(draft.board.console)
    if device is None or device.kind != UART_KIND:
        uarts = [name for name, other in sorted(draft.board.devices.items()) if other.kind == UART_KIND]
        message = f"there is no UART `{quote(draft.board.console)}` among the devices"
        draft.report.add(
            "BRD007", ("console",), message, f"use {alternatives(uarts)}" if uarts else f"add a device with `kind: {UART_KIND}`"
        )


def ports_are_in_range(draft: BoardDraft) -> None:
    """I/O port ranges end at or below 65,536."""
    for name, extent, path in _ports(draft):
        if extent.end > PORTS_END:
            message = f"{name} {_show(extent)} end past 0x10000"
            draft.report.add("DEV003", path, message, f"write a `count` of at most {PORTS_END - extent.start}")


def ports_do_not_overlap(draft: BoardDraft) -> None:
    """Every I/O port belongs to one device, or is the exit port."""
    ports = list(_ports(draft))
    if draft.board.exit_port is not None:
        ports.append(("the exit port", Range(draft.board.exit_port.at, 1), ("exit_port",)))
    _disjoint(draft, ports, "DEV001")


def registers_do_not_overlap(draft: BoardDraft) -> None:
    """Every MMIO address belongs to one device."""
    _disjoint(draft, list(_mmio(draft)), "DEV005")


def interrupt_lines_are_not_shared(draft: BoardDraft) -> None:
    """No two devices have one interrupt line (warning: a real machine may be so, and only the owner's device can then use it)."""
    first: dict[int, str] = {}
    for name, device in draft.board.devices.items():
        if device.irq is None or device.irq in KERNEL_IRQS:
            continue
        other = first.setdefault(device.irq, name)
        if other != name:
            message = f"`{other}` and `{name}` share interrupt line {device.irq}"
            fix = f"give one owner both `{other}` and `{name}`, or move `{name}` to a free line"
            related = [(("devices", other, "irq"), f"`{other}`")]
            draft.report.add("DEV002", ("devices", name, "irq"), message, fix, related=related)


def kernel_devices_are_spared(draft: BoardDraft) -> None:
    """No device has ports, registers or an interrupt line that the kernel itself uses."""
    for name, extent, path in _ports(draft):
        for what, own in KERNEL_PORTS:
            if _overlap(extent, own):
                draft.report.add("DEV004", path, f"{name} {_show(extent)} include {what} {_show(own)}", "remove the device")
                break
    for name, extent, path in _mmio(draft):
        for what, own in REGISTERS:
            if _overlap(extent, own):
                draft.report.add("DEV004", path, f"{name} {_show(extent)} include {what} {_show(own)}", "remove the device")
                break
    for name, device in draft.board.devices.items():
        if device.irq in KERNEL_IRQS:
            message = f"interrupt line {device.irq} of `{name}` is {KERNEL_IRQS[device.irq]}'s"
            draft.report.add("DEV004", ("devices", name, "irq"), message, "write the line that the device has")


def uarts_are_complete(draft: BoardDraft) -> None:
    """A UART has ports or registers, a clock and a FIFO size."""
    for name, device in draft.board.devices.items():
        if device.kind != UART_KIND:
            continue
        lacks = [
            key for key, there in (("ports", device.ports or device.mmio), ("clock", device.clock_hz), ("fifo", device.fifo)) if not there
        ]
        if lacks:
            message = f"UART `{name}` lacks {alternatives(lacks).replace(' or ', ' and ')}"
            fix = "add e.g. `ports: [{at: 0x3f8, count: 8}], clock: 1843200 Hz, fifo: 16`"
            draft.report.add("DEV006", ("devices", name), message, fix, key=True)


def cpu_has_what_is_needed(draft: BoardDraft) -> None:
    """A CPU whose features are listed has those that the kernel needs always, and those that the file requires or uses."""
    board = draft.board
    if not board.cpu_has:
        return
    timer = (TSC_DEADLINE,) if board.timer == "tsc-deadline" else ()
    for wanted, why in ((CPU_ALWAYS, "the kernel cannot do without"), (timer, "`timer: tsc-deadline` needs")):
        lacks = [name for name in wanted if name not in board.cpu_has]
        if lacks:
            message = f"the CPU lacks {alternatives(lacks).replace(' or ', ' and ')}, which {why}"
            fix = "use another board: this one cannot run hyp" if wanted is CPU_ALWAYS else "write `timer: lapic`"
            draft.report.add("BRD008", ("cpu", "has"), message, fix)
    for key, names in (("require", board.cpu_require), ("use", board.cpu_use)):
        for index, name in enumerate(names):
            if name not in board.cpu_has and name not in CPU_ALWAYS:
                message = f"the CPU lacks `{name}`, which `{key}` names"
                draft.report.add("BRD008", ("cpu", key, index), message, f"remove it from `{key}`, or add it to `has` if that is wrong")


def board_was_tried(draft: BoardDraft) -> None:
    """The board's figures were measured on one (warning)."""
    if draft.board.status == "untried":
        fix = "probe it: `hyp board` writes its file anew, with measured figures and `status: tried`"
        draft.report.add("BRD006", ("status",), f"board `{draft.board.name}` is untried", fix)


def _memory(draft: BoardDraft, kind: str) -> Iterator[Named]:
    for index, extent in enumerate(draft.board.ram if kind == "ram" else draft.board.reserved):
        yield f"{'RAM' if kind == 'ram' else 'reserved'} range {index + 1}", extent, (kind, index)


def _ports(draft: BoardDraft) -> Iterator[Named]:
    for name, device in draft.board.devices.items():
        for index, extent in enumerate(device.ports):
            yield f"ports of `{name}`", extent, ("devices", name, "ports", index)


def _mmio(draft: BoardDraft) -> Iterator[Named]:
    for name, device in draft.board.devices.items():
        for index, extent in enumerate(device.mmio):
            yield f"registers of `{name}`", extent, ("devices", name, "mmio", index)


def _disjoint(draft: BoardDraft, ranges: list[Named], code: str) -> None:
    """Reports every range that overlaps one which starts before it."""
    before: Named | None = None
    for current in sorted(ranges, key=lambda one: (one[1].start, one[1].end, str(one[2]))):
        name, extent, path = current
        if before is not None and extent.start < before[1].end:
            message = f"{before[0]} {_show(before[1])} and {name} {_show(extent)} overlap"
            draft.report.add(code, path, message, "move or shorten one of the two", related=[(before[2], before[0])])
        if before is None or extent.end > before[1].end:
            before = current


def _overlap(one: Range, other: Range) -> bool:
    return one.start < other.end and other.start < one.end


def _show(extent: Range) -> str:
    return f"[{extent.start:#x}, {extent.end:#x})"
