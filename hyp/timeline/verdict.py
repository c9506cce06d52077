"""The judgement of a run: facts against plan, bounds and expectations. Good means that no reason was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hyp.image.manifest import Manifest, WindowEntry
from hyp.target.console import Line
from hyp.target.facts import MODULE, Facts, HealthFacts, WindowFacts
from hyp.target.options import INSTRUCTIONS, Options
from hyp.target.run import Run
from hyp.target.session import FAILED, End
from hyp.timeline.deviations import follow
from hyp.timeline.follow import Followed

INSTRUCTION_BOUND = 4
"""Release jitter that the instruction clock allows, in instructions: nothing but the final spin can add to it."""
MODULE_HALT = "module halt"
"""The kernel's line when a partition or a health action has ended the module."""
_DEVIATIONS_SHOWN = 5
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True)
class Reason:
    """`code` is stable: target, window_not_delivered, release_jitter, kernel_path, module_event, health_event, trace, expect,
    until, partition_verdict, frames, drops, line, image, monitor, no_facts."""

    code: str
    message: str


@dataclass(frozen=True)
class WindowResult:
    """Jitter and path in ticks; None when the window's partition was never released."""

    schedule: str
    window: WindowEntry
    planned: int
    facts: WindowFacts


@dataclass(frozen=True)
class Verdict:
    """`jitter_bound` in ticks. `release_jitter_max` and `kernel_path_max` in ticks; None: no release was seen.

    `restarted`: where the trace holds them, ns at which the frames after restarts of the module began.
    """

    reasons: tuple[Reason, ...]
    windows: tuple[WindowResult, ...]
    facts: Facts
    frames: int
    tsc_hz: int
    jitter_bound: int
    release_jitter_max: int | None
    kernel_path_max: int | None
    restarted: tuple[int, ...]

    @property
    def good(self) -> bool:
        return not self.reasons


def judge(manifest: Manifest, options: Options, run: Run, strict: bool, monitor: Iterable[str] = ()) -> Verdict:
    """Judge `run`. A run that was stopped (until, Ctrl-C) is judged by the frames that it completed. `monitor`: that witness's reasons."""
    facts = run.facts
    tsc_hz = facts.tsc_hz or manifest["board"]["tsc_hz"]
    frames = {core.id: core.frames for core in facts.cores}
    windows = tuple(_windows(manifest, facts))
    followed = _followed(manifest, options, run, tsc_hz)
    bound = jitter_bound(manifest, options, run.target, tsc_hz)
    late = [result.facts.late_max for result in windows if result.facts.late_max is not None]
    path = [result.facts.path_max for result in windows if result.facts.path_max is not None]
    reasons = [
        *_target(run),
        *_image(manifest, run),
        *_frames(options, run, frames),
        *_deliveries(windows, run),
        *_jitter(windows, bound),
        *_paths(windows, manifest["guard_ns"], tsc_hz),
        *_health(facts.health, manifest["expected"]),
        *_trace(followed),
        *_said(facts),
        *_expectations(options, run),
        *(_drops(facts, run) if strict else ()),
        *(Reason("monitor", text) for text in monitor),
    ]
    return Verdict(
        tuple(reasons),
        windows,
        facts,
        min(frames.values(), default=0),
        tsc_hz,
        bound,
        max(late, default=None),
        max(path, default=None),
        followed[0].restarts if followed else (),
    )


def jitter_bound(manifest: Manifest, options: Options, target: str, tsc_hz: int) -> int:
    """Ticks: 4 on QEMU's instruction clock, the board's tolerance otherwise."""
    if target == "qemu" and options.clock == INSTRUCTIONS:
        return INSTRUCTION_BOUND
    return manifest["board"]["release_tolerance_ns"] * tsc_hz // _SECOND_NS


def name_of(window: WindowEntry) -> str:
    return f"window {window['index']} ({window['partition']} at {window['at_ns']} ns)"


def _windows(manifest: Manifest, facts: Facts) -> Iterator[WindowResult]:
    """Planned: the major frames of the window's schedule that were completed."""
    for schedule in manifest["schedules"]:
        planned = facts.schedules.get(schedule["name"], 0)
        for window in schedule["windows"]:
            nothing = WindowFacts(window["index"], 0, 0, None, None, None)
            yield WindowResult(schedule["name"], window, planned, facts.windows.get(window["index"], nothing))


def _target(run: Run) -> Iterator[Reason]:
    if run.session.end in FAILED:
        yield Reason("target", run.session.message)


