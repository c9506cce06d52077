from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hyp.exits import ExitCode, Stop
from hyp.target.bundle import open_bundle
from tests.unit.target.guest import BOOT, build


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("built"), BOOT)


@pytest.fixture
def image(built: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    for name in ("image.elf", "image.json"):
        (tmp_path / name).write_bytes((built.parent / name).read_bytes())
    return tmp_path / "image.elf"


def stopped(path: Path) -> Stop:
    with pytest.raises(Stop) as caught:
        open_bundle(path)
    return caught.value


@pytest.mark.parametrize("name", ["image.elf", "image.json", "."])
def test_opens_by_image_manifest_or_folder(image: Path, name: str) -> None:
    bundle = open_bundle(image.parent / name)
    assert bundle.image.samefile(image)
    assert bundle.manifest["plan"] == "tiny"


def test_an_image_of_another_name_brings_its_own_manifest(image: Path) -> None:
    other = image.with_name("other.elf")
    image.rename(other)
    stop = stopped(other)
    assert stop.code == ExitCode.WRONG_INPUT
    assert "other.json: the image's manifest is missing" in stop.message


@pytest.mark.parametrize("size", [0, 3, 10, 63, 100, 5000])
def test_truncated(image: Path, size: int) -> None:
    image.write_bytes(image.read_bytes()[:size])
    stop = stopped(image)
    assert stop.code == ExitCode.WRONG_INPUT
    assert "not an ELF file" in stop.message if size < 4 else "truncated" in stop.message


def test_longer_than_the_manifest_says(image: Path) -> None:
    size = image.stat().st_size
    image.write_bytes(image.read_bytes() + b"x")
    assert f"{size + 1} bytes, its manifest says {size}" in stopped(image).message


def test_changed_after_the_build(image: Path) -> None:
    data = bytearray(image.read_bytes())
    data[0x1100] ^= 1
    image.write_bytes(data)
    assert "SHA-256 differs" in stopped(image).message


@pytest.mark.parametrize(("at", "value", "said"), [(4, 1, "class 1"), (18, 40, "machine 40"), (16, 3, "type 3")])
def test_elf_of_another_kind(image: Path, at: int, value: int, said: str) -> None:
    data = bytearray(image.read_bytes())
    data[at] = value
    image.write_bytes(data)
    assert said in stopped(image).message


def test_not_an_elf_file(tmp_path: Path) -> None:
    path = tmp_path / "x.elf"
    path.write_text("hello, this is no image")
    assert "not an ELF file" in stopped(path).message


def test_no_such_file_is_a_matter_of_the_environment(tmp_path: Path) -> None:
    stop = stopped(tmp_path / "none.elf")
    assert stop.code == ExitCode.ENVIRONMENT
    assert "No such file" in stop.message


def remove_partitions(value: dict[str, Any]) -> None:
    del value["partitions"]


def text_for_a_number(value: dict[str, Any]) -> None:
    value["cores"][0]["state"] = "0x1000"


def true_for_a_number(value: dict[str, Any]) -> None:
    value["guard_ns"] = True


def other_version(value: dict[str, Any]) -> None:
    value["version"] = 99


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (remove_partitions, "partitions is missing"),
        (text_for_a_number, "cores[0].state is not a number"),
        (true_for_a_number, "guard_ns is not a number"),
        (other_version, "manifest version 99, this hyp reads 1"),
    ],
)
def test_spoilt_manifest(image: Path, spoil: Callable[[dict[str, Any]], None], said: str) -> None:
    path = image.with_name("image.json")
    value = json.loads(path.read_text())
    spoil(value)
    path.write_text(json.dumps(value))
    stop = stopped(image)
    assert stop.code == ExitCode.WRONG_INPUT
    assert said in stop.message


@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00", b"{", b"[]", b"[" * 100_000])
def test_manifest_that_is_no_json_object(image: Path, text: bytes) -> None:
    image.with_name("image.json").write_bytes(text)
    assert stopped(image).code == ExitCode.WRONG_INPUT
