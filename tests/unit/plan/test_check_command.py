"""`hyp check`: formats, exit codes, standard input."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from hyp.cli.main import main
from hyp.codes import CODES
from hyp.plan.json_schema import schemas
from tests.unit.plan.plans import GOOD, ROOT, changed

WARNED = changed(("budget: 900 us", "budget: 90 us"))
WRONG = changed(("at: 2 ms", "at: 500 us"), ("budget: 900 us", "budget: 90 us"))


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return tmp_path / "plan.yaml"


def test_a_good_plan(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan.write_text(GOOD)
    assert main(["check", str(plan)]) == 0
    assert capsys.readouterr().out == f"{plan}: no errors\n"


def test_exit_codes(plan: Path) -> None:
    plan.write_text(WRONG)
    assert main(["check", str(plan)]) == 1
    plan.write_text(WARNED)
    assert main(["check", str(plan)]) == 0
    assert main(["check", "--strict", str(plan)]) == 1


@pytest.mark.parametrize("arguments", [["none.yaml"], ["/"], [], ["--explain", "SCH999"], ["--base", "/none", "-"]])
def test_what_cannot_be_opened_is_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize("text", [GOOD, WARNED, WRONG, "", "a: *b\n"])
def test_json_has_the_promised_form(text: str, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan.write_text(text)
    code = main(["check", "--format", "json", str(plan)])
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, schemas()["check.schema.json"])
    assert code == (1 if document["summary"]["errors"] else 0)
    assert document["plan"] == str(plan)


def test_json_of_a_diagnostic(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan.write_text(changed(("at: 2 ms", "at: 500 us")))
    main(["check", "--format", "json", str(plan)])
    (diagnostic,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert diagnostic == {
        "code": "SCH001",
        "severity": "error",
        "file": str(plan),
        "line": 11,
        "column": 9,
        "end_line": 11,
        "end_column": 46,
        "message": "windows 2 (`a`) [0 ms, 1 ms) and 1 (`b`) [500 us, 1.5 ms) overlap",
        "why": "a core runs one partition at a time",
        "fix": "start window 1 at 1 ms or later, or shorten window 2",
        "related": [{"file": str(plan), "line": 12, "column": 9, "message": "window 2"}],
    }


def test_sarif(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan.write_text(WRONG)
    assert main(["check", "--format", "sarif", str(plan)]) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [("SCH001", "error")]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 11, "startColumn": 9, "endLine": 11, "endColumn": 46}


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_explained(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--explain", code.lower()]) == 0
    assert capsys.readouterr().out == f"{code}: {CODES[code].title} ({CODES[code].severity})\n  why: {CODES[code].why}\n"


def test_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "main.c").write_text("")
    text = changed(("a: {image: partitions/hello", "a: {image: own"))
    for base, code in (([], 1), (["--base", str(tmp_path)], 0)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert main(["check", *base, "-"]) == code
    assert capsys.readouterr().out.splitlines()[-1] == "<stdin>: no errors"


def test_the_process_itself() -> None:
    """Once for real: no traceback for bytes that are no text."""
    command = [sys.executable, "-m", "hyp", "check", "-"]
    ran = subprocess.run(command, input=bytes(range(256)), capture_output=True, cwd=ROOT, timeout=180, check=False)
    assert ran.returncode == 1
    assert b"SYN003" in ran.stdout
    assert ran.stderr == b""
