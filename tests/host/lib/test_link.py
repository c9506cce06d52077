"""The library and the linker script: what comes out for a partition, and what is refused at the link."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from hyp.abi.emit import partition_header
from hyp.abi.numbers import LINK_BASE, PAGE
from hyp.toolchain.flags import GENERAL_REGISTERS, LIBRARY, LINK, PARTITION
from hyp.toolchain.share import partition_library


@dataclass(frozen=True)
class Linked:
    run: subprocess.CompletedProcess[str]
    elf: Path


def link(folder: Path, main: str, *, compiler: str = "gcc", extra: tuple[str, ...] = ()) -> Linked:
    library = partition_library()
    (folder / "hyp_abi.h").write_text(partition_header())
    (folder / "main.c").write_text(main)
    includes = [f"-I{folder}", f"-I{library / 'include'}"]
    objects = []
    for source in [*sorted(library.glob("*.[cS]")), folder / "main.c"]:
        flags = PARTITION if source.parent == folder else LIBRARY
        made = folder / f"{source.name}.o"
        subprocess.run([compiler, *flags, *extra, *includes, "-c", source, "-o", made], check=True, timeout=180)
        objects.append(made)
    start, archive = folder / "start.S.o", folder / "libhyp.a"
    subprocess.run(["ar", "rcs", archive, *(made for made in objects[:-1] if made != start)], check=True, timeout=180)
    elf = folder / "out.elf"
    run = subprocess.run(
        ["ld", *LINK, "-T", library / "partition.ld", "-o", elf, start, objects[-1], archive],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    return Linked(run, elf)


EVERYTHING = """
#include <hyp.h>
#include <string.h>
static int filled = 7;
static char zeroed[5000];
static void on_tick(hyp_event_t event) { filled += event; }
static void on_fault(hyp_frame_t *frame) { frame->rip += 2; }
void partition_main(void)
{
    memset(zeroed, filled, sizeof zeroed);
    hyp_printf("%s %d\\n", hyp_info()->name, zeroed[1]);
    hyp_on_event(HYP_EVENT_TIMER, on_tick);
    hyp_on_trap(HYP_HEALTH_DIVIDE_ERROR, on_fault);
}
"""


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("extra", [(), (GENERAL_REGISTERS,)], ids=["fpu", "integer"])
def test_a_partition_links_into_three_segments_of_one_right_each(compiler: str, extra: tuple[str, ...], tmp_path: Path) -> None:
    linked = link(tmp_path, EVERYTHING, compiler=compiler, extra=extra)
    assert (linked.run.returncode, linked.run.stderr) == (0, "")
    with linked.elf.open("rb") as file:
        elf = ELFFile(file)
        loads = [segment for segment in elf.iter_segments() if segment["p_type"] == "PT_LOAD"]
        symbols = elf.get_section_by_name(".symtab")
        assert isinstance(symbols, SymbolTableSection)
        assert [elf["e_entry"]] == [symbol["st_value"] for symbol in symbols.get_symbol_by_name("_start") or []]
    assert [load["p_flags"] for load in loads] == [5, 4, 6]  # R E, R, R W
    assert loads[0]["p_vaddr"] == LINK_BASE
    assert all(load["p_vaddr"] % PAGE == 0 and load["p_memsz"] > 0 for load in loads)
    assert loads[2]["p_memsz"] - loads[2]["p_filesz"] >= 5000, "bss takes no room in the file"


def test_a_partition_without_data_has_no_writable_segment(tmp_path: Path) -> None:
    linked = link(tmp_path, "#include <hyp.h>\nvoid partition_main(void) { hyp_nop(); }\n")
    with linked.elf.open("rb") as file:
        assert [segment["p_flags"] for segment in ELFFile(file).iter_segments() if segment["p_type"] == "PT_LOAD"] == [5, 4]


@pytest.mark.parametrize(
    ("main", "message"),
    [
        ("__thread int own = 1; void partition_main(void) { own++; }", "thread-local variables are not supported: use a static variable"),
        (
            "volatile int n; __attribute__((constructor)) void early(void); void early(void) { n = 1; } void partition_main(void) {}",
            "constructors are not supported: call the function from partition_main",
        ),
        ("int other; int main(void) { return other; }", "undefined reference to `partition_main'"),
    ],
    ids=["thread_local", "constructor", "no_partition_main"],
)
def test_the_link_refuses_and_says_why(main: str, message: str, tmp_path: Path) -> None:
    linked = link(tmp_path, main)
    assert linked.run.returncode == 1
    assert message in linked.run.stderr
