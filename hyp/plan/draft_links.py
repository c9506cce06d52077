"""Channels, events, gates and shared areas as far as they could be read. A value that was refused is None."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.plan.ends import End
from hyp.plan.node import Path
from hyp.plan.units import Rate


@dataclass(frozen=True)
class DraftEnd:
    """`path` is that of the text `partition.port`."""

    path: Path
    partition: str
    port: str

    def __str__(self) -> str:
        return f"{self.partition}.{self.port}"

    def end(self) -> End:
        return self.partition, self.port


@dataclass(frozen=True)
class DraftChannel:
    """`destinations` are those that could be read. `depth` and `valid_for` are 0 when they are not written."""

    name: str
    path: Path
    kind: str | None
    size: int | None
    depth: int | None
    source: DraftEnd | None
    destinations: tuple[DraftEnd, ...]
    valid_for: int | None
    rate: Rate | None

    def ends(self) -> tuple[DraftEnd, ...]:
        return self.destinations if self.source is None else (self.source, *self.destinations)


@dataclass(frozen=True)
class DraftEvent:
    name: str
    path: Path
    source: str | None
    destination: str | None


@dataclass(frozen=True)
class DraftGate:
    """`callers` are empty when they could not be read."""

    name: str
    path: Path
    callers: tuple[str, ...]
    server: str | None
    when_busy: str | None


@dataclass(frozen=True)
class DraftShared:
    """`access` has the entries that could be read."""

    name: str
    path: Path
    size: int | None
    access: dict[str, str]
    cache: str | None
