"""The verdict table that ends a run, for people."""

from __future__ import annotations

from collections.abc import Iterator

from hyp.target.run import Run
from hyp.target.session import End
from hyp.timeline.verdict import Verdict, WindowResult

_UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"), (1, "ns"))
_HEAD = ("schedule", "window", "core", "partition", "at", "for", "planned", "delivered", "jitter", "path")
_LEFT = 4
"""The first columns hold names and are set left; figures are set right."""


def duration(ns: int) -> str:
    """`ns` in the largest unit that shows it exactly."""
    for size, unit in _UNITS:
        if ns and ns % size == 0:
            return f"{ns // size} {unit}"
    return "0 ns"


def verdict_text(verdict: Verdict, run: Run) -> str:
    """The table, what happened besides, and last the line `verdict: good` or `verdict: bad` with its reasons."""
    return "\n".join(_lines(verdict, run)) + "\n"


def _lines(verdict: Verdict, run: Run) -> Iterator[str]:
    yield ""
    shown = [_row(result) for result in verdict.windows if result.planned or result.facts.delivered]
    if shown:
        yield from _columns([_HEAD, *shown])
    yield f"{verdict.frames} major frames, {_jitter(verdict)}, {_path(verdict)}; 1 tick = {_tick(verdict.tsc_hz)}"
    yield from _schedules(verdict)
    for event in verdict.facts.health:
        when = "" if event.first_ns is None else f", first at {duration(event.first_ns)}"
        action = "" if event.action is None else f", action {event.action}"
        yield f"health: {event.partition} {event.event}, {event.count} x{when}{action}"
    for name, drop in verdict.facts.drops.items():
        yield f"drops: {name} lost {drop.words(name)}"
    for dump in run.traces or ():
        if dump.lost:
            yield f"trace: core {dump.core} has overwritten its first {dump.lost} records"
    for loss in run.session.losses:
        yield f"line: {loss}"
    for core in verdict.facts.cores:
        if core.spurious:
            yield f"core {core.id}: {core.spurious} timer expiries before the deadline"
    for name, said in verdict.facts.verdicts.items():
        yield f"partition {name}: {'pass' if said.passed else 'fail'}{': ' + said.text if said.text else ''}"
    if run.session.end is End.UNTIL:
        yield "stopped: --until was seen"
    if run.session.end is End.INTERRUPTED:
        yield "interrupted: judged by what is known"
    yield f"verdict: {'good' if verdict.good else 'bad'}"
    for reason in verdict.reasons:
        yield f"  {reason.code}: {reason.message}"


def _schedules(verdict: Verdict) -> Iterator[str]:
    """What only a plan with several schedules, or a run with a restart of the module, has to say."""
    frames = verdict.facts.schedules
    if len(frames) > 1:
        yield "major frames by schedule: " + ", ".join(f"{name} {count}" for name, count in frames.items())
    if restarts := verdict.facts.module_restarts:
        times = {1: "once", 2: "twice"}.get(restarts, f"{restarts} times")
        at = ", ".join(duration(ns) for ns in verdict.restarted)
        yield f"the module restarted {times}{'; its timeline began anew at ' + at if at else ''}"


def _row(result: WindowResult) -> tuple[str, ...]:
    window, facts = result.window, result.facts
    jitter = "-" if facts.late_max is None else f"{facts.late_min}..{facts.late_max}"
    path = "-" if facts.path_max is None else str(facts.path_max)
    delivered = str(facts.delivered) if not facts.not_ready else f"{facts.delivered} ({facts.not_ready} not ready)"
    return (
        result.schedule,
        str(window["index"]),
        str(window["core"]),
        window["partition"],
        duration(window["at_ns"]),
        duration(window["for_ns"]),
        str(result.planned),
        delivered,
        jitter,
        path,
    )


def _columns(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) if n < _LEFT else cell.rjust(width) for n, (cell, width) in enumerate(zip(row, widths, strict=True)))
        yield "  ".join(cells).rstrip()


def _jitter(verdict: Verdict) -> str:
    if verdict.release_jitter_max is None:
        return "no release seen"
    return f"release jitter at most {verdict.release_jitter_max} ticks (bound {verdict.jitter_bound})"


def _path(verdict: Verdict) -> str:
    return "no kernel path seen" if verdict.kernel_path_max is None else f"longest kernel path {verdict.kernel_path_max} ticks"


def _tick(tsc_hz: int) -> str:
    if 1_000_000_000 % tsc_hz == 0:
        return f"{1_000_000_000 // tsc_hz} ns"
    return f"{1_000_000_000 / tsc_hz:.4g} ns"
