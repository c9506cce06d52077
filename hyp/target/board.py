"""A board at the end of a serial line as a target: started by its commands, heard through the raw logs of its lines."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from hyp.exits import ExitCode, Stop
from hyp.image.manifest import Manifest
from hyp.lab.control import Control
from hyp.lab.line import Line
from hyp.target.bundle import Bundle, open_bundle
from hyp.target.memory import Memory
from hyp.target.options import Options, command_line
from hyp.target.target import Ended, LogStream

_GONE_SECONDS = 15.0
"""A line that is away for longer does not come back by itself: adapters enumerate again within some seconds."""
_COPY_BYTES = 1 << 20


class Board:
    """A `Target`. `raw`, if given, gets what came during the run, a log per UART. The lines stay open afterwards.

    `say` is told what people should know of the way to a running image.
    """

    name = "board"

    def __init__(
        self, bundle: Bundle, control: Control, options: Options, raw: Path | None, say: Callable[[str], None], *, attach: bool
    ) -> None:
        self._bundle = bundle
        self._say = say
        self._control = control
        self._words = command_line(bundle.manifest["board"]["command_line"], options.frames)
        self._raw = raw
        self._attach = attach
        self._lines: dict[str, tuple[Line, int]] = {}  # by UART: the line, and where the run begins in its log
        self._losses_before = 0

    @property
    def starts(self) -> bool:
        """Whether the image is started for this run; else it is heard from where it is, or somebody switches it on."""
        return self._boots or self._control.board.can_start

    @property
    def _boots(self) -> bool:
        """Through the loader on the line."""
        return not self._attach and self._control.board.has_loader

    def version(self) -> str:
        board = self._control.board
        return f"{board.name} at {board.port}"

    def prepare(self) -> None:
        """Stop WRONG_INPUT when the image is for another board, or it boots its own."""
        board, manifest = self._control.board, self._bundle.manifest
        if board.board and manifest["board"]["name"] != board.board:
            wanted = f"build the plan with `board: {board.board}`, or write `board: {manifest['board']['name']}` into the row"
            raise Stop(
                ExitCode.WRONG_INPUT, f"the image is for board {manifest['board']['name']}, {board.name} is a {board.board}: {wanted}"
            )
        if self._attach:
            return
        if board.image is not None:
            self._check_medium(board.folder / board.image)

    def start(self) -> None:
        control, manifest = self._control, self._bundle.manifest
        console, trace = manifest["console"]["uart"], manifest["trace"]
        lines = {console: control.console}
        if trace is not None and control.trace is not None:
            lines[trace["uart"]] = control.trace
        # A board that nobody starts may have spoken since its line was opened, or since the run before this one.
        self._lines = {uart: (line, line.size if self.starts else line.taken) for uart, line in lines.items()}
        self._losses_before = len(control.console.losses)
        control.use_speeds(*speeds(manifest))
        if self._attach:
            control.listen_to_image()
        if not self._attach and control.board.load is not None:
            control.load(self._bundle.image, self._words)
        if self._boots:
            at = control.boot(self._bundle.image, self._words, self._say)
            self._lines[console] = (control.console, at)
        elif control.board.can_start:
            control.start_anew()

    def streams(self) -> Mapping[str, LogStream]:
        return {uart: LogStream(line.log, at) for uart, (line, at) in self._lines.items()}

    def send(self, uart: str, data: bytes) -> None:
        line, _ = self._lines[uart]
        with suppress(Stop):  # that the line is gone is seen in `ended`
            line.write(data)

    def ended(self) -> Ended | None:
        for line, _ in self._lines.values():
            if line.broken is not None:
                return Ended(orderly=False, reason=line.broken)
            if line.down_seconds > _GONE_SECONDS:
                why = line.losses[-1].reason if line.losses else "it could not be opened"
                return Ended(orderly=False, reason=f"the line {line.url} is lost for {_GONE_SECONDS:g} s: {why}")
        return None

    def stop(self) -> None:
        """Keep the logs; whoever owns the control switches the board off."""
        for line, _ in self._lines.values():
            line.taken = line.size
        if self._raw is None:
            return
        for uart, (line, at) in self._lines.items():
            try:
                with line.log.open("rb") as log, (self._raw / f"{uart}.log").open("wb") as kept:
                    log.seek(at)
                    shutil.copyfileobj(log, kept, _COPY_BYTES)
            except OSError as error:
                raise Stop(ExitCode.ENVIRONMENT, f"{self._raw}: {error.strerror}; the record needs a folder that can be written") from None

    def remarks(self) -> tuple[str, ...]:
        return tuple(str(loss) for loss in self._control.console.losses[self._losses_before :])

    def memory(self) -> Memory | None:
        return None

    def _check_medium(self, path: Path) -> None:
        held = open_bundle(path).manifest["image"]["sha256"]
        if held != self._bundle.manifest["image"]["sha256"]:
            name = self._control.board.name
            raise Stop(
                ExitCode.WRONG_INPUT,
                f"board {name} boots what its medium holds, {path}, which is another image: write this one to the medium, or --attach",
            )


def speeds(manifest: Manifest) -> tuple[int, int | None]:
    """Of an image's console and trace, in baud; None: no trace on a line."""
    trace = manifest["trace"]
    return manifest["console"]["baud"], trace["baud"] if trace is not None else None
