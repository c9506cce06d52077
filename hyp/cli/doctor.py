"""`hyp doctor`: what is installed, what is missing, how to get it."""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import re
import subprocess
from dataclasses import dataclass

from hyp import __version__
from hyp.exits import ExitCode
from hyp.toolchain.system import Package, install_line, packages

HELP = "what is installed, what is missing, how to get it"
OPTIONAL = {"fpga": "for `hyp monitor build`", "labgrid": "for boards that labgrid holds"}
"""Extras that `./hypw` does not install by itself, and what each is for."""
ABSENT = "optional"


@dataclass(frozen=True)
class Finding:
    """One row: `state` is a version, `found`, or `missing`."""

    name: str
    state: str
    need: str
    why: str

    @property
    def is_missing(self) -> bool:
        return self.state.startswith("missing")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Exit code 2 when something is missing that building and running needs; what only the test suite needs does not count."


def run(args: argparse.Namespace) -> int:
    """Prints the table; 0 or 2."""
    system = packages()
    missing = [package for package in system if not package.is_found]
    versions = _debian_versions()
    python = _python_findings()
    findings = [
        Finding("hyp", __version__, "", ""),
        Finding("python3", platform.python_version(), "setup", "3.11 or newer"),
        *(_system_finding(package, versions) for package in system),
        *python,
    ]
    widths = [max(len(cell) for cell in column) for column in zip(*map(_cells, findings), strict=True)]
    for finding in findings:
        print("  ".join(cell.ljust(width) for cell, width in zip(_cells(finding), widths, strict=True)).rstrip())
    if missing:
        print(f"\nTo add what is missing: {install_line(missing)}\n(`./hypw test` does it by itself as root or with passwordless sudo)")
    if any(finding.is_missing for finding in python):
        print("\nTo add the Python packages: delete .venv and run ./hypw again, or pip install 'hyp[test,dev,sim]'")
    if absent := sorted({finding.need for finding in python if finding.state == ABSENT}):
        print("\nOptional, and not here: " + ", ".join(f"pip install 'hyp[{extra}]' {OPTIONAL[extra]}" for extra in absent))
    return ExitCode.ENVIRONMENT if any(finding.is_missing and finding.need in ("run", "setup") for finding in findings) else ExitCode.GOOD


def _cells(finding: Finding) -> tuple[str, str, str, str]:
    return finding.name, finding.state, finding.need, finding.why


def _system_finding(package: Package, versions: dict[str, str]) -> Finding:
    state = versions.get(package.names[0], "found") if package.is_found else "missing"
    return Finding(package.names[0], state, package.need, package.why)


def _python_findings() -> list[Finding]:
    """One per requirement `name==version; extra == "test"` of the installed hyp; none when hyp runs without being installed."""
    try:
        requirements = importlib.metadata.requires("hyp") or []
    except importlib.metadata.PackageNotFoundError:
        requirements = []
    found = []
    for requirement in requirements:
        match = re.match(r"([\w.-]+)==([\w.]+)(?:.*extra == ['\"](\w+)['\"])?", requirement)
        if match:
            name, wanted, extra = match.groups()
            state = _python_state(name, wanted)
            if extra in OPTIONAL:
                found.append(Finding(name, ABSENT if state.startswith("missing") else state, extra, f"Python package {OPTIONAL[extra]}"))
            else:
                found.append(Finding(name, state, "test" if extra else "run", "Python package"))
    return found


def _python_state(name: str, wanted: str) -> str:
    try:
        there = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return f"missing (wanted: {wanted})"
    return there if there == wanted else f"{there} (tested: {wanted})"


def _debian_versions() -> dict[str, str]:
    """Versions of all installed Debian packages; empty on another system."""
    query = ["dpkg-query", "-W", "-f", "${Package} ${Version}\n"]
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if not line.endswith(" "))
