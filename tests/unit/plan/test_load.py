"""A good plan becomes a model with every default filled in; look-ups, defaults, guard and limits of the reader."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hyp.exits import ExitCode, Stop
from hyp.plan import load
from hyp.plan.model import Area, Memory, Plan, Timing, Window
from tests.unit.plan.plans import BASE, GOOD, ROOT, changed, check, found


def plan_of(text: str) -> Plan:
    loaded = check(text)
    assert loaded.diagnostics == ()
    assert loaded.plan is not None
    return loaded.plan


def test_a_good_plan() -> None:
    plan = plan_of(GOOD)
    assert (plan.name, plan.root, plan.board.name, plan.guard_ns) == ("good", ROOT, "qemu-q35", 2400)
    assert (plan.console.uart, plan.console.mode, plan.console.baud, plan.console.buffer) == ("com1", "text", 115200, 4096)
    a, b = plan.partitions
    assert (a.id, a.name, a.fpu, a.args, a.image) == (0, "a", True, "", ROOT / "partitions" / "hello")
    assert a.timing == Timing(10_000_000, 900_000, 10_000_000, 0)
    assert a.memory == Memory(16384, 0, 4096, None, ())
    assert (b.id, b.fpu, b.args, b.timing) == (1, False, "--gain 0.4", None)
    (schedule,) = plan.schedules
    assert schedule.windows == (Window("a", 0, 1_000_000, 0), Window("b", 2_000_000, 1_000_000, 0))
    assert plan.expected == {}


def test_defaults_are_merged_key_by_key() -> None:
    defaults = "defaults:\n  partition: {fpu: false, memory: {stack: 32 KiB, heap: 64 KiB}, args: x}\npartitions:\n"
    plan = plan_of(changed(("fpu: false, ", "fpu: true, memory: {heap: 128 KiB}, "), ("partitions:\n", defaults)))
    a, b = plan.partitions
    assert (a.fpu, a.args, a.memory.stack, a.memory.heap) == (False, "x", 32768, 65536)
    assert (b.fpu, b.args, b.memory.stack, b.memory.heap) == (True, "--gain 0.4", 32768, 131072)


def test_a_mistake_in_defaults_is_one_message_at_its_place() -> None:
    loaded = check(changed(("partitions:\n", "defaults:\n  partition: {memory: {heap: 5 KiB, stack: 16 KB}}\npartitions:\n")))
    assert [(diagnostic.code, diagnostic.place.line) for diagnostic in loaded.diagnostics] == [("VAL010", 5)]
    loaded = check(changed(("partitions:\n", "defaults:\n  partition: {memory: {heap: 5 KiB}}\npartitions:\n")))
    assert [(diagnostic.code, diagnostic.place.line) for diagnostic in loaded.diagnostics] == [("MEM001", 5)]


def test_areas_expect_and_single_names() -> None:
    areas = "memory: {limit: 2 MiB, areas: [{name: x, size: 128 KiB, at: 0x10000000, access: ro, cache: uc}]}"
    plan = plan_of(changed(("fpu: false", areas)) + "expect: {health: {a: page_fault, b: [overrun, watchdog]}}\n")
    assert plan.partitions[1].memory.areas == (Area("x", 131072, 0x10000000, "ro", "uc"),)
    assert plan.partitions[1].memory.limit == 2 << 20
    assert plan.expected == {"a": ("page_fault",), "b": ("overrun", "watchdog")}


def test_what_equals_the_absence_of_a_later_feature_is_accepted() -> None:
    text = changed(("fpu: false", "fpu: false, tsc: shared, system: false, devices: []"), ("major_frame", "on_switch: {}\n    major_frame"))
    plan_of(text + "console: {mode: text}\nchannels: {}\nhealth: {}\n")


def test_explicit_guard_and_several_schedules() -> None:
    text = changed(("board: qemu-q35\n", "board: qemu-q35\nguard: 5 us\n"), ("fpu: false", "fpu: false, system: true"))
    text += "  slow:\n    major_frame: 1 s\n    windows: [{partition: b, at: 0 s, for: 1 ms}]\n"
    plan = plan_of(text)
    assert plan.guard_ns == 5000
    assert [schedule.name for schedule in plan.schedules] == ["normal", "slow"]


def test_unquoted_words_are_texts() -> None:
    assert [partition.args for partition in plan_of(changed(('"--gain 0.4"', "NO"))).partitions] == ["", "NO"]
    assert plan_of(changed(('"--gain 0.4"', "010"))).partitions[1].args == "010"
    assert plan_of(changed(('"--gain 0.4"', "12:30"))).partitions[1].args == "12:30"


def test_all_mistakes_in_one_run() -> None:
    text = changed(
        ("fpu: false", "fpu: NO"), ("for: 1 ms", "for: 1 fortnight"), ("name: good", "name: Good"), ("board: qemu-q35", "board: qemu-q53")
    )
    assert found(check(text)) == ["NAM001", "BRD001", "VAL007", "VAL010", "VAL010"]


def test_a_partition_that_failed_still_exists_for_others() -> None:
    assert found(check(changed(("image: partitions/hello, fpu: false", "image: partitions/none, fpu: NO")))) == ["PAR001", "VAL007"]


def test_a_window_in_doubt_gives_no_follow_ups() -> None:
    assert found(check(changed(("at: 0 ms", "at: 0")))) == ["VAL009"]
    assert found(check(changed(("partition: a,", "partition: c,")))) == ["NAM004"]
    assert found(check(changed(("partitions:\n", "partitons:\n")))) == ["VAL001"]


def test_a_partition_that_only_serves_a_gate_needs_no_window() -> None:
    text = changed(("      - {partition: b, at: 2 ms, for: 1 ms}\n", ""))
    assert found(check(text)) == ["PAR004"]
    assert found(check(text + "gates: {g: {from: a, to: b}}\n")) == []
    assert found(check(text + "gates: {g: {from: a, to: c}}\n")) == ["NAM004"]


def test_overlaps_with_a_window_that_overlaps() -> None:
    windows = "".join(f"      - {{partition: b, at: {at} us, for: 900 us}}\n" for at in (5000, 5100, 5800))
    assert found(check(GOOD + windows)) == ["SCH001", "SCH001"]


def test_the_plan_may_live_anywhere(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (project / "plans" / "deep").mkdir(parents=True)
    (project / "mine").mkdir()
    (project / "mine" / "main.c").write_text("")
    board = (ROOT / "config" / "boards" / "qemu-q35.yaml").read_text(encoding="utf-8")
    (project / "config" / "boards").mkdir(parents=True)
    (project / "config" / "boards" / "own.yaml").write_text(board.replace("name: qemu-q35", "name: own"))
    file = project / "plans" / "deep" / "plan.yaml"
    file.write_text(changed(("board: qemu-q35", "board: own"), ("a: {image: partitions/hello", "a: {image: mine")))
    loaded = load(file)
    assert loaded.plan is not None
    assert loaded.plan.root == project
    assert loaded.plan.partitions[0].image == project / "mine"
    assert loaded.plan.partitions[1].image == ROOT / "partitions" / "hello", "the installed examples come last"
    assert loaded.plan.board.file == project / "config" / "boards" / "own.yaml"


def test_the_plans_own_folder_comes_first(tmp_path: Path) -> None:
    (tmp_path / "partitions" / "hello").mkdir(parents=True)
    (tmp_path / "partitions" / "hello" / "main.c").write_text("")
    (tmp_path / "plan.yaml").write_text(GOOD)
    plan = load(tmp_path / "plan.yaml").plan
    assert plan is not None
    assert plan.partitions[0].image == tmp_path / "partitions" / "hello"
    assert plan.root == tmp_path


def test_a_board_by_path_and_a_board_that_is_no_file(tmp_path: Path) -> None:
    board = BASE / "boards" / "qemu-pc.yaml"
    plan = plan_of(changed(("board: qemu-q35", f"board: {board}")))
    assert plan.board.name == "qemu-pc"
    (tmp_path / "b.yaml").mkdir()
    loaded = load("plan.yaml", text=changed(("board: qemu-q35", "board: b")), base=tmp_path)
    assert [diagnostic.code for diagnostic in loaded.diagnostics] == ["BRD001"]


@pytest.mark.parametrize("name", ["qemu-q35", "qemu-pc", "bochs"])
def test_the_boards_that_come_with_hyp(name: str) -> None:
    plan = plan_of(changed(("board: qemu-q35", f"board: {name}"), ("budget: 900 us", "budget: 800 us")))
    assert plan.board.name == name
    assert plan.board.ram[0].start == 1 << 20
    assert plan.guard_ns % 100 == 0
    assert plan.guard_ns >= plan.board.costs.kernel_path_ns + plan.board.costs.switch_ns


def test_the_boards_own_console_is_judged_at_the_board(tmp_path: Path) -> None:
    board = (BASE / "boards" / "qemu-q35.yaml").read_text(encoding="utf-8")
    file = tmp_path / "slow.yaml"
    file.write_text(board.replace("clock: 1843200 Hz", "clock: 100 kHz"))
    loaded = check(changed(("board: qemu-q35", f"board: {file}")))
    assert [(diagnostic.code, diagnostic.place.line, diagnostic.place.column) for diagnostic in loaded.diagnostics] == [("CON003", 3, 8)]


def test_paths_that_cannot_be_opened(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(Stop) as stop:
            load(path)
        assert stop.value.code == ExitCode.ENVIRONMENT


def test_an_unreadable_file() -> None:
    """Nobody, not even root, can read a process' memory at address 0."""
    with pytest.raises(Stop, match="cannot be read") as stop:
        load("/proc/self/mem")
    assert stop.value.code == ExitCode.ENVIRONMENT


