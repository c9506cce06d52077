"""The ABI is what the snapshot says."""

from __future__ import annotations

import json

from tests.unit.abi.frozen import SNAPSHOT, frozen

HOW = "what is released never changes; an addition: `python -m tests.unit.abi.frozen`"


def test_the_abi_equals_its_snapshot() -> None:
    snapshot, now = json.loads(SNAPSHOT.read_text(encoding="utf-8")), frozen()
    assert now["numbers"] == snapshot["numbers"], HOW
    assert now["layouts"] == snapshot["layouts"], HOW
    assert now["calls"] == snapshot["calls"], HOW


def test_the_snapshot_holds_what_partitions_are_built_with() -> None:
    """The snapshot is read from the generated header: an empty match would freeze nothing."""
    numbers = json.loads(SNAPSHOT.read_text(encoding="utf-8"))["numbers"]
    assert {"HYP_HYPERCALL_TAG", "HYP_BAD_ADDRESS", "HYP_CALL_NOP", "HYP_INFO_PAGE", "HYP_CONSOLE_WRITE_MAX"} <= set(numbers)
    assert numbers["HYP_BAD_ADDRESS"] == -9
