"""`hyp boot` without its words: find the loader, hand over an image, start it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from hyp.abi.loader import LOADER_COMMAND_LINE, LOADER_VERSION, OFFER, LoaderFrame, LoaderResult
from hyp.abi.packets import attention
from hyp.boot import speed
from hyp.boot.client import BITS, Client, Silent
from hyp.boot.image import check_image, check_place
from hyp.boot.link import Link
from hyp.boot.messages import Result, State, refusal
from hyp.boot.transfer import Counts, Refused, Transfer
from hyp.exits import ExitCode, Stop

_HELLO_SECONDS = 0.5
_ATTENTION_AFTER = 3
"""Greetings that nobody answers, before what runs on the board is asked to make way."""
_STAYS = "An image that the loader did not start, or that has no idle time, does not give way: switch the board off and on"
_SHOWN = 200
_ROUNDS_MAX = 3
_RECOVERIES_MAX = 5
_STARTS = 8
_STARTING_SECONDS = 2.0
"""Beyond the usual, for the answer to START: sent again too early it comes to the image, as damaged input of its console."""
_LAST_WORDS = 120
"""Bytes of the loader's answers to START, roughly."""
_HASHED_A_SECOND = 2_000_000
"""Bytes of SHA-256 that the slowest board should manage."""


@dataclass(frozen=True)
class Wish:
    """What to boot. `speed`: of the transfer, in baud; None: the line's own."""

    path: Path
    data: bytes
    command_line: str = ""
    speed: int | None = None
    timeout_s: float = 10.0


@dataclass(frozen=True)
class Booted:
    """`early`: what the image has printed already. `seconds` by the port's clock, from the loader's first answer."""

    early: bytes
    seconds: float
    counts: Counts
    loader: State


