"""Trace events in the plan's words: who, what, where, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hyp.abi.hypercalls import HYPERCALLS
from hyp.abi.numbers import HealthAction, HealthEvent
from hyp.image.manifest import Manifest
from hyp.timeline.events import Event

KERNEL = "hyp"
_CALLS = {call.number: call.name for call in HYPERCALLS}
_SIGN = 1 << 31
_GATES = ("calls", "replies", "is lost")
"""What a partition does to another through a gate (hyp.abi.numbers.Trace)."""


@dataclass(frozen=True)
class Described:
    """`partition`: whom it is about, `hyp` for kernel and module, None where that is not known. `words` say the rest, by kind."""

    event: Event
    partition: str | None
    words: dict[str, Any]


class Words:
    """The names of a manifest."""

    def __init__(self, manifest: Manifest) -> None:
        self._partitions = {entry["id"]: entry["name"] for entry in manifest["partitions"]}
        self._windows = {
            window["index"]: (schedule["name"], window["partition"]) for schedule in manifest["schedules"] for window in schedule["windows"]
        }
        self._ports: dict[str, list[str]] = {name: [] for name in self._partitions.values()}
        for channel in manifest["channels"]:  # the order in which the compiler numbers ports
            for end in (channel["source"], *channel["destinations"]):
                partition, _, port = end.partition(".")
                self._ports[partition].append(port)

    def describe(self, events: Iterable[Event]) -> Iterator[Described]:
        """Each event; a window's end names the window that began before it on its core."""
        current: dict[int, int] = {}
        for event in events:
            if event.kind == "window_start":
                current[event.core] = event.value
            if event.kind in ("window_start", "window_end"):
                yield self._window(event, current.get(event.core))
            else:
                yield Described(event, self._who(event), self._words(event))

    def _window(self, event: Event, index: int | None) -> Described:
        late = {"late": event.value} if event.kind == "window_end" else {}
        if index not in self._windows:
            return Described(event, None, late)
        schedule, partition = self._windows[index]
        return Described(event, partition, {**late, "window": index, "schedule": schedule})

    def _who(self, event: Event) -> str | None:
        if event.kind == "unknown":
            return None
        return KERNEL if event.partition is None else self._partitions.get(event.partition)

    def _words(self, event: Event) -> dict[str, Any]:
        match event.kind:
            case "health":
                return {"event": _name(HealthEvent, event.detail), "action": _name(HealthAction, event.value)}
            case "port":
                port = self._port(event, event.value & 0xFF)
                return {"call": _CALLS.get(event.detail, str(event.detail)), "port": port, "bytes": event.value >> 8}
            case "raise":
                return {"to": self._partitions.get(event.value >> 16), "event": event.value & 0xFFFF}
            case "gate":
                does = _GATES[event.detail] if event.detail < len(_GATES) else str(event.detail)
                return {"does": does, "to": self._partitions.get(event.value)}
            case "call":
                return {"call": _CALLS.get(event.detail, str(event.detail))}
            case "result":
                result = (event.value + _SIGN) % (2 * _SIGN) - _SIGN
                return {"call": _CALLS.get(event.detail, str(event.detail)), "result": result}
            case "own" | "unknown":
                return {"value": event.value}
            case _:
                return {}

    def _port(self, event: Event, number: int) -> str:
        ports = self._ports.get(self._who(event) or "", [])
        return ports[number] if number < len(ports) else str(number)


def _name(words: type[HealthEvent] | type[HealthAction], number: int) -> str:
    try:
        return words(number).name.lower()
    except ValueError:
        return str(number)
