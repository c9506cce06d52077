"""The counting plugin against what the guest itself sees, and the arithmetic on both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hyp.bench import calls, jitter, profile, services, switch
from hyp.bench.all_rows import Runs
from hyp.bench.counts import read_counts
from hyp.bench.plugin import build_plugin
from hyp.bench.symbols import plugin_arguments, read_kernel
from hyp.exits import ExitCode, Stop

pytestmark = pytest.mark.slow


def test_plugin_and_guest_agree_on_the_null_call(runs: Runs) -> None:
    trip = calls.null_call(runs.null_call)
    own = 2  # the guest's `mov` and `syscall`
    assert trip.least == trip.middle == trip.most == runs.null_call.counts.longest["call:0"].length + own
    assert set(runs.null_call.words["caller", "empty_pairs"]) == {2}


def test_plugin_counts_what_the_guests_clock_counts(runs: Runs) -> None:
    """Between a release and the timer's interrupt a busy partition runs for its net window, in instructions and in ticks alike."""
    found = switch.switches(runs.switch)
    assert found.late_least == found.late_most


def test_the_switch_is_the_sum_of_its_instructions(runs: Runs) -> None:
    way = runs.switch.counts.shortest_release
    assert sum(repeated for _, repeated in way.steps) == way.length == switch.switches(runs.switch).least
    assert runs.switch.kernel.function(way.steps[0][0]) == "entry_timer"
    assert profile.way_text(runs.switch.kernel, way).rstrip().endswith("iretq")


def test_fpu_state_is_moved_only_where_it_is_used(runs: Runs) -> None:
    assert not any(one.fpu for one in runs.switch.counts.releases)
    assert all(one.fpu for one in runs.switch_fpu.counts.releases)


def test_a_shifted_release_shows_as_jitter(runs: Runs) -> None:
    samples = list(runs.jitter.words["yielding", "samples"])
    samples[2 * 100 + 1] += 5
    late = replace(runs.jitter, words={**runs.jitter.words, ("yielding", "samples"): tuple(samples)})
    assert max(row.value for row in jitter.rows(late)) == 5
    assert [row.exceeded for row in jitter.rows(late)].count(True) == 1
    samples[2 * 100 + 1] -= 10
    early = replace(runs.jitter, words={**runs.jitter.words, ("yielding", "samples"): tuple(samples)})
    assert max(row.value for row in jitter.rows(early)) == 5


def test_too_few_releases_are_not_judged(runs: Runs) -> None:
    few = replace(runs.jitter, words={**runs.jitter.words, ("interrupted", "sample_count"): (1000,)})
    with pytest.raises(Stop, match="fewer than 500 releases") as stopped:
        jitter.deviations(few)
    assert stopped.value.code == ExitCode.TARGET_FAILED


def test_coverage_knows_what_ran_and_what_did_not(runs: Runs) -> None:
    lines = {line.split()[-1]: line.split() for line in profile.coverage_text([runs.switch]).splitlines()}
    ran, _, all_, _ = lines["timer_in_partition"]
    assert 0 < int(ran) <= int(all_)
    assert lines["fault_ends"][0] == "0"


def test_plugin_and_guest_agree_on_services(runs: Runs) -> None:
    """What a partition's clock says of a call is the counter's path, and the partition's own `mov` and `syscall`."""
    seen = services.figures(runs.services)
    longest = runs.services.counts.longest
    assert seen["wide_writes"] == longest["call:16"].length + 2
    assert seen["status_reads"] == longest["call:17"].length + 2
    assert seen["queue_sends"] == longest["call:19"].length + 2
    assert abs(seen["traps"] - longest["fault"].length) <= 1


def test_many_partitions_are_many(runs: Runs) -> None:
    assert len(runs.services_many.manifest["partitions"]) == services.MANY
    assert services.figures(runs.services_many).keys() == services.figures(runs.services).keys()


def test_a_partition_that_did_not_end_is_not_judged(runs: Runs) -> None:
    cut = replace(runs.services, words={**runs.services.words, ("alone", "done"): (199,)})
    with pytest.raises(Stop, match="alone did not come to its end") as stopped:
        services.figures(cut)
    assert stopped.value.code == ExitCode.TARGET_FAILED


def test_a_missing_report_is_the_targets_failure(tmp_path: Path) -> None:
    (tmp_path / "cut").write_text("counts 1 2 3\n")
    for name in ("cut", "none"):
        with pytest.raises(Stop, match="left no report") as stopped:
            read_counts(tmp_path / name)
        assert stopped.value.code == ExitCode.TARGET_FAILED


def test_the_plugin_is_built_once(repository: Path) -> None:
    first = build_plugin(repository).stat()
    assert build_plugin(repository).stat().st_mtime_ns == first.st_mtime_ns


def test_a_kernel_without_symbols_is_refused(repository: Path, runs: Runs) -> None:
    kernel = runs.switch.kernel
    assert any(argument.startswith("spin=") for argument in plugin_arguments(kernel))
    with pytest.raises(ValueError, match="not a kernel with symbols"):
        read_kernel(repository / "build" / "bench" / "bench-switch" / "elf" / "left.elf")
