"""Where files named in a plan are looked up: the plan's folder, the folders above it up to the project root, what came with hyp."""

from __future__ import annotations

from pathlib import Path

from hyp.toolchain import share
from hyp.toolchain.project import project_root


def folders(base: Path) -> tuple[Path, ...]:
    """`base`, then each folder above it up to the project root; only `base` outside a project."""
    root = project_root(base)
    if root is None or root == base:
        return (base,)
    return (base, *(folder for folder in base.parents if folder == root or root in folder.parents))


def image_candidates(base: Path, written: str) -> tuple[Path, ...]:
    """Where a partition's `image` may be, in order."""
    if Path(written).is_absolute():
        return (Path(written),)
    examples = share.partitions()
    return (*(folder / written for folder in folders(base)), examples.parent / written, examples / written)


def board_candidates(base: Path, written: str) -> tuple[Path, ...]:
    """Where a plan's `board` may be, in order."""
    if "/" in written or written.endswith(".yaml"):
        path = Path(written)
        return (path,) if path.is_absolute() else tuple(folder / path for folder in folders(base))
    return tuple(folder / f"{written}.yaml" for folder in board_folders(base))


def board_folders(base: Path) -> tuple[Path, ...]:
    """Folders that boards are looked up in by name."""
    root = project_root(base)
    return (base, *(() if root is None else (root / "config" / "boards",)), share.boards())


def exists(path: Path) -> bool:
    """Also false for names that no file system takes: too long, or with a NUL."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def shown(path: Path) -> str:
    """A path for messages: relative to the current folder when it lies in it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
