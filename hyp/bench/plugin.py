"""The plugin that counts: built when it is stale, and QEMU's argument for it."""

from __future__ import annotations

import fcntl
from pathlib import Path

from hyp.bench.symbols import Kernel, plugin_arguments
from hyp.exits import ExitCode, Stop
from hyp.toolchain import freshness, system
from hyp.toolchain.request import BUILD
from hyp.toolchain.scons import run_scons

SOURCES = Path(__file__).with_name("counter")
SCONSTRUCT = Path(__file__).with_name("SConstruct")


def build_plugin(root: Path) -> Path:
    """counter.so under `root`/build. Stop ENVIRONMENT when the host's compiler is missing or fails."""
    output = root / BUILD / "bench" / "counter.so"
    output.parent.mkdir(parents=True, exist_ok=True)
    with (output.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        rules = freshness.listing(SOURCES.parent, deep=False, wanted=lambda name: name in ("recipe.py", SCONSTRUCT.name))
        digest = freshness.digest_of([rules, freshness.listing(SOURCES, deep=False, wanted=freshness.is_source)])
        if not freshness.is_fresh(output, digest, root):
            system.require("gcc", "ld")
            _compile(root, output.relative_to(root))
            freshness.remember(output, digest, root, [])
    return output


def plugin_option(plugin: Path, kernel: Kernel, out: Path) -> list[str]:
    """QEMU arguments that load the counter; it writes to `out` when QEMU exits."""
    words = [str(plugin), f"out={out}", *plugin_arguments(kernel)]
    return ["-plugin", ",".join(word.replace(",", ",,") for word in words)]


def _compile(root: Path, output: Path) -> None:
    freshness.forget(root / output)
    done = run_scons(root, ["-f", str(SCONSTRUCT), "-C", str(root), "-s", f"SOURCES={SOURCES}", f"OUTPUT={output}", str(output)])
    if done.returncode:
        raise Stop(ExitCode.ENVIRONMENT, f"the benchmark's plugin for QEMU cannot be compiled on this host:\n{done.stdout.strip()}")
