"""Look-ups and time from the info page, compiled for the host."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hyp.abi.numbers import ARGS_SIZE_MAX, NAME_SIZE, HealthEvent, Result, StartCause
from hyp.abi.pages import AREA, EVENT, INFO, PEER, PORT
from tests.host.lib.building import HostBuild

SOURCES = ("info.c", "names.c", "time.c", "string.c")


@pytest.fixture(scope="module")
def program(host_build: HostBuild) -> Path:
    return host_build.program("services", SOURCES, ["-fno-builtin"])


def ask(program: Path, page: Path, *requests: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, page], input="".join(f"{request}\n" for request in requests), capture_output=True, text=True, timeout=180, check=False
    )


def info_page(folder: Path, **values: int) -> Path:
    longest = "n" * (NAME_SIZE - 2)
    areas = [AREA.pack(name="heap", base=0x30_0000, size=65536, access=3), AREA.pack(name=longest, base=0x40_0000, size=4096, access=1)]
    peers = [PEER.pack(name="self", id=4), PEER.pack(name="other", id=0)]
    ports = [PORT.pack(name="in", event=18), PORT.pack(name=longest, event=19)]
    events = [EVENT.pack(name="ring", number=20), EVENT.pack(name=longest, number=16)]
    at = INFO.size + 2 * AREA.size + 2 * PEER.size
    head = INFO.pack(
        name="self",
        partition=4,
        args="a" * (ARGS_SIZE_MAX - 1),
        areas={"offset": INFO.size, "count": 2},
        peers={"offset": INFO.size + 2 * AREA.size, "count": 2},
        ports={"offset": at, "count": 2},
        events={"offset": at + 2 * PORT.size, "count": 2},
        **values,
    )
    page = folder / "info"
    page.write_bytes((head + b"".join(areas + peers + ports + events)).ljust(4096, b"\0"))
    return page


def test_lookups(program: Path, tmp_path: Path) -> None:
    longest = "n" * (NAME_SIZE - 2)
    run = ask(
        program,
        info_page(tmp_path),
        "area heap",
        f"area {longest}",
        "area hea",
        "area heaps",
        "partition self",
        "partition other",
        "partition none",
        "args",
    )
    assert run.stdout.splitlines() == [
        "300000 65536 3",
        "400000 4096 1",
        "none",
        "none",
        "4",
        "0",
        str(int(Result.INVALID_CONFIG)),
        "self|" + "a" * (ARGS_SIZE_MAX - 1),
    ]


def test_ports_events_and_names(program: Path, tmp_path: Path) -> None:
    longest = "n" * (NAME_SIZE - 2)
    page, absent = info_page(tmp_path), str(int(Result.INVALID_CONFIG))
    assert ask(program, page, "port in", f"port {longest}", "port i", "port out").stdout.splitlines() == ["0", "1", absent, absent]
    assert ask(program, page, "port-event 0", "port-event 1", "port-event 2", "port-event -4").stdout.splitlines() == [
        "18",
        "19",
        absent,
        absent,
    ]
    assert ask(program, page, "event ring", f"event {longest}", "event rings").stdout.splitlines() == ["20", "16", absent]
    assert ask(program, page, "name 4", "name 0", "name 1").stdout.splitlines() == ["self", "other", "unknown"]


def test_every_number_has_its_name(program: Path, tmp_path: Path) -> None:
    page = info_page(tmp_path)
    causes = ask(program, page, *(f"cause {cause.value}" for cause in StartCause), f"cause {max(StartCause) + 1}")
    assert causes.stdout.splitlines() == [cause.name.lower() for cause in StartCause] + ["unknown"]
    health = ask(program, page, *(f"health {event.value}" for event in HealthEvent), "health 2", f"health {max(HealthEvent) + 1}")
    assert health.stdout.splitlines() == [event.name.lower() for event in HealthEvent] + ["unknown", "unknown"]
    results = ask(program, page, *(f"result {result.value}" for result in Result), f"result {min(Result) - 1}", "result 12")
    assert results.stdout.splitlines() == [result.name.lower() for result in Result] + ["unknown", "ok"]


def test_time_follows_the_time_page(program: Path, tmp_path: Path) -> None:
    """A scale of 2^-32 ns a tick with a base in the past gives the tick count's upper part: no host clock in the result."""
    page = info_page(tmp_path, time_sequence=1, time_base=0, time_scale=1, window_end=2**63)
    lines = ask(program, page, "time", "time", "left").stdout.splitlines()
    first, second, left = (int(line) for line in lines)
    assert first <= second < 2**32
    assert 2**63 - 2**32 < left <= 2**63 - second


def test_time_without_a_time_page_enters_the_kernel(program: Path, tmp_path: Path) -> None:
    """The host refuses the hypercall with a negative error, where the time page would have said 0."""
    page = info_page(tmp_path, time_sequence=0, time_base=0, time_scale=0)
    assert int(ask(program, page, "time").stdout) > 2**63
    past_the_end = info_page(tmp_path, time_sequence=1, time_base=0, time_scale=2**32, window_end=0)
    assert int(ask(program, past_the_end, "left").stdout) > 2**63
