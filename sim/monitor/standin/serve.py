"""Runs inside the simulator, as a cocotb test: takes streams of pin values from a socket and answers with what the monitor said of them."""

from __future__ import annotations

import json
import os
import socket
from typing import Any

import cocotb
from cocotb.triggers import FallingEdge, RisingEdge, Timer

CLOCKS_OF_RESET = 4


@cocotb.test()
async def serve(bench: Any) -> None:
    """One request per line until the other side closes: `hyp.monitor` and the tests are on it."""
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(os.environ["HYP_MONITOR_BENCH"])
        with link.makefile("rw", encoding="utf-8") as lines:
            for line in lines:
                answer = await run(bench, json.loads(line))
                lines.write(json.dumps(answer) + "\n")
                lines.flush()


async def run(bench: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Times in the request are in ps after a falling edge of the clock; the monitor has been reset just before."""
    bench.pins.value, bench.serial.value, bench.prover_in.value = request.get("idle", 0), 1, 1
    bench.half.value = request["half_ps"]
    bench.rst.value = 1
    for _ in range(CLOCKS_OF_RESET):
        await RisingEdge(bench.clk)
    bench.rst.value = 0
    if not int(bench.ready.value):
        await RisingEdge(bench.ready)
    await FallingEdge(bench.clk)
    bench.logged.value = bench.received.value = bench.asked.value = 0
    now = 0
    for at, name, value in request["events"]:
        if at > now:
            await Timer(at - now, "ps")
            now = at
        getattr(bench, name).value = value
    if request["until_ps"] > now:
        await Timer(request["until_ps"] - now, "ps")
    return {
        "log": [int(bench.log[n].value) for n in range(int(bench.logged.value))],
        "bytes": bytes(int(bench.host_bytes[n].value) for n in range(int(bench.received.value))).hex(),
        "challenges": bytes(int(bench.challenges[n].value) for n in range(int(bench.asked.value))).hex(),
    }
