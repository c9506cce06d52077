"""hyp's pytest plugin: tests that run images on a board of the lab, or on an emulator where no board is chosen.

Fixtures `hyp_board`, `hyp_console`, `hyp_run`; the mark `hyp_needs`; options `--hyp-...` only, so that it clashes with no other plugin.
It is loaded into every pytest of its environment: nothing of hyp but this file is imported before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hyp.pytest_plugin.board import HypBoard
    from hyp.pytest_plugin.console import Console
    from hyp.pytest_plugin.hardware import HardwareRun
    from hyp.pytest_plugin.running import Runner

HARDWARE: pytest.StashKey[HardwareRun] = pytest.StashKey()
_UNMET: pytest.StashKey[list[str]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("hyp", "hyp: tests on boards (docs/hil.md)")
    group.addoption("--hyp-board", metavar="NAME", help="board of the boards file; without it images run on an emulator")
    group.addoption("--hyp-port", metavar="URL", help="line to its console, in place of the boards file's `port`")
    group.addoption("--hyp-trace-port", metavar="URL", help="line to its trace, in place of the boards file's `trace_port`")
    group.addoption(
        "--hyp-monitor", metavar="URL", help="line to the schedule monitor at its pins, in place of the boards file's `monitor`"
    )
    group.addoption("--hyp-baud", metavar="N", type=int, help="speed of its loader, in place of the boards file's `baud`")
    group.addoption("--hyp-boards-file", metavar="FILE", type=Path, help="default: hyp-boards.yaml of the project")
    group.addoption("--hyp-log-dir", metavar="DIR", type=Path, help="raw logs are kept here; default: build/hil of the project")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "hyp_needs(feature, ...): runs only on a board whose `features` in the boards file have all of these"
    )
    # pyserial 3.5 opens rfc2217:// by calls that Python has deprecated; a project with warnings as errors could not use such a port.
    config.addinivalue_line("filterwarnings", "ignore:set(Daemon|Name):DeprecationWarning:serial.rfc2217")
    config.stash[_UNMET] = []
    if config.getoption("hyp_board") is not None:
        from hyp.pytest_plugin.hardware import hardware_run

        config.stash[HARDWARE] = hardware_run(config)
        return
    lonely = [name for name in ("port", "trace-port", "monitor", "baud") if config.getoption(f"hyp_{name.replace('-', '_')}") is not None]
    if lonely:
        raise pytest.UsageError(f"--hyp-{lonely[0]} needs --hyp-board NAME: the board that is at the end of the line")


def pytest_report_header(config: pytest.Config) -> list[str]:
    hardware = config.stash.get(HARDWARE, None)
    return [] if hardware is None else [hardware.header()]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests whose needs the board does not meet are deselected, and listed in the summary: never silently."""
    hardware = config.stash.get(HARDWARE, None)
    features = frozenset() if hardware is None else frozenset(hardware.board.features)
    kept, dropped = [], []
    for item in items:
        needs = {str(feature) for mark in item.iter_markers("hyp_needs") for feature in mark.args}
        if needs <= features:
            kept.append(item)
        else:
            dropped.append(item)
            config.stash[_UNMET].append(f"{item.nodeid} needs {', '.join(sorted(needs - features))}")
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What comes from here on belongs to this test, its fixtures' work included."""
    hardware = item.config.stash.get(HARDWARE, None)
    if hardware is not None:
        hardware.begin(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    hardware = item.config.stash.get(HARDWARE, None)
    if hardware is not None and call.when == "teardown":
        hardware.end(item)  # before the report takes the properties
    report = yield
    if hardware is not None:
        hardware.took_part(item, report)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    hardware = session.config.stash.get(HARDWARE, None)
    if hardware is not None:
        hardware.finish()
    failed = hardware is not None and hardware.nothing_ran and not session.config.getoption("collectonly")
    if failed and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    unmet = config.stash[_UNMET]
    hardware = config.stash.get(HARDWARE, None)
    if hardware is None and not unmet:
        return
    terminalreporter.section("hyp")
    for line in unmet:
        terminalreporter.write_line(f"not run: {line}")
    if hardware is not None and not config.getoption("collectonly"):
        for line in hardware.summary():
            terminalreporter.write_line(line)
        if hardware.nothing_ran:
            terminalreporter.write_line(f"no test used board {hardware.board.name}: this hardware run counts as failed", red=True)


@pytest.fixture(scope="session")
def hyp_board(request: pytest.FixtureRequest, record_testsuite_property: Callable[[str, object], None]) -> Iterator[HypBoard]:
    """The board that `--hyp-board` names: its power, and the image that it runs. Its lines are open, their raw logs kept."""
    hardware = request.config.stash.get(HARDWARE, None)
    if hardware is None:
        pytest.fail("no board is chosen: give --hyp-board NAME (and --hyp-boards-file FILE or --hyp-port URL)", pytrace=False)
    from hyp.pytest_plugin.board import connected

    opener, switches = hardware.reached_by(request)
    for name, value in hardware.properties():
        record_testsuite_property(name, value)
    with connected(hardware, opener, switches) as board:
        yield board


@pytest.fixture
def hyp_console(hyp_board: HypBoard) -> Console:
    """The lines that the board prints from the start of this test on."""
    return hyp_board.console()


@pytest.fixture
def hyp_run(request: pytest.FixtureRequest) -> Runner:
    """Runs a plan or an image on the chosen board, else on an emulator, and judges it: `assert hyp_run("config/demo.yaml").good`."""
    from hyp.pytest_plugin.running import Runner

    board = request.getfixturevalue("hyp_board") if request.config.stash.get(HARDWARE, None) is not None else None
    return Runner(request.node, request.config, request.getfixturevalue("tmp_path_factory"), board)
