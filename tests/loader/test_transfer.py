"""Images over the line model: the loader's own C code behind a UART in virtual time, `hyp boot` at the other end."""

from __future__ import annotations

from itertools import pairwise

import pytest

from hyp.abi.loader import LoaderFrame
from hyp.abi.packets import attention
from hyp.boot.client import Client
from hyp.exits import ExitCode, Stop
from tests.line.faults import BAD, Faults, Rates
from tests.loader.booting import BAUD, Told, arrived, boot
from tests.loader.images import image, with_word
from tests.loader.world import World

MIB = 1 << 20
BITS = 10
BLOCK = 1024


def ideal_seconds(size: int, baud: int = BAUD) -> float:
    """The file's bytes on the line and nothing else."""
    return size * BITS / baud


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("latency_ms", [1.0, 16.0], ids=["fast adapter", "slow adapter"])
def test_a_mebibyte_with_damaged_blocks_arrives_in_1_15_of_the_ideal_time(seed: int, latency_ms: float) -> None:
    """The issue's figure: 1 % of the blocks are damaged. The adapter hands on what it received every 1 or 16 ms."""
    data = image(MIB)
    faults = Faults(Rates(flip=0.01 / BLOCK), seed)
    world = World(to_loader=faults, latency_ms=latency_ms)
    booted = boot(world, data)
    assert arrived(world, data)
    assert faults.done["flip"] >= 5
    assert booted.seconds <= 1.15 * ideal_seconds(MIB)


def test_exactly_every_hundredth_block_damaged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, with the damage where it is wanted: ten blocks, each the first time it is sent."""
    data = image(MIB)
    world = World()
    through = world._through
    seen: set[bytes] = set()
    hurt = 0

    def damage(faults: Faults, line: bytes) -> bytes:
        nonlocal hurt
        frames = line.split(b"\0")
        for n, frame in enumerate(frames):
            if len(frame) <= BLOCK or frame in seen:
                continue
            seen.add(frame)
            if len(seen) % 100 == 1:
                hurt += 1
                frames[n] = frame[:500] + bytes([frame[500] ^ 0x80 or 1]) + frame[501:]
        return through(faults, b"\0".join(frames))

    monkeypatch.setattr(world, "_through", damage)
    booted = boot(world, data)
    assert arrived(world, data)
    assert hurt == 11
    assert booted.counts.sent == booted.counts.total - booted.counts.held + 11
    assert booted.seconds <= 1.06 * ideal_seconds(MIB)


def test_a_clean_line_costs_three_percent() -> None:
    data = image(MIB)
    world = World()
    booted = boot(world, data)
    assert arrived(world, data)
    assert booted.seconds <= 1.03 * ideal_seconds(MIB)
    assert booted.counts.sent + booted.counts.held == booted.counts.total
    assert world.overruns == 0
    assert b"hyp: boot" in booted.early


def test_the_first_words_of_the_image_are_not_lost() -> None:
    world = World()
    assert boot(world, image(20_000)).early.startswith(b"\r\nhyp: boot")


@pytest.mark.parametrize("seed", range(6))
def test_a_hostile_line_only_takes_longer(seed: int) -> None:
    """Bytes dropped, doubled and flipped in both directions, so that no block in eight passes."""
    data = image(60_000)
    world = World(to_loader=Faults(BAD, seed), to_host=Faults(BAD, seed + 100))
    boot(world, data)
    assert arrived(world, data)


def test_a_line_that_carries_nothing_is_reported() -> None:
    world = World(to_loader=Faults(Rates(flip=0.5), 1))
    with pytest.raises(Stop, match=r"no answer in 10 s, not a byte|no loader answers") as stop:
        boot(world, image(20_000))
    assert stop.value.code is ExitCode.TARGET_FAILED
    assert not world.started


def test_the_second_boot_sends_nothing() -> None:
    data = image(200_000)
    world = World()
    boot(world, data)
    world.image_ends()
    booted = boot(world, data)
    assert booted.counts.sent == 0
    assert booted.counts.held == booted.counts.total
    assert booted.seconds <= 0.02 * ideal_seconds(200_000) + 0.5
    assert arrived(world, data)


@pytest.mark.parametrize("carries_breaks", [True, False])
def test_a_running_image_is_asked_to_make_way(carries_breaks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a break, or over a line that has none by bytes alone."""
    world = World()
    boot(world, image(20_000))
    write, asked = world.write, []

    def leave(how: str) -> None:
        if world.started:
            asked.append(how)
            world.image_ends()

    def listen(data: bytes) -> None:
        write(data)
        if data == attention():
            leave("bytes")

    monkeypatch.setattr(world, "send_break", lambda: leave("break") if carries_breaks else None)
    monkeypatch.setattr(world, "write", listen)
    data = image(30_000, seed=2)
    boot(world, data)
    assert asked == ["break" if carries_breaks else "bytes"]
    assert arrived(world, data)


