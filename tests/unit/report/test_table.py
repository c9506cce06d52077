from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

import hyp
from hyp.report.live import Printer, coloured
from hyp.report.record import trace_json
from hyp.report.table import duration, verdict_text
from hyp.report.verdict_json import verdict_json
from hyp.target.console import Line
from hyp.target.facts import Drops, Facts, HealthFacts, TraceDump, WindowFacts
from hyp.target.run import Run
from hyp.target.session import End
from hyp.timeline.verdict import judge
from tests.unit.timeline.test_verdict import FACTS, MANIFEST, OPTIONS, ran

SCHEMA = json.loads((Path(hyp.__file__).parent / "schemas" / "verdict.schema.json").read_text())
BUSY = replace(FACTS, drops={"beta": Drops(80, 2)}, health=(*FACTS.health, HealthFacts("module", "nmi", 3, None, None)))


def text_of(run: Run) -> list[str]:
    return verdict_text(judge(MANIFEST, OPTIONS, run, strict=True), run).splitlines()


def test_the_table_of_a_good_run() -> None:
    assert text_of(ran()) == [
        "",
        "schedule  window  core  partition    at   for  planned        delivered  jitter  path",
        "normal    0       0     alpha      0 ns  1 ms        3                3    0..4  2000",
        "normal    1       0     beta       2 ms  1 ms        3  3 (3 not ready)       -     -",
        "3 major frames, release jitter at most 4 ticks (bound 4), longest kernel path 2000 ticks; 1 tick = 1 ns",
        "health: beta divide_error, 1 x, first at 2 ms, action halt",
        "partition alpha: pass",
        "verdict: good",
    ]


def test_reasons_follow_the_verdict() -> None:
    assert text_of(ran(BUSY))[-6:] == [
        "health: module nmi, 3 x",
        "drops: beta lost 80 bytes of console output in 2 writes",
        "partition alpha: pass",
        "verdict: bad",
        "  module_event: the module's nmi happened 3 times",
        "  drops: beta: lost 80 bytes of console output in 2 writes (--strict)",
    ]


def test_schedules_and_restarts_are_named() -> None:
    facts = replace(FACTS, schedules={"normal": 2, "second": 1}, module_restarts=2)
    lines = text_of(ran(facts))
    assert "major frames by schedule: normal 2, second 1" in lines
    assert "the module restarted twice" in lines


def test_the_instants_of_restarts_come_from_the_trace() -> None:
    records = [(0, 1, 0), (9, 2, 0), (2_000_000, 1, 1), (7_000_000, 1, 0)]
    raw = b"".join(at.to_bytes(8, "little") + kind.to_bytes(4, "little") + value.to_bytes(4, "little") for at, kind, value in records)
    run = ran(replace(FACTS, module_restarts=1), End.UNTIL, traces=(TraceDump(0, raw, 0, 0, 1 << 32),))
    assert "the module restarted once; its timeline began anew at 7 ms" in text_of(run)


def test_without_a_release() -> None:
    facts = replace(FACTS, windows={0: WindowFacts(0, 0, 0, None, None, None)})
    assert "3 major frames, no release seen, no kernel path seen; 1 tick = 1 ns" in text_of(ran(facts))


@pytest.mark.parametrize(
    ("ns", "text"), [(0, "0 ns"), (1, "1 ns"), (1500, "1500 ns"), (2_000, "2 us"), (10_000_000, "10 ms"), (3_000_000_000, "3 s")]
)
def test_durations_are_exact(ns: int, text: str) -> None:
    assert duration(ns) == text


@pytest.mark.parametrize(
    "run",
    [ran(), ran(BUSY), ran(Facts()), ran(end=End.PANICKED), ran(end=End.INTERRUPTED), ran(traces=(TraceDump(0, b"", 9, 0, 0),))],
)
def test_verdict_json_fits_its_schema(run: Run) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    value = verdict_json(MANIFEST, "instructions", run, judge(MANIFEST, OPTIONS, run, strict=True))
    jsonschema.validate(json.loads(json.dumps(value)), SCHEMA)


def test_the_schema_refuses_what_is_not_in_it() -> None:
    run = ran()
    value = verdict_json(MANIFEST, "instructions", run, judge(MANIFEST, OPTIONS, run, strict=True))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**value, "surprise": 1}, SCHEMA)


def test_lost_trace_records_are_stated() -> None:
    dump = TraceDump(0, (5).to_bytes(8, "little") + (99).to_bytes(4, "little") + (3).to_bytes(4, "little"), 2, 0, 1 << 32)
    run = ran(end=End.UNTIL, traces=(dump,))
    assert "trace: core 0 has overwritten its first 2 records" in text_of(run)
    value = trace_json(MANIFEST, (dump,), 1_000_000_000)
    assert value["cores"] == [{"core": 0, "records": 1, "lost": 2, "epoch_tsc": 0, "tick_scale": 1 << 32}]
    assert value["events"] == [{"at_ns": 5, "core": 0, "kind": "unknown", "value": 3}]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


LINES = (Line("alpha", "a"), Line("beta", "b"), Line("hyp", "health x"), Line("hyp", "start", direct=True), Line(None, "firmware"))


def shown(out: io.StringIO) -> str:
    printer = Printer(out, ("hyp", "alpha", "beta"), lambda line: "in main, main.c:3" if line.text.startswith("health") else None)
    for line in LINES:
        printer.show(line)
    return out.getvalue()


def test_plain_in_a_pipe() -> None:
    assert shown(io.StringIO()) == "alpha| a\nbeta| b\nhyp| health x\n     in main, main.c:3\nhyp: start\nfirmware\n"


def test_one_colour_per_partition_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    text = shown(Terminal())
    assert text.startswith("\x1b[36malpha| \x1b[0ma\n\x1b[33mbeta| \x1b[0mb\n")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured(Terminal())
    assert "\x1b" not in shown(Terminal())


def test_the_end_report_is_not_shown_twice() -> None:
    out = io.StringIO()
    printer = Printer(out, ("hyp",), lambda _: None)
    printer.show(Line("hyp", "window 0 delivered=3 not_ready=0 late=0..1 path=700", direct=True))
    assert out.getvalue() == ""
