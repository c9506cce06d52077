"""What counts as changed, without asking SCons."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hyp.toolchain import freshness

DIGEST = freshness.digest_of(["one", "two"])


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An output with a stamp; its compiler read a header outside of the listed folders."""
    (tmp_path / "header.h").write_text("1")
    path = tmp_path / "out.elf"
    path.write_bytes(b"elf")
    freshness.remember(path, DIGEST, tmp_path, ["header.h"])
    return path


def test_is_fresh_when_nothing_changed(output: Path, tmp_path: Path) -> None:
    assert freshness.is_fresh(output, DIGEST, tmp_path)


def test_other_inputs_are_stale(output: Path, tmp_path: Path) -> None:
    assert not freshness.is_fresh(output, freshness.digest_of(["one", "three"]), tmp_path)


def test_a_touched_header_is_stale(output: Path, tmp_path: Path) -> None:
    os.utime(tmp_path / "header.h", ns=(1, 1))
    assert not freshness.is_fresh(output, DIGEST, tmp_path)


def test_an_overwritten_output_is_stale(output: Path, tmp_path: Path) -> None:
    output.write_bytes(b"something else")
    assert not freshness.is_fresh(output, DIGEST, tmp_path)


def test_a_missing_output_is_stale(output: Path, tmp_path: Path) -> None:
    output.unlink()
    assert not freshness.is_fresh(output, DIGEST, tmp_path)


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe"])
def test_a_damaged_stamp_is_stale(output: Path, tmp_path: Path, damage: bytes) -> None:
    output.with_suffix(".stamp").write_bytes(damage)
    assert not freshness.is_fresh(output, DIGEST, tmp_path)


def test_a_forgotten_output_is_stale(output: Path, tmp_path: Path) -> None:
    freshness.forget(output)
    assert not freshness.is_fresh(output, DIGEST, tmp_path)


def test_a_listing_sees_new_files_and_not_where_the_folder_lies(tmp_path: Path) -> None:
    listings = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.c").write_text("x")
        os.utime(tmp_path / name / "a.c", ns=(5, 5))
        listings.append(freshness.listing(tmp_path / name, deep=False, wanted=freshness.is_source))
    assert listings[0] == listings[1] == "a.c 1 5"
    (tmp_path / "first" / "b.c").write_text("x")
    (tmp_path / "first" / "notes.txt").write_text("x")
    assert freshness.listing(tmp_path / "first", deep=False, wanted=freshness.is_source) != listings[0]
    assert "notes" not in freshness.listing(tmp_path / "first", deep=False, wanted=freshness.is_source)


def test_a_deep_listing_leaves_outputs_and_hidden_folders_out(tmp_path: Path) -> None:
    for folder in ("inner", "build", ".hidden"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.h").write_text("x")
    assert freshness.listing(tmp_path, deep=True, wanted=freshness.is_source).startswith("inner/a.h ")
    assert freshness.listing(tmp_path, deep=False, wanted=freshness.is_source) == ""


def test_dependency_files_with_spaces_and_long_rules(tmp_path: Path) -> None:
    (tmp_path / "a.o.d").write_text("build/a.o: src/a.c \\\n my\\ folder/h.h \\\n /abs/k.h\n")
    assert freshness.read_by_compiler(tmp_path) == {"src/a.c", "my folder/h.h", "/abs/k.h"}
