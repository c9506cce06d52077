"""Reference pages and JSON Schemas are current, and the schemas judge as the reader does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from hyp.plan import load
from hyp.plan.json_schema import schemas
from hyp.plan.reference import files
from tests.unit.plan.plans import ROOT

PLANS = sorted(file for file in (ROOT / "config").glob("*.yaml") if file.name != "reference.yaml")
"""But for the one that shows the whole language: tests/examples/test_reference.py knows what of it this version lacks."""
BOARDS = sorted((ROOT / "config" / "boards").glob("*.yaml"))
SHAPE_FAULTS = [
    file
    for file in sorted((ROOT / "tests" / "bad").glob("*.yaml"))
    if file.name[:6] in ("VAL001", "VAL002", "VAL003", "VAL009", "VAL010", "VAL016", "NAM001", "NAM002", "NAM003", "FUT001")
    and "board: boards/" not in file.read_text(encoding="utf-8")
]


def tree(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(files()))
def test_generated_files_are_current(name: str, repository: Path) -> None:
    assert (repository / name).read_text(encoding="utf-8") == files()[name], "run `python -m hyp.plan.reference`"


@pytest.mark.parametrize("name", sorted(schemas()))
def test_schemas_are_schemas(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schemas()[name])


@pytest.mark.parametrize("file", PLANS, ids=lambda file: file.name)
def test_plans_that_come_with_hyp_are_clean(file: Path) -> None:
    assert [diagnostic.message for diagnostic in load(file).diagnostics] == []
    jsonschema.validate(tree(file), schemas()["plan.schema.json"])


@pytest.mark.parametrize("file", BOARDS, ids=lambda file: file.name)
def test_the_schema_takes_boards_that_come_with_hyp(file: Path) -> None:
    """What `hyp check` says of them: test_boards.py."""
    jsonschema.validate(tree(file), schemas()["board.schema.json"])


@pytest.mark.parametrize("file", SHAPE_FAULTS, ids=lambda file: file.stem)
def test_the_schema_finds_faults_of_shape(file: Path) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tree(file), schemas()["plan.schema.json"])
