"""Plans of the repository, built once, and real runs of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hyp.image.project import build_project
from hyp.target.bundle import Bundle, open_bundle

Builder = Callable[[str], Bundle]


@pytest.fixture(scope="session")
def bundle_of(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """The image of config/<name>.yaml, in a folder of the tests' own."""
    config = Path(__file__).resolve().parents[2] / "config"
    folder = tmp_path_factory.mktemp("images")
    built: dict[str, Bundle] = {}

    def bundle(name: str) -> Bundle:
        if name not in built:
            built[name] = open_bundle(build_project(config / f"{name}.yaml", folder / name))
        return built[name]

    return bundle
