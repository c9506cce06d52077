"""A model of the ABI: predicts each call's result, exactly where the state is known, by its class where it is not.

It is written from the definition of the calls, not from the kernel's code, and follows two partitions, `fuzzer` and `peer`.
Whoever adds a call to the ABI adds its method here: a call without one fails the test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hyp.abi.hypercalls import CONSOLE_WRITE_MAX, HEALTH_READ_MAX, HYPERCALLS, MULTICALL_MAX, TIMER_PERIOD_MIN, VERDICT_TEXT_MAX
from hyp.abi.numbers import EVENT_FIRST, HYPERCALL_TAG, Control, Mode, Result, StartCause
from hyp.abi.pages import (
    CALL,
    HEALTH_ENTRY,
    HEALTH_STATUS,
    MODULE_STATUS,
    PARTITION_STATUS,
    QUEUING_STATUS,
    SAMPLING_STATUS,
    SCHEDULE_STATUS,
)
from tests.fuzz.journal import DID_ENABLE, DID_START, DID_TAKE, ENTRY_TAG, Record
from tests.fuzz.memory import Reach, lawful

NS_LIMIT = 2**60
LATE = 3000
"""ns between a timer's instant inside a window and the moment from which it certainly has expired."""
TIMERS = 0b11
GAP = 70_000
"""ns from the peer's window to the end of the frame: a wait may have ended before it and be noted only behind it."""
STATUS_AND_MODE_BYTES = 8

Answer = int | range | set[int]
"""A result, or those that are possible."""


@dataclass
class Channel:
    """`messages`: (length, first word) that wait; of a sampling channel the newest, if any."""

    name: str
    queuing: bool
    size: int
    depth: int
    source: int
    destination: int
    messages: list[tuple[int, int]] = field(default_factory=list)


@dataclass
class Timer:
    """`at` in ns on its clock; None: not set. `since`: when it was set."""

    at: int | None = None
    period: int = 0
    since: int = 0


@dataclass
class Life:
    """What is known of a partition. `events` may be pending or taken by an upcall already, `held` are certainly pending,
    with the ns at which they were raised.

    `enabled` is its virtual interrupt flag. `controlled`: another has asked for a new life. `execution`: the clock's last value.
    """

    reach: Reach
    ports: tuple[tuple[Channel, bool], ...]
    sends: dict[int, tuple[int, int]]
    partition: int
    granted: frozenset[int] = frozenset()
    reads_health: bool = False
    mode: Mode = Mode.COLD_START
    events: int = 0
    held: dict[int, int] = field(default_factory=dict)
    enabled: bool = False
    timers: tuple[Timer, Timer] = field(default_factory=lambda: (Timer(), Timer()))
    started: bool = False
    ended: Record | None = None
    controlled: StartCause | None = None
    execution: int = 0


class Wrong(AssertionError):
    """A result that the ABI does not allow."""


