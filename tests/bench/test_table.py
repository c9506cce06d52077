"""Rows, table and JSON; no emulator."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import hyp
from hyp.bench.builds import PARTITIONS, WINDOWS, large_plan
from hyp.bench.rows import BYTES, INSTRUCTIONS, SECONDS, Row
from hyp.bench.table import as_json, as_text
from hyp.cli.bench import exit_code
from hyp.exits import ExitCode
from hyp.plan import load

ROWS = [
    Row("switch", "a switch", 181, INSTRUCTIONS, 200, 125, "324 (seL4)"),
    Row("size", "the kernel", 19159, BYTES, 32768, 16384),
    Row("build", "a build", 1.25, SECONDS, 1.0, 0.4),
    Row("shown", "only shown", 7, INSTRUCTIONS),
]


def test_the_table_has_a_line_a_row() -> None:
    lines = as_text(ROWS).splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["switch", "size", "build", "shown"]
    assert "19,159 bytes" in lines[3]
    assert "1.25 s" in lines[4]
    assert "not judged" in lines[4]
    assert lines[2].index("324 (seL4)") == lines[0].index("best peer")


def test_what_exceeds_its_bound_is_marked_and_ends_with_3() -> None:
    worse = [*ROWS, Row("jitter", "a release", 5, INSTRUCTIONS, 4, 0)]
    assert as_text(worse).splitlines()[-1].count("EXCEEDED") == 1
    assert as_text(ROWS).count("EXCEEDED") == 0
    assert exit_code(worse) is ExitCode.JUDGED_BAD
    assert exit_code(ROWS) is ExitCode.GOOD  # the wall clock is never judged


@pytest.mark.parametrize("value", [4, 0])
def test_a_bound_may_be_reached(value: int) -> None:
    assert not Row("jitter", "a release", value, INSTRUCTIONS, 4, 0).exceeded


def test_json_is_as_the_schema_says() -> None:
    schema = json.loads((Path(hyp.__file__).parent / "schemas" / "bench.schema.json").read_text())
    value = json.loads(json.dumps(as_json(ROWS)))
    Draft202012Validator(schema).validate(value)
    assert value["rows"][0] == {"name": "switch", "what": "a switch", "value": 181, "unit": "instructions", "bound": 200, "aim": 125}
    assert value["rows"][3]["bound"] is None


def test_the_large_plan_is_a_good_plan(tmp_path: Path) -> None:
    plan = load(tmp_path / "large.yaml", text=large_plan()).plan
    assert plan is not None
    assert (len(plan.partitions), len(plan.schedules[0].windows)) == (PARTITIONS, WINDOWS)
