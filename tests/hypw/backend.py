"""A build backend for the set-up's tests: an editable install that needs no other package and no network."""

from __future__ import annotations

import tomllib
import zipfile
from pathlib import Path

NAME = "hyp-0.1.0-py3-none-any.whl"
METADATA = ("Metadata-Version: 2.1", "Name: hyp", "Version: 0.1.0", "Provides-Extra: test", "Provides-Extra: dev")


def get_requires_for_build_editable(config_settings: object = None) -> list[str]:
    return []


def build_editable(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    info = "hyp-0.1.0.dist-info"
    with zipfile.ZipFile(Path(wheel_directory) / NAME, "w") as wheel:
        wheel.writestr("hyp.pth", str(Path.cwd()))
        wheel.writestr(f"{info}/METADATA", "\n".join([*METADATA, *_requirements()]) + "\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return NAME


def _requirements() -> list[str]:
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    return [f"Requires-Dist: {requirement}" for requirement in project.get("dependencies", [])]
