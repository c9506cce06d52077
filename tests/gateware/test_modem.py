"""`uart-modem`: RTS and DTR of the kernel's UART with identity bytes, and the proof of life over a partition's own UART."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from hyp.bench.measure import Bench as Images
from hyp.monitor.answer import answer
from hyp.monitor.kinds import Kind
from hyp.monitor.parameters import parameters
from hyp.target.bundle import Bundle
from sim.monitor.standin.bench import Bench, Event, Said
from sim.monitor.standin.pins import Write, record
from tests.gateware.conftest import PLANS
from tests.gateware.proving import KEY, frame_of
from tests.gateware.streams import HALF_PS, NS

FRAMES = 6
CHALLENGES = bytes(range(0, 250, 17))


@pytest.fixture(scope="module")
def image(repository: Path) -> Bundle:
    return Images(repository).image(PLANS / "modem.yaml")


@pytest.fixture(scope="module")
def modem(image: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Bench(parameters(image.manifest), tmp_path_factory.mktemp("modem")) as bench:
        yield bench


@pytest.fixture(scope="module")
def writes(image: Bundle, tmp_path_factory: pytest.TempPathFactory) -> list[Write]:
    return record(image, FRAMES, tmp_path_factory.mktemp("pins"))


def events_of(writes: list[Write]) -> list[Event]:
    first = writes[0].at_ns - 2000
    found = []
    for one in writes:
        at = (one.at_ns - first) * NS + (0 if (one.at_ns - first) * NS % HALF_PS else 1)
        found += frame_of(one.value, at, "serial") if one.serial else [Event(at, "pins", one.value)]
    return sorted(found, key=lambda event: event.at_ps)


def kinds(said: Said) -> list[Kind]:
    return [kind for kind, _, _ in said.verdicts]


def run(modem: Bench, events: list[Event], more_ps: int = 20_000_000) -> Said:
    return modem.run(events, max(event.at_ps for event in events) + more_ps, HALF_PS)


def test_the_kernels_lines(modem: Bench, writes: list[Write]) -> None:
    """RTS rises once per window, DTR with the first of a frame; the windows of 200 us send their byte, the short one none."""
    ups = [one for one in writes if not one.serial and one.value & 2]
    assert [one.value & 1 for one in ups[:6]] == [1, 0, 0, 1, 0, 0]
    assert {one.value for one in writes if one.serial} == {0, 2}
    said = run(modem, events_of(writes))
    assert kinds(said) == [Kind.LOCKED, *[Kind.GOOD] * (len(ups) - 1)]
    assert max(abs(off) for _, _, off in said.verdicts) <= 1


def test_faults_on_the_lines(modem: Bench, writes: list[Write]) -> None:
    ups = [n for n, one in enumerate(writes) if not one.serial and one.value & 2]
    middle = ups[4]
    lost = run(modem, events_of([one for n, one in enumerate(writes) if n not in (middle, middle + 1)]))
    assert Kind.OVERRUN in kinds(lost), "the next edge passes for the lost one"
    assert Kind.MISSING in kinds(lost), "and the frame ends too early"
    names = [n for n, one in enumerate(writes) if one.serial]
    mistaken = [Write(one.at_ns, 1, serial=True) if n == names[3] else one for n, one in enumerate(writes)]
    assert [kind for kind in kinds(run(modem, events_of(mistaken))) if kind > Kind.GOOD] == [Kind.WRONG]
    moved = [Write(one.at_ns + 1500, one.value) if n == middle else one for n, one in enumerate(writes)]
    assert [kind for kind in kinds(run(modem, events_of(moved))) if kind > Kind.GOOD] == [Kind.LATE]
    assert kinds(run(modem, events_of(writes[: ups[5]]), 1_500_000_000))[-1] is Kind.SILENT


def test_a_board_that_comes_back(modem: Bench, writes: list[Write]) -> None:
    """After a silence in the middle of a frame: the first byte is compared with the window that is judged now, not with the last before."""
    ups = [n for n, one in enumerate(writes) if not one.serial and one.value & 2]
    stop = next(n for n in ups if writes[n].value & 1 and n > ups[3])  # the last window before has an index, and no byte is cut
    again = [replace(one, at_ns=one.at_ns + 2_500_000) for one in writes]
    said = run(modem, events_of(writes[:stop] + again))
    assert kinds(said) == [Kind.LOCKED, *[Kind.GOOD] * (ups.index(stop) - 1), Kind.SILENT, Kind.LOCKED, *[Kind.GOOD] * (len(ups) - 1)]


def test_a_partition_answers(image: Bundle, tmp_path: Path) -> None:
    """The example partition in QEMU, with challenges on its own UART."""
    server = socket.create_server(("127.0.0.1", 0))
    got: list[int] = []

    def talk() -> None:
        link, _ = server.accept()
        link.settimeout(0.3)
        with link, suppress(OSError):
            for challenge in CHALLENGES:
                while answer(challenge, KEY) not in got:  # what comes before the partition has set up its UART is lost, as on a board
                    link.sendall(bytes([challenge]))
                    with suppress(TimeoutError):
                        got.extend(link.recv(1))

    thread = Thread(target=talk, daemon=True)
    thread.start()
    port = server.getsockname()[1]
    record(image, 12_000, tmp_path, uart=("com2", port))
    thread.join(10)
    server.close()
    assert list(dict.fromkeys(got)) == [answer(one, KEY) for one in CHALLENGES], "each is answered, and nothing else is said"
