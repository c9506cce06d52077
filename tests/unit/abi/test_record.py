"""Records: one layout rule, checked against the C compiler, and a codec that loses nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyp.abi.emit import dispatch_source, kernel_header, partition_header
from hyp.abi.hypercalls import HYPERCALLS
from hyp.abi.record import Field, Record, Value

POINT = Record("point", "Two numbers.", (Field("x", "i32"), Field("y", "u32")))
SAMPLE = Record(
    "sample",
    "One of everything.",
    (
        Field("name", "char", count=8),
        Field("wide", "u64"),
        Field("signed_wide", "i64"),
        Field("points", POINT, count=2),
        Field("words", "u16", count=3),
        Field("bytes", "u8", count=2),
    ),
)


def test_offsets_are_what_is_written() -> None:
    assert SAMPLE.offsets == {"name": 0, "wide": 8, "signed_wide": 16, "points": 24, "words": 40, "bytes": 46}
    assert (SAMPLE.size, SAMPLE.alignment) == (48, 8)


def test_padding_is_refused() -> None:
    with pytest.raises(ValueError, match=r"gap\.wide at 4 needs padding before it"):
        _ = Record("gap", "", (Field("narrow", "u32"), Field("wide", "u64"))).offsets
    with pytest.raises(ValueError, match="tail has 12 bytes and needs padding at its end"):
        _ = Record("tail", "", (Field("wide", "u64"), Field("narrow", "u32"))).size


def test_pack_is_little_endian_and_zero_elsewhere() -> None:
    assert POINT.pack(x=-2) == bytes.fromhex("feffffff00000000")
    assert SAMPLE.pack(points=[{"x": 1, "y": 2}])[24:40] == bytes.fromhex("0100000002000000" + "00" * 8)


def test_pack_refuses_what_does_not_fit() -> None:
    with pytest.raises(KeyError, match="no field"):
        POINT.pack(z=1)
    with pytest.raises(ValueError, match="longer than 7 characters"):
        SAMPLE.pack(name="12345678")
    with pytest.raises(ValueError, match="words holds 3 values, got 4"):
        SAMPLE.pack(words=[1, 2, 3, 4])


@given(
    name=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=7),
    wide=st.integers(0, 2**64 - 1),
    signed_wide=st.integers(-(2**63), 2**63 - 1),
    points=st.lists(st.fixed_dictionaries({"x": st.integers(-(2**31), 2**31 - 1), "y": st.integers(0, 2**32 - 1)}), min_size=2, max_size=2),
    words=st.lists(st.integers(0, 2**16 - 1), min_size=3, max_size=3),
    small=st.lists(st.integers(0, 255), min_size=2, max_size=2),
    before=st.integers(0, 9),
)
def test_unpack_gives_back_what_was_packed(
    name: str, wide: int, signed_wide: int, points: list[Value], words: list[Value], small: list[Value], before: int
) -> None:
    values: dict[str, Value] = {"name": name, "wide": wide, "signed_wide": signed_wide, "points": points, "words": words, "bytes": small}
    packed = SAMPLE.pack(name=name, wide=wide, signed_wide=signed_wide, points=points, words=words, bytes=small)
    assert len(packed) == SAMPLE.size
    assert SAMPLE.unpack(b"#" * before + packed, before) == values


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_the_headers_hold_in_c(compiler: str, tmp_path: Path) -> None:
    """Their static assertions compare every offset and size with the compiler's own."""
    (tmp_path / "hyp_abi.h").write_text(partition_header())
    (tmp_path / "hyp_kernel.h").write_text(kernel_header())
    for header, least in (("hyp_abi.h", 50), ("hyp_kernel.h", 100)):
        assert (tmp_path / header).read_text().count("_Static_assert") >= least
        source = tmp_path / "all.c"
        source.write_text(f'#include "{header}"\n')
        run = subprocess.run(
            [compiler, "-std=c11", "-ffreestanding", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", source],
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert (run.returncode, run.stderr) == (0, "")


def test_a_wrong_offset_is_found_in_c(tmp_path: Path) -> None:
    """The assertions above can fail."""
    header = tmp_path / "hyp_abi.h"
    text = partition_header()
    wrong = text.replace(
        "_Static_assert(__builtin_offsetof(struct hyp_area, size) == 40", "_Static_assert(__builtin_offsetof(struct hyp_area, size) == 48"
    )
    assert wrong != text
    header.write_text(wrong)
    run = subprocess.run(["gcc", "-x", "c", "-fsyntax-only", header], capture_output=True, text=True, timeout=180, check=False)
    assert run.returncode == 1
    assert "hyp_area.size" in run.stderr


def test_dispatch_is_in_the_order_of_the_numbers() -> None:
    assert [call.number for call in HYPERCALLS] == list(range(len(HYPERCALLS)))
    lines = [line.split() for line in dispatch_source().splitlines()]
    places = [line[1].removeprefix("hypercall_") for line in lines if line[0] == ".short"]
    assert places == [call.name for call in HYPERCALLS]
    ways = {(False, False): "entry_hypercall_plain", (True, False): "entry_hypercall_saved"}
    expected = [ways.get((call.context, call.fast), f"hypercall_{call.name}") for call in HYPERCALLS]
    assert [line[1] for line in lines if line[0] == ".quad"] == expected
    assert {call.group for call in HYPERCALLS if call.fast and call.context} == {"gates"}, "who saves the context in assembler"
