"""Facts from the kernel's own console lines: `hyp: ...` and `hyp| ...`. A partition's text is never looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hyp.target.console import KERNEL, Line
from hyp.target.facts import MODULE, CoreFacts, Drops, Facts, HealthFacts, HealthKey, Logged, PartitionVerdict, WindowFacts

_CLOCK = re.compile(r"clock tsc=(\d+) ")
_WINDOW = re.compile(r"window (\d+) delivered=(\d+) not_ready=(\d+) late=(\d+)\.\.(\d+) path=(\d+)$")
_HEALTH = re.compile(r"health (\S+) (\S+) count=(\d+) first=(\d+)$")
_DROPS = re.compile(r"drops (\S+) bytes=(\d+) events=(\d+)$")
_VERDICT = re.compile(r"verdict (\S+) (pass|fail)$")
_SCHEDULE = re.compile(r"schedule (\S+) frames=(\d+)$")
_RESTARTS = re.compile(r"module restarts=(\d+)$")
_CORE = re.compile(r"core (\d+) frames=(\d+) spurious=(\d+)$")
_EVENT = re.compile(r"health (\S+) (\S+) action=(\S+) at=(\d+)")
_SAID = re.compile(r"verdict (\S+) (pass|fail): ?(.*)$")


def is_report(line: Line) -> bool:
    """Whether the line belongs to the end report, which the verdict table says again for people."""
    return line.direct and any(pattern.match(line.text) for pattern in (_WINDOW, _HEALTH, _DROPS, _VERDICT, _SCHEDULE, _RESTARTS, _CORE))


def own_lines(lines: Iterable[Line]) -> Iterator[Line]:
    """The kernel's lines from its (last) boot on: what firmware and loader print before it does not count."""
    kept: list[Line] = []
    for line in lines:
        if line.direct and line.text.startswith("boot "):
            kept = []
        if line.stream == KERNEL:
            kept.append(line)
    return iter(kept)


def clock(lines: Iterable[Line]) -> int | None:
    """The TSC frequency in Hz that the kernel said it uses."""
    found = [match for line in lines if line.direct and (match := _CLOCK.match(line.text))]
    return int(found[-1][1]) if found else None


def logged_events(lines: Iterable[Line]) -> dict[HealthKey, Logged]:
    """What the kernel's health lines say: the first time and the last action of each event."""
    found: dict[HealthKey, Logged] = {}
    for line in lines:
        if not line.direct and (match := _EVENT.match(line.text)):
            key = (match[1], match[2])
            first = found[key].first_ns if key in found else int(match[4])
            found[key] = Logged(first, match[3])
    return found


def console_facts(lines: Iterable[Line]) -> Facts:
    """What the end report says; where it is missing (the run was stopped) facts are missing."""
    kernel = list(own_lines(lines))
    report = [line.text for line in kernel if line.direct]
    logged = logged_events(kernel)
    texts = {m[1]: (m[2] == "pass", m[3]) for line in kernel if not line.direct and (m := _SAID.match(line.text))}
    return Facts(
        windows={int(m[1]): _window(m) for m in _matches(_WINDOW, report)},
        schedules={m[1]: int(m[2]) for m in _matches(_SCHEDULE, report)},
        module_restarts=sum(int(m[1]) for m in _matches(_RESTARTS, report)),
        health=tuple(_health(m, logged.get((m[1], m[2]))) for m in _matches(_HEALTH, report)),
        drops={m[1]: Drops(int(m[2]), int(m[3])) for m in _matches(_DROPS, report) if m[2] != "0" or m[3] != "0"},
        verdicts={m[1]: _verdict(m[2] == "pass", texts.get(m[1])) for m in _matches(_VERDICT, report)},
        cores=tuple(CoreFacts(int(m[1]), int(m[2]), int(m[3])) for m in _matches(_CORE, report)),
        tsc_hz=clock(kernel),
    )


def _matches(pattern: re.Pattern[str], texts: list[str]) -> Iterator[re.Match[str]]:
    return (match for text in texts if (match := pattern.match(text)))


def _health(match: re.Match[str], logged: Logged | None) -> HealthFacts:
    """The kernel keeps no first time of module events: theirs comes from the log."""
    first = (logged.first_ns if logged is not None else None) if match[1] == MODULE else int(match[4])
    return HealthFacts(match[1], match[2], int(match[3]), first, logged.action if logged is not None else None)


def _window(match: re.Match[str]) -> WindowFacts:
    index, delivered, not_ready = int(match[1]), int(match[2]), int(match[3])
    if delivered <= not_ready:  # its partition never ran in it: the figures say nothing
        return WindowFacts(index, delivered, not_ready, None, None, None)
    return WindowFacts(index, delivered, not_ready, int(match[4]), int(match[5]), int(match[6]))


def _verdict(passed: bool, said: tuple[bool, str] | None) -> PartitionVerdict:
    return PartitionVerdict(passed, said[1] if said is not None and said[0] == passed else "")
