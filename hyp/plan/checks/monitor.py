"""Checks of `monitor:` against board, schedules and partitions. Its UART, when it has one, is judged with the console's."""

from __future__ import annotations

from hyp.plan.board_language import PARALLEL_KIND, UART_KIND
from hyp.plan.checks.lookup import find_partition
from hyp.plan.draft import Draft
from hyp.plan.monitor_edges import gaps, longest_absence, longest_quiet
from hyp.plan.monitor_language import MODEM, PARALLEL
from hyp.plan.node import Path
from hyp.plan.quote import alternatives, nearest, quote
from hyp.plan.units import duration

WINDOWS_MAX = 128
"""Seven data lines name the window, the eighth is the toggle bit."""
CLOCKS_PER_BIT = 8
BITS_OF_BYTE = 10
"""8N1."""
BAUD_ERROR_MAX = 50
"""One 50th, as for the kernel's own UARTs."""
MONITOR: Path = ("monitor",)


def monitor_device_exists(draft: Draft) -> None:
    """The monitor's device is written, or the board's only parallel port; a parallel port is one, with I/O ports."""
    monitor, board = draft.monitor, draft.board
    if monitor is None or board is None:
        return
    ports = [name for name, device in sorted(board.devices.items()) if device.kind == PARALLEL_KIND]
    add = "add the port to the board file, e.g. `lpt1: {kind: parallel-port, ports: [{at: 0x378, count: 3}]}`"
    fix = f"write `device: {ports[0]}`" if ports else add
    if monitor.device is None and monitor.lines == PARALLEL:
        what = f"several parallel ports, {alternatives(ports).replace(' or ', ' and ')}" if ports else "no parallel port"
        draft.report.add("MON001", MONITOR, f"board `{board.name}` has {what}", fix, key=True)
    elif monitor.device is None:
        draft.report.add("MON001", MONITOR, "`lines: uart-modem` needs a UART of its own", "write e.g. `device: com3`", key=True)
    elif monitor.lines == PARALLEL and monitor.device not in board.devices:
        meant = nearest(monitor.device, board.devices)
        message = f"board `{board.name}` has no device `{quote(monitor.device)}`"
        draft.report.add("MON001", (*MONITOR, "device"), message, f"did you mean `{meant}`?" if meant else fix)
    elif monitor.lines == PARALLEL:
        device = board.devices[monitor.device]
        if device.kind != PARALLEL_KIND or not device.ports:
            what = f"is a `{quote(device.kind)}`, not a parallel port" if device.kind != PARALLEL_KIND else "has no I/O ports"
            where = (*MONITOR, "device") if draft.report.spans.is_written((*MONITOR, "device")) else MONITOR
            draft.report.add("MON002", where, f"`{device.name}` of board `{board.name}` {what}", fix)


def monitor_names_every_window(draft: Draft) -> None:
    """The lines can name every window: at most 128, and of one schedule with `uart-modem`."""
    if draft.monitor is None:
        return
    count = sum(len(schedule.windows) for schedule in draft.schedules)
    if count > WINDOWS_MAX:
        message = f"the plan has {count} windows; the monitor's lines can name {WINDOWS_MAX}"
        draft.report.add("MON003", MONITOR, message, "join adjacent windows of one partition", key=True)
    if draft.monitor.lines == MODEM and len(draft.schedule_names) > 1:
        message = f"`uart-modem` does not show which of {len(draft.schedule_names)} schedules runs"
        draft.report.add("MON004", (*MONITOR, "lines"), message, "use `parallel`, or a plan of one schedule")


def monitor_can_tell_windows_apart(draft: Draft) -> None:
    """Windows start further apart than the filter needs and than twice the tolerance."""
    monitor = draft.monitor
    if monitor is None or not _schedules_are_whole(draft):
        return
    for gap in gaps(draft):
        need = max(monitor.steady + monitor.clocks(3), 2 * monitor.tolerance(gap.offset))
        if gap.distance <= need:
            message = (
                f"window {gap.after.number} starts {duration(gap.distance)} after window {gap.before.number}; with this clock, filter and "
                f"tolerance the monitor can tell starts apart that are more than {duration(need)} apart"
            )
            draft.report.add("MON005", gap.after.path, message, "use a faster `clock`, a shorter `filter` or better lines")
            return


def monitor_waits_for_every_gap(draft: Draft) -> None:
    """`silence` is longer than the longest time between two window starts, also at a switch of schedules, with its tolerance."""
    monitor = draft.monitor
    if monitor is None or not monitor.silence or not _schedules_are_whole(draft):
        return
    quiet = longest_quiet(draft, monitor)
    if monitor.silence <= quiet:
        message = f"a good board is quiet for {duration(quiet)}, which is not less than {duration(monitor.silence)}"
        draft.report.add("MON006", (*MONITOR, "silence"), message, "write more, or leave it out: then it is long enough")


