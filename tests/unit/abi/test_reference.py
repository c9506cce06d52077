"""The committed reference page is the one that the data gives, and it covers the data."""

from __future__ import annotations

import pytest

from hyp.abi.hypercalls import HYPERCALLS, Hypercall
from hyp.abi.pages import PARTITION_RECORDS
from hyp.abi.reference import PAGE, reference


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "write it with `python -m hyp.abi.reference`"


@pytest.mark.parametrize("call", HYPERCALLS, ids=lambda call: call.name)
def test_every_call_is_described(call: Hypercall) -> None:
    section = reference().split(f"\n### {call.name}\n")[1].split("\n### ")[0]
    assert call.doc in section
    assert f"at most {call.worst_case} instructions" in section
    for parameter in call.parameters:
        assert f"`{parameter.name}`" in section
    for error, when in call.errors:
        assert f"| `HYP_{error.name}` | {error.value} | {when} |" in section


def test_every_record_is_described() -> None:
    page = reference()
    for record in PARTITION_RECORDS:
        section = page.split(f"\n### struct {record.name}\n")[1].split("\n### ")[0]
        assert [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")][2:] == [
            str(record.offsets[field.name]) for field in record.fields
        ]
