"""What is no image, does not fit or was cut is refused with its reason, by the host and by the loader itself; and the loader lives on."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest

from hyp.abi.loader import ASK, BLOCK, LOADER_LOAD, OFFER, SPEED, LoaderFrame, LoaderResult
from hyp.boot import session
from hyp.boot.client import Client
from hyp.boot.link import Link
from hyp.boot.messages import Missing, Result, State
from hyp.boot.transfer import Transfer
from hyp.exits import ExitCode, Stop
from tests.loader.booting import BAUD, arrived, boot
from tests.loader.images import LOW, image, with_word
from tests.loader.world import World

GOOD = image(20_000)
_PHOFF, _PHNUM, _SEGMENT = 32, 56, 64
_OFFSET, _PADDR, _FILESZ, _MEMSZ = _SEGMENT + 8, _SEGMENT + 24, _SEGMENT + 32, _SEGMENT + 40

Wrong = tuple[str, bytes, str, LoaderResult]
WRONG: list[Wrong] = [
    ("text", b"not an image at all" * 100, "not an ELF file", LoaderResult.NOT_ELF),
    ("a few bytes", b"\x7fELF", "cut in its ELF header", LoaderResult.CUT),
    ("32 bits", with_word(GOOD, 4, 1, 1), "not a static ELF64", LoaderResult.WRONG_MACHINE),
    ("big-endian machine", with_word(GOOD, 18, 21, 2), "not a static ELF64", LoaderResult.WRONG_MACHINE),
    ("shared object", with_word(GOOD, 16, 3, 2), "not a static ELF64", LoaderResult.WRONG_MACHINE),
    ("cut", GOOD[:-1], "cut: 19999 bytes, its segments reach to 20000", LoaderResult.CUT),
    ("headers beyond the end", with_word(GOOD, _PHOFF, 1 << 62, 8), "program headers reach to", LoaderResult.CUT),
    ("offset that overflows", with_word(GOOD, _OFFSET, (1 << 64) - 4096, 8), "segments reach to", LoaderResult.CUT),
    ("no entry", image(20_000, multiboot2=False, pvh=False), "no entry that a loader knows", LoaderResult.NO_ENTRY),
]


def offered(world: World, data: bytes) -> Result:
    """What the loader itself says to `data`, from a host that believes everything."""
    client = Client(Link(lambda _baud: world, BAUD))
    client.session = 5
    answer = client.ask(LoaderFrame.OFFER, OFFER.pack(size=len(data), sha256=list(sha256(data).digest())))
    if isinstance(answer, Result):
        return answer
    Transfer(client, data, lambda _there, _total: None).run()
    checked = client.ask(LoaderFrame.CHECK, b"", seconds=1)
    assert isinstance(checked, Result)
    return checked


@pytest.mark.parametrize("wrong", WRONG, ids=[wrong[0] for wrong in WRONG])
def test_the_host_refuses_before_a_byte_is_sent(wrong: Wrong) -> None:
    world = World()
    before = world.now()
    with pytest.raises(Stop) as stop:
        boot(world, wrong[1])
    assert stop.value.code is ExitCode.WRONG_INPUT
    assert wrong[2] in stop.value.message
    assert world.now() == before


@pytest.mark.parametrize("wrong", WRONG, ids=[wrong[0] for wrong in WRONG])
def test_the_loader_refuses_by_itself_and_lives_on(wrong: Wrong) -> None:
    world = World()
    assert offered(world, wrong[1]).result == wrong[3]
    boot(world, GOOD)
    assert arrived(world, GOOD)


PLACES: list[tuple[str, bytes, LoaderResult]] = [
    ("no RAM there", with_word(with_word(GOOD, _PADDR, 0xA0000, 8), 0, 0x7F, 1), LoaderResult.NO_RAM),
    ("beyond 4 GiB", with_word(GOOD, _PADDR, 1 << 32, 8), LoaderResult.NO_RAM),
    ("wraps around", with_word(GOOD, _MEMSZ, (1 << 64) - 1, 8), LoaderResult.NO_RAM),
    ("half of it beyond the end", with_word(GOOD, _MEMSZ, 1 << 30, 8), LoaderResult.LOADER_MEMORY),
    ("in the loader", with_word(GOOD, _PADDR, LOADER_LOAD, 8), LoaderResult.LOADER_MEMORY),
    ("ends in the loader", with_word(GOOD, _PADDR, LOADER_LOAD - 4096, 8), LoaderResult.LOADER_MEMORY),
    ("more in the file than in memory", with_word(GOOD, _MEMSZ, 16, 8), LoaderResult.WRONG_MACHINE),
]


@pytest.mark.parametrize("place", PLACES, ids=[place[0] for place in PLACES])
def test_memory_that_is_not_the_images_to_have(place: tuple[str, bytes, LoaderResult]) -> None:
    world = World()
    assert offered(world, place[1]).result == place[2]
    boot(world, GOOD)
    assert arrived(world, GOOD)


def test_the_host_names_the_loaders_memory_and_the_remedy() -> None:
    with pytest.raises(Stop) as stop:
        boot(World(), with_word(GOOD, _PADDR, LOADER_LOAD + 4096, 8))
    assert stop.value.code is ExitCode.WRONG_INPUT
    assert "add `reserved: [{at: 0x6000000, size: 16384 KiB}]` to the board file" in stop.value.message


def test_the_reason_of_the_loader_reaches_people() -> None:
    """The host cannot know where the board has RAM; the loader does."""
    world = World()
    with pytest.raises(Stop) as stop:
        boot(world, with_word(GOOD, _PADDR, 0x9000000, 8))
    assert stop.value.code is ExitCode.WRONG_INPUT
    assert "it wants memory [0x9000000, 0x9005e20), and the board has no RAM there" in stop.value.message
    boot(world, GOOD)


def test_a_file_larger_than_the_room() -> None:
    world = World(room=64 << 10)
    with pytest.raises(Stop, match="70000 bytes do not fit: the loader has room for 65536") as stop:
        boot(world, image(70_000))
    assert stop.value.code is ExitCode.WRONG_INPUT
    assert offered(world, image(70_000)).result == LoaderResult.TOO_LARGE
    boot(world, GOOD)
    assert arrived(world, GOOD)


def test_a_command_line_that_is_too_long() -> None:
    with pytest.raises(Stop, match="longer than 199 bytes"):
        boot(World(), GOOD, command_line="x" * 200)
    boot(World(), GOOD, command_line="x" * 199)


def test_another_version_of_the_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "LOADER_VERSION", 2)
    with pytest.raises(Stop, match="speaks version 1, this hyp 2") as stop:
        boot(World(), GOOD)
    assert stop.value.code is ExitCode.WRONG_INPUT


# ---- Requests out of turn.


@pytest.fixture
def client() -> Client:
    client = Client(Link(lambda _baud: World(), BAUD))
    client.session = 9
    return client


def offer(client: Client, size: int = 3000) -> State:
    answer = client.ask(LoaderFrame.OFFER, OFFER.pack(size=size, sha256=[1] * 32))
    assert isinstance(answer, State)
    return answer


Prepare = Callable[[Client], object]


@pytest.mark.parametrize(
    ("prepare", "kind", "body", "result"),
    [
        (lambda _client: None, LoaderFrame.CHECK, b"", LoaderResult.NO_OFFER),
        (lambda _client: None, LoaderFrame.START, b"", LoaderResult.NO_OFFER),
        (offer, LoaderFrame.START, b"", LoaderResult.NOT_CHECKED),
        (offer, LoaderFrame.CHECK, b"", LoaderResult.INCOMPLETE),
        (offer, LoaderFrame.CHECK, b"x" * 200, LoaderResult.MALFORMED),
        (offer, LoaderFrame.ASK, ASK.pack(first=0, count=2049), LoaderResult.MALFORMED),
        (offer, LoaderFrame.ASK, b"", LoaderResult.MALFORMED),
        (offer, LoaderFrame.HASHES, ASK.pack(first=0, count=121) + bytes(121 * 8), LoaderResult.MALFORMED),
        (offer, LoaderFrame.HASHES, ASK.pack(first=0, count=0xFFFFFFFF), LoaderResult.MALFORMED),
        (offer, LoaderFrame.SPEED, SPEED.pack(divisor=0), LoaderResult.SPEED_IMPOSSIBLE),
        (offer, LoaderFrame.SPEED, SPEED.pack(divisor=65536), LoaderResult.SPEED_IMPOSSIBLE),
    ],
)
def test_a_request_out_of_turn(client: Client, prepare: Prepare, kind: LoaderFrame, body: bytes, result: LoaderResult) -> None:
    prepare(client)
    answer = client.ask(kind, body)
    assert isinstance(answer, Result)
    assert answer.result == result


@pytest.mark.parametrize(("index", "size"), [(3, 952), (2, 951), (2, 953), (0xFFFFFFFF, 1024), (1 << 22, 1024)])
def test_a_block_that_is_none_of_the_files(client: Client, index: int, size: int) -> None:
    offer(client)
    client.send(LoaderFrame.BLOCK, BLOCK.pack(index=index) + bytes(size))
    answer = client.ask(LoaderFrame.ASK, ASK.pack(first=0, count=100))
    assert isinstance(answer, Missing)
    assert answer.blocks == {0, 1, 2}


def test_a_late_block_of_another_file_changes_nothing(client: Client) -> None:
    offer(client)
    late = client.framed(LoaderFrame.BLOCK, BLOCK.pack(index=1) + bytes(1024))
    client.session = 10
    offer(client, 4000)
    client.link.write(late)
    answer = client.ask(LoaderFrame.ASK, ASK.pack(first=0, count=4))
    assert isinstance(answer, Missing)
    assert answer.blocks == {0, 1, 2, 3}


def test_an_offer_that_comes_twice_forgets_nothing(client: Client) -> None:
    offer(client)
    client.send(LoaderFrame.BLOCK, BLOCK.pack(index=1) + bytes(1024))
    assert offer(client).missing == 2


def test_a_question_beyond_the_end(client: Client) -> None:
    offer(client)
    answer = client.ask(LoaderFrame.ASK, ASK.pack(first=0xFFFFFFF0, count=2048))
    assert isinstance(answer, Missing)
    assert answer.blocks == frozenset()


def test_the_image_lies_where_it_wants_with_zeros_behind() -> None:
    world = World()
    world.spoil(LOW, b"\xaa" * 60_000)
    boot(world, GOOD)
    assert world.memory(LOW, len(GOOD) - 4096) == GOOD[4096:]
    assert world.memory(LOW + len(GOOD) - 4096, 8192) == bytes(8192)
    assert world.memory(LOW + len(GOOD) + 4096, 100) == b"\xaa" * 100
