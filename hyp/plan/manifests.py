"""Compares the plan with what partitions' developers ask for in `partition.yaml`."""

from __future__ import annotations

from pathlib import Path as FilePath

from hyp.plan import language as lang
from hyp.plan.document import read_document
from hyp.plan.draft import Draft, DraftPartition
from hyp.plan.manifest_ports import compare_ports
from hyp.plan.manifest_rights import compare_devices, compare_grants
from hyp.plan.places import exists, shown
from hyp.plan.report import Found
from hyp.plan.shapes import Field, Values
from hyp.plan.source import SIZE_MAX, Source
from hyp.plan.units import duration, size

FILE = "partition.yaml"


def check_manifests(draft: Draft, found: Found, sources: dict[str, Source]) -> None:
    """Reads each manifest once; mistakes in it are reported in its own text, misfits in the plan's."""
    read: dict[FilePath, Values | None] = {}
    for partition in draft.partitions:
        folder = partition.image
        if folder is None or not folder.is_dir() or not exists(folder / FILE):
            continue
        if folder not in read:
            read[folder] = _manifest(folder / FILE, partition, draft, found, sources)
        values = read[folder]
        if values is not None:
            _compare_timing(values, partition, draft)
            _compare_memory(values, partition, draft)
            compare_ports(values, partition, draft)
            compare_grants(values, partition, draft)
            compare_devices(values, partition, draft)


def _manifest(file: FilePath, partition: DraftPartition, draft: Draft, found: Found, sources: dict[str, Source]) -> Values | None:
    try:
        with file.open("rb") as stream:
            data = stream.read(SIZE_MAX + 1)
    except OSError as error:
        message = f"the manifest {shown(file)} cannot be read ({error.strerror})"
        draft.report.add("PAR001", (*partition.path, "image"), message, "check its permissions")
        return None
    document = read_document(shown(file), data, found)
    sources[document.source.name] = document.source
    if document.report is None:
        return None
    values = lang.MANIFEST.read(document.report.spans.root, (), document.report)
    return values if document.report.ok(()) else None


def _compare_timing(values: Values, partition: DraftPartition, draft: Draft) -> None:
    period, budget = values.get(lang.N_PERIOD), values.get(lang.N_BUDGET)
    path = (*partition.path, "timing")
    if (period is None and budget is None) or not draft.report.ok(path):
        return
    timing = partition.timing
    if timing is None:
        wants = " and ".join(
            f"a {name} of {duration(value)}" for name, value in (("period", period), ("budget", budget)) if value is not None
        )
        fix = f"add `timing: {{period: {duration(period or 10_000_000)}, budget: {duration(budget or 1_000_000)}}}`"
        draft.report.add(
            "PAR006", partition.path, f"the manifest of `{partition.name}` asks for {wants}; the plan has no `timing`", fix, key=True
        )
        return
    if period is not None and timing.period_ns > period:
        message = f"the manifest of `{partition.name}` asks for a period of at most {duration(period)}"
        draft.report.add("PAR006", (*path, "period"), message, f"write at most `{duration(period)}`")
    if budget is not None and timing.budget_ns < budget:
        message = f"the manifest of `{partition.name}` asks for a budget of at least {duration(budget)}"
        draft.report.add("PAR006", (*path, "budget"), message, f"write at least `{duration(budget)}`")


def _compare_memory(values: Values, partition: DraftPartition, draft: Draft) -> None:
    wanted, memory = values.get(lang.N_MEMORY), partition.memory
    if wanted is None or memory is None:
        return
    fields: tuple[tuple[Field[int], int], ...] = (
        (lang.N_STACK, memory.stack),
        (lang.N_HEAP, memory.heap),
        (lang.N_UPCALL_STACK, memory.upcall_stack),
    )
    for field, given in fields:
        least = wanted.get(field)
        if least is not None and given < least:
            message = f"the manifest of `{partition.name}` asks for a {field.key} of at least {size(least)}; the plan gives {size(given)}"
            fix = f"write `memory: {{{field.key}: {size(least)}}}`, or more"
            draft.report.add("PAR007", (*partition.path, "memory", field.key), message, fix)
