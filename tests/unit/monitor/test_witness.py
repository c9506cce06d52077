"""What a witness concludes from what it heard: also from less than all, from too much, and from noise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyp.exits import ExitCode, Stop
from hyp.image.manifest import Manifest
from hyp.monitor import summary
from hyp.monitor.counters import QUEUE
from hyp.monitor.kinds import VERDICT, Kind, RecordType, WatchdogState
from hyp.monitor.records import Record, encode
from hyp.monitor.witness import FAULTS_KEPT, Witness
from tests.unit.monitor.speaker import Speaker, watched

PLAN: Manifest = watched()
SENSELESS = "{} records make no sense: is `host_baud` the plan's, is the line sound?"
NAMELESS = "the monitor has not said which plan it was made from"
ANEW = "the monitor began to count anew: it was reset, or configured again, while it was listened to"
NONE_GOOD = "no good frame was seen"


@pytest.fixture
def speaker() -> Speaker:
    return Speaker(PLAN)


def heard(*said: bytes) -> Witness:
    witness = Witness(PLAN)
    for one in said:
        witness.feed(one)
    return witness


def test_a_good_watch(speaker: Speaker) -> None:
    witness = heard(speaker.hello(), speaker.state(state=WatchdogState.ARMED, tries=2), speaker.good(100, 150))
    assert witness.good, witness.reasons()
    assert (witness.frames, witness.good_frames, witness.fault_count, witness.lost) == (50, 50, 0, 0)
    assert (witness.watchdog, witness.tries, witness.schedule) == (WatchdogState.ARMED, 2, "normal")


def test_an_alarm_from_before_is_no_good_watch(speaker: Speaker) -> None:
    """Though the board runs as planned since, and no fault is said any more. One behind the run's end is the end's."""
    (reason,) = heard(speaker.hello(), speaker.state(state=WatchdogState.ALARM, tries=3), speaker.good(100, 150)).reasons()
    assert reason == "the watchdog's alarm was on before: all its resets were used up"
    later = Speaker(PLAN)
    said = (later.hello(), later.state(state=WatchdogState.ARMED), later.good(100, 150), later.state(state=WatchdogState.ALARM))
    assert heard(*said).good


def test_a_monitor_that_does_not_say_its_plan(speaker: Speaker) -> None:
    assert heard(speaker.state(), speaker.good(1, 50)).reasons() == [NAMELESS]


def test_the_first_report_only_says_where_counting_begins(speaker: Speaker) -> None:
    """The frame that it is about may have been a bad one."""
    witness = heard(speaker.hello(), speaker.frames(5, 4))
    assert (witness.frames, witness.good_frames, witness.reasons()) == (0, 0, [NONE_GOOD])
    witness.feed(speaker.frames(6, 4))
    assert (witness.frames, witness.good_frames, witness.reasons()) == (1, 0, [NONE_GOOD])


def test_good_frames_are_counted_beyond_16_bits(speaker: Speaker) -> None:
    """Not by the faults: a frame may have had five."""
    faults = [speaker.fault(Kind.LATE, 1, 20) for _ in range(5)]
    witness = heard(speaker.hello(), speaker.frames(0, 0), *faults, speaker.frames(40_000, 39_999), speaker.frames(70_000, 69_999))
    assert (witness.frames, witness.good_frames, witness.fault_count) == (70_000, 69_999, 5)
    witness.feed(speaker.frames(170_000, 169_990))
    assert (witness.frames, witness.good_frames) == (170_000, 169_990)


def test_counters_go_round(speaker: Speaker) -> None:
    witness = heard(speaker.hello(), speaker.frames(0xFFFF_FFFE, 0xFFFE), speaker.frames(3, 3))
    assert (witness.frames, witness.good_frames, witness.reasons()) == (5, 5, [])


@pytest.mark.parametrize(("frames", "good"), [(1, 1), (105, 120)])
def test_a_monitor_that_is_configured_anew(speaker: Speaker, frames: int, good: int) -> None:
    witness = heard(speaker.hello(), speaker.good(90, 100), speaker.frames(frames, good))
    assert (witness.frames, witness.good_frames, witness.reasons()) == (10, 10, [ANEW])
    witness.feed(speaker.frames(frames + 2, good + 2))
    assert (witness.frames, witness.good_frames) == (12, 12)


def test_faults_that_nobody_named(speaker: Speaker) -> None:
    """The monitor's count goes on where its queue was full; faults from before the listening are none of ours."""
    witness = heard(speaker.hello(), speaker.good(1, 9), speaker.fault(Kind.EARLY, 0, -30, 9), speaker.state(8), speaker.state(11))
    assert (witness.fault_count, len(witness.faults)) == (4, 1)
    assert witness.reasons() == ["frame 9: early by -2500 ns: window 0 of alpha", "3 more faults"]
    witness.feed(speaker.state(2) + speaker.state(3))
    assert witness.reasons()[1:] == ["4 more faults", ANEW]