def test_names_that_no_file_system_takes() -> None:
    for image in ("x" * 4000, '"a\\0b"'):
        assert found(check(changed(("a: {image: partitions/hello", f"a: {{image: {image}")))) in (["PAR001"], ["VAL015"])
    assert found(check(changed(("board: qemu-q35", "board: " + "b" * 4000)))) == ["BRD001"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: " + "[" * 100_000, "SYN005"),
        ("".join(f"k{number}: 1\n" for number in range(100_000)), "SYN013"),
        ("partitions: {" + ",".join(f"k{number}: 1" for number in range(100_000)) + "}\n", "SYN013"),
        ("k: 1\n" * 100_000, "SYN013"),
        ("a: &a [x, x]\n" + "".join(f"k{n}: &k{n} [*a, *a]\n" for n in range(1000)), "SYN013"),
        ('a: "' + "b" * 3_900_000 + '"\n', "VAL002"),
        ("name: " + "n" * 100_000 + "\n", "NAM002"),
    ],
    ids=["deep", "keys", "partitions", "duplicates", "laughs", "line", "name"],
)
def test_hostile_texts_end_soon_with_short_messages(text: str, code: str) -> None:
    loaded = check(text)
    assert code in found(loaded)
    assert loaded.plan is None
    assert all(len(diagnostic.message) < 300 for diagnostic in loaded.diagnostics)