class Model:
    """`lives` by partition id. Feed it the records in order of effect."""

    def __init__(self, lives: list[Life], partitions: int, schedules: int) -> None:
        self._lives = lives
        self._partitions = partitions
        self._schedules = schedules
        self._names = {call.number: call.name for call in HYPERCALLS}
        self._outside_batch = {call.number for call in HYPERCALLS if not call.in_batch}
        self._now = 0
        self._served = False  # the server waits for requests
        self.seen: dict[tuple[str, int], int] = {}

    def follow(self, record: Record) -> None:
        """Wrong when the record contradicts the ABI."""
        life = self._lives[record.partition]
        self._now = record.effect
        if record.rax == DID_START:
            self._start(life, record)
            return
        if life.ended:
            raise Wrong(f"{record} although {life.ended} has ended the life before")
        if record.rax == DID_TAKE:
            self._take(life, record)
        elif record.rax == DID_ENABLE:
            self._enable(life, enabled=bool(record.arguments[0]))
        elif record.rax >> 32 == ENTRY_TAG:
            self._entry(life, record)
        elif record.rax >> 32 != HYPERCALL_TAG or _number(record.rax) not in self._names:
            self._check(record, "unknown", int(Result.UNKNOWN_HYPERCALL))
        else:
            self._call(life, record)

    def _call(self, life: Life, record: Record) -> None:
        name = self._names[_number(record.rax)]
        method: Callable[[Life, Record], Answer | None] | None = getattr(self, f"_{name}", None)
        if method is None:
            raise Wrong(f"the model does not know the call `{name}`")
        answer = method(life, record)
        if answer is None:
            if record.answered:
                raise Wrong(f"{name} returned: {record}")
            life.ended = record
            return
        if not record.answered and name in SLEEPING:
            life.ended = record  # asleep when somebody started it again; the next life says so
            return
        self._check(record, name, answer)

    def _entry(self, life: Life, record: Record) -> None:
        """A call of a batch: as if it came alone, but for those that may leave the caller's context."""
        number = record.rax & 0xFFFFFFFF
        if number not in self._names:
            self._check(record, "unknown entry", int(Result.UNKNOWN_HYPERCALL))
        elif number in self._outside_batch and self._names[number] not in UNGRANTED:
            self._check(record, "entry outside", int(Result.INVALID_MODE))
        else:
            self._call(life, replace(record, rax=HYPERCALL_TAG << 32 | number))
            self.seen["entry", number] = 1

    def _check(self, record: Record, name: str, answer: Answer) -> None:
        good = record.result == answer if isinstance(answer, int) else record.result in answer
        if not good:
            raise Wrong(f"{name} gave {record.result}, the model says {answer}: {record}")
        key = (name, min(record.result, 0))
        self.seen[key] = self.seen.get(key, 0) + 1

    # ---- lives

    def _start(self, life: Life, record: Record) -> None:
        cause = StartCause(record.result & 0xFFFFFFFF)
        expected = life.controlled if life.controlled is not None else StartCause.SELF if life.started else StartCause.POWER_ON
        if life.started and not life.ended and life.controlled is None:
            raise Wrong(f"a life began and nothing ended the one before: {record}")
        if cause is not expected:
            raise Wrong(f"the life began by {cause.name}, not by {expected.name}: {record}")
        life.mode = Mode(record.result >> 32)
        self.seen["start", int(cause)] = self.seen.get(("start", int(cause)), 0) + 1
        if not life.started:
            life.started = True
            return
        for channel, sends in life.ports:
            if channel.queuing and not sends:
                self._drop(channel)
        life.ended = life.controlled = None
        life.events, life.held, life.enabled, life.timers, life.execution = 0, {}, False, (Timer(), Timer()), 0

    def _take(self, life: Life, record: Record) -> None:
        expired = sum(1 << clock for clock, timer in enumerate(life.timers) if timer.at is not None or timer.since)
        wrong = (record.result ^ life.events) & ~TIMERS | record.result & TIMERS & ~expired
        if wrong:
            raise Wrong(f"pending events {record.result:#x}, the model says {life.events:#x}: {record}")
        life.events, life.held = 0, {}
        self.seen["take", record.result & ~TIMERS] = 1

    def _raise(self, partition: int, event: int) -> None:
        life = self._lives[partition]
        life.events |= 1 << event
        if not life.enabled:
            life.held.setdefault(event, self._now)

    @staticmethod
    def _enable(life: Life, *, enabled: bool) -> None:
        life.enabled, life.held = enabled, {}

    def _port_event(self, channel: Channel, *, sender: bool) -> None:
        partition = channel.source if sender else channel.destination
        place = next(n for n, (one, sends) in enumerate(self._lives[partition].ports) if one is channel and sends == sender)
        self._raise(partition, EVENT_FIRST + place)

    # ---- memory

    @staticmethod
    def _readable(life: Life, at: int, size: int) -> bool:
        return lawful(at, size) and life.reach.readable(at, size) == size

    @staticmethod
    def _writable(life: Life, at: int, size: int) -> bool:
        return lawful(at, size) and life.reach.writable(at, size) == size

    def _given(self, life: Life, at: int, size: int) -> int:
        return int(Result.OK if self._writable(life, at, size) else Result.BAD_ADDRESS)

    @staticmethod
    def _word(record: Record, wanted: int, size: int) -> None:
        """The first word of what the call filled, when the record has it: it was looked at where the call was to put it."""
        mask = (1 << 8 * min(size, 8)) - 1
        if record.extra and (record.extra ^ wanted) & mask:
            raise Wrong(f"the call left {record.extra:#x}, the model says {wanted:#x} in {size} bytes: {record}")

    # ---- about oneself

    def _nop(self, life: Life, record: Record) -> Answer:
        return 0

    def _console_write(self, life: Life, record: Record) -> Answer:
        at, length, *_ = record.arguments
        if not lawful(at, length):
            return int(Result.BAD_ADDRESS)
        asked = min(length, CONSOLE_WRITE_MAX)
        possible = set(range(life.reach.readable(at, asked) + 1))
        return possible if len(possible) == asked + 1 else possible | {int(Result.BAD_ADDRESS)}

    def _console_read(self, life: Life, record: Record) -> Answer:
        """Nobody sends anything."""
        at, size, *_ = record.arguments
        return 0 if lawful(at, size) else int(Result.BAD_ADDRESS)

    def _time_get(self, life: Life, record: Record) -> Answer:
        clock = record.arguments[0]
        if clock == 0:
            return range(record.before, record.after + 1)
        if clock == 1:
            before, life.execution = life.execution, max(record.result, 0)
            return range(before, record.after + 1)
        return int(Result.INVALID_PARAM)

    def _yield(self, life: Life, record: Record) -> Answer:
        return 0

    def _window_status(self, life: Life, record: Record) -> Answer:
        return range(1, 1_000_000)

    def _mode_set(self, life: Life, record: Record) -> Answer | None:
        mode = record.arguments[0]
        if mode not in (0, 1, 2, 3):
            return int(Result.INVALID_PARAM)
        if mode == Mode.NORMAL:
            before, life.mode = life.mode, Mode.NORMAL
            return int(Result.NO_ACTION if before is Mode.NORMAL else Result.OK)
        if mode == Mode.WARM_START and life.mode is Mode.COLD_START:
            return int(Result.INVALID_MODE)
        return None

    def _verdict(self, life: Life, record: Record) -> Answer:
        verdict, at, length, _ = record.arguments
        if verdict > 1 or length > VERDICT_TEXT_MAX:
            return int(Result.INVALID_PARAM)
        return int(Result.OK if self._readable(life, at, length) else Result.BAD_ADDRESS)

    # ---- timers and sleep

    def _timer_set(self, life: Life, record: Record) -> Answer:
        clock, at, period, _ = record.arguments
        if clock > 1 or at > NS_LIMIT or period > NS_LIMIT or 0 < period < TIMER_PERIOD_MIN:
            return int(Result.INVALID_PARAM)
        if record.result == Result.OK:
            timer = life.timers[clock]
            timer.at, timer.period, timer.since = at, period, record.before
        if period:
            return int(Result.OK)
        earliest, latest = (record.before, record.after) if clock == 0 else (life.execution, record.after)
        if at <= earliest:
            return int(Result.NO_ACTION)
        return int(Result.OK) if at > latest else {int(Result.OK), int(Result.NO_ACTION)}

    def _timer_cancel(self, life: Life, record: Record) -> Answer:
        clock = record.arguments[0]
        if clock > 1:
            return int(Result.INVALID_PARAM)
        timer = life.timers[clock]
        at, timer.at = timer.at, None
        if at is None:
            return int(Result.NO_ACTION)
        if timer.period:
            return range((record.after - timer.since) // timer.period + 2)
        if clock == 0 and at < record.before - LATE:
            return int(Result.NO_ACTION)
        return 0 if at > record.after else {0, int(Result.NO_ACTION)}

    def _watchdog_kick(self, life: Life, record: Record) -> Answer:
        return int(Result.INVALID_CONFIG)

    def _idle_until(self, life: Life, record: Record) -> Answer:
        return 0

    # ---- events

    def _event_send(self, life: Life, record: Record) -> Answer:
        event = record.arguments[0]
        if event not in life.sends:
            return int(Result.INVALID_PARAM)
        self._raise(*life.sends[event])
        return 0

    def _event_unmask(self, life: Life, record: Record) -> Answer:
        return 0

    def _event_wait(self, life: Life, record: Record) -> Answer:
        mask, until, *_ = record.arguments
        if mask == 0 or mask >> 63:
            return int(Result.INVALID_PARAM)
        possible = (life.events | TIMERS) & mask
        certain = sum(1 << event for event, raised in life.held.items() if raised < max(record.before, record.after - GAP)) & mask
        if record.result > 0 and not record.result & ~possible and not certain & ~record.result:
            return record.result
        return certain if certain or record.after < until else int(Result.TIMED_OUT)

    def _upcall_return(self, life: Life, record: Record) -> Answer:
        if record.arguments[0]:
            self._enable(life, enabled=False)
            return int(Result.INVALID_PARAM)
        self._enable(life, enabled=True)
        return 0x7777

    def _trap_return(self, life: Life, record: Record) -> Answer:
        return int(Result.NO_ACTION)

    # ---- ports

    def _end(self, life: Life, port: int, *, queuing: bool, sends: bool) -> Channel | int:
        if port >= len(life.ports) or life.ports[port][0].queuing != queuing:
            return int(Result.INVALID_PARAM)
        channel, source = life.ports[port]
        return channel if source == sends else int(Result.INVALID_MODE)

    def _sampling_write(self, life: Life, record: Record) -> Answer:
        port, at, length, _ = record.arguments
        channel = self._end(life, port, queuing=False, sends=True)
        if isinstance(channel, int):
            return channel
        if not 0 < length <= channel.size:
            return int(Result.INVALID_CONFIG)
        if not self._readable(life, at, length):
            return int(Result.BAD_ADDRESS)
        channel.messages = [(length, record.extra)]
        self._port_event(channel, sender=False)
        return 0

    def _sampling_read(self, life: Life, record: Record) -> Answer:
        port, at, size, status = record.arguments
        channel = self._end(life, port, queuing=False, sends=False)
        if isinstance(channel, int):
            return channel
        if not lawful(at, size):
            return int(Result.BAD_ADDRESS)
        if not channel.messages:
            return int(Result.NO_ACTION)
        length, word = channel.messages[0]
        if length > size:
            return int(Result.INVALID_PARAM)
        if not self._writable(life, at, length) or (status and not self._writable(life, status, SAMPLING_STATUS.size)):
            return int(Result.BAD_ADDRESS)
        if word:
            self._word(record, word, length)
        return length

    def _sampling_status(self, life: Life, record: Record) -> Answer:
        port, at, *_ = record.arguments
        channel = self._end(life, port, queuing=False, sends=False)
        if isinstance(channel, int):
            return channel
        if not channel.messages:
            return int(Result.NO_ACTION)
        answer = self._given(life, at, SAMPLING_STATUS.size)
        if answer == Result.OK:
            self._word(record, channel.messages[0][0], 8)
        return answer

    def _queuing_send(self, life: Life, record: Record) -> Answer:
        port, at, length, timeout = record.arguments
        channel = self._end(life, port, queuing=True, sends=True)
        if isinstance(channel, int):
            return channel
        if not 0 < length <= channel.size:
            return int(Result.INVALID_CONFIG)
        if not lawful(at, length):
            return int(Result.BAD_ADDRESS)
        if len(channel.messages) == channel.depth:
            return int(Result.TIMED_OUT if timeout else Result.NOT_AVAILABLE)
        if not self._readable(life, at, length):
            return int(Result.BAD_ADDRESS)
        if record.answered:
            channel.messages.append((length, record.extra))
            self._port_event(channel, sender=False)
        return 0

    def _drop(self, channel: Channel) -> int:
        dropped, channel.messages = len(channel.messages), []
        if dropped == channel.depth:
            self._port_event(channel, sender=True)
        return dropped

    def _queuing_receive(self, life: Life, record: Record) -> Answer:
        port, at, size, timeout = record.arguments
        channel = self._end(life, port, queuing=True, sends=False)
        if isinstance(channel, int):
            return channel
        if not lawful(at, size):
            return int(Result.BAD_ADDRESS)
        if not channel.messages:
            return int(Result.TIMED_OUT if timeout else Result.NOT_AVAILABLE)
        length, word = channel.messages[0]
        if length > size:
            return int(Result.INVALID_PARAM)
        if not self._writable(life, at, length):
            return int(Result.BAD_ADDRESS)
        if not record.answered:
            return length
        if word:
            self._word(record, word, length)
        if len(channel.messages) == channel.depth:
            self._port_event(channel, sender=True)
        channel.messages = channel.messages[1:]
        return length

    def _queuing_status(self, life: Life, record: Record) -> Answer:
        port, at, *_ = record.arguments
        if port >= len(life.ports) or not life.ports[port][0].queuing:
            return int(Result.INVALID_PARAM)
        channel = life.ports[port][0]
        answer = self._given(life, at, QUEUING_STATUS.size)
        if answer == Result.OK:
            self._word(record, len(channel.messages) | channel.depth << 32, 8)
        return answer

    def _queuing_clear(self, life: Life, record: Record) -> Answer:
        channel = self._end(life, record.arguments[0], queuing=True, sends=False)
        return channel if isinstance(channel, int) else self._drop(channel)

    # ---- others, the module, devices

    def _partition_control(self, life: Life, record: Record) -> Answer | None:
        target, operation, *_ = record.arguments
        if target >= self._partitions or operation > Control.COLD_RESTART:
            return int(Result.INVALID_PARAM)
        if target != life.partition:
            if target not in life.granted:
                return int(Result.NOT_PERMITTED)
            if operation in (Control.WARM_RESTART, Control.COLD_RESTART):
                self._lives[target].controlled = StartCause.PARTITION
            return 0
        if operation == Control.RESUME:
            return int(Result.NO_ACTION)
        return 0 if operation == Control.SUSPEND else None

    def _partition_status(self, life: Life, record: Record) -> Answer:
        target, at, *_ = record.arguments
        if target >= self._partitions:
            return int(Result.INVALID_PARAM)
        if target != life.partition and target not in life.granted:
            return int(Result.NOT_PERMITTED)
        answer = self._given(life, at, PARTITION_STATUS.size)
        if answer == Result.OK and target == life.partition:
            self._word(record, int(life.mode) << 32, STATUS_AND_MODE_BYTES)
        return answer

    def _schedule_switch(self, life: Life, record: Record) -> Answer:
        return int(Result.NOT_PERMITTED)

    def _schedule_status(self, life: Life, record: Record) -> Answer:
        return self._given(life, record.arguments[0], SCHEDULE_STATUS.size)

    def _health_raise(self, life: Life, record: Record) -> Answer:
        return 0

    def _health_read(self, life: Life, record: Record) -> Answer:
        if not life.reads_health:
            return int(Result.NOT_PERMITTED)
        at, count, *_ = record.arguments
        fit = life.reach.writable(at, HEALTH_READ_MAX * HEALTH_ENTRY.size) // HEALTH_ENTRY.size
        most = min(count, HEALTH_READ_MAX)
        return set(range(min(fit, most) + 1)) | ({int(Result.BAD_ADDRESS)} if fit < most else set())

    def _health_status(self, life: Life, record: Record) -> Answer:
        return self._given(life, record.arguments[0], HEALTH_STATUS.size) if life.reads_health else int(Result.NOT_PERMITTED)

    def _module_control(self, life: Life, record: Record) -> Answer:
        return int(Result.NOT_PERMITTED)

    def _module_status(self, life: Life, record: Record) -> Answer:
        answer = self._given(life, record.arguments[0], MODULE_STATUS.size)
        if answer == Result.OK:
            self._word(record, self._partitions | self._schedules << 32, 8)
        return answer

    def _irq_ack(self, life: Life, record: Record) -> Answer:
        return int(Result.INVALID_PARAM)

    def _irq_mask(self, life: Life, record: Record) -> Answer:
        return int(Result.INVALID_PARAM)

    def _trace_event(self, life: Life, record: Record) -> Answer:
        return 0

    def _trace_read(self, life: Life, record: Record) -> Answer:
        return int(Result.NOT_PERMITTED)

    def _multicall(self, life: Life, record: Record) -> Answer:
        at, count, *_ = record.arguments
        wanted = min(count, MULTICALL_MAX)
        fit = life.reach.writable(at, wanted * CALL.size) // CALL.size if lawful(at, CALL.size) else 0
        return min(fit, wanted) if fit or not count else int(Result.BAD_ADDRESS)

    def _gate_call(self, life: Life, record: Record) -> Answer:
        """The first partition has a gate; its server comes up in one call, ends at some requests, turns the first word of others."""
        word = record.arguments[0]
        if life.partition or record.rax >> 16 & 0xFFFF:
            return int(Result.INVALID_PARAM)
        up, self._served = self._served, not self._served or word % 32 > SERVER_ENDS
        if not up or not self._served:
            return int(Result.NOT_AVAILABLE)
        if record.extra != word ^ ((1 << 64) - 1):
            raise Wrong(f"the reply is {record.extra:#x}: {record}")
        return 0

    def _gate_reply_wait(self, life: Life, record: Record) -> Answer:
        return int(Result.INVALID_CONFIG)


def _number(rax: int) -> int:
    """The call's number; one through a gate has the gate's above it."""
    return _GATE_CALL if rax & 0xFFFF == _GATE_CALL else rax & 0xFFFFFFFF


_GATE_CALL = next(call.number for call in HYPERCALLS if call.name == "gate_call")
SERVER_ENDS = 2
"""The server's life ends with requests up to this one, modulo 32."""
UNGRANTED = frozenset({"module_control"})
"""Neither allowed to the fuzzer nor possible in a batch: the right is looked at first."""
SLEEPING = frozenset({"idle_until", "event_wait", "queuing_send", "queuing_receive"})
