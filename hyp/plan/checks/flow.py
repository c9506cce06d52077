"""Checks of channels against the schedules: who reads, how old messages get, how many wait."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from hyp.plan.checks.arrivals import Arrivals, most_in
from hyp.plan.checks.presence import Presence, Stretch, presences, timing_in, timing_path
from hyp.plan.checks.sharing import NUMBERS
from hyp.plan.checks.windows import show
from hyp.plan.draft import Draft, DraftPartition
from hyp.plan.draft_links import DraftChannel, DraftEnd
from hyp.plan.links_language import QUEUING
from hyp.plan.units import duration


@dataclass(frozen=True)
class _Flow:
    """A good channel in a schedule in which its writer has windows."""

    channel: DraftChannel
    writer: DraftPartition
    presence: Presence


def readers_run(draft: Draft) -> None:
    """In every schedule in which the writer of a channel has a window, each reader has one, or `without` says that it has none.

    A reader without a window in any schedule is another check's.
    """
    somewhere = {name for presence in presences(draft) for name in presence.stretches}
    for flow in _flows(draft):
        schedule, name = flow.presence.schedule, flow.channel.name
        for end in flow.channel.destinations if draft.report.ok((*schedule.path, "without")) else ():
            absent = end.partition in somewhere and end.partition not in flow.presence.stretches
            if absent and end.partition not in schedule.without:
                message = f"`{end.partition}` has no window in schedule `{schedule.name}`, where `{flow.writer.name}` writes `{name}`"
                fix = f"give it a window there, or write `without: [{end.partition}]` in `{schedule.name}`"
                draft.report.add("CHN007", end.path, message, fix, related=[(schedule.path, f"schedule `{schedule.name}`")])


def validity_spans_the_period(draft: Draft) -> None:
    """`valid_for` is at least the writer's period, in every schedule in which the writer has a window."""
    for flow in _flows(draft):
        channel, timing = flow.channel, timing_in(flow.presence.schedule, flow.writer)
        if not channel.valid_for or timing is None or channel.valid_for >= timing.period_ns:
            continue
        message = f"`valid_for` is {duration(channel.valid_for)}; `{flow.writer.name}` writes once in {duration(timing.period_ns)}"
        related = [((*timing_path(flow.presence.schedule, flow.writer), "period"), f"the period of `{flow.writer.name}`")]
        fix = f"write at least `{duration(timing.period_ns)}`"
        draft.report.add("CHN008", (*channel.path, "valid_for"), message, fix, related=related)


def validity_spans_the_worst_age(draft: Draft) -> None:
    """`valid_for` is at least the worst age at every reader, in every schedule in which writer and reader have windows.

    The worst age is the longest time from the release of a writer's window to an instant at which a reader runs before the
    writer's next window has ended: the message may have been written at the very start of the one window, and the next one may
    come at the very end of the other. So a writer that writes in each of its windows never leaves an invalid message, and
    nothing is said of one that does not.
    """
    worst: dict[str, _Read] = {}
    for flow in _flows(draft):
        channel, presence = flow.channel, flow.presence
        for end in channel.destinations if channel.valid_for else ():
            stretches = presence.stretches
            for written, read in _oldest(stretches[flow.writer.name], stretches.get(end.partition, []), presence.frame):
                if channel.name not in worst or read - written > worst[channel.name].age:
                    worst[channel.name] = _Read(flow, end, written, read)
    for found in worst.values():
        channel, presence = found.flow.channel, found.flow.presence
        if not channel.valid_for or found.age <= channel.valid_for:
            continue
        message = (
            f"`{found.end}` may read a message {duration(found.age)} old, written at {duration(found.written % presence.frame)} and "
            f"read until {duration(found.read)} of schedule `{presence.schedule.name}`; `valid_for` is {duration(channel.valid_for)}"
        )
        fix = f"write at least `{duration(found.age)}`, or move the windows closer together"
        draft.report.add("CHN009", (*channel.path, "valid_for"), message, fix, related=[(found.end.path, "the reader")])


def queues_are_deep_enough(draft: Draft) -> None:
    """A queue holds all messages that its writer may send while the reader does not run, in every schedule in which both have windows.

    The writer sends in its windows only: at most its `rate`; without one, one message per period of its `timing`; without that, one
    per window. The reader is taken to empty the queue whenever it runs.
    """
    worst: dict[str, _Waiting] = {}
    for flow in _flows(draft):
        channel, presence = flow.channel, flow.presence
        timing_good = draft.report.ok(timing_path(presence.schedule, flow.writer))
        if channel.kind != QUEUING or len(channel.destinations) != 1 or not timing_good:
            continue
        reader = channel.destinations[0].partition
        if reader not in presence.stretches:
            continue
        arrivals = Arrivals.of(channel.rate, timing_in(presence.schedule, flow.writer), presence.frame)
        for gap, count in most_in(list(presence.gaps(reader)), presence.stretches[flow.writer.name], arrivals):
            if channel.name not in worst or count > worst[channel.name].count:
                worst[channel.name] = _Waiting(flow, gap, arrivals, count)
    for found in worst.values():
        channel, reader = found.flow.channel, found.flow.channel.destinations[0].partition
        if channel.depth is None or found.count <= channel.depth:
            continue
        message = (
            f"{found.count} messages may come while `{reader}` does not run, {show(found.gap)} of schedule "
            f"`{found.flow.presence.schedule.name}` ({found.arrivals.words(found.flow.writer.name)}); `depth` is {channel.depth}"
        )
        fix = f"write at least `depth: {found.count}`, give `{reader}` windows more often, or bound the writer with `rate`"
        draft.report.add("CHN010", (*channel.path, "depth"), message, fix)


@dataclass(frozen=True)
class _Read:
    """The oldest message that `end` may read: `written` is negative when that was in the frame before."""

    flow: _Flow
    end: DraftEnd
    written: int
    read: int

    @property
    def age(self) -> int:
        return self.read - self.written


@dataclass(frozen=True)
class _Waiting:
    """The most messages that may come in one gap of the reader."""

    flow: _Flow
    gap: Stretch
    arrivals: Arrivals
    count: int


def _flows(draft: Draft) -> list[_Flow]:
    """In the order of the text, schedule by schedule for each channel. Nothing of a partition with more ports than are possible."""
    ports = Counter(end.partition for channel in draft.channels for end in channel.ends())
    partitions = {partition.name: partition for partition in draft.partitions if ports[partition.name] <= NUMBERS}
    schedules = presences(draft)
    good = [channel for channel in draft.channels if draft.report.ok(channel.path)]
    writers = [(channel, partitions.get(channel.source.partition)) for channel in good if channel.source is not None]
    return [
        _Flow(channel, writer, presence)
        for channel, writer in writers
        for presence in schedules
        if writer is not None and writer.name in presence.stretches
    ]


def _oldest(writer: list[Stretch], reader: list[Stretch], frame: int) -> Iterator[tuple[int, int]]:
    """Pairs (written, read): an instant until which a reader runs, and the release of the last writer's window that has ended by then."""
    ends = [end for _, end in writer]

    def release(index: int) -> int:
        return writer[index][0] if index >= 0 else writer[-1][0] - frame

    for start, end in reader:
        ended = bisect_right(ends, end) - 1
        yield release(ended), end
        for index in range(bisect_right(ends, start), ended + 1):
            yield release(index - 1), ends[index]
