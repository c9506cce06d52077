"""Writes an image's files so that a reader sees the old ones or the new ones; a build that is cut short leaves nothing behind."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hyp.image.assemble import Image
from hyp.image.describe import IMAGE_ELF, KERNEL_ELF

MANIFEST_JSON = "image.json"
TEXT_MAP = "image.map"


def write_image(folder: Path, image: Image, elfs: Mapping[str, Path], kernel_elf: Path) -> Path:
    """image.elf, image.json, image.map and elf/*.elf in `folder`, made when missing; returns image.elf's path."""
    manifest = json.dumps(image.manifest, indent=1) + "\n"
    contents: dict[str, bytes] = {f"elf/{name}.elf": path.read_bytes() for name, path in sorted(elfs.items())}
    contents[KERNEL_ELF] = kernel_elf.read_bytes()
    contents |= {TEXT_MAP: image.map.encode(), MANIFEST_JSON: manifest.encode(), IMAGE_ELF: image.data}
    (folder / "elf").mkdir(parents=True, exist_ok=True)
    with _staged() as stage:
        for name, data in contents.items():
            stage(folder / name, data)
    _remove_strangers(folder / "elf", {Path(name).name for name in contents})
    return folder / IMAGE_ELF


@contextmanager
def _staged() -> Iterator[Stage]:
    """All files are written in full beside their targets before the first is renamed; whatever happens, no part of one stays."""
    stage = Stage()
    try:
        yield stage
        stage.commit()
    finally:
        stage.discard()


class Stage:
    """Temporary files and the names that they will get."""

    def __init__(self) -> None:
        self._files: list[tuple[Path, Path]] = []

    def __call__(self, target: Path, data: bytes) -> None:
        partial = target.with_name(f".{target.name}.{os.getpid()}")
        self._files.append((partial, target))
        partial.write_bytes(data)

    def commit(self) -> None:
        for partial, target in self._files:
            partial.replace(target)

    def discard(self) -> None:
        for partial, _ in self._files:
            partial.unlink(missing_ok=True)


def _remove_strangers(folder: Path, known: set[str]) -> None:
    """ELFs of partitions that the plan no longer has."""
    for path in sorted(folder.glob("*.elf")):
        if path.name not in known:
            path.unlink(missing_ok=True)
