"""Services as partitions see them: messages, events, traps, timers, the time page; and whether the plan's size shows in any call."""

from __future__ import annotations

from hyp.bench.measure import PLANS, Bench, Measured
from hyp.bench.rows import INSTRUCTIONS, Row
from hyp.exits import ExitCode, Stop

ROUNDS = 200
FRAMES = ROUNDS + 3
READERS = 9
"""Of the wide channel."""
SWITCHES = 500
MANY = 256
"""Partitions of the plan that is to cost the same."""
_FIGURES = {
    "writer": ("event_sends", "narrow_writes", "wide_writes", "queue_sends"),
    "reader": ("narrow_reads", "status_reads", "queue_receives"),
    "alone": ("time_reads", "traps", "expiries"),
    "asker": ("controls", "status_looks", "schedule_looks", "record_reads", "console_writes", "gate_calls"),
}
_OTHERS = 2
"""Partitions of the plan that measure nothing."""
_PLAN = PLANS / "services.yaml"


def measure(bench: Bench) -> Measured:
    return bench.measure(_PLAN, FRAMES, _wanted())


def measure_many(bench: Bench) -> Measured:
    """The same among 250 others."""
    return bench.measure_text(_PLAN, many_partitions(_PLAN.read_text()), FRAMES, _wanted())


def measure_switch(bench: Bench) -> Measured:
    return bench.measure(PLANS / "switch-upcall.yaml", SWITCHES, (("right", "upcalls"),))


def many_partitions(text: str) -> str:
    """The plan with MANY partitions: the others idle in short windows at the frame's end."""
    names = [f"idle_{n}" for n in range(MANY - len(_FIGURES) - _OTHERS)]
    partitions = "".join(f'  {name}: {{image: ../partitions/hostile, fpu: false, args: "idle"}}\n' for name in names)
    windows = "".join(f"      - {{partition: {name}, at: {200 + 10 * n} us, for: 10 us}}\n" for n, name in enumerate(names))
    frame = 200 + 10 * len(names)
    return (
        text.replace("name: bench-services", "name: bench-services-many")
        .replace("\nchannels:", f"{partitions}\nchannels:")
        .replace("major_frame: 200 us", f"major_frame: {frame} us")
        .replace("\nexpect:", f"{windows}\nexpect:")
    )


def figures(measured: Measured) -> dict[str, int]:
    """The worst of each, less the looks at the clock. Stop TARGET_FAILED when a partition did not come to its end."""
    found: dict[str, int] = {}
    for who, names in _FIGURES.items():
        if measured.words[who, "done"][0] != ROUNDS:
            raise Stop(ExitCode.TARGET_FAILED, f"{measured.manifest['plan']}: {who} did not come to its end")
        empty = min(measured.words[who, "empty_pairs"])
        looked = empty if who != "alone" else 0
        found |= {name: max(measured.words[who, name]) - looked for name in names}
        if who == "alone":
            found["time_reads"] -= empty
    return found


def rows(few: Measured, many: Measured, switch: Measured) -> list[Row]:
    seen = figures(few)
    other = figures(many)
    more = -(-(seen["wide_writes"] - seen["narrow_writes"]) // (READERS - 1))
    apart = max(abs(seen[name] - other[name]) for name in seen)
    upcalls = _upcalls(switch)
    return [
        _row("sampling", "sampling write + read, 64 B, one reader", seen["narrow_writes"] + seen["narrow_reads"], 260, 205, _PORTS[0]),
        _shown("sampling_status", "the same, and the read asks for the status", seen["narrow_writes"] + seen["status_reads"], 260),
        _row("sampling_reader", "each further reader of a sampling channel", more, 12, 12),
        _row("queuing", "queuing send + receive, 64 B", seen["queue_sends"] + seen["queue_receives"], 300, 200, _PORTS[1]),
        _row("event_send", "event send, receiver not running", seen["event_sends"], 100, 60, "384 (seL4), 500 (Xen)"),
        _row("trap", "virtual trap: fault to handler's first instruction", seen["traps"], 160, 100),
        _row("timer_upcall", "timer expiry to upcall inside the window", seen["expiries"], 190, 130),
        _row("switch_upcall", "partition switch with an upcall delivered", upcalls, 250, 170),
        _row("time_page", "time read through the time page", seen["time_reads"], 12, 8, "323 by call (XtratuM)"),
        _row("many_partitions", f"these figures and other calls' among {MANY} partitions: largest difference", apart, 0, 0),
    ]


def _upcalls(switch: Measured) -> int:
    """The longest release. Stop TARGET_FAILED when one of them came without an upcall."""
    taken = switch.words["right", "upcalls"][0]
    lengths = [one.length for one in switch.counts.releases]
    if taken < len(lengths) - 1 or len(lengths) < SWITCHES - 1:
        raise Stop(ExitCode.TARGET_FAILED, f"bench-switch-upcall: {taken} upcalls in {len(lengths)} switches")
    return max(lengths[1:])  # the first starts the partition, which has no handler yet


_PORTS = "795 (XtratuM), 936 (POK), both 32 B", "917 (XtratuM), 1,206 (POK), both 32 B"


def _row(name: str, what: str, value: int, bound: int, aim: int | None = None, peer: str = "") -> Row:
    return Row(name, what, value, INSTRUCTIONS, bound, aim, peer)


def _shown(name: str, what: str, value: int, aim: int) -> Row:
    """Shown, not judged."""
    return Row(name, what, value, INSTRUCTIONS, None, aim)


def _wanted() -> tuple[tuple[str, str], ...]:
    return tuple((who, symbol) for who, names in _FIGURES.items() for symbol in (*names, "empty_pairs", "done"))
