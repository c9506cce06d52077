"""Checks of channels by themselves and against each other; how they fit the schedules is in `flow`."""

from __future__ import annotations

from hyp.plan.checks.lookup import find_partition
from hyp.plan.draft import Draft
from hyp.plan.draft_links import DraftChannel, DraftEnd
from hyp.plan.links_language import QUEUING, SAMPLING

READERS_MAX = 30
"""Of a sampling channel: its buffers are laid out for so many, readers + 2 slots."""


def channel_partitions_exist(draft: Draft) -> None:
    """Both ends of a channel are ports of partitions of the plan."""
    for channel in draft.channels:
        for end in channel.ends():
            find_partition(draft, end.partition, end.path)


def ports_have_one_channel(draft: Draft) -> None:
    """A port is one end of one channel, and has one direction and one writer."""
    first: dict[tuple[str, str], tuple[DraftChannel, DraftEnd]] = {}
    for channel in draft.channels:
        for end in channel.ends():
            other, before = first.setdefault(end.end(), (channel, end))
            if before is end:
                continue
            related = [(before.path, f"in channel `{other.name}`")]
            if other is channel and before is not channel.source:
                draft.report.add("CHN002", end.path, f"`{end}` stands twice in `{channel.name}`", "write it once", related=related)
            elif (before is other.source) != (end is channel.source):
                does, did = ("writes", "reads") if end is channel.source else ("reads", "writes")
                message = f"`{end}` {did} `{other.name}` and {does} `{channel.name}`"
                draft.report.add("CHN002", end.path, message, "a port has one direction: use a second port", related=related)
            elif end is channel.source:
                message = f"`{end}` writes two channels, `{other.name}` and `{channel.name}`"
                fix = "use a second port, or list all readers in one sampling channel"
                draft.report.add("CHN002", end.path, message, fix, related=related)
            else:
                message = f"`{end}` has two writers, those of `{other.name}` and `{channel.name}`"
                draft.report.add("CHN003", end.path, message, "use a second port", related=related)


def channels_have_their_readers(draft: Draft) -> None:
    """A queue has exactly one reader, a sampling channel 1 to 30."""
    for channel in draft.channels:
        count = draft.report.spans.count((*channel.path, "to")) or len(channel.destinations)
        if channel.kind == QUEUING and count > 1:
            message = f"the queue `{channel.name}` has {count} readers; it can have one"
            draft.report.add("CHN004", (*channel.path, "to"), message, "use one channel per reader, or `kind: sampling`")
        elif channel.kind == SAMPLING and count > READERS_MAX:
            message = f"`{channel.name}` has {count} readers; at most {READERS_MAX} are possible"
            draft.report.add("CHN004", (*channel.path, "to"), message, "use a second channel")


def channel_keys_suit_the_kind(draft: Draft) -> None:
    """`depth` is a key of queues only, `valid_for` of sampling channels only."""
    for channel in draft.channels:
        key, other = ("depth", QUEUING) if channel.kind == SAMPLING else ("valid_for", SAMPLING)
        if channel.kind is not None and draft.report.spans.is_written((*channel.path, key)):
            message = f"`{key}` means nothing for the {channel.kind} channel `{channel.name}`"
            draft.report.add("CHN005", (*channel.path, key), message, f"remove it, or write `kind: {other}`", key=True)


def queues_have_a_depth(draft: Draft) -> None:
    """A queue says how many messages it holds."""
    for channel in draft.channels:
        if channel.kind == QUEUING and channel.depth == 0:
            draft.report.add("CHN006", channel.path, f"the queue `{channel.name}` has no `depth`", "add e.g. `depth: 16`", key=True)


def channels_leave_their_partition(draft: Draft) -> None:
    """A channel joins two partitions (warning)."""
    for channel in draft.channels:
        for end in channel.destinations:
            if channel.source is not None and end.partition == channel.source.partition and draft.report.ok(channel.path):
                message = f"`{channel.name}` leads from `{end.partition}` to `{end.partition}`"
                draft.report.add("CHN011", end.path, message, "use the partition's own memory, unless this is a test")
