"""Where the files that travel with hyp lie: in `hyp/share` when installed from a wheel, in the repository in a checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def boards() -> Path:
    """Board files that come with hyp."""
    return _shared("boards", PACKAGE.parent / "config" / "boards")


def partitions() -> Path:
    """Example partitions; `lib` in it is what every partition links to."""
    return _shared("partitions", PACKAGE.parent / "partitions")


def partition_library() -> Path:
    """Sources, headers, start file and linker script of the partition library."""
    return partitions() / "lib"


def kernel_sources() -> Path:
    """C, assembler and linker script of the kernel."""
    return PACKAGE / "kernel"


def firmware_sources() -> Path:
    """Programs that run without the kernel, a folder each, and `start`, which all of them begin with."""
    return PACKAGE / "firmware"


def gateware() -> Path:
    """The folder that holds the package `sim`."""
    installed = PACKAGE / "share"
    return installed if (installed / "sim").exists() else PACKAGE.parent


def demo() -> Path:
    """The demo's plan, which the benchmark boots and builds."""
    return _shared("demo.yaml", PACKAGE.parent / "config" / "demo.yaml")


def _shared(name: str, in_checkout: Path) -> Path:
    installed = PACKAGE / "share" / name
    return installed if installed.exists() else in_checkout
