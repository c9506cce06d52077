from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hyp.report.places import Places
from hyp.target.bundle import Bundle
from hyp.target.console import Line
from tests.unit.target.guest import State, lay_out, manifest

BASE = 0x210000
SOURCE = """\
void fail(void)
{
    __asm__ volatile("ud2");
}
void _start(void) { fail(); }
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("bundle")
    (folder / "elf").mkdir()
    (folder / "fault.c").write_text(SOURCE)
    options = ["-ffreestanding", "-nostdlib", "-static", "-no-pie", "-fno-pic", f"-Wl,-Ttext={BASE:#x}", "-Wl,--build-id=none"]
    for name, extra in (("alpha", ["-g"]), ("beta", ["-g0"]), ("kernel", ["-g"])):
        subprocess.run(["gcc", *options, *extra, "fault.c", "-o", f"elf/{name}.elf"], cwd=folder, check=True, timeout=180)
    return Bundle(folder, manifest(lay_out(State())[1]))


def symbol(bundle: Bundle, name: str) -> int:
    listing = subprocess.run(["nm", bundle.folder / "elf" / "alpha.elf"], capture_output=True, text=True, check=True, timeout=180).stdout
    return next(int(line.split()[0], 16) for line in listing.splitlines() if line.endswith(f" T {name}"))


def fault(partition: str, rip: int) -> Line:
    return Line("hyp", f"health {partition} invalid_opcode action=halt at=12 rip={rip:#x} error=0x0 address=0x0 rsp=0x0")


def test_symbol_and_line(bundle: Bundle) -> None:
    at = symbol(bundle, "fail")
    place = Places(bundle).of(fault("alpha", at + 4))
    assert place == "in fail+0x4 of alpha.elf, fault.c:3"


def test_without_debug_information_the_symbol_remains(bundle: Bundle) -> None:
    assert Places(bundle).of(fault("beta", symbol(bundle, "fail"))) == "in fail+0x0 of beta.elf"


def test_panic_and_module_faults_are_the_kernels(bundle: Bundle) -> None:
    at = symbol(bundle, "fail")
    places = Places(bundle)
    assert places.of(Line("hyp", f"panic: page_fault rip={at:#x} error=0x0", direct=True)) == "in fail+0x0 of kernel.elf, fault.c:2"
    assert places.of(fault("module", at)) == "in fail+0x0 of kernel.elf, fault.c:2"


def test_an_address_outside_all_code(bundle: Bundle) -> None:
    assert Places(bundle).of(fault("alpha", 0x7FFF_0000)) == "at 0x7fff0000: outside the code of alpha.elf"
    assert Places(bundle).of(fault("alpha", 0x10)) is None


def test_lines_without_a_fault_have_no_place(bundle: Bundle) -> None:
    places = Places(bundle)
    assert places.of(Line("hyp", "verdict alpha pass: rip=0x210000")) is None
    assert places.of(Line("hyp", "start", direct=True)) is None


@pytest.mark.parametrize("content", [None, b"", b"not an ELF", b"\x7fELF" + bytes(60)])
def test_an_elf_that_cannot_be_read_is_no_error(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "elf").mkdir()
        (tmp_path / "elf" / "alpha.elf").write_bytes(content)
    assert Places(Bundle(tmp_path, manifest(lay_out(State())[1]))).of(fault("alpha", BASE)) is None


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_a_damaged_elf_is_no_error(bundle: Bundle, tmp_path: Path, cut: float) -> None:
    whole = (bundle.folder / "elf" / "alpha.elf").read_bytes()
    (tmp_path / "elf").mkdir()
    (tmp_path / "elf" / "alpha.elf").write_bytes(whole[: int(len(whole) * cut)])
    place = Places(Bundle(tmp_path, bundle.manifest)).of(fault("alpha", BASE))
    assert place is None or place.endswith("alpha.elf")
