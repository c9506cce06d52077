"""Devices of a partition, as the plan writes them: a name of the board file, or `{name, dma}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hyp.plan.kinds import Choice, Kind, Text
from hyp.plan.node import Mapping, Node, Path
from hyp.plan.report import Report
from hyp.plan.shapes import Field, ListOf, Record

DEVICE_NAME = Field("name", Text("the name of a device", "com3"), "Device of the board", required=True)
DMA = Field("dma", Choice(("trusted",)), "`trusted`: this device reads and writes all memory by itself, and no IOMMU holds it")
DEVICE_USE = Record("a device of a partition", (DEVICE_NAME, DMA), "{name: nic, dma: trusted}")


@dataclass(frozen=True)
class WrittenDevice:
    """`path` is that of the name, or of the record. `dma`: the integrator answers for what it does as a bus master."""

    path: Path
    name: str
    dma: bool


@dataclass(frozen=True)
class DeviceUse(Kind[WrittenDevice]):
    """A name alone, or a record with one."""

    def read(self, node: Node, path: Path, report: Report) -> WrittenDevice | None:
        if not isinstance(node, Mapping):
            alone = DEVICE_NAME.kind.read(node, path, report)
            return None if alone is None else WrittenDevice(path, alone, dma=False)
        record = DEVICE_USE.read(node, path, report)
        name = None if record is None else record.get(DEVICE_NAME)
        if record is None or name is None or (record.written(DMA) and record.get(DMA) is None):
            return None
        return WrittenDevice(path, name, dma=record.written(DMA))

    def words(self) -> str:
        return "the name of a device, or `{name, dma: trusted}`"

    def example(self) -> str:
        return "com3"

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [DEVICE_NAME.kind.schema(), DEVICE_USE.schema()]}


DEVICES = Field("devices", ListOf(DeviceUse(), "a device or a list of them", single=True), "Devices of the board that it owns", default=())