def _frames(options: Options, run: Run, frames: dict[int, int]) -> Iterator[Reason]:
    if frames and (counted := sum(run.facts.schedules.values())) != min(frames.values()):
        yield Reason("frames", f"{min(frames.values())} major frames completed, the schedules count {counted} together")
    if run.session.end is not End.COMPLETE:
        return
    if not frames:
        yield Reason("no_facts", "the run ended without an end report: nothing can be judged")
    for core, completed in frames.items():
        if options.frames is not None and completed != options.frames:
            why = ", then the module was halted" if _halted(run) else ""
            yield Reason("frames", f"core {core} completed {completed} of {options.frames} major frames{why}")


def _halted(run: Run) -> bool:
    return any(line.direct and line.text == MODULE_HALT for line in run.session.lines)


def _deliveries(windows: tuple[WindowResult, ...], run: Run) -> Iterator[Reason]:
    """A complete run has exactly the planned number; a stopped one, every restart of the module and its halt may have cut a frame.

    What was delivered in such a frame is no planned one's, but it is one more at most.
    """
    more = run.facts.module_restarts + (1 if _halted(run) or run.session.end is not End.COMPLETE else 0)
    for result in windows:
        if not result.planned <= result.facts.delivered <= result.planned + more:
            yield Reason("window_not_delivered", f"{name_of(result.window)}: {result.facts.delivered} of {result.planned} delivered")


def _jitter(windows: tuple[WindowResult, ...], bound: int) -> Iterator[Reason]:
    for result in windows:
        if result.facts.late_max is not None and result.facts.late_max > bound:
            yield Reason("release_jitter", f"{name_of(result.window)}: released {result.facts.late_max} ticks late, the bound is {bound}")


def _paths(windows: tuple[WindowResult, ...], guard_ns: int, tsc_hz: int) -> Iterator[Reason]:
    for result in windows:
        path = result.facts.path_max
        if path is not None and path * _SECOND_NS > guard_ns * tsc_hz:
            yield Reason("kernel_path", f"{name_of(result.window)}: the kernel took {path} ticks, the guard is {guard_ns} ns")


def _health(health: tuple[HealthFacts, ...], expected: dict[str, list[str]]) -> Iterator[Reason]:
    for found in health:
        times = "once" if found.count == 1 else f"{found.count} times"
        if found.partition == MODULE:
            yield Reason("module_event", f"the module's {found.event} happened {times}")
        elif found.event not in expected.get(found.partition, []):
            yield Reason("health_event", f"{found.partition}: {found.event} happened {times} and is not in `expect:`")


def _followed(manifest: Manifest, options: Options, run: Run, tsc_hz: int) -> tuple[Followed, ...]:
    """By core, where a trace is known."""
    facts = run.facts
    whole = run.session.end is End.COMPLETE and all(core.frames == options.frames for core in facts.cores)  # never, if nobody said how many
    frames = facts.schedules if whole else None
    dumps = [dump for dump in run.traces or () if dump.tick_scale]
    return tuple(follow(manifest["schedules"], dump, tsc_hz, facts.module_restarts, frames) for dump in dumps)


def _trace(followed: tuple[Followed, ...]) -> Iterator[Reason]:
    for one in followed:
        for deviation in one.deviations[:_DEVIATIONS_SHOWN]:
            yield Reason("trace", f"core {deviation.core} at {deviation.at_ns} ns: {deviation.message}")
        if len(one.deviations) > _DEVIATIONS_SHOWN:
            yield Reason("trace", f"core {one.deviations[0].core}: {len(one.deviations) - _DEVIATIONS_SHOWN} more deviations")


def _said(facts: Facts) -> Iterator[Reason]:
    for name, verdict in facts.verdicts.items():
        if not verdict.passed:
            yield Reason("partition_verdict", f"{name} says fail: {verdict.text}" if verdict.text else f"{name} says fail")


def _expectations(options: Options, run: Run) -> Iterator[Reason]:
    lines: tuple[Line, ...] = run.session.lines
    for match in options.expect:
        if not any(match.seen_in(line.stream, line.text) for line in lines):
            yield Reason("expect", f"--expect {match} was not seen")
    until = options.until
    if until is not None and run.session.end is End.COMPLETE and not any(until.seen_in(line.stream, line.text) for line in lines):
        yield Reason("until", f"--until {options.until} was not seen before the end")


def _image(manifest: Manifest, run: Run) -> Iterator[Reason]:
    """A board may have booted something else than the image that it is judged by."""
    booted = [line.text for line in run.session.lines if line.direct and line.text.startswith("boot plan=")]
    if booted and not booted[-1].startswith(f"boot plan={manifest['plan']} "):
        name = booted[-1].removeprefix("boot plan=").partition(" ")[0]
        yield Reason("image", f"the target booted plan {name}, it is judged as {manifest['plan']}")


def _drops(facts: Facts, run: Run) -> Iterator[Reason]:
    for loss in run.session.losses:
        yield Reason("line", f"{loss} (--strict)")
    for name, drop in facts.drops.items():
        yield Reason("drops", f"{name}: lost {drop.words(name)} (--strict)")
