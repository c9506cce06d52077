"""Channels, events, gates and shared areas from their records to the draft."""

from __future__ import annotations

from hyp.plan import links_language as lang
from hyp.plan.draft_links import DraftChannel, DraftEnd, DraftEvent, DraftGate, DraftShared
from hyp.plan.report import Report
from hyp.plan.shapes import Values


def channels_of(values: Values, report: Report) -> tuple[DraftChannel, ...]:
    """`values` is the plan's record."""
    return tuple(_channel(name, channel, report) for name, channel in (values.get(lang.CHANNELS) or {}).items())


def events_of(values: Values) -> tuple[DraftEvent, ...]:
    events = (values.get(lang.EVENTS) or {}).items()
    return tuple(DraftEvent(name, event.path, event.get(lang.SENDER), event.get(lang.RECEIVER)) for name, event in events)


def gates_of(values: Values) -> tuple[DraftGate, ...]:
    return tuple(
        DraftGate(name, gate.path, gate.get(lang.CALLERS) or (), gate.get(lang.SERVER), gate.get(lang.WHEN_BUSY))
        for name, gate in (values.get(lang.GATES) or {}).items()
    )


def shared_of(values: Values) -> tuple[DraftShared, ...]:
    areas = (values.get(lang.SHARED) or {}).items()
    return tuple(
        DraftShared(name, area.path, area.get(lang.SHARED_SIZE), area.get(lang.ACCESS) or {}, area.get(lang.SHARED_CACHE))
        for name, area in areas
    )


def _channel(name: str, values: Values, report: Report) -> DraftChannel:
    source = values.get(lang.FROM)
    return DraftChannel(
        name=name,
        path=values.path,
        kind=values.get(lang.KIND),
        size=values.get(lang.MESSAGE),
        depth=values.get(lang.DEPTH) if values.written(lang.DEPTH) else 0,
        source=None if source is None else DraftEnd(values.at(lang.FROM), *source),
        destinations=_destinations(values, report),
        valid_for=values.get(lang.VALID_FOR) if values.written(lang.VALID_FOR) else 0,
        rate=values.get(lang.RATE),
    )


def _destinations(values: Values, report: Report) -> tuple[DraftEnd, ...]:
    """Nothing when one was refused: the others' places in the text would not be known."""
    ends, path = values.get(lang.TO) or (), values.at(lang.TO)
    if not report.spans.is_list(path):
        return tuple(DraftEnd(path, *end) for end in ends)
    if len(ends) != report.spans.count(path):
        return ()
    return tuple(DraftEnd((*path, index), *end) for index, end in enumerate(ends))
