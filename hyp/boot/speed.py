"""The speed of the transfer: what the UART's clock divides to, tried before it is trusted, and given up when the line does not carry it."""

from __future__ import annotations

from hyp.abi.loader import SPEED, LoaderFrame, LoaderResult
from hyp.boot.client import Client, Silent
from hyp.boot.messages import Result, State
from hyp.exits import ExitCode, Stop

TOLERANCE_PERCENT = 2
"""Both sides' error together may be some 4 % in ten bits; half of it is ours."""
_TRIES = 5


def divisor_of(baud: int, baud_max: int) -> int:
    """The divisor for `baud`. Stop ENVIRONMENT (usage) when the UART's clock cannot make it exactly enough."""
    divisor = max(1, round(baud_max / baud))
    off = abs(baud_max / divisor - baud) * 100 / baud
    if off <= TOLERANCE_PERCENT:
        return divisor
    possible = ", ".join(str(baud_max // n) for n in (1, 2, 3, 4, 6, 12))
    what = "is more than the board's UART can do" if baud > baud_max else f"is {off:.1f} % off what the board's UART can do"
    raise Stop(ExitCode.ENVIRONMENT, f"--speed {baud} {what}: its clock gives at most {baud_max} baud; possible are {possible}")


def change(client: Client, state: State, baud: int) -> bool:
    """Go on at `baud`. False: the line does not carry it, and both sides are back at the base speed. Silent when they are not."""
    base = client.link.baud
    divisor = divisor_of(baud, state.baud_max)
    if divisor == state.divisor:
        return True
    answer = client.ask(LoaderFrame.SPEED, SPEED.pack(divisor=divisor))
    if not isinstance(answer, Result) or answer.result != LoaderResult.OK:
        return False
    client.link.set_baud(state.baud_max // divisor)
    try:
        client.ask(LoaderFrame.HELLO, tries=_TRIES)
    except Silent:
        back(client, base)
        return False
    return True


def back(client: Client, base: int) -> None:
    """To the base speed: what the loader hears of us there is damaged to it, and enough damage makes it return, too."""
    client.link.set_baud(base)
    client.ask(LoaderFrame.HELLO, tries=60)
