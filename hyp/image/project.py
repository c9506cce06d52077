"""From a plan file to files on disk: loads, compiles what is stale, builds the image, writes it. What `hyp build` and `hyp run` share."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from hyp.diagnostics import Diagnostic, Severity
from hyp.exits import ExitCode, Stop
from hyp.image.assemble import Image, build
from hyp.image.kernel import KernelFileError
from hyp.image.output import write_image
from hyp.plan import Loaded, load
from hyp.plan.model import Plan
from hyp.plan.render import render_text
from hyp.toolchain.prepare import Toolchain, prepare


@dataclass(frozen=True)
class Built:
    """A plan's image and where it was written."""

    plan: Plan
    image: Image
    file: Path


def build_project(path: str | Path, out: Path | None = None, stream: TextIO | None = None, board: str | None = None) -> Path:
    """Builds the plan at `path`; returns the path of its image.elf. See `compile_project`."""
    return compile_project(path, out, stream, board).file


def compile_project(path: str | Path, out: Path | None = None, stream: TextIO | None = None, board: str | None = None) -> Built:
    """Builds into `out`, else into build/<plan name>/ under the project root.

    `board` takes the place of the board that the plan names; without `out` the folder is then build/<plan name>-<board>/.
    Diagnostics and progress go to `stream`, by default standard error. Stop WRONG_INPUT when there are errors; Stop ENVIRONMENT when a
    tool is missing or a file cannot be read; OSError when the output cannot be written.
    """
    told = stream if stream is not None else sys.stderr
    loaded = load(path, board=board)
    _tell(loaded, loaded.diagnostics, told)
    plan = loaded.plan
    if plan is None:
        raise _refused(path, loaded.diagnostics)
    tools = prepare(plan, lambda text: print(f"hyp: {text}", file=told, flush=True))
    try:
        outcome = build(plan, tools.elfs, tools.kernel_elf, loaded.spans.place if loaded.spans else None)
    except KernelFileError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"{tools.kernel_elf}: {error}; remove {tools.kernel_elf.parent} and build again") from error
    _tell(loaded, outcome.diagnostics, told)
    if outcome.image is None:
        raise _refused(path, outcome.diagnostics)
    name = plan.name if board is None else f"{plan.name}-{plan.board.name}"
    folder = out if out is not None else _relative(plan.root / "build" / name)
    return Built(plan, outcome.image, _write(folder, outcome.image, tools))


def _relative(folder: Path) -> Path:
    """A folder as people would name it from where they are."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _write(folder: Path, image: Image, tools: Toolchain) -> Path:
    if folder.exists() and not folder.is_dir():
        raise Stop(ExitCode.ENVIRONMENT, f"{folder}: there is a file of this name; give another folder with -o")
    return write_image(folder, image, tools.elfs, tools.kernel_elf)


def _tell(loaded: Loaded, diagnostics: tuple[Diagnostic, ...], stream: TextIO) -> None:
    if diagnostics:
        stream.write(render_text(diagnostics, loaded.sources, colour=stream.isatty() and not os.environ.get("NO_COLOR")))
        stream.flush()


def _refused(path: str | Path, diagnostics: tuple[Diagnostic, ...]) -> Stop:
    errors = sum(d.severity is Severity.ERROR for d in diagnostics)
    return Stop(ExitCode.WRONG_INPUT, f"{path}: {errors} error{'s' if errors != 1 else ''}, no image was built")
