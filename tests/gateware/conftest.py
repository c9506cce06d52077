"""The monitor in simulation, made from an image whose kernel ran in QEMU."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hyp.bench.measure import Bench as Images
from hyp.monitor.parameters import parameters
from hyp.target.bundle import Bundle
from sim.monitor.standin.bench import Bench
from sim.monitor.standin.pins import Write, record

PLANS = Path(__file__).with_name("plans")
FRAMES = 30


def watched(lesson: Path) -> str:
    """A plan of config/ with a monitor, under another name."""
    text = lesson.read_text().replace("\npartitions:", "\nmonitor: {lines: parallel, jitter: 10 ns, accuracy: 10 ppm}\npartitions:", 1)
    return text.replace(f"name: {lesson.stem}", f"name: watched-{lesson.stem}", 1)


@pytest.fixture(scope="session")
def fast(repository: Path) -> Bundle:
    return Images(repository).image(PLANS / "fast.yaml")


@pytest.fixture(scope="session")
def writes(fast: Bundle, tmp_path_factory: pytest.TempPathFactory) -> list[Write]:
    """What the real kernel wrote to the pins, when."""
    return record(fast, FRAMES, tmp_path_factory.mktemp("pins"))


@pytest.fixture(scope="session")
def rtl(fast: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Bench(parameters(fast.manifest), tmp_path_factory.mktemp("rtl")) as bench:
        yield bench


@pytest.fixture(scope="session")
def proof(repository: Path) -> Bundle:
    return Images(repository).image(PLANS / "proof.yaml")


@pytest.fixture(scope="session")
def proving(proof: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A monitor that wants a proof; see `tests.gateware.proving`."""
    with Bench(parameters(proof.manifest), tmp_path_factory.mktemp("proof")) as bench:
        yield bench
