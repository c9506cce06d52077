"""Facts from the kernel's own console lines: `hyp: ...` and `hyp| ...`. A partition's text is never looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hyp.target.console import KERNEL, Line
from hyp.target.facts import CoreFacts, Drops, Facts, HealthFacts, PartitionVerdict, WindowFacts

_CLOCK = re.compile(r"clock tsc=(\d+) ")
_WINDOW = re.compile(r"window (\d+) delivered=(\d+) not_ready=(\d+) late=(\d+|-)(?:\.\.(\d+))? path=(\d+|-)$")
_HEALTH = re.compile(r"health (\S+) (\S+) count=(\d+) first=(\d+)$")
_DROPS = re.compile(r"drops (\S+) bytes=(\d+) events=(\d+)$")
_VERDICT = re.compile(r"verdict (\S+) (pass|fail)$")
_CORE = re.compile(r"core (\d+) frames=(\d+) spurious=(\d+)$")
_EVENT = re.compile(r"health (\S+) (\S+) action=(\S+) at=(\d+)")
_SAID = re.compile(r"verdict (\S+) (pass|fail): ?(.*)$")
_NEVER = 0xFFFF_FFFF


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


def health_actions(lines: Iterable[Line]) -> dict[tuple[str, str], str]:
    """(partition or `module`, event) -> the action that the kernel took last."""
    return {(match[1], match[2]): match[3] for line in lines if not line.direct and (match := _EVENT.match(line.text))}


def console_facts(lines: Iterable[Line]) -> Facts:
    """What the end report says; where it is missing (the run was stopped) facts are missing."""
    kernel = list(own_lines(lines))
    report = [line.text for line in kernel if line.direct]
    actions = health_actions(kernel)
    texts = {m[1]: (m[2] == "pass", m[3]) for line in kernel if not line.direct and (m := _SAID.match(line.text))}
    return Facts(
        windows={int(m[1]): _window(m) for m in _matches(_WINDOW, report)},
        health=tuple(HealthFacts(m[1], m[2], int(m[3]), int(m[4]), actions.get((m[1], m[2]))) for m in _matches(_HEALTH, report)),
        drops={m[1]: Drops(int(m[2]), int(m[3])) for m in _matches(_DROPS, report) if m[2] != "0" or m[3] != "0"},
        verdicts={m[1]: _verdict(m[2] == "pass", texts.get(m[1])) for m in _matches(_VERDICT, report)},
        cores=tuple(CoreFacts(int(m[1]), int(m[2]), int(m[3])) for m in _matches(_CORE, report)),
        tsc_hz=clock(kernel),
    )


def _matches(pattern: re.Pattern[str], texts: list[str]) -> Iterator[re.Match[str]]:
    return (match for text in texts if (match := pattern.match(text)))


def _window(match: re.Match[str]) -> WindowFacts:
    index, delivered, not_ready = int(match[1]), int(match[2]), int(match[3])
    if match[4] == "-" or match[5] is None or int(match[4]) == _NEVER:
        return WindowFacts(index, delivered, not_ready, None, None, None)
    return WindowFacts(index, delivered, not_ready, int(match[4]), int(match[5]), int(match[6]))


def _verdict(passed: bool, said: tuple[bool, str] | None) -> PartitionVerdict:
    return PartitionVerdict(passed, said[1] if said is not None and said[0] == passed else "")
