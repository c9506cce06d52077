"""`hyp trace`: formats, verification, exit codes."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from hyp.abi.state import TRACE_RECORD
from hyp.cli.main import main
from hyp.exits import ExitCode
from tests.trace.recording import PLANS, record

FRAMES = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(PLANS / "all.yaml", tmp_path_factory.mktemp("command"), FRAMES).folder


def converted(folder: Path, form: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["trace", str(folder), "--format", form]) == ExitCode.GOOD
    return capsys.readouterr().out


def test_perfetto(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = json.loads(converted(folder, "perfetto", capsys))["traceEvents"]
    processes = {one["args"]["name"]: one["pid"] for one in events if one["name"] == "process_name"}
    spans = [one for one in events if one["ph"] == "X"]
    came = [one for one in spans if one["pid"] == processes["cores"]]
    plan = [one for one in spans if one["pid"] == processes["plan"]]
    assert [(one["name"], one["ts"]) for one in came] == [(one["name"], one["ts"]) for one in plan]
    assert len(came) == 2 * FRAMES
    assert all(abs(a["dur"] - b["dur"]) < 0.05 for a, b in zip(came, plan, strict=True))
    calls = [one for one in spans if one["pid"] == processes["partitions"] and one["name"] == "sampling_write"]
    assert len(calls) == FRAMES


def test_vcd(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head, _, body = converted(folder, "vcd", capsys).partition("$enddefinitions $end\n")
    codes = [line.split()[3] for line in head.splitlines() if line.startswith("$var")]
    assert len(set(codes)) == len(codes) == 9
    times = [int(line[1:]) for line in body.splitlines() if line.startswith("#")]
    assert times == sorted(set(times))
    running = codes[0]
    assert body.splitlines().count(f"1{running}") == FRAMES
    assert body.splitlines().count(f"0{running}") == FRAMES + 1, "once as the first value"


def test_csv_and_json_say_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(converted(folder, "csv", capsys))))
    events = json.loads(converted(folder, "json", capsys))["events"]
    assert [{key: value for key, value in row.items() if value} for row in rows] == [
        {key: str(value) for key, value in event.items() if value is not None} for event in events
    ]


def test_a_trace_bin_names_its_record(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(folder / "trace.bin"), "--verify"]) == ExitCode.GOOD
    assert f"{2 * FRAMES} releases, all as planned" in capsys.readouterr().err


def test_a_deviation_exits_3(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second release moved by one tick."""
    other = tmp_path / "record"
    shutil.copytree(folder, other)
    data = bytearray((other / "trace.bin").read_bytes())
    starts = [at for at in range(0, len(data), TRACE_RECORD.size) if data[at + TRACE_RECORD.offsets["kind"]] == 1]
    data[starts[1]] ^= 1
    (other / "trace.bin").write_bytes(bytes(data))
    assert main(["trace", str(other), "--verify"]) == ExitCode.JUDGED_BAD
    assert "was due at tick" in capsys.readouterr().err
    assert main(["trace", str(other), "--verify", "--source", "stream"]) == ExitCode.GOOD


def test_what_is_no_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(tmp_path)]) == ExitCode.ENVIRONMENT
    assert "hyp run --record" in capsys.readouterr().err
    (tmp_path / "image.json").write_text("{}")
    assert main(["trace", str(tmp_path)]) == ExitCode.WRONG_INPUT
