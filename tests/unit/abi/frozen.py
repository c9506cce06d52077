"""What is frozen of the ABI once it is released: every number and layout that a partition's binary may hold.

`python -m tests.unit.abi.frozen` writes the snapshot. It adds; what is there changes only before a release.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TypedDict

from hyp.abi.emit import partition_header
from hyp.abi.hypercalls import HYPERCALLS
from hyp.abi.pages import PARTITION_RECORDS
from hyp.abi.record import Field, Record

SNAPSHOT = Path(__file__).parent / "snapshot.json"

_DEFINE = re.compile(r"^#define (HYP_\w+) \(?(-?(?:0x[0-9a-f]+|\d+))\)?$", re.MULTILINE)


class Frozen(TypedDict):
    numbers: dict[str, int]  # by their C names
    layouts: dict[str, dict[str, str]]  # by record and field: `offset:size:type`; the record's own size under ""
    calls: dict[str, list[str]]  # parameter types, then the errors


def frozen() -> Frozen:
    return {
        "numbers": {name: int(value, 0) for name, value in _DEFINE.findall(partition_header())},
        "layouts": {record.name: _layout(record) for record in PARTITION_RECORDS},
        "calls": {call.name: [*(one.c_type for one in call.parameters), *(error.name for error, _ in call.errors)] for call in HYPERCALLS},
    }


def _layout(record: Record) -> dict[str, str]:
    fields = {field.name: f"{record.offsets[field.name]}:{field.size}:{_kind(field)}" for field in record.fields}
    return {"": str(record.size), **fields}


def _kind(field: Field) -> str:
    return field.kind.name if isinstance(field.kind, Record) else field.kind


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(frozen(), indent=1) + "\n", encoding="utf-8")