def monitor_proof_is_possible(draft: Draft) -> None:
    """Who proves that it runs is a partition, and the UART is one of its devices."""
    proof = draft.monitor.proof if draft.monitor is not None else None
    if proof is None:
        return
    path = (*MONITOR, "proof")
    find_partition(draft, proof.partition, (*path, "partition"))
    owner = next((one for one in draft.partitions if one.name == proof.partition), None)
    if owner is not None and proof.uart not in [device.name for device in owner.devices]:
        own = [device.name for device in owner.devices]
        add = f"write `devices: [{quote(proof.uart)}]` there"
        fix = f"use {alternatives(own)}, or add `{quote(proof.uart)}` to its devices" if own else add
        related = [(owner.path, f"`{owner.name}`")]
        message = f"`{quote(proof.uart)}` is not a device of `{owner.name}`"
        draft.report.add("MON007", (*path, "uart"), message, fix, related=related)


def monitor_proof_has_a_uart(draft: Draft) -> None:
    """The proof's UART is a 16550."""
    monitor, board, path = draft.monitor, draft.board, (*MONITOR, "proof", "uart")
    if monitor is None or monitor.proof is None or board is None or not draft.report.ok(path):
        return
    device = board.devices.get(monitor.proof.uart)
    if device is not None and device.kind != UART_KIND:
        uarts = [name for name, other in sorted(board.devices.items()) if other.kind == UART_KIND]
        fix = f"use {alternatives(uarts)}" if uarts else "choose a board with a UART"
        message = f"`{device.name}` of board `{board.name}` is a `{quote(device.kind)}`, not a UART"
        draft.report.add("MON009", path, message, fix)


def monitor_proof_has_time(draft: Draft) -> None:
    """`within` is longer than the partition's longest time without a window, also at a switch, and two bytes on the line."""
    monitor = draft.monitor
    if monitor is None or monitor.proof is None or draft.guard is None or not _schedules_are_whole(draft):
        return
    proof, path = monitor.proof, (*MONITOR, "proof")
    if not draft.report.ok((*path, "partition")) or not all(draft.report.ok((*one.path, "windows")) for one in draft.schedules):
        return
    absent = next((one for one in draft.schedules if all(window.partition != proof.partition for window in one.windows)), None)
    if absent is not None:
        message = f"`{quote(proof.partition)}` has no window in schedule `{absent.name}` and cannot answer there"
        related = [(absent.path, f"`{absent.name}`")]
        draft.report.add("MON010", (*path, "partition"), message, "give it one, or choose another partition", related=related)
        return
    away, bytes_ns = longest_absence(draft, proof.partition, draft.guard), -(-2 * BITS_OF_BYTE * 1_000_000_000 // proof.baud)
    if proof.within_ns <= away + bytes_ns:
        message = (
            f"an answer takes more than {duration(away + bytes_ns)}: `{quote(proof.partition)}` has no window for up to {duration(away)}, "
            f"and two bytes at {proof.baud} baud take {duration(bytes_ns)}"
        )
        draft.report.add("MON010", (*path, "within"), message, f"write more than {duration(away + bytes_ns)}")


def monitor_waits_for_a_boot(draft: Draft) -> None:
    """`boot` is longer than two of the longest major frames, and with a proof than two of its challenges, too."""
    monitor = draft.monitor
    if monitor is None or monitor.reset is None or not _schedules_are_whole(draft):
        return
    frames = 2 * max((schedule.major_frame or 0 for schedule in draft.schedules), default=0)
    least = frames + (2 * monitor.proof.within_ns if monitor.proof is not None else 0)
    if monitor.reset.boot_ns <= least:
        what = "two major frames" + (" and two challenges" if monitor.proof is not None else "")
        message = f"{what} take {duration(least)}, which is not less than {duration(monitor.reset.boot_ns)}"
        draft.report.add("MON011", (*MONITOR, "reset", "boot"), message, "write how long the board takes to boot, and more than that")


def monitor_makes_its_baud_rates(draft: Draft) -> None:
    """The monitor's clock makes its baud rates to within 2 %, with at least 8 clocks a bit."""
    monitor = draft.monitor
    if monitor is None:
        return
    rates: list[tuple[Path, int]] = [((*MONITOR, "host_baud"), monitor.host_baud)]
    if monitor.lines == MODEM:
        rates.append(((*MONITOR, "baud"), monitor.baud))
    if monitor.proof is not None:
        rates.append(((*MONITOR, "proof", "baud"), monitor.proof.baud))
    for path, baud in rates:
        clocks = (2 * monitor.clock + baud) // (2 * baud)
        if clocks < CLOCKS_PER_BIT or abs(monitor.clock - clocks * baud) * BAUD_ERROR_MAX > clocks * baud:
            written = path if draft.report.spans.is_written(path) else MONITOR
            message = f"the monitor cannot make {baud} baud from its clock of {monitor.clock} Hz"
            draft.report.add("MON008", written, message, f"write at most {monitor.clock // (2 * CLOCKS_PER_BIT)}", key=written == MONITOR)
            return


def _schedules_are_whole(draft: Draft) -> bool:
    return draft.report.spans.count(("schedules",)) == len(draft.schedules)
