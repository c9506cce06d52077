"""Checks of gates: calls that lead to another partition, come to an end, and are of use to a server without windows."""

from __future__ import annotations

from hyp.abi.gate_tables import GATE_DEPTH
from hyp.plan.checks.lookup import entry, find_partition
from hyp.plan.draft import Draft
from hyp.plan.draft_links import DraftGate
from hyp.plan.quote import listed

Arrow = tuple[str, str, DraftGate]
"""Caller, server, and the gate between them."""
Arrows = dict[str, list[Arrow]]
"""By caller."""


def gate_partitions_exist(draft: Draft) -> None:
    """Callers and server of a gate are partitions of the plan."""
    for gate in draft.gates:
        for index, caller in enumerate(gate.callers):
            find_partition(draft, caller, entry(draft, (*gate.path, "from"), index))
        find_partition(draft, gate.server, (*gate.path, "to"))


def gate_callers_differ(draft: Draft) -> None:
    """A partition stands once among the callers of a gate."""
    for gate in draft.gates:
        for index, caller in enumerate(gate.callers):
            if caller in gate.callers[:index]:
                message = f"`{caller}` stands twice among the callers of `{gate.name}`"
                draft.report.add("GAT003", entry(draft, (*gate.path, "from"), index), message, "write it once")


def gates_lead_to_others(draft: Draft) -> None:
    """No partition calls itself."""
    for gate in draft.gates:
        if gate.server is not None and gate.server in gate.callers:
            message = f"gate `{gate.name}` leads from `{gate.server}` to itself"
            draft.report.add("GAT001", (*gate.path, "to"), message, "call a function of its own, or name another partition")


def gates_form_no_cycle(draft: Draft) -> None:
    """No call leads back to its caller, through however many gates; one message for each cycle."""
    arrows = _arrows(draft)
    reported: set[frozenset[str]] = set()
    for caller, server, gate in (arrow for own in arrows.values() for arrow in own):
        way = _way(arrows, server, caller)
        if way is None:
            continue
        members = frozenset(name for arrow in way for name in arrow[:2])
        if members not in reported:
            reported.add(members)
            chain = " -> ".join([caller, server, *(arrow[1] for arrow in way)])
            related = [((*arrow[2].path, "to"), f"gate `{arrow[2].name}`") for arrow in way]
            fix = "take one of these gates away; an event or a channel can answer without waiting"
            draft.report.add("GAT002", (*gate.path, "to"), f"gates form a cycle: {chain}", fix, related=related[:3])


def gates_are_not_deep(draft: Draft) -> None:
    """A call leads through at most 4 gates, one behind the other."""
    arrows = _arrows(draft)
    every = [arrow for own in arrows.values() for arrow in own]
    if any(_way(arrows, server, caller) is not None for caller, server, _ in every):
        return
    for caller in sorted(set(arrows) - {server for _, server, _ in every}):
        chain = _longest(arrows, caller)
        if len(chain) > GATE_DEPTH:
            names = " -> ".join([caller, *(server for _, server, _ in chain)])
            last = chain[GATE_DEPTH][2]
            message = f"a call of `{caller}` may lead through {len(chain)} gates: {names}; at most {GATE_DEPTH} are possible"
            draft.report.add("GAT004", (*last.path, "to"), message, "join two of these servers, or use a channel for one of the steps")


def passive_servers_have_no_time(draft: Draft) -> None:
    """A server without windows has neither `timing` nor `watchdog`, nor a device with interrupts: all of them need windows."""
    windows = {window.partition for schedule in draft.schedules for window in schedule.windows}
    servers = {gate.server for gate in draft.gates}
    for partition in draft.partitions:
        if partition.name in windows or partition.name not in servers or not draft.report.ok(("schedules",)):
            continue
        devices = draft.board.devices if draft.board is not None else {}
        interrupts = [device.name for device in partition.devices if device.name in devices and devices[device.name].irq is not None]
        for key, found in (("timing", partition.timing), ("watchdog", partition.watchdog)):
            if found:
                message = f"`{partition.name}` has no window, so `{key}` means nothing for it"
                fix = f"remove it, and write `{key}` at its callers: it works in their windows"
                draft.report.add("GAT005", (*partition.path, key), message, fix, key=True)
        if interrupts:
            message = f"`{partition.name}` has no window, so interrupts of {listed(interrupts)} never reach it"
            draft.report.add("GAT005", (*partition.path, "devices"), message, "give it a window", key=True)


def _arrows(draft: Draft) -> Arrows:
    """All calls that are good by themselves."""
    arrows: Arrows = {}
    for gate in draft.gates:
        for caller in gate.callers if gate.server is not None and draft.report.ok(gate.path) else ():
            arrows.setdefault(caller, []).append((caller, gate.server or "", gate))
    return arrows


def _way(arrows: Arrows, start: str, end: str) -> list[Arrow] | None:
    """A shortest way along the arrows."""
    ways: dict[str, list[Arrow]] = {start: []}
    queue = [start]
    for name in queue:
        if name == end:
            return ways[name]
        for arrow in arrows.get(name, []):
            if arrow[1] not in ways:
                ways[arrow[1]] = [*ways[name], arrow]
                queue.append(arrow[1])
    return None


def _longest(arrows: Arrows, start: str) -> list[Arrow]:
    """The longest way from `start`, where there are no cycles."""
    order: list[str] = [start]
    best: dict[str, list[Arrow]] = {start: []}
    for name in order:  # a longer way to a partition puts it, and what follows from it, back in line
        for arrow in arrows.get(name, []):
            if len(best[name]) + 1 > len(best.get(arrow[1], [])):
                best[arrow[1]] = [*best[name], arrow]
                order.append(arrow[1])
    return max(best.values(), key=len)
