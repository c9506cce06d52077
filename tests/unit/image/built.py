"""An image as the kernel finds it: its blob and pages, read through the page tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hyp.abi import pages, tables
from hyp.abi.numbers import INFO_PAGE
from hyp.abi.record import Record
from hyp.image import Image
from hyp.plan.model import Plan
from tests.unit.image import elves
from tests.unit.image.walk import Memory, Space


@dataclass(frozen=True)
class Built:
    plan: Plan
    image: Image
    memory: Memory

    @cached_property
    def boot(self) -> Space:
        return Space(self.memory, int.from_bytes(self.memory.read(elves.BOOT_ROOT, 4), "little"))

    def space(self, name: str, core: int = 0) -> Space:
        entry = next(p for p in self.image.manifest["partitions"] if p["name"] == name)
        return Space(self.memory, entry["roots"][str(core)])

    def head(self) -> dict[str, Any]:
        return tables.PLAN.unpack(self.boot.read(tables.PLAN_BASE, tables.PLAN.size))

    def rows(self, record: Record, where: str | int, count: int) -> list[dict[str, Any]]:
        """The first entries of a table of the blob: one that the head names, or an address."""
        data = self.boot.read(self.head()[where] if isinstance(where, str) else where, record.size * count)
        return [dict(record.unpack(data, n * record.size)) for n in range(count)]

    def partition(self, name: str) -> dict[str, Any]:
        """Its partition_plan."""
        return next(row for row in self.rows(tables.PARTITION, "partitions", self.head()["partition_count"]) if row["name"] == name)

    def record(self, record: Record, virtual: int) -> dict[str, Any]:
        """A record somewhere in the kernel's half."""
        return dict(record.unpack(self.boot.read(virtual, record.size)))

    def row(self, address: int) -> bytes:
        """One byte per partition somewhere in the blob."""
        return self.boot.read(address, self.head()["partition_count"])

    def listed(self, name: str, table: str, record: Record) -> list[dict[str, Any]]:
        """A table of the partition's info page, as the partition reads it."""
        space = self.space(name)
        info: dict[str, Any] = pages.INFO.unpack(space.read(INFO_PAGE, pages.INFO.size))
        where = info[table]
        data = space.read(INFO_PAGE + where["offset"], record.size * where["count"])
        return [dict(record.unpack(data, n * record.size)) for n in range(where["count"])]
