"""The tools of the system that hyp uses: the list in packages.txt, and what to say when one is missing."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path

from hyp.exits import ExitCode, Stop

LIST = Path(__file__).with_name("packages.txt")


@dataclass(frozen=True)
class Package:
    """Debian packages that belong together; `proof` is a command, a path or `python:MODULE`; `need` is setup, run or test."""

    names: tuple[str, ...]
    proof: str
    need: str
    why: str

    @property
    def is_found(self) -> bool:
        if self.proof.startswith("/"):
            return Path(self.proof).exists()
        if self.proof.startswith("python:"):
            return importlib.util.find_spec(self.proof.removeprefix("python:")) is not None
        return shutil.which(self.proof) is not None


def packages() -> tuple[Package, ...]:
    """All of packages.txt, in its order."""
    lines = [line.split(maxsplit=3) for line in LIST.read_text().splitlines() if line and not line.startswith("#")]
    return tuple(Package(tuple(names.split(",")), proof, need, why) for names, proof, need, why in lines)


def require(*commands: str) -> None:
    """Stops with exit code 2 and the line to run when a command of packages.txt is missing."""
    missing = [package for package in packages() if package.proof in commands and not package.is_found]
    if missing:
        tools = ", ".join(package.proof for package in missing)
        raise Stop(ExitCode.ENVIRONMENT, f"missing: {tools}; please run: {install_line(missing)}")


def install_line(missing: list[Package]) -> str:
    """The command that installs `missing`, for root or with sudo."""
    return "apt-get install -y --no-install-recommends " + " ".join(name for package in missing for name in package.names)
