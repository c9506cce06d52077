"""Compares the plan's channels with the ports of a partition's manifest."""

from __future__ import annotations

from hyp.plan import language as lang
from hyp.plan.draft import Draft, DraftPartition
from hyp.plan.draft_links import DraftChannel, DraftEnd
from hyp.plan.quote import nearest
from hyp.plan.shapes import Values
from hyp.plan.units import size


def compare_ports(manifest: Values, partition: DraftPartition, draft: Draft) -> None:
    """A manifest that lists ports lists all of them: each has a channel that suits it, and no channel names another one (warning)."""
    ports = manifest.get(lang.N_PORTS)
    if ports is None or not draft.report.ok(("channels",)):
        return
    planned = {end.port: (channel, end) for channel in draft.channels for end in channel.ends() if end.partition == partition.name}
    for name, port in ports.items():
        if name in planned:
            _compare(name, port, *planned[name], partition, draft)
            continue
        what = f"the manifest of `{partition.name}` has a {port.text(lang.N_PORT_KIND)} port `{name}`"
        message = f"{what}; no channel names `{partition.name}.{name}`"
        draft.report.add("PAR008", partition.path, message, "add a channel for it under `channels:`", key=True)
    for name, (_, end) in planned.items():
        if name not in ports:
            meant = nearest(name, ports)
            fix = f"did you mean `{partition.name}.{meant}`?" if meant else "remove the channel, or add the port to the manifest"
            draft.report.add("PAR010", end.path, f"the program of `{partition.name}` has no port `{name}`, says its manifest", fix)


def _compare(name: str, port: Values, channel: DraftChannel, end: DraftEnd, partition: DraftPartition, draft: Draft) -> None:
    kind, direction, least = port.get(lang.N_PORT_KIND), port.get(lang.N_PORT_DIRECTION), port.get(lang.N_PORT_SIZE)
    if kind is None or direction is None or least is None or channel.size is None:
        return
    whose = f"the manifest of `{partition.name}` has `{name}` as a {kind} {direction}"
    planned = "source" if end is channel.source else "destination"
    if kind != channel.kind:
        draft.report.add("PAR009", (*channel.path, "kind"), f"{whose}; `{channel.name}` is {channel.kind}", f"write `kind: {kind}`")
    elif direction != planned:
        draft.report.add("PAR009", end.path, f"{whose}; here it is the {planned}", "exchange `from` and `to`, or use another port")
    elif direction == "source" and channel.size < least:
        does = f"writes messages of {size(least)} to `{name}`"
        _refuse_size(does, f"at least `{size(least)}`", channel, partition, draft)
    elif direction == "destination" and channel.size > least:
        does = f"has room for messages of {size(least)} from `{name}`"
        _refuse_size(does, f"at most `{size(least)}`", channel, partition, draft)


def _refuse_size(does: str, wanted: str, channel: DraftChannel, partition: DraftPartition, draft: Draft) -> None:
    message = f"`{partition.name}` {does}, says its manifest; the channel takes {size(channel.size or 0)}"
    draft.report.add("PAR009", (*channel.path, "size"), message, f"write {wanted}")
