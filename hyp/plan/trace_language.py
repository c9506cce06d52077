"""The key `trace:`: what is recorded, how much of it is kept, and where it is streamed."""

from __future__ import annotations

from hyp.plan.kinds import Choice, Text
from hyp.plan.numbers import Integer, Quantity
from hyp.plan.shapes import Field, ListOf, Record
from hyp.plan.units import SIZE

BAUD_MAX = 4_000_000
EVENTS = ("window", "health", "port", "event", "gate", "hypercall")
DETAILS = ("planned", "all")

UART = Field("uart", Text("the name of a UART of the board", "com2"), "UART that carries the trace; without it the trace stays in memory")
BAUD = Field("baud", Integer(50, BAUD_MAX, "115200"), "Bits per second", default=115200)
BUFFER = Field(
    "buffer",
    Quantity(SIZE, 4096, 16 << 20, "256 KiB"),
    "Ring per core, rounded down to a power of two; the oldest records are overwritten",
    default=256 << 10,
    default_words="256 KiB",
)
DETAIL = Field(
    "detail",
    Choice(DETAILS),
    "What is streamed of windows: one record per major frame while they come as planned, or each window's start and end",
    default="planned",
)
RECORDED = Field(
    "events",
    ListOf(Choice(EVENTS), "a kind of event or a list of them", single=True),
    "What is recorded; windows always are",
    default=("window", "health"),
    default_words="[window, health]",
)
TRACE = Record("a trace", (UART, BAUD, BUFFER, DETAIL, RECORDED), "{uart: com2, events: [health, port]}")
