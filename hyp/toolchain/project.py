"""Where a project begins."""

from __future__ import annotations

from pathlib import Path

MARKS = ("SConstruct", ".git")


def project_root(start: Path) -> Path | None:
    """The nearest folder, `start` or above it, that holds an SConstruct or .git; None when there is none."""
    resolved = start.resolve()
    return next((folder for folder in (resolved, *resolved.parents) if any((folder / mark).exists() for mark in MARKS)), None)
