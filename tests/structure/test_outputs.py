"""What is compiled: the same in every folder, and nothing in it that does not belong there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from iced_x86 import CpuidFeature, Decoder, Mnemonic

from hyp.toolchain.prepare import build
from hyp.toolchain.request import kernel_elf, partition_request

SIMD = {
    value
    for name, value in vars(CpuidFeature).items()
    if name.startswith(("FPU", "MMX", "SSE", "SSSE", "AVX", "AES", "PCLMUL", "F16C", "FMA", "D3NOW", "VAES", "GFNI", "SHA"))
}
MNEMONICS = {value: name for name, value in vars(Mnemonic).items() if isinstance(value, int)}
STATE_KEEPING = {"FNINIT", "FXSAVE64", "FXRSTOR64", "XSAVE64", "XSAVEOPT64", "XRSTOR64", "XGETBV", "XSETBV", "LDMXCSR"}
"""What a kernel needs to keep partitions' FPU states apart."""
FENCES = {"LFENCE", "MFENCE", "SFENCE"}
"""They came with SSE and touch no register."""

USER = '#include <hyp.h>\nvoid partition_main(void) { hyp_printf("%s %d\\n", __FILE__, __LINE__); }\n'


def simd_in(elf: Path) -> dict[str, str]:
    """Instructions with x87 or SIMD registers: mnemonic by place."""
    with elf.open("rb") as file:
        code = [(one["sh_addr"], one.data()) for one in ELFFile(file).iter_sections() if one["sh_flags"] & SH_FLAGS.SHF_EXECINSTR]
    return {
        f"{instruction.ip:#x} {instruction}": MNEMONICS[instruction.mnemonic]
        for address, data in code
        for instruction in Decoder(64, data, ip=address)
        if SIMD & set(instruction.cpuid_features())
    }


def test_the_kernel_has_no_simd_but_state_keeping(built: Path) -> None:
    assert {place: name for place, name in simd_in(kernel_elf(built)).items() if name not in STATE_KEEPING | FENCES} == {}


def test_a_partition_without_fpu_has_no_simd(built: Path) -> None:
    assert simd_in(built / partition_request(built, built / "partitions" / "hello", fpu=False).elf) == {}


def test_the_library_with_fpu_does(built: Path) -> None:
    """The check above can fail."""
    assert simd_in(built / partition_request(built, built / "partitions" / "hello", fpu=True).elf) != {}


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The same project in two folders whose names differ in length."""
    roots = []
    for name in ("a", "a-longer-name"):
        root = tmp_path_factory.mktemp(name) / name
        (root / "parts" / "one").mkdir(parents=True)
        (root / "SConstruct").write_text("")
        (root / "parts" / "one" / "main.c").write_text(USER)
        shutil.copytree(root / "parts" / "one", root / "partitions" / "two")
        build(root, [partition_request(root, root / folder, fpu=True) for folder in ("parts/one", "partitions/two")])
        roots.append(root)
    return roots


@pytest.mark.slow
def test_two_folders_give_the_same_bytes(twice: list[Path]) -> None:
    first, second = ({path.relative_to(root): path.read_bytes() for path in (root / "build").rglob("*.elf")} for root in twice)
    assert len(first) == 3
    assert first == second


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["elf", "a"])
def test_no_absolute_path_is_in_them(twice: list[Path], repository: Path, suffix: str) -> None:
    outputs = [path for root in twice for path in (root / "build").rglob(f"*.{suffix}")]
    assert outputs
    for path in outputs:
        data = path.read_bytes()
        for folder in (twice[0].parent.parent, repository, Path.home(), Path("/usr/lib/gcc")):
            assert str(folder).encode() not in data, f"{path.name} names {folder}"