def test_a_storm_before_the_first_count(speaker: Speaker) -> None:
    """What did not fit into the monitor's queue cannot be told from what is older: it counts."""
    hello, storm = speaker.hello(), b"".join(speaker.fault(Kind.EXTRA, 100) for _ in range(QUEUE + 9))
    witness = heard(hello, storm, speaker.state(402), speaker.good(1, 9))
    assert (witness.fault_count, len(witness.faults)) == (402, QUEUE + 9)
    assert witness.reasons()[-2:] == ["frame 0: extra: identity 100, which no window has", "361 more faults"]


def test_all_faults_are_counted_and_some_kept(speaker: Speaker) -> None:
    witness = heard(speaker.hello(), speaker.good(1, 9), *(speaker.fault(Kind.WRONG, 1, 3) for _ in range(FAULTS_KEPT + 7)))
    assert (len(witness.faults), witness.reasons()[FAULTS_KEPT:]) == (FAULTS_KEPT, ["7 more faults"])


@pytest.mark.parametrize(
    "record",
    [
        Record(VERDICT | 15, 1, 0, 0, 0),
        Record(VERDICT | 0x10 | Kind.LATE, 1, 0, 0, 0),
        Record(VERDICT | Kind.LOCKED, 0, 0, 0, 0),
        Record(VERDICT | Kind.GOOD, 0, 0, 0, 0),
        Record(VERDICT | Kind.SILENT, 2, 0, 0, 0),
        Record(VERDICT | Kind.EXTRA, 128, 0, 0, 0),
        Record(RecordType.FRAMES, 1, 0, 9, 9),
        Record(RecordType.STATE, 0, 0, 0, 7),
        Record(RecordType.STATE, 0, 0, 0, 0x08),
        Record(RecordType.RANGE, 2, 0, 0, 0),
        Record(RecordType.BINS, 0, 0, 0, 7),
        Record(77, 0, 0, 0, 0),
    ],
)
def test_records_that_no_monitor_sends(record: Record) -> None:
    witness = heard(encode(record))
    assert (witness.lost, witness.fault_count, witness.frames) == (1, 0, 0)
    assert witness.reasons() == [SENSELESS.format(1), NAMELESS, NONE_GOOD]
    assert summary.record_of(witness)["lost_records"] == 1


def test_lost_and_senseless_are_told_apart(speaker: Speaker) -> None:
    said = [speaker.hello(), speaker.good(1, 9), speaker.state(), speaker.record(77)]
    assert heard(said[0], said[1], said[3]).reasons() == [
        "1 records were lost on the line: what they said is not known",
        SENSELESS.format(1),
    ]


TYPES = st.one_of(st.integers(0, 255), st.sampled_from([*RecordType, *(VERDICT | kind for kind in Kind)]))
RECORDS = st.builds(Record, TYPES, st.integers(0, 255), st.integers(0, 255), st.integers(0, (1 << 32) - 1), st.integers(0, (1 << 16) - 1))


@given(st.lists(st.one_of(st.binary(max_size=40), RECORDS.map(encode)), max_size=12))
def test_whatever_comes_gives_a_verdict(pieces: list[bytes]) -> None:
    """Noise, and records with a right check sum whatever they hold: a table, a record and reasons, or a monitor of another plan."""
    witness = Witness(PLAN)
    for piece in pieces:
        try:
            witness.feed(piece)
        except Stop as stop:
            assert stop.code is ExitCode.WRONG_INPUT  # noqa: PT017 - most examples do not stop
    record = summary.record_of(witness)
    assert record["verdict"] == "bad"
    assert summary.text(witness).endswith("monitor: verdict: bad\n")
    assert 0 <= witness.good_frames <= witness.frames
    assert len(witness.faults) <= witness.fault_count
