"""Data flows one way: a module imports only from earlier stages and from the vocabulary."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

VOCABULARY = ("hyp.exits", "hyp.diagnostics", "hyp.codes", "hyp.abi")
PLACES = ("hyp.toolchain.share", "hyp.toolchain.project")
"""Where files lie: all stages may ask, and they know of nothing."""

STAGES: dict[str, tuple[str, ...]] = {
    "hyp.abi": ("hyp.abi",),
    "hyp.exits": (),
    "hyp.diagnostics": (),
    "hyp.codes": ("hyp.diagnostics",),
    "hyp.plan": (*VOCABULARY, *PLACES, "hyp.plan"),
    "hyp.toolchain": (*VOCABULARY, "hyp.toolchain", "hyp.plan"),
    "hyp.image": (*VOCABULARY, *PLACES, "hyp.plan", "hyp.toolchain.prepare", "hyp.toolchain.system", "hyp.image"),
    "hyp.audit": (*VOCABULARY, "hyp.audit", "hyp.image.manifest"),
    "hyp.line": (*VOCABULARY, "hyp.line"),
    "hyp.boot": (*VOCABULARY, "hyp.line", "hyp.boot"),
    "hyp.lab": (*VOCABULARY, *PLACES, "hyp.plan", "hyp.line", "hyp.boot", "hyp.lab"),
    "hyp.terminal": (*VOCABULARY, "hyp.line", "hyp.target", "hyp.terminal"),
    "hyp.target": (*VOCABULARY, "hyp.image.manifest", "hyp.image.media", "hyp.lab", "hyp.target", "hyp.toolchain.system"),
    "hyp.probe": (*VOCABULARY, "hyp.line", "hyp.probe"),
    "hyp.timeline": (*VOCABULARY, "hyp.image.manifest", "hyp.target", "hyp.timeline"),
    "hyp.report": (*VOCABULARY, "hyp.image.manifest", "hyp.target", "hyp.timeline", "hyp.plan", "hyp.report"),
    "hyp.monitor": (*VOCABULARY, "hyp.image.manifest", "hyp.line", "hyp.lab", *PLACES, "hyp.monitor"),
    "hyp.bench": (*VOCABULARY, "hyp.image", "hyp.plan", "hyp.target", "hyp.toolchain", "hyp.bench"),
    "hyp.pytest_plugin": ("hyp",),
    "hyp.cli": ("hyp",),
    "hyp.__main__": ("hyp.cli",),
    "hyp.__init__": (),
}
"""What each may import; the version, `hyp.__version__`, is free. A target takes `hyp.image.media`: Bochs boots from a disc only."""

ROOT = Path(__file__).resolve().parents[2]


def modules() -> list[str]:
    return sorted(path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for path in (ROOT / "hyp").rglob("*.py"))


def imports_of(module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / module.replace(".", "/")).with_suffix(".py").read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize("module", modules())
def test_imports_only_earlier_stages(module: str) -> None:
    stages = [stage for stage in STAGES if is_within(module, stage)]
    assert stages, f"{module} belongs to no stage"
    allowed = STAGES[stages[0]]
    ours = {name for name in imports_of(module) if is_within(name, "hyp")} - {"hyp", "hyp.__version__"}
    assert sorted(name for name in ours if not any(is_within(name, one) for one in allowed)) == []


def test_the_vocabulary_and_the_places_stand_on_nothing() -> None:
    for module in ("hyp.exits", *PLACES):
        assert [name for name in imports_of(module) if is_within(name, "hyp")] == []
