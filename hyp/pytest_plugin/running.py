"""The fixture `hyp_run`: a plan or an image, run and judged where the test run says."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hyp.image.project import build_project
from hyp.monitor.beside import listening, reasons
from hyp.monitor.summary import keep as keep_witness
from hyp.pytest_plugin.board import failure, told
from hyp.pytest_plugin.console import as_bytes, partition_of
from hyp.pytest_plugin.outcome import Outcome
from hyp.report.live import Printer
from hyp.report.places import Places
from hyp.report.record import keep, open_record
from hyp.report.verdict_json import verdict_json
from hyp.target.bundle import Bundle, open_bundle
from hyp.target.options import INSTRUCTIONS, WALL, Options, parse_match
from hyp.target.run import default_target, run, run_on_board, streams
from hyp.target.session import End
from hyp.timeline.verdict import judge

if TYPE_CHECKING:
    from hyp.pytest_plugin.board import HypBoard

FRAMES_NS = 2_000_000_000
"""Default length of a run in target time, as of `hyp run`."""
_BUILT: pytest.StashKey[dict[Path, Bundle]] = pytest.StashKey()


class Runner:
    """Callable: `hyp_run("config/demo.yaml", frames=100)`. Paths are looked up from the test's folder up to pytest's root folder."""

    def __init__(self, node: pytest.Item, config: pytest.Config, folders: pytest.TempPathFactory, board: HypBoard | None) -> None:
        self._node = node
        self._config = config
        self._folders = folders
        self._board = board
        self._count = 0

    def image(self, path: str | Path) -> Bundle:
        """The image at `path`, or that of the plan there, which is built for the chosen board, once per test run."""
        file = self._found(Path(path))
        if file.is_dir() or file.suffix in (".elf", ".json"):
            with told():
                return open_bundle(file)
        board = None if self._board is None else self._board.control.board.board or None
        built = self._config.stash.setdefault(_BUILT, {})
        if file not in built:
            with told():
                built[file] = open_bundle(build_project(file, self._folders.mktemp(file.stem), sys.stdout, board))
        return built[file]

    def __call__(
        self,
        path: str | Path,
        *,
        frames: int | None = None,
        timeout: float = 60.0,
        expect: Iterable[str] = (),
        until: str | None = None,
        inputs: Mapping[str, bytes | str] | None = None,
        target: str | None = None,
        strict: bool = False,
        attach: bool = False,
    ) -> Outcome:
        """`expect` and `until` as `PART:REGEX`; `inputs`: what is sent to partitions' consoles, by their names; `timeout` in host seconds;
        `target` names an emulator where no board is chosen.

        `attach`: nothing is loaded, what the board boots by itself is judged as this image. Default length: 2 s of target time.
        """
        __tracebackhide__ = True
        bundle = self.image(path)
        with told():
            raw = open_record(record := self._record())
            says_itself = self._board is not None and (attach or self._board.control.board.image is not None)
            options = Options(
                frames=None if says_itself else frames or -(-FRAMES_NS // bundle.manifest["schedules"][0]["major_frame_ns"]),
                timeout_s=timeout,
                clock=INSTRUCTIONS if self._board is None else WALL,
                expect=tuple(parse_match(text, "expect", streams(bundle)) for text in expect),
                until=parse_match(until, "until", streams(bundle)) if until is not None else None,
                inputs=tuple((partition_of(name, bundle), as_bytes(data)) for name, data in (inputs or {}).items()),
            )
            show = Printer(sys.stdout, streams(bundle), Places(bundle).of).show
            witness = None
            if self._board is None:
                ran = run(bundle, target or default_target(bundle), options, show, raw)
            else:
                self._board.holds(bundle, options.frames)
                self._board.monitor.end()
                with listening(bundle.manifest, self._board.control, attach=attach) as witness:
                    ran = run_on_board(bundle, self._board.control, options, show, raw, attach=attach, say=print)
                self._board.began()
            against = reasons(witness, complete=ran.session.end is End.COMPLETE)
            outcome = Outcome(judge(bundle.manifest, options, ran, strict, against), ran, record, witness)
            if witness is not None:
                keep_witness(witness, record / "monitor.json")
            keep(record, bundle.manifest, ran, outcome.verdict, verdict_json(bundle.manifest, options.clock, ran, outcome.verdict))
        self._say(outcome, bundle)
        if ran.session.end is End.INTERRUPTED:
            raise KeyboardInterrupt
        return outcome

    def _say(self, outcome: Outcome, bundle: Bundle) -> None:
        sys.stdout.write(outcome.table())
        found = [("hyp_plan", bundle.manifest["plan"]), ("hyp_image_sha256", bundle.manifest["image"]["sha256"])]
        found += [("hyp_target", outcome.run.target), ("hyp_verdict", "good" if outcome.good else "bad")]
        found += [("hyp_reason", reason) for reason in outcome.reasons]
        found += outcome.monitor_properties()
        self._node.user_properties.extend([*found, ("hyp_record", str(outcome.record))])

    def _record(self) -> Path:
        """A folder of its own, below the board's logs or pytest's temporary folder."""
        self._count += 1
        name = f"run-{self._count}"
        if self._board is None:
            return Path(self._folders.mktemp("record")) / name
        from hyp.pytest_plugin.hardware import file_name

        return self._board.control.folder / "tests" / f"{file_name(self._node.nodeid)}-{name}"

    def _found(self, path: Path) -> Path:
        if path.is_absolute():
            return path
        folder = Path(self._node.path).parent
        for place in (folder, *folder.parents):
            if (place / path).exists():
                return place / path
            if place == self._config.rootpath:
                break
        raise failure(f"there is no {path} in {folder} or above it, up to {self._config.rootpath}")
