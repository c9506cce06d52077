"""Finds each partition's program: a folder with a main.c, or an ELF file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hyp.plan.draft import Draft, DraftPartition
from hyp.plan.places import exists, image_candidates, shown
from hyp.plan.quote import alternatives, nearest, quote

ELF_MAGIC = b"\x7fELF"


@dataclass(frozen=True)
class _Refusal:
    code: str
    message: str
    fix: str


def with_images(draft: Draft) -> Draft:
    """The draft with every `image` looked up; what cannot be used is reported."""
    known: dict[str, Path | _Refusal] = {}
    partitions = tuple(_with_image(draft, partition, known) for partition in draft.partitions)
    return replace(draft, partitions=partitions)


def _with_image(draft: Draft, partition: DraftPartition, known: dict[str, Path | _Refusal]) -> DraftPartition:
    written = partition.written_image
    if written is None:
        return partition
    if written not in known:
        known[written] = _find(draft.base, written)
    found = known[written]
    if isinstance(found, _Refusal):
        draft.report.add(found.code, (*partition.path, "image"), found.message, found.fix)
        return partition
    return replace(partition, image=found)


def _find(base: Path, written: str) -> Path | _Refusal:
    candidates = image_candidates(base, written)
    for candidate in candidates:
        if exists(candidate):
            return _usable(candidate, written)
    shortest = candidates[0]
    siblings = sorted({entry.name for candidate in candidates for entry in _entries(candidate.parent)})
    meant = nearest(shortest.name, siblings)
    if meant is not None:
        fix = f"did you mean `{quote(str(Path(written).parent / meant))}`?"
    else:
        looked = alternatives(dict.fromkeys(shown(candidate.parent) for candidate in candidates), 6)
        fix = f"create the folder with a `main.c`; it was looked for in {looked}"
    return _Refusal("PAR001", f"there is no `{quote(written)}`", fix)


def _usable(path: Path, written: str) -> Path | _Refusal:
    if path.is_dir():
        if (path / "main.c").is_file():
            return path
        return _Refusal("PAR002", f"the folder `{quote(written)}` has no `main.c`", "add a `main.c`, or name a folder that has one")
    try:
        with path.open("rb") as file:
            magic = file.read(len(ELF_MAGIC))
    except OSError as error:
        return _Refusal("PAR001", f"`{quote(written)}` cannot be read ({error.strerror})", "check its permissions")
    if magic != ELF_MAGIC:
        return _Refusal("PAR003", f"`{quote(written)}` is not an ELF file", "name a folder with a `main.c`, or a static ELF64 program")
    return path


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())[:1000]
    except (OSError, ValueError):
        return []
