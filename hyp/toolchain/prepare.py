"""From a plan to its ELFs. What is fresh costs a few file states; what is stale goes to SCons in one run."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hyp.exits import ExitCode, Stop
from hyp.toolchain import freshness, share, system
from hyp.toolchain.request import BUILD, PartitionRequest, Request, firmware_elf, kernel_elf, partition_request

if TYPE_CHECKING:
    from hyp.plan.model import Plan

SCONSTRUCT = Path(__file__).with_name("SConstruct")


@dataclass(frozen=True)
class Toolchain:
    """ELF files that exist and are current; `elfs` by partition name."""

    kernel_elf: Path
    elfs: dict[str, Path]


@dataclass(frozen=True)
class _Product:
    """Something to build: `partition` is None for the kernel, and for the program of `hyp/firmware` that `firmware` names."""

    output: Path
    objects: tuple[Path, ...]
    digest: str
    partition: PartitionRequest | None = None
    firmware: str = ""

    @property
    def name(self) -> str:
        return Path(self.partition.folder).name if self.partition else f"the {self.firmware or 'kernel'}"


def prepare(plan: Plan, say: Callable[[str], None] = lambda _: None) -> Toolchain:
    """Compiles what is stale. Prebuilt ELFs are taken as they are. `say` gets progress and the compiler's warnings.

    Raises Stop: exit code 1 with the compiler's text, 2 when a tool is missing or the disk is full.
    """
    root = plan.root.resolve()
    folders = {one.name: partition_request(root, one.image, fpu=one.fpu) for one in plan.partitions if one.image.is_dir()}
    build(root, list(folders.values()), say)
    elfs = {one.name: root / folders[one.name].elf if one.name in folders else one.image for one in plan.partitions}
    return Toolchain(kernel_elf(root), elfs)


def build(root: Path, partitions: list[PartitionRequest], say: Callable[[str], None] = lambda _: None) -> None:
    """Makes the kernel and `partitions` current under `root`/build. Raises Stop as `prepare` does."""
    _make(root, lambda: _products(root, partitions), say)


def build_firmware(root: Path, name: str, say: Callable[[str], None] = lambda _: None) -> Path:
    """Makes a program of `hyp/firmware` current; its ELF. Raises Stop as `prepare` does."""
    _make(root, lambda: iter((_firmware(root, name),)), say)
    return firmware_elf(root, name)


def _make(root: Path, products: Callable[[], Iterator[_Product]], say: Callable[[str], None]) -> None:
    def stale() -> list[_Product]:
        return [one for one in products() if not freshness.is_fresh(one.output, one.digest, root)]

    if not stale():
        return
    system.require("gcc", "ld")
    with _lock(root):
        left = stale()
        if left:
            _compile(root, left, say)


def _products(root: Path, partitions: list[PartitionRequest]) -> Iterator[_Product]:
    library, rules = share.partition_library(), _rules()
    kernel = freshness.listing(share.kernel_sources(), deep=True, wanted=freshness.is_source)
    yield _Product(kernel_elf(root), (root / BUILD / "kernel",), freshness.digest_of([*rules, kernel]))
    if not partitions:
        return
    rules.append(freshness.listing(library, deep=True, wanted=freshness.is_source))
    for one in {request.elf: request for request in partitions}.values():
        folder, output = Path(one.folder), root / one.elf
        deep = (folder / "SConscript").is_file()
        own = freshness.listing(folder, deep=deep, wanted=lambda name: freshness.is_source(name) or name == "SConscript")
        yield _Product(output, (output.with_suffix(".objects"),), freshness.digest_of([*rules, own]), one)


def _firmware(root: Path, name: str) -> _Product:
    sources = freshness.listing(share.firmware_sources(), deep=True, wanted=freshness.is_source)
    output = firmware_elf(root, name)
    return _Product(output, (output.with_suffix(""),), freshness.digest_of([*_rules(), sources]), firmware=name)


def _rules() -> list[str]:
    """What the way of building depends on: our own rules, and the tools."""
    return [
        *(freshness.listing(share.PACKAGE / part, deep=False, wanted=_is_rule) for part in ("abi", "toolchain")),
        *(f"{tool} {freshness.state_of(shutil.which(tool) or tool)}" for tool in ("gcc", "ld")),
    ]


def _is_rule(name: str) -> bool:
    return name.endswith(".py") or name == "SConstruct"


def _compile(root: Path, stale: list[_Product], say: Callable[[str], None]) -> None:
    partitions = tuple(one.partition for one in stale if one.partition)
    firmware = tuple(one.firmware for one in stale if one.firmware)
    kernel = str(share.kernel_sources()) if len(partitions) + len(firmware) < len(stale) else ""
    say("compiling " + ", ".join(one.name for one in stale))
    for one in stale:
        freshness.forget(one.output)
    request = root / BUILD / "request.json"
    request.write_text(Request(kernel, str(share.partition_library()), partitions, firmware).to_json())
    command = ["-f", str(SCONSTRUCT), "-C", str(root), f"REQUEST={request}", *(str(one.output.relative_to(root)) for one in stale)]
    from hyp.toolchain.scons import run_scons  # not paid for when nothing is stale

    done = run_scons(root, [*command, "-s"])
    text = _compiler_text(done.stdout)
    if "No space left on device" in text:
        raise Stop(ExitCode.ENVIRONMENT, f"no space left on the disk for {root / BUILD}; free some and try again")
    if done.returncode:
        raise Stop(ExitCode.WRONG_INPUT, f"compiling failed:\n{text}")
    if text:
        say(text)
    for one in stale:
        read = set[str]().union(*(freshness.read_by_compiler(objects) for objects in one.objects))
        freshness.remember(one.output, one.digest, root, read)


def _compiler_text(output: str) -> str:
    """Without SCons' remarks on targets that failed (`scons: *** [x.o] Error 1`); its own errors stay."""
    lines = (line for line in output.splitlines() if not line.startswith(("scons: *** [", "scons: building ", "scons: `")))
    return "\n".join(line.removeprefix("scons: *** ") for line in lines).strip()


@contextmanager
def _lock(root: Path) -> Iterator[None]:
    """One build at a time in a project; whoever waited looks again at what is stale."""
    (root / BUILD).mkdir(parents=True, exist_ok=True)
    with (root / BUILD / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