def large(partitions: int, windows: int) -> str:
    names = "".join(f"  p{n}: {{image: partitions/hello, timing: {{period: 200 ms, budget: 200 us}}}}\n" for n in range(partitions))
    listed = "".join(f"      - {{partition: p{n % partitions}, at: {n * 90} us, for: 80 us}}\n" for n in range(windows))
    return (
        f"hyp: 1\nname: large\nboard: qemu-q35\npartitions:\n{names}schedules:\n  normal:\n    major_frame: 200 ms\n    windows:\n{listed}"
    )


def calls(text: str) -> int:
    """Python calls that loading takes: the effort, without a clock."""
    count = 0

    def step(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(step)
    try:
        check(text)
    finally:
        sys.setprofile(None)
    return count


def test_a_large_plan() -> None:
    plan = plan_of(large(256, 1024))
    assert len(plan.partitions) == 256
    assert len(plan.schedules[0].windows) == 1024


def linked(size: int) -> str:
    """A chain of partitions with a queue, a sampling channel and an event from each to the next, in two schedules."""
    pairs = [(n, (n + 1) % size) for n in range(size)]
    ends = [f"from: p{a}.o{{}}, to: p{b}.i{{}}" for a, b in pairs]
    channels = "".join(
        f"  q{n}: {{kind: queuing, size: 8 B, depth: 9, {end.format(1, 1)}}}\n"
        f"  s{n}: {{kind: sampling, size: 8 B, valid_for: 1 s, {end.format(2, 2)}}}\n"
        for n, end in enumerate(ends)
    )
    events = "".join(f"  e{a}: {{from: p{a}, to: p{b}}}\n" for a, b in pairs)
    text = large(size, 4 * size).replace("hello,", "hello, grants: {schedules: [normal, other]}, watchdog: 1 s, health: {debug: log},")
    other = text[text.index("  normal:\n") :].replace("normal", "other")
    return f"{text}{other}channels:\n{channels}events:\n{events}"


def test_a_large_plan_with_everything() -> None:
    plan = plan_of(linked(64))
    assert (len(plan.channels), len(plan.events), len(plan.schedules)) == (128, 64, 2)


def test_the_effort_grows_with_the_size_and_no_faster() -> None:
    calls(GOOD)
    assert calls(large(256, 1024)) < 2.2 * calls(large(128, 512))
    assert calls(linked(64)) < 2.2 * calls(linked(32))
