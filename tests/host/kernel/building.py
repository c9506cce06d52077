"""Compiles kernel files for the host, with sanitizers. What needs a CPU's rights is replaced by `include/`, and two words of headers."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hyp.abi.emit import kernel_header, partition_header
from hyp.toolchain.share import kernel_sources

HERE = Path(__file__).parent
ADDRESS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
THREAD = ("-fsanitize=thread",)
_FLAGS = ("-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-Wno-array-bounds")


@dataclass(frozen=True)
class HostKernel:
    """`folder` holds the kernel's headers as the host takes them, and what is compiled."""

    folder: Path

    def program(self, harness: str, sources: Sequence[str], sanitizer: Sequence[str] = ADDRESS) -> Path:
        """`<harness>.c` linked with kernel files; AssertionError with the compiler's text."""
        include = f"-I{self.folder / 'include'}"
        objects = []
        for source in sources:
            compiled = self.folder / f"{harness}-{source.replace('/', '-')}.o"
            own = ("-mgeneral-regs-only",) if source.endswith("hypercalls.c") else ()  # its calling convention keeps only these
            _gcc([*_FLAGS, *sanitizer, *own, include, "-c", str(kernel_sources() / source), "-o", str(compiled)])
            objects.append(str(compiled))
        program = self.folder / harness
        _gcc([*_FLAGS, *sanitizer, include, str(HERE / f"{harness}.c"), *objects, "-pthread", "-o", str(program)])
        return program


def host_headers(folder: Path) -> None:
    """The kernel's own headers, with the plan, the APIC and the core's record in the test's memory."""
    shutil.copytree(kernel_sources() / "include", folder)
    shutil.copy(HERE / "include" / "cpu.h", folder)
    (folder / "hyp_abi.h").write_text(partition_header())
    header = kernel_header()
    for name in ("PLAN_BASE", "LAPIC_BASE"):
        header, count = re.subn(rf"^#define {name} .*$", f"#define {name} ((uint64_t)host_{name.lower()})", header, flags=re.MULTILINE)
        assert count == 1
    words = "extern char host_plan_base[], host_lapic_base[];\nextern struct core *host_core;\n"
    words += "".join(f"#pragma weak slot_{name}\n" for name in ("save", "control", "info"))  # of a partition that runs: nobody does
    (folder / "hyp_kernel.h").write_text(header + f"\n#ifndef __ASSEMBLER__\n{words}#endif\n")
    core = (folder / "core.h").read_text()
    for theirs, ours in (
        ('__asm__("rdgsbase %0" : "=r"(core))', "core = host_core"),
        ("&plan_blob", "(const struct plan *)host_plan_base"),
    ):
        assert core.count(theirs) == 1
        core = core.replace(theirs, ours)
    (folder / "core.h").write_text(core)


def _gcc(arguments: list[str]) -> None:
    run = subprocess.run(["gcc", *arguments], capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr
