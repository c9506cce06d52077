"""The hypercalls of gates: synchronous calls from partition to partition."""

from __future__ import annotations

from hyp.abi.hypercall import Hypercall, Parameter
from hyp.abi.numbers import Result

WORDS = tuple(Parameter(f"word_{n}", "uint64_t", "handed over as it is") for n in range(6))

GATE_CALLS: tuple[Hypercall, ...] = (
    Hypercall(
        37,
        "gate_call",
        "gates",
        "Calls the server of the gate whose number stands in bits 16 to 31 of `rax`: it runs in the caller's window until it replies. "
        "The six words of the reply are in the argument registers; an error leaves them as they were.",
        WORDS,
        "0: the server has replied",
        (
            (Result.INVALID_PARAM, "the caller has no gate of that number"),
            (Result.NOT_AVAILABLE, "the server is halted or suspended"),
            (Result.NOT_AVAILABLE, "the server has not come to wait for requests since its start; a passive one has now been helped to"),
            (Result.NOT_AVAILABLE, "the server serves someone else, and the plan says `when_busy: refuse`"),
            (Result.NOT_AVAILABLE, "the server was halted, restarted or suspended while it served this call"),
        ),
        1000,
        context=True,
        fast=True,
    ),
    Hypercall(
        38,
        "gate_reply_wait",
        "gates",
        "Replies to the request that the caller serves, if there is one and somebody waits for it, and waits for the next one. "
        "The six words of the request are in the argument registers; all other registers are kept.",
        WORDS,
        "the client's number: its place among the callers of all gates that lead to this server",
        ((Result.INVALID_CONFIG, "no gate leads to the caller"),),
        1000,
        context=True,
        fast=True,
    ),
)