def test_a_changed_image_sends_what_changed() -> None:
    data = image(200_000)
    world = World()
    boot(world, data)
    world.image_ends()
    changed = with_word(with_word(data, 50_000, 1, 8), 150_000, 2, 8)
    booted = boot(world, changed)
    assert booted.counts.sent == 2
    assert arrived(world, changed)


def test_an_interrupted_transfer_goes_on_where_it_was() -> None:
    data = image(200_000)
    world = World()
    told = Told()

    def interrupt(there: int, total: int) -> None:
        told.show(there, total)
        if there > total // 2:
            raise KeyboardInterrupt

    told_once = Told()
    told_once.show = interrupt  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        boot(world, data, told_once)
    booted = boot(world, data)
    assert booted.counts.held >= booted.counts.total // 2
    assert arrived(world, data)


def test_memory_that_went_bad_is_found_and_sent_again() -> None:
    """The blocks' hashes were right when they came; the SHA-256 of the whole finds what changed since, the hashes where."""
    data = image(100_000)
    world = World()
    spoilt: list[bool] = []

    def spoil(there: int, total: int) -> None:
        if there == total and not spoilt:
            spoilt.append(True)
            world.spoil(0x6000000 + 70_000, b"\xff\x00\xff")

    told = Told()
    told.show = spoil  # type: ignore[method-assign]
    booted = boot(world, data, told)
    assert spoilt
    assert arrived(world, data)
    assert booted.counts.sent == 1, "the second round sent the bad block only"


def test_progress_never_goes_back() -> None:
    told = Told()
    boot(World(), image(100_000), told)
    assert told.progress[-1] == (98, 98)
    assert all(earlier[0] <= later[0] for earlier, later in pairwise(told.progress))


def test_a_reset_in_between_starts_again() -> None:
    data = image(100_000)
    world = World()
    done: list[bool] = []

    def reset(there: int, total: int) -> None:
        if there > total // 2 and not done:
            done.append(True)
            world.image_ends()

    told = Told()
    told.show = reset  # type: ignore[method-assign]
    boot(world, data, told)
    assert done
    assert arrived(world, data)
    assert any("starting again" in sentence for sentence in told.sentences)


def test_a_slow_answer_to_start_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second START would come to the image, as input of its console."""
    sent = list[LoaderFrame]()
    send = Client.send

    def counting(client: Client, kind: LoaderFrame, body: bytes = b"") -> int:
        sent.append(kind)
        return send(client, kind, body)

    monkeypatch.setattr(Client, "send", counting)
    data = image(8_000)
    world = World(latency_ms=1_000.0)
    boot(world, data)
    assert arrived(world, data)
    assert sent.count(LoaderFrame.START) == 1


class TestSpeed:
    """A UART with eight times a PC's clock."""

    CLOCK = 8 * 1_843_200

    def test_a_faster_transfer_and_the_image_at_the_base_speed(self) -> None:
        data = image(300_000)
        world = World(clock_hz=self.CLOCK)
        booted = boot(world, data, speed=921_600)
        assert arrived(world, data)
        assert booted.seconds <= 1.15 * ideal_seconds(300_000, 921_600)
        assert world.overruns == 0
        assert world.baud == BAUD
        assert (booted.early + world.read(1.0)).startswith(b"\r\nhyp: boot")

    def test_a_cable_that_does_not_carry_it_falls_back(self) -> None:
        data = image(30_000)
        told = Told()
        world = World(clock_hz=self.CLOCK, baud_max=200_000)
        boot(world, data, told, speed=921_600)
        assert arrived(world, data)
        assert any("does not carry 921600" in sentence for sentence in told.sentences)

    def test_the_loader_comes_back_when_the_host_has_forgotten(self) -> None:
        """A host that died in the middle of a fast transfer: the next one greets at the base speed."""
        world = World(clock_hz=self.CLOCK)
        done = Told()

        def die(there: int, total: int) -> None:
            raise KeyboardInterrupt

        done.show = die  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            boot(world, image(30_000), done, speed=921_600)
        assert world.divisor == 1
        world.set_baud(BAUD)
        boot(world, image(30_000))
        assert world.started

    @pytest.mark.parametrize(
        ("speed", "said"),
        [(1_000_000, "8.5 % off|more than the board's UART"), (700_000, "off what"), (2_000_000, "more than the board's UART")],
    )
    def test_what_the_clock_cannot_do_is_refused(self, speed: int, said: str) -> None:
        world = World(clock_hz=self.CLOCK)
        with pytest.raises(Stop, match=said) as stop:
            boot(world, image(30_000), speed=speed)
        assert stop.value.code is ExitCode.ENVIRONMENT
        assert "921600, 460800" in stop.value.message
        boot(world, image(30_000))
        assert world.started


def test_a_byte_without_fifo_still_arrives() -> None:
    """A 16450 has no FIFOs: the loader polls fast enough."""
    data = image(30_000)
    world = World(fifo=1)
    boot(world, data)
    assert arrived(world, data)
    assert world.overruns == 0
