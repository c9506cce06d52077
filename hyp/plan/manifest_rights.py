"""Compares a partition's grants and devices in the plan with what its manifest needs (docs/decisions/015-what-a-manifest-needs.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hyp.diagnostics import Place
from hyp.plan import language as lang
from hyp.plan.checks.console import kernel_devices
from hyp.plan.draft import Draft, DraftGrants, DraftPartition
from hyp.plan.node import Path
from hyp.plan.parse import grants_of
from hyp.plan.quote import listed, quote
from hyp.plan.rights_language import EVERYONE, MODULE_OPERATIONS, OPERATIONS
from hyp.plan.shapes import Values

_Lack = tuple[Path, str, str]
"""Where it is missing, what in words, and what to write."""


def compare_grants(manifest: Values, partition: DraftPartition, draft: Draft) -> None:
    """The plan grants what the manifest asks for, and has the partitions and schedules that it names."""
    wanted = grants_of(manifest.get(lang.N_GRANTS))
    if wanted is None or _in_doubt(partition, draft):
        return
    unknown = [*(wanted.partitions.keys() - draft.names - {EVERYONE}), *(set(wanted.schedules) - draft.schedule_names)]
    if unknown:
        message = f"the manifest of `{partition.name}` asks for grants on {listed(sorted(unknown))}; the plan has nothing of that name"
        fix = "give that name to the partition or schedule that is meant"
        draft.report.add("PAR011", (*partition.path, "image"), message, fix)
    here: dict[Place, list[_Lack]] = {}
    for lack in () if partition.system else _lacks(wanted, partition, draft):
        here.setdefault(draft.report.spans.place(lack[0], key=True), []).append(lack)
    for lacks in here.values():
        message = f"the manifest of `{partition.name}` asks for {', '.join(what for _, what, _ in lacks)}; the plan does not grant it"
        fix = f"add {', '.join(f'`{text}`' for *_, text in lacks)} to its `grants:`"
        draft.report.add("PAR011", lacks[0][0], message, fix, key=True)


def compare_devices(manifest: Values, partition: DraftPartition, draft: Draft) -> None:
    """The partition has a device for each kind that the manifest lists, and as many as it lists it times."""
    board, kinds = draft.board, manifest.get(lang.N_DEVICES)
    path = (*partition.path, "devices")
    if not kinds or board is None or not draft.report.ok(path) or any(own.name not in board.devices for own in partition.devices):
        return
    lacking = Counter(kinds) - Counter(board.devices[own.name].kind for own in partition.devices)
    if not lacking:
        return
    taken = {own.name for other in draft.partitions for own in other.devices} | set(kernel_devices(draft))
    free = {kind: [n for n, one in sorted(board.devices.items()) if one.kind == kind and n not in taken] for kind in lacking}
    chosen = [name for kind, count in lacking.items() for name in free[kind][:count]]
    what = " and ".join(f"{f'{count} devices' if count > 1 else 'a device'} of kind `{quote(kind)}`" for kind, count in lacking.items())
    message = f"the manifest of `{partition.name}` asks for {what} that the plan does not give it"
    fix = f"add {listed(chosen)} to its `devices:`"
    if len(chosen) < lacking.total():
        fix = f"board `{board.name}` has too few that are free: take one from its owner, or choose another board"
    draft.report.add("PAR012", path, message, fix, key=True)


def _in_doubt(partition: DraftPartition, draft: Draft) -> bool:
    """A grant that failed, or that names nothing that exists, may be the one that is asked for."""
    names = partition.grants.partitions.keys() - {EVERYONE} if partition.grants is not None else set()
    schedules = set(partition.grants.schedules) if partition.grants is not None else set()
    failed = not all(draft.report.ok((*partition.path, key)) for key in ("grants", "system"))
    return failed or not draft.names or not draft.schedule_names or not names <= draft.names or not schedules <= draft.schedule_names


def _lacks(wanted: DraftGrants, partition: DraftPartition, draft: Draft) -> Iterator[_Lack]:
    path = (*partition.path, "grants")
    given = partition.grants or DraftGrants(path, {}, (), health_log=False, trace=False, module=())
    others = draft.names - {partition.name}
    everyone = given.partitions.get(EVERYONE, ())
    for name, operations in wanted.partitions.items():
        targets = others if name == EVERYONE else others & {name}
        lacking = [
            word
            for word in OPERATIONS
            if word in operations and any(word not in (*everyone, *given.partitions.get(target, ())) for target in targets)
        ]
        if lacking:
            whom, key = ("all others", '"*"') if name == EVERYONE else (f"`{name}`", name)
            yield (*path, "partitions", name), f"{listed(lacking)} on {whom}", f"partitions: {{{key}: [{', '.join(lacking)}]}}"
    schedules = [name for name in wanted.schedules if name in draft.schedule_names and name not in given.schedules]
    if schedules and len(draft.schedule_names) > 1:
        yield (*path, "schedules"), f"a switch to {listed(schedules)}", f"schedules: [{', '.join(schedules)}]"
    if wanted.health_log and not given.health_log:
        yield (*path, "health_log"), "the health log", "health_log: read"
    if wanted.trace and not given.trace:
        yield (*path, "trace"), "the trace", "trace: read"
    module = [word for word in MODULE_OPERATIONS if word in wanted.module and word not in given.module]
    if module:
        yield (*path, "module"), f"{listed(module)} on the module", f"module: [{', '.join(module)}]"
