"""A boot in the simulated world, as a test sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hyp.boot.link import Link
from hyp.boot.session import Boot, Booted, Wish
from tests.loader.images import LOW
from tests.loader.world import World

BAUD = 115200
HEADERS = 4096


@dataclass
class Told:
    """What people were told."""

    sentences: list[str] = field(default_factory=list)
    progress: list[tuple[int, int]] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def show(self, there: int, total: int) -> None:
        self.progress.append((there, total))


def boot(world: World, data: bytes, told: Told | None = None, *, speed: int | None = None, command_line: str = "frames=3") -> Booted:
    """Stop as `hyp boot` does."""
    told = told or Told()
    link = Link(lambda _baud: world, BAUD)
    return Boot(link, Wish(Path("image.elf"), data, command_line, speed), told.say, told.show).run()


def arrived(world: World, data: bytes) -> bool:
    """Whether the image of `images.image` lies where it wants to, and runs."""
    return world.started and world.memory(LOW, len(data) - HEADERS) == data[HEADERS:]
