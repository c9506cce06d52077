"""The end of a channel: `partition.port`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hyp.plan.kinds import Kind, Name
from hyp.plan.node import Listing, Node, Path
from hyp.plan.quote import quote
from hyp.plan.report import Report

End = tuple[str, str]
"""Partition and port."""


@dataclass(frozen=True)
class PortEnd(Kind[End]):
    """The partition is looked up by a check; the port is declared here. `only`: a list in its place means two writers."""

    sample: str = "control.out"
    only: bool = False

    def read(self, node: Node, path: Path, report: Report) -> End | None:
        if self.only and isinstance(node, Listing) and len(node.items) > 1:
            report.add("CHN003", path, f"a channel has one writer; `{path[-1]}` lists {len(node.items)}", "write one channel per writer")
            return None
        text = self.scalar(node, path, report)
        if text is None:
            return None
        partition, dot, port = text.partition(".")
        if not dot or not partition or not port:
            fix = f"write the partition, a dot and the port, e.g. `{self.sample}`"
            report.add("CHN001", path, f"`{quote(text)}` is not of the form `partition.port`", fix)
            return None
        return (partition, port) if Name(port).check(port, path, report) else None

    def words(self) -> str:
        return "a port, `partition.port`"

    def example(self) -> str:
        return self.sample

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^[a-z][a-z0-9_-]*\.[a-z][a-z0-9_-]*$"}
