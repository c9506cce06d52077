"""Every file of tests/bad has one fault, and gives exactly the diagnostics that it names: in its `# expect:` lines or in a sibling."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from hyp.codes import CODES
from hyp.plan import Loaded, load
from hyp.plan.checks import BOARD_CHECKS, PLAN_CHECKS
from hyp.plan.report import FOUND_MAX
from hyp.plan.source import SIZE_MAX
from tests.unit.plan.plans import GOOD, check, found

FOLDER = Path(__file__).resolve().parents[2] / "bad"
FILES = sorted(FOLDER.glob("*.yaml"))

MADE: dict[str, Callable[[], Loaded]] = {
    "SYN004": lambda: check("#" * (SIZE_MAX + 1)),
    "SYN013": lambda: check(GOOD + "".join(f"unknown{number}: 1\n" for number in range(FOUND_MAX + 1))),
}
"""Faults that need a file too large to keep."""


def expected(file: Path) -> list[str]:
    sibling = file.with_suffix(".expect")
    if sibling.exists():
        return sibling.read_text(encoding="utf-8").splitlines()
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("# expect: ") for line in lines if line.startswith("# expect: ")]


def shown(loaded: Loaded, file: Path) -> list[str]:
    """One line per diagnostic; the file is left out when it is the plan, else it is relative to tests/bad."""
    lines = []
    for diagnostic in loaded.diagnostics:
        place = diagnostic.place
        where = "" if place.file == str(file) else f"{Path(place.file).resolve().relative_to(FOLDER).as_posix()}:"
        lines.append(f"{where}{place.line}:{place.column} {diagnostic.severity} {diagnostic.code}: {diagnostic.message}")
    return lines


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_gives_exactly_what_it_names(file: Path) -> None:
    wanted = expected(file)
    assert wanted, "a bad plan names what is wrong with it"
    loaded = load(file)
    assert shown(loaded, file) == wanted
    assert all(diagnostic.why and diagnostic.fix for diagnostic in loaded.diagnostics)
    assert any(f" {file.name[:6]}: " in line for line in wanted), "the file is named after its fault"
    errors = any(diagnostic.severity == "error" for diagnostic in loaded.diagnostics)
    assert (loaded.plan is None) == errors


@pytest.mark.parametrize("code", sorted(MADE))
def test_large_faults(code: str) -> None:
    assert found(MADE[code]())[-1] == code


def test_every_code_has_a_bad_plan() -> None:
    codes = {code for code, entry in CODES.items() if entry.stage == "plan"}
    assert codes == {file.name[:6] for file in FILES} | set(MADE)


def test_the_catalogue_is_whole(repository: Path) -> None:
    """Every code in the sources is in the catalogue, and the other way round."""
    sources = [path for path in (repository / "hyp").rglob("*.py") if path.name != "codes.py"]
    used = {code for path in sources for code in re.findall(r'"([A-Z]{3}[0-9]{3})"', path.read_text(encoding="utf-8"))}
    assert used == set(CODES)


def test_boards_of_bad_plans_are_used() -> None:
    plans = "".join(file.read_text(encoding="utf-8", errors="replace") for file in FILES)
    assert [file.name for file in sorted((FOLDER / "boards").glob("*.yaml")) if f"boards/{file.name}" not in plans] == []


def test_every_check_finds_something(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that no bad plan needs could be removed and no test would notice."""
    useful: set[str] = set()

    def watched(check: Callable[[Any], None]) -> Callable[[Any], None]:
        def run(draft: Any) -> None:
            before = len(draft.report.found.sorted(""))
            check(draft)
            if len(draft.report.found.sorted("")) > before:
                useful.add(check.__name__)

        return run

    monkeypatch.setattr(import_module("hyp.plan.load"), "PLAN_CHECKS", tuple(map(watched, PLAN_CHECKS)))
    monkeypatch.setattr(import_module("hyp.plan.boards"), "BOARD_CHECKS", tuple(map(watched, BOARD_CHECKS)))
    for file in FILES:
        load(file)
    assert [check.__name__ for check in (*PLAN_CHECKS, *BOARD_CHECKS) if check.__name__ not in useful] == []
