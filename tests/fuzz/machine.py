"""A fuzzer with its peer beside two victims: plan, run, and what the model says of it."""

from __future__ import annotations

from pathlib import Path

from hyp.abi.hypercalls import HYPERCALLS
from hyp.abi.numbers import EVENT_FIRST, PAGE
from tests.fuzz.journal import HEADER_BYTES, RECORD_BYTES, read_journal, together
from tests.fuzz.memory import Range, Reach
from tests.fuzz.model import Channel, Life, Model, Wrong
from tests.hostile.machine import Found, build_plan, run

FUZZER, PEER = 0, 1
PLAYGROUND, PLAYGROUND_BYTES = 0x1000_0000, 0x6000
LISTS, LISTS_BYTES = 0x1800_0000, 0x1000
PLACES = 5
"""Partitions."""

_CHANNELS = """
channels:
  state: {kind: sampling, size: 64 B, from: fuzzer.state_out, to: peer.state_in}
  news: {kind: sampling, size: 64 B, from: peer.news_out, to: fuzzer.news_in}
  done: {kind: queuing, size: 48 B, depth: 4, from: fuzzer.done_out, to: peer.done_in, rate: 1 per 1 s}
  work: {kind: queuing, size: 48 B, depth: 4, from: peer.work_out, to: fuzzer.work_in, rate: 1 per 1 s}
  bulk: {kind: queuing, size: 9000 B, depth: 2, from: fuzzer.bulk_out, to: peer.bulk_in, rate: 1 per 1 s}
  big: {kind: sampling, size: 9000 B, from: fuzzer.big_out, to: peer.big_in}
events:
  ping: {from: fuzzer, to: peer}
  pong: {from: peer, to: fuzzer}
gates:
  call: {from: fuzzer, to: server}
"""


def _pages(size: int) -> int:
    return (size + PAGE - 1) // PAGE * PAGE


def plan_text(role: str, calls: int) -> str:
    """`role`: the fuzzer's args. The victims' windows come right behind the fuzzer's and the peer's."""
    answers = calls + 1000
    sizes = [_pages(HEADER_BYTES + RECORD_BYTES * count) for count in (calls, answers)]
    victim = "{image: tests/hostile/partitions/victim, args: %s, memory: {areas: [{name: log, size: 256 KiB%s}]}}"
    return f"""
hyp: 1
name: fuzz
board: qemu-q35
console: {{uart: com1, mode: text, baud: 115200, buffer: 2 KiB}}
partitions:
  fuzzer:
    image: tests/fuzz/partition
    args: "{role}"
    grants: {{health_log: read}}
    fpu: false
    memory:
      areas:
        - {{name: playground, size: {PLAYGROUND_BYTES} B, at: {PLAYGROUND:#x}}}
        - {{name: lists, size: {LISTS_BYTES} B, at: {LISTS:#x}}}
  peer:
    image: tests/fuzz/partition
    args: "{role.replace("fuzz", "peer")}"
    grants: {{partitions: {{fuzzer: [resume, warm_restart, cold_restart]}}}}
  steady: {victim % ("yield", ", at: 0x20000000")}
  spinner: {victim % ("spin", "")}
  server: {{image: tests/fuzz/partition, args: serve, fpu: false, health: {{page_fault: cold_restart}}}}
{_CHANNELS}
shared:
  calls: {{size: {sizes[0]} B, access: {{fuzzer: rw, peer: ro}}}}
  answers: {{size: {sizes[1]} B, access: {{peer: rw}}}}
schedules:
  normal:
    major_frame: 280 us
    windows:
      - {{partition: fuzzer, at: 0 us, for: 200 us}}
      - {{partition: steady, at: 200 us, for: 8 us}}
      - {{partition: spinner, at: 208 us, for: 8 us}}
      - {{partition: peer, at: 216 us, for: 40 us}}
      - {{partition: steady, at: 256 us, for: 8 us}}
      - {{partition: spinner, at: 264 us, for: 8 us}}
"""


def fuzz(role: str, calls: int, frames: int, root: Path, folder: Path) -> Found:
    """`role`: `fuzz SEED CALLS`, or `idle`: the same plan in all else."""
    built = build_plan(plan_text(f"{role} {len(HYPERCALLS)}", calls), root, folder / "image")
    return run(built, folder / "run", frames)


def judge(found: Found) -> tuple[Model, int]:
    """The model after all records, and how many of them are the fuzzer's. AssertionError at the first that it refuses."""
    model = _model(found)
    fuzzer = read_journal(found.area("fuzzer", "calls"), FUZZER)
    peer = read_journal(found.area("peer", "answers"), PEER)
    before: list[object] = []
    for record in together(fuzzer, peer):
        try:
            model.follow(record)
        except Wrong as wrong:
            recent = "\n".join(str(one) for one in before[-12:])
            raise AssertionError(f"{wrong}\nbefore it:\n{recent}") from None
        before.append(record)
        del before[:-12]
    return model, len(fuzzer)


def _model(found: Found) -> Model:
    channels = {}
    for one in found.manifest["channels"]:
        name, writer = one["name"], PEER if one["name"] in ("news", "work") else FUZZER
        channels[name] = Channel(name, one["kind"] == "queuing", one["size"], one["depth"], writer, 1 - writer)
    ports = [tuple((channel, channel.source == partition) for channel in channels.values()) for partition in (FUZZER, PEER)]
    fuzzer, peer = (_reach(found, name) for name in ("fuzzer", "peer"))
    first = EVENT_FIRST + len(channels)
    lives = [
        Life(fuzzer, ports[FUZZER], {first + 1: (PEER, first)}, FUZZER, reads_health=True),
        Life(peer, ports[PEER], {first + 1: (FUZZER, first)}, PEER, granted=frozenset({FUZZER})),
    ]
    return Model(lives, PLACES, 1)


def _reach(found: Found, partition: str) -> Reach:
    """Whole pages of its areas: the hardware knows no smaller ones."""
    areas = found.partition(partition)["areas"]
    return Reach(tuple(Range(one["virtual"], one["virtual"] + _pages(one["size"]), one["access"] == "rw") for one in areas))
