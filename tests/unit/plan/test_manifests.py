"""A manifest's grants and devices: what satisfies them, and what is not judged because something else failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.plan.plans import check, found

PLAN = """\
hyp: 1
name: asked
board: qemu-q35
partitions:
  nurse: {{image: {folder}{keys}}}
  ward: {{image: partitions/hello}}
  lab: {{image: partitions/hello}}
schedules:
  normal:
    major_frame: 10 ms
    windows:
      - {{partition: nurse, at: 0 ms, for: 1 ms}}
      - {{partition: ward, at: 1 ms, for: 1 ms}}
      - {{partition: lab, at: 2 ms, for: 1 ms}}
{more}"""
SECOND = """\
  night:
    major_frame: 20 ms
    windows:
      - {partition: nurse, at: 0 ms, for: 1 ms}
      - {partition: ward, at: 1 ms, for: 1 ms}
      - {partition: lab, at: 2 ms, for: 1 ms}
health:
  module: {nmi: {switch_schedule: night}, clock_mismatch: {switch_schedule: normal}}
"""


def codes(folder: Path, manifest: str, keys: str = "", more: str = "") -> list[str]:
    (folder / "main.c").write_text("", encoding="utf-8")
    (folder / "partition.yaml").write_text(manifest + "\n", encoding="utf-8")
    return found(check(PLAN.format(folder=folder, keys=f", {keys}" if keys else "", more=more)))


@pytest.mark.parametrize(
    ("manifest", "keys", "wanted"),
    [
        ("partitions: {ward: halt}", "", ["PAR011"]),
        ("partitions: {ward: halt}", "grants: {partitions: {ward: [halt, resume]}}", []),
        ("partitions: {ward: halt}", 'grants: {partitions: {"*": halt}}', []),
        ("partitions: {ward: halt}", "grants: {partitions: {lab: halt}}", ["PAR011"]),
        ('partitions: {"*": halt}', 'grants: {partitions: {"*": halt}}', []),
        ('partitions: {"*": halt}', "grants: {partitions: {ward: halt, lab: halt}}", []),
        ('partitions: {"*": halt}', "grants: {partitions: {ward: halt}}", ["PAR011"]),
        ("partitions: {nurse: halt}", "", []),  # to itself it may do everything
        ("partitions: {ward: halt}, schedules: normal, health_log: read, trace: read, module: halt", "system: true", []),
        ("schedules: normal", "", []),  # it is the only one
        ("health_log: read", "grants: {trace: read}", ["PAR011"]),
        ("trace: read", "grants: {trace: read}", []),
        ("module: halt", "grants: {module: [warm_restart]}", ["PAR011"]),
        ("partitions: {pharmacy: halt}", "system: true", ["PAR011"]),
    ],
)
def test_grants(manifest: str, keys: str, wanted: list[str], tmp_path: Path) -> None:
    assert codes(tmp_path, f"grants: {{{manifest}}}", keys) == wanted


@pytest.mark.parametrize(("keys", "wanted"), [("", ["PAR011"]), ("grants: {schedules: night}", []), ("system: true", [])])
def test_grants_of_schedules(keys: str, wanted: list[str], tmp_path: Path) -> None:
    assert codes(tmp_path, "grants: {schedules: night}", keys, SECOND) == wanted


@pytest.mark.parametrize(
    ("manifest", "keys", "wanted"),
    [
        ("uart-16550", "", ["PAR012"]),
        ("uart-16550", "devices: com3", []),
        ("uart-16550", "devices: [hpet, com3, com2]", []),
        ("[uart-16550, uart-16550]", "devices: com3", ["PAR012"]),
        ("[uart-16550, uart-16550]", "devices: [com2, com3]", []),
        ("[]", "", []),
        ("can-bus", "devices: com3", ["PAR012"]),
    ],
)
def test_devices(manifest: str, keys: str, wanted: list[str], tmp_path: Path) -> None:
    assert codes(tmp_path, f"devices: {manifest}", keys) == wanted


@pytest.mark.parametrize(
    ("manifest", "keys", "wanted"),
    [
        ("grants: {partitions: {ward: halt}}", "grants: {partitions: {wrad: halt}}", ["NAM004"]),
        ("grants: {partitions: {ward: halt}}", "grants: {partitions: {ward: hlt}}", ["VAL008"]),
        ("grants: {schedules: normal, health_log: read}", "grants: {schedules: nromal}", ["NAM007"]),
        ("grants: {health_log: read}", "system: yes", ["VAL007"]),
        ("devices: uart-16550", "devices: com33", ["NAM008"]),
        ("grants: {partitions: {ward: hlt}}", "", ["VAL008"]),
    ],
)
def test_one_mistake_gives_one_message(manifest: str, keys: str, wanted: list[str], tmp_path: Path) -> None:
    assert codes(tmp_path, manifest, keys) == wanted


def test_one_folder_serves_partitions_with_other_needs(tmp_path: Path) -> None:
    """A manifest is read once, and judged for each partition of its folder."""
    (tmp_path / "main.c").write_text("", encoding="utf-8")
    (tmp_path / "partition.yaml").write_text("devices: uart-16550\n", encoding="utf-8")
    text = PLAN.format(folder=tmp_path, keys=", devices: com3", more="").replace(
        "lab: {image: partitions/hello}", f"lab: {{image: {tmp_path}}}"
    )
    (lack,) = check(text).diagnostics
    assert (lack.code, lack.fix) == ("PAR012", "add `com2` to its `devices:`")
    assert "`lab`" in lack.message
