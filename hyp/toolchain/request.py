"""What SCons is asked to build: data that crosses the process border as JSON, and the places where outputs go."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from hyp.abi.loader import LOADER_LOAD
from hyp.toolchain import share

BUILD = "build"
"""Folder for everything that is made, under the project root."""


@dataclass(frozen=True)
class PartitionRequest:
    """A partition folder to compile; `label` names it in debug information, `elf` is relative to the root."""

    folder: str
    fpu: bool
    label: str
    elf: str


@dataclass(frozen=True)
class Request:
    """`kernel` is the source folder, or empty when the kernel is current; `firmware` names programs of `FIRMWARE`."""

    kernel: str
    library: str
    partitions: tuple[PartitionRequest, ...]
    firmware: tuple[str, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1)

    @staticmethod
    def from_json(text: str) -> Request:
        data = json.loads(text)
        return Request(
            data["kernel"], data["library"], tuple(PartitionRequest(**one) for one in data["partitions"]), tuple(data["firmware"])
        )


FIRMWARE = {"probe": 0x100000, "loader": LOADER_LOAD}
"""Programs that run without the kernel, and where in memory: whole pages, below 2 GiB."""


def firmware_elf(root: Path, name: str) -> Path:
    return root / BUILD / "firmware" / f"{name}.elf"


def kernel_elf(root: Path) -> Path:
    return root / BUILD / "kernel" / "kernel.elf"


def partition_request(root: Path, folder: Path, *, fpu: bool) -> PartitionRequest:
    """Where the outputs of `folder` go. The place depends on how it lies to the root, never on where the root lies."""
    folder = folder.resolve()
    name, label = folder.name, _label(root.resolve(), folder)
    place = name if label == f"partitions/{name}" else f"{name}-{sha256(label.encode()).hexdigest()[:8]}"
    return PartitionRequest(str(folder), fpu, label, f"{BUILD}/partitions/{place}/{'fpu' if fpu else 'nofpu'}/{name}.elf")


def _label(root: Path, folder: Path) -> str:
    for base, prefix in ((root, ""), (share.partitions().resolve(), "hyp/partitions/")):
        if folder.is_relative_to(base) and folder != base:
            return prefix + folder.relative_to(base).as_posix()
    return f"elsewhere/{folder.name}" if folder == root else _outside(root, folder)


def _outside(root: Path, folder: Path) -> str:
    """By the way up from the root: `../other/sensor` is `up1/other/sensor`."""
    ups = next(n for n, base in enumerate(root.parents, 1) if folder.is_relative_to(base))
    return f"up{ups}/{folder.relative_to(root.parents[ups - 1]).as_posix()}"
