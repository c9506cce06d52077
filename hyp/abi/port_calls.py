"""The hypercalls of sampling and queuing ports."""

from __future__ import annotations

from hyp.abi.hypercall import BUFFER, LENGTH, MESSAGE, PORT, PORT_ERRORS, SIZE, TIMEOUT, Hypercall, Parameter
from hyp.abi.numbers import Result

PORT_CALLS: tuple[Hypercall, ...] = (
    Hypercall(
        16,
        "sampling_write",
        "sampling ports",
        "Writes the channel's message.",
        (PORT, MESSAGE, LENGTH),
        "0",
        (*PORT_ERRORS, (Result.INVALID_CONFIG, "longer than the port's size, or empty")),
        2000,
        fast=True,
    ),
    Hypercall(
        17,
        "sampling_read",
        "sampling ports",
        "Reads the channel's newest message.",
        (PORT, BUFFER, SIZE, Parameter("status", "hyp_sampling_status_t *", "filled in; may be null")),
        "bytes of the message",
        (
            *PORT_ERRORS,
            (Result.NO_ACTION, "no message was ever written"),
            (Result.INVALID_PARAM, "the buffer is smaller than the message, which stays"),
        ),
        1000,
        fast=True,
    ),
    Hypercall(
        18,
        "sampling_status",
        "sampling ports",
        "Describes the newest message without reading it.",
        (PORT, Parameter("status", "hyp_sampling_status_t *", "filled in")),
        "0",
        (*PORT_ERRORS, (Result.NO_ACTION, "no message was ever written")),
        400,
    ),
    Hypercall(
        19,
        "queuing_send",
        "queuing ports",
        "Appends a message.",
        (PORT, MESSAGE, LENGTH, TIMEOUT),
        "0",
        (
            *PORT_ERRORS,
            (Result.INVALID_CONFIG, "longer than the port's size, or empty"),
            (Result.NOT_AVAILABLE, "the queue is full and the time-out is 0"),
            (Result.TIMED_OUT, "the queue stayed full"),
        ),
        1000,
        fast=True,
    ),
    Hypercall(
        20,
        "queuing_receive",
        "queuing ports",
        "Takes the oldest message.",
        (PORT, BUFFER, SIZE, TIMEOUT),
        "bytes of the message",
        (
            *PORT_ERRORS,
            (Result.INVALID_PARAM, "the buffer is smaller than the message, which stays"),
            (Result.NOT_AVAILABLE, "the queue is empty and the time-out is 0"),
            (Result.TIMED_OUT, "the queue stayed empty"),
        ),
        1000,
        fast=True,
    ),
    Hypercall(
        21,
        "queuing_status",
        "queuing ports",
        "Counts the messages that wait.",
        (PORT, Parameter("status", "hyp_queuing_status_t *", "filled in")),
        "0",
        (PORT_ERRORS[0], PORT_ERRORS[2]),
        400,
    ),
    Hypercall(
        22,
        "queuing_clear",
        "queuing ports",
        "Drops all messages that wait; by the receiver.",
        (PORT,),
        "messages dropped",
        PORT_ERRORS[:2],
        300,
    ),
)
