"""From model to bytes: layout, page tables, timetable, emit, manifest."""

from __future__ import annotations

from hyp.image.assemble import Image, Outcome, build
from hyp.image.kernel import KernelFileError

__all__ = ["Image", "KernelFileError", "Outcome", "build"]