class Boot:
    """`say` gets sentences for people, `progress` blocks there and in all."""

    def __init__(self, link: Link, wish: Wish, say: Callable[[str], None], progress: Callable[[int, int], None]) -> None:
        self._link = link
        self._wish = wish
        self._say = say
        self._progress = progress
        self._client = Client(link)
        self._base = link.baud
        self._counts = Counts()
        self._recoveries = 0

    def run(self) -> Booted:
        """Stop WRONG_INPUT when the image is refused, ENVIRONMENT for a speed that cannot be, TARGET_FAILED when nobody answers."""
        wish = self._wish
        if len(wish.command_line.encode()) >= LOADER_COMMAND_LINE:
            raise Stop(
                ExitCode.ENVIRONMENT, f"the command line is longer than {LOADER_COMMAND_LINE - 1} bytes: {wish.command_line[:40]}..."
            )
        memory = check_image(wish.path, wish.data)
        state = self._find()
        began = self._link.now()
        check_place(wish.path, len(wish.data), memory, state)
        if wish.speed is not None:
            self._hasten(state, wish.speed)
        self._client.session = random.randrange(1, 1 << 16)  # to tell late frames apart
        while True:
            try:
                self._hand_over(state)
                early = self._start()
                return Booted(early, self._link.now() - began, self._counts, state)
            except Silent:
                state = self._recover()
            except Refused as refused:
                if refused.result.result not in (LoaderResult.NO_OFFER, LoaderResult.NOT_CHECKED):
                    raise Stop(ExitCode.WRONG_INPUT, f"{wish.path}: {refusal(refused.result, state.room)}") from None
                state = self._recover()

    # ---- Finding it.

    def _find(self) -> State:
        """Greets until the loader answers; what else is said meanwhile is kept for the message."""
        deadline = self._link.now() + self._wish.timeout_s
        for tries in range(1 << 30):
            try:
                answer = self._client.ask(LoaderFrame.HELLO, tries=1)
            except Silent:
                if self._link.now() > deadline:
                    raise self._not_there() from None
                if tries % _ATTENTION_AFTER == _ATTENTION_AFTER - 1:
                    self._link.send_break()
                    self._link.write(attention())
                continue
            if isinstance(answer, State):
                return self._accepted(answer)
        raise AssertionError("not reached")

    def _accepted(self, state: State) -> State:
        if state.version != LOADER_VERSION:
            raise Stop(
                ExitCode.WRONG_INPUT,
                f"the board's loader speaks version {state.version}, this hyp {LOADER_VERSION}; make it again with `hyp media loader`",
            )
        return state

    def _not_there(self) -> Stop:
        heard = self._client.decoder.finish()
        seconds = f"{self._wish.timeout_s:g} s"
        if not heard:
            return Stop(
                ExitCode.TARGET_FAILED,
                f"no answer in {seconds}, not a byte: is the board on and started from the loader's medium, the cable a null modem, "
                f"the speed {self._base} baud? {_STAYS}",
            )
        shown = heard[-_SHOWN:].decode("ascii", "backslashreplace").strip()
        return Stop(
            ExitCode.TARGET_FAILED, f"no loader answers in {seconds}, but something speaks there; its last words: {shown!r}. {_STAYS}"
        )

    # ---- Speed.

    def _hasten(self, state: State, baud: int) -> None:
        if speed.change(self._client, state, baud):
            self._say(f"the line runs at {self._link.baud} baud")
        else:
            self._say(f"the line does not carry {baud} baud; going on at {self._base}")

    def _recover(self) -> State:
        """After a silence, or a loader that has forgotten everything: find it again, at the base speed if need be."""
        self._recoveries += 1
        if self._recoveries > _RECOVERIES_MAX:
            raise Stop(ExitCode.TARGET_FAILED, f"the line loses too much: {self._client.decoder.damaged} damaged answers, five new starts")
        self._say("no usable answer; starting again with what the loader holds")
        try:
            answer = self._client.ask(LoaderFrame.HELLO, tries=4)
        except Silent:
            self._link.set_baud(self._base)
            answer = self._find()
        if not isinstance(answer, State):
            raise Stop(ExitCode.TARGET_FAILED, "the loader's answers make no sense")
        return answer

    # ---- Handing over and starting.

    def _hand_over(self, state: State) -> None:
        digest = sha256(self._wish.data).digest()
        for _ in range(_ROUNDS_MAX):
            answer = self._client.ask(LoaderFrame.OFFER, OFFER.pack(size=len(self._wish.data), sha256=list(digest)))
            if isinstance(answer, Result):
                raise Refused(answer)
            transfer = Transfer(self._client, self._wish.data, self._progress)
            transfer.run()
            self._counts = transfer.counts
            checked = self._check()
            if checked.result == LoaderResult.OK:
                return
            if checked.result not in (LoaderResult.HASH_DIFFERS, LoaderResult.INCOMPLETE):
                raise Refused(checked)
        raise Stop(ExitCode.TARGET_FAILED, f"{self._wish.path}: {refusal(checked, state.room)}")

    def _check(self) -> Result:
        answer = self._client.ask(
            LoaderFrame.CHECK, self._wish.command_line.encode(), seconds=0.5 + len(self._wish.data) / _HASHED_A_SECOND
        )
        if not isinstance(answer, Result):
            raise Silent
        return answer

    def _start(self) -> bytes:
        """What was heard after the loader's last answer. Once it has left nobody answers: text says that the image runs."""
        self._client.decoder.text.clear()
        sequences = set()
        for _ in range(_STARTS):
            sequences.add(self._client.send(LoaderFrame.START))
            deadline = self._link.now() + self._client.time_of(0) + _STARTING_SECONDS
            while (left := deadline - self._link.now()) > 0:
                for other, answer in self._client.answers(left):
                    if isinstance(answer, Result) and answer.request == LoaderFrame.START and other in sequences:
                        if answer.result != LoaderResult.OK:
                            raise Refused(answer)
                        return self._leave()
                if b"hyp: boot" in self._client.decoder.text:
                    return self._leave()
        return self._gone()

    def _gone(self) -> bytes:
        """START was not answered. The loader has left, its last words lost, when it does not greet either and something else speaks."""
        try:
            self._client.ask(LoaderFrame.HELLO, tries=_STARTS)
        except Silent:
            if self._client.decoder.text:
                return self._leave()
        raise Silent

    def _leave(self) -> bytes:
        """The loader says it three times. At another speed than the base's it sends zeros at the base's then, while we change, too."""
        if self._link.baud != self._base:
            self._link.set_baud(self._base)
        until = self._link.now() + _LAST_WORDS * BITS / self._base
        while (left := until - self._link.now()) > 0:
            self._client.answers(left)
        return self._client.decoder.since_frame()
