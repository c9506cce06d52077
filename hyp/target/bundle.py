"""A built image as a runner takes it: the manifest, and the files beside it. Checked before anything is started."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from hyp.exits import ExitCode, Stop
from hyp.image.manifest import MANIFEST_VERSION, Manifest
from hyp.target.shape import misfit

_AGAIN = "build it again with `hyp build`"
_ELF64_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")


@dataclass(frozen=True)
class Bundle:
    """`folder` is the manifest's own; every path in the manifest is relative to it."""

    folder: Path
    manifest: Manifest

    @property
    def image(self) -> Path:
        return self.folder / self.manifest["image"]["file"]


def open_bundle(path: Path) -> Bundle:
    """The bundle of an image.elf, an image.json or a folder that holds both.

    Stop WRONG_INPUT when image and manifest are not whole or do not belong together; Stop ENVIRONMENT for a path that cannot be opened.
    """
    if path.is_dir():
        path = path / "image.elf"
    if path.suffix == ".json":
        manifest = _read_manifest(path)
        image = path.parent / manifest["image"]["file"]
        data = _read(image)
        _check_elf(image, data)
    else:
        image = path
        data = _read(image)
        _check_elf(image, data)
        manifest = _read_manifest(path.with_suffix(".json"))
    wanted = manifest["image"]
    if wanted["file"] != image.name:
        raise Stop(ExitCode.WRONG_INPUT, f"{path.with_suffix('.json')} is the manifest of {wanted['file']}, not of {image.name}; {_AGAIN}")
    if len(data) != wanted["size"]:
        raise Stop(ExitCode.WRONG_INPUT, f"{image}: {len(data)} bytes, its manifest says {wanted['size']}; {_AGAIN}")
    if hashlib.sha256(data).hexdigest() != wanted["sha256"]:
        raise Stop(ExitCode.WRONG_INPUT, f"{image}: its SHA-256 differs from its manifest's: changed after the build; {_AGAIN}")
    return Bundle(image.parent, manifest)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"{path}: {error.strerror}; give the path of a plan, an image.elf or an image.json") from None


def _read_manifest(path: Path) -> Manifest:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        raise Stop(ExitCode.WRONG_INPUT, f"{path}: the image's manifest is missing; it lies beside the image, {_AGAIN}") from None
    except OSError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"{path}: {error.strerror}") from None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Stop(ExitCode.WRONG_INPUT, f"{path}: not a manifest: {str(error)[:100]}; {_AGAIN}") from None
    if isinstance(value, dict) and value.get("version") != MANIFEST_VERSION:
        raise Stop(ExitCode.WRONG_INPUT, f"{path}: manifest version {value.get('version')!r}, this hyp reads {MANIFEST_VERSION}; {_AGAIN}")
    if complaint := misfit(value, Manifest):
        raise Stop(ExitCode.WRONG_INPUT, f"{path}: not a manifest: {complaint}; {_AGAIN}")
    return cast(Manifest, value)


def _check_elf(path: Path, data: bytes) -> None:
    """Stop unless `data` is a whole ELF64 executable for x86-64: header, program headers and every segment inside the file."""
    if data[:4] != b"\x7fELF":
        raise Stop(ExitCode.WRONG_INPUT, f"{path}: not an ELF file; give the path of a plan, an image.elf or an image.json")
    if len(data) < _ELF64_HEADER.size:
        raise Stop(ExitCode.WRONG_INPUT, f"{path}: truncated in its ELF header ({len(data)} bytes); {_AGAIN}")
    ident, kind, machine, _, _, offset, _, _, _, entry_size, count, _, _, _ = _ELF64_HEADER.unpack_from(data)
    if ident[4] != 2 or machine != 62 or kind != 2:
        raise Stop(
            ExitCode.WRONG_INPUT, f"{path}: not a static ELF64 executable for x86-64 (class {ident[4]}, machine {machine}, type {kind})"
        )
    if count and entry_size != _PROGRAM_HEADER.size:
        raise Stop(ExitCode.WRONG_INPUT, f"{path}: program headers of {entry_size} bytes instead of {_PROGRAM_HEADER.size}; {_AGAIN}")
    end = offset + count * entry_size
    if end <= len(data):
        segments = (_PROGRAM_HEADER.unpack_from(data, offset + n * entry_size) for n in range(count))
        end = max((segment[2] + segment[5] for segment in segments), default=end)
    if end > len(data):
        raise Stop(ExitCode.WRONG_INPUT, f"{path}: truncated: {len(data)} bytes, its program headers reach to {end}; {_AGAIN}")
