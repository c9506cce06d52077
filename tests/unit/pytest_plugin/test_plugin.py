"""The pytest plugin in test runs of its own, on boards that play a script."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hyp.abi.packets import PACKET_TEXT, encode
from tests.unit.lab.ends import Script
from tests.unit.target.guest import BOOT, END, REPORT, build

WHOLE = BOOT + b"alpha| one\nbeta| two 2\n" + REPORT + END


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("image"), WHOLE)


def outcome(pytester: pytest.Pytester, board: Script | None, source: str, *words: str, **row: str) -> pytest.RunResult:
    """A test run of `source` with `board` chosen as `bench`."""
    pytester.makepyfile(source)
    chosen = [] if board is None else ["--hyp-board", "bench", "--hyp-boards-file", str(board.row(**row))]
    return pytester.runpytest_inprocess("-p", "hyp.pytest_plugin", "-p", "no:cacheprovider", "-p", "no:xdist", *chosen, *words)


def play(pytester: pytest.Pytester, *steps: bytes | float | str | Path, before: bytes = b"") -> Script:
    return Script(pytester.path, *steps, before=before)


def arrived(*steps: bytes | float | str) -> list[str]:
    """Lines of a test that waits until all that the script says is there: no time-out of its own runs meanwhile."""
    size = sum(len(step) for step in steps if isinstance(step, bytes))
    gone = " or not hyp_board.losses" if Script.GONE in steps else ""
    return ["import time", f"while hyp_board.log.stat().st_size < {size}{gone}: time.sleep(0.01)"]


def body(*lines: str, uses: str = "hyp_board, hyp_console") -> str:
    return "\n    ".join([f"def test_it({uses}):", *lines]) + "\n"


def test_expectations_that_are_met(pytester: pytest.Pytester) -> None:
    source = body(
        "hyp_board.start()",
        "assert hyp_console.expect('^one$', stream='alpha').group() == 'one'",
        "assert hyp_console.expect(r'two (\\d)').group(1) == '2'",
        "matches = hyp_console.expect_lines('^end$', '^window 1 ', stream='hyp', in_order=False)",
        "assert [match.group() for match in matches] == ['end', 'window 1 ']",
        "hyp_console.not_expected('three')",
        "hyp_console.not_expected('one', stream='beta', within=0.05)",
        "assert hyp_console.lines[0].text == 'boot plan=tiny board=tiny-board abi=1'",
    )
    with play(pytester, WHOLE) as board:
        result = outcome(pytester, board, source)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["hyp: board bench (tiny-board) at socket://127.0.0.1:*, 115200 baud, logs in *0001"])
    result.stdout.fnmatch_lines([f"board bench: 1 test, {len(WHOLE)} bytes on socket://*; raw log: *console.log"])


@pytest.mark.parametrize(
    ("steps", "call", "says"),
    [
        ((), "expect('x', timeout=0.2)", "ConsoleSilent: bench at socket:*printed nothing at all in this test; `x` did not come in 0.2 s*"),
        ((b"other\n",), "expect('x', timeout=0.4)", "ConsoleMismatch: `x` did not come in 0.4 s from bench at *: 1 other line came*"),
        ((b"half",), "expect('half', timeout=0.4)", "ConsoleMismatch: `half` did not come *: 4 bytes came, and no complete line"),
        ((b"\x1b[2J\xff\n",), "expect('y', timeout=0.4)", "*1 other line came, the last ones:*"),
        ((b"\x1b[2J\xff\n",), "expect('y', timeout=0.4)", "*\\x1b?2J\\xff*"),
        ((WHOLE,), "expect('two', stream='alpha', timeout=0.4)", "*`two` of alpha did not come in 0.4 s from bench*"),
        ((WHOLE,), "expect('end', unless='beta|two')", "*ConsoleMismatch: `end` did not come before `beta| two 2`*"),
        ((BOOT + b"hyp: panic: x\n",), "expect('one')", "*`one` did not come: the kernel ended with `hyp: panic: x`*"),
        ((WHOLE,), "expect_lines('two', 'one', timeout=0.4)", "*`one` did not come in 0.4 s*"),
        ((WHOLE,), "not_expected('two', within=1)", "*ConsoleMismatch: `two` was not expected, and came: `beta| two 2`*"),
        ((b"a\n", 0.3, Script.GONE), "expect('x', timeout=1)", "*ConsoleLost: `x` did not come in 1 s: the line to bench at * is lost*"),
        ((b"a\n", 0.3, Script.GONE), "expect('x', timeout=1)", "*the line was lost after byte 2 *and has not come back*"),
        ((b"a\n",), "verdict(timeout=0.3)", "*no image is known to judge by: load one with `hyp_run` or `hyp_board.load`*"),
    ],
)
def test_expectations_that_are_not_met(pytester: pytest.Pytester, steps: tuple[bytes | float | str, ...], call: str, says: str) -> None:
    with play(pytester, *steps) as board:
        result = outcome(pytester, board, body("hyp_board.power_on()", *arrived(*steps), f"hyp_console.{call}"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*{says}"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*hyp/pytest_plugin/console.py*: *Error")


def test_what_came_is_shown_and_kept(pytester: pytest.Pytester) -> None:
    with play(pytester, b"one\x07\n") as board:
        result = outcome(pytester, board, body("hyp_board.start()", *arrived(b"one\x07\n"), "hyp_console.expect('two', timeout=0.3)"))
    result.stdout.fnmatch_lines(["*Console of bench*", "one\\x07"])
    logs = pytester.path / "build" / "hil" / "bench" / "0001"
    assert (logs / "console.log").read_bytes() == b"one\x07\n"
    assert (logs / "tests" / "test_what_came_is_shown_and_kept.py-test_it.log").read_bytes() == b"one\x07\n"
    assert (logs / "commands.log").read_text() == "$ power_on: touch on\n"


def test_logs_are_kept_of_every_run(pytester: pytest.Pytester) -> None:
    with play(pytester, WHOLE) as board:
        for _ in range(2):
            outcome(pytester, board, body("hyp_board.start()", "hyp_console.expect('end')"), "--hyp-log-dir", "logs")
            board.again()
    assert sorted(path.name for path in (pytester.path / "logs" / "bench").iterdir()) == ["0001", "0002"]
    assert all((path / "console.log").read_bytes() == WHOLE for path in (pytester.path / "logs" / "bench").iterdir())


def test_each_test_has_its_own_output(pytester: pytest.Pytester) -> None:
    """What an earlier test left unread does not meet a later one's expectations, but a line that is cut in two by its start does."""
    first = BOOT + b"alpha| one\nbeta| whole"
    source = f"""
        import time
        from pathlib import Path
        def test_one(hyp_board, hyp_console):
            hyp_board.power_on()
            hyp_console.expect("start")
            while hyp_board.log.stat().st_size < {len(first)}: time.sleep(0.01)
        def test_two(hyp_console):
            Path("on with it").touch()
            assert [line.text for line in hyp_console.lines if line.stream == "alpha"] == []
            hyp_console.expect("^whole line$", stream="beta")
    """
    with play(pytester, first, Path("on with it"), b" line\n") as board:
        outcome(pytester, board, source).assert_outcomes(passed=2)


def test_a_run_is_judged(pytester: pytest.Pytester, image: Path) -> None:
    source = body(
        f"outcome = hyp_run({str(image)!r}, frames=3, expect=['alpha:one'])",
        "assert outcome.good",
        "assert outcome.said('beta') == ['two 2']",
        "assert not outcome.reasons",
        "assert (outcome.record / 'verdict.json').exists()",
        "assert 'verdict: good' in outcome.table()",
        f"bad = hyp_run({str(image)!r}, frames=4, expect=['alpha:never'])",
        "assert [reason.code for reason in bad.verdict.reasons] == ['frames', 'expect']",
        "assert bad.good",
        uses="hyp_run",
    )
    with play(pytester, WHOLE) as board:
        result = outcome(pytester, board, source, "--junitxml", "junit.xml")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*where False = <run on board: bad*", "*frames: core 0 completed 3 of 4 major frames*"])
    properties = [(one.attrib["name"], one.attrib["value"]) for one in ElementTree.parse(pytester.path / "junit.xml").iter("property")]
    assert dict(properties)["hyp_verdict"] == "bad"
    assert [value for name, value in properties if name == "hyp_verdict"] == ["good", "bad"]
    assert ("hyp_plan", "tiny") in properties
    assert ("hyp_reason", "expect: --expect alpha:never was not seen") in properties
    assert ("hyp_port", board.end.url) in properties
    assert ("hyp_console_bytes", str(2 * len(WHOLE))) in properties


def test_the_console_of_a_loaded_image_is_judged(pytester: pytest.Pytester, image: Path) -> None:
    source = body(
        f"hyp_board.load(hyp_run.image({str(image)!r}), frames=3)",
        "hyp_board.start()",
        "outcome = hyp_console.verdict()",
        "assert outcome.good, outcome",
        "assert outcome.said('alpha') == ['one']",
        uses="hyp_board, hyp_console, hyp_run",
    )
    with play(pytester, WHOLE) as board:
        outcome(pytester, board, source).assert_outcomes(passed=1)


def text(stream: int, sequence: int, data: bytes) -> bytes:
    return encode(sequence, PACKET_TEXT, bytes((stream,)) + data)


COMPLETE = b"\0" + BOOT.replace(b"\n", b"\n\0") + text(1, 0, b"one\n") + text(2, 0, b"two 2\n") + text(0, 0, REPORT + END)
PACKETS = COMPLETE.replace(text(2, 0, b"two 2\n"), text(2, 1, b"two 2\n"))
"""The first packet of beta is missing."""


@pytest.fixture(scope="module")
def framed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    console = {"uart": "com1", "port": 0x3F8, "mode": "framed", "baud": 115200, "fifo": 16, "ring": 0}
    return build(tmp_path_factory.mktemp("framed"), WHOLE, console=console)


def test_packets_have_the_images_names_and_lost_ones_are_told(pytester: pytest.Pytester, framed: Path) -> None:
    source = body(
        f"hyp_board.load(hyp_run.image({str(framed)!r}), frames=3)",
        "hyp_board.start()",
        "hyp_console.expect('^two 2$', stream='beta')",
        "outcome = hyp_console.verdict()",
        "assert outcome.good, outcome",
        "assert outcome.run.session.losses == ('1 packets of beta are missing',)",
        f"strict = hyp_run({str(framed)!r}, frames=3, strict=True)",
        "assert [reason.code for reason in strict.verdict.reasons] == ['line']",
        uses="hyp_board, hyp_console, hyp_run",
    )
    with play(pytester, PACKETS) as board:
        outcome(pytester, board, source).assert_outcomes(passed=1)


def test_what_came_before_the_start_is_no_damage(pytester: pytest.Pytester, framed: Path) -> None:
    """A loader's frames have zeros between them, as packets have, and are none."""
    frames = b"hyp: loader ready\r\n\0" + b"\x03\x81\x92\x02\xfe\0" * 8
    source = body(
        *arrived(frames),
        f"hyp_board.load(hyp_run.image({str(framed)!r}), frames=3)",
        "hyp_board.start()",
        "outcome = hyp_console.verdict(strict=True)",
        "assert outcome.good, outcome",
        "hyp_console.expect('never', timeout=0.1)",
        uses="hyp_board, hyp_console, hyp_run",
    )
    with play(pytester, COMPLETE, before=frames) as board:
        result = outcome(pytester, board, source)
    result.stdout.fnmatch_lines(["*ConsoleMismatch: `never` did not come in 0.1 s*"])
    result.stdout.no_fnmatch_line("*damaged packets came*")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ("send('x', to='alpha', timeout=0.5)", "*ConsoleError: 1 bytes for alpha were not taken in 0.5 s: does the partition read*"),
        ("send('x', to='gamma')", "*ConsoleError: there is no partition `gamma`; there are alpha, beta*"),
    ],
)
def test_input_that_nobody_takes(pytester: pytest.Pytester, framed: Path, call: str, says: str) -> None:
    source = body(
        f"hyp_board.load(hyp_run.image({str(framed)!r}), frames=3)",
        "hyp_board.start()",
        f"hyp_console.{call}",
        uses="hyp_board, hyp_console, hyp_run",
    )
    with play(pytester, PACKETS) as board:
        result = outcome(pytester, board, source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([says])


def test_a_lost_line_is_in_the_report(pytester: pytest.Pytester) -> None:
    source = body("hyp_board.power_on()", "hyp_console.expect('after')", "assert len(hyp_board.losses) == 1")
    with play(pytester, b"before\n", 0.3, Script.CUT, Script.BACK, b"after\n") as board:
        result = outcome(pytester, board, source, "--junitxml", "junit.xml")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["board bench: the line was lost after byte 7 (the other side closed it) for *.[0-9] s; *is missing"])
    assert 'name="hyp_line_loss"' in (pytester.path / "junit.xml").read_text()


@pytest.mark.parametrize(
    "source",
    [
        "def test_it(): pass",
        "import pytest\n@pytest.mark." + "skipif(True, reason='x')\ndef test_it(hyp_console): pass",
        "import pytest\n@pytest.mark.hyp_needs('wings')\ndef test_it(hyp_console): pass\ndef test_other(): pass",
    ],
)
def test_a_hardware_run_without_a_hardware_test_fails(pytester: pytest.Pytester, source: str) -> None:
    with play(pytester) as board:
        result = outcome(pytester, board, source)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["no test used board bench: this hardware run counts as failed"])


def test_needs(pytester: pytest.Pytester) -> None:
    source = """
        import pytest
        @pytest.mark.hyp_needs("wings")
        def test_flies(hyp_console): pass
        @pytest.mark.hyp_needs("reset", "nmi")
        def test_resets(hyp_console): pass
    """
    with play(pytester) as board:
        file = board.row()
        file.write_text(file.read_text() + "    features: [reset, nmi]\n")
        pytester.makepyfile(source)
        result = pytester.runpytest_inprocess("-p", "hyp.pytest_plugin", "--hyp-board", "bench", "--hyp-boards-file", str(file))
    result.assert_outcomes(passed=1, deselected=1)
    result.stdout.fnmatch_lines(["not run: test_needs.py::test_flies needs wings"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--hyp-port", "/dev/x"), "--hyp-port needs --hyp-board NAME"),
        (
            ("--hyp-board", "x"),
            "there is no hyp-boards.yaml, so no board `x`; name a file with --hyp-boards-file, or the line with --hyp-port",
        ),
        (("--hyp-board", "x", "--hyp-boards-file", "none.yaml"), "--hyp-boards-file none.yaml: there is no such file"),
        (("--hyp-board", "x", "--hyp-port", "y", "--hyp-baud", "1"), "--hyp-baud 1: give 50 to 4000000"),
        (("--hyp-board", "x", "--hyp-port", "y", "--hyp-log-dir", "/dev/null/logs"), "--hyp-log-dir: "),
    ],
)
def test_wrong_usage(pytester: pytest.Pytester, words: tuple[str, ...], says: str) -> None:
    result = outcome(pytester, None, "def test_it(hyp_console): pass", *words)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert says in result.stderr.str()
    assert "Traceback" not in result.stderr.str()


@pytest.mark.slow
@pytest.mark.parametrize("command", [("pytest", "-p", "hyp.pytest_plugin"), ("hyp", "test")], ids=["pytest", "hyp test"])
def test_a_port_is_no_path_of_tests(pytester: pytest.Pytester, repository: Path, command: tuple[str, ...]) -> None:
    """After a space a port that exists leads pytest's search for its root astray, but not ours: the project's files are found."""
    inner = pytester.mkdir("tests")
    (inner / "test_it.py").write_text("def test_it(hyp_board): assert hyp_board.features == ('here',)\n")
    (pytester.path / "SConstruct").touch()
    (pytester.path / "hyp-boards.yaml").write_text("hyp_boards: 1\nboards:\n  bench: {port: /dev/none, features: here}\n")
    master, slave = os.openpty()
    words = ["--hyp-board", "bench", "--hyp-port", os.ttyname(slave), "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-P", "-m", *command, *words], cwd=inner, capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PYTHONPATH": str(repository)},
    )  # fmt: skip
    os.close(slave)
    os.close(master)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [path.name for path in (pytester.path / "build" / "hil" / "bench").iterdir()] == ["0001"]


def test_a_port_that_cannot_be_opened(pytester: pytest.Pytester) -> None:
    result = outcome(pytester, None, "def test_it(hyp_console): pass", "--hyp-board", "x", "--hyp-port", "/dev/none")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["cannot open /dev/none: there is no such device*"])


def test_without_a_board(pytester: pytest.Pytester, image: Path) -> None:
    """Images run on the emulator that their board file names; a test that needs a board fails, it is not skipped."""
    source = f"""
        def test_run(hyp_run):
            assert hyp_run({str(image)!r}, frames=3).run.target == "qemu"
        def test_board(hyp_board): pass
    """
    result = outcome(pytester, None, source)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["no board is chosen: give --hyp-board NAME*"])


def test_what_hyp_cannot_find(pytester: pytest.Pytester) -> None:
    result = outcome(pytester, None, body("hyp_run('no/such/plan.yaml')", uses="hyp_run"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["there is no no/such/plan.yaml in * or above it, up to *"])


def test_nothing_of_hyp_is_imported_before_it_is_asked_for(
    pytester: pytest.Pytester, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(repository))
    pytester.makepyfile("""
        import sys
        def test_it():
            assert [name for name in sys.modules if name.startswith(("hyp.", "serial"))] == ["hyp.pytest_plugin"]
    """)
    pytester.runpytest_subprocess("-p", "hyp.pytest_plugin").assert_outcomes(passed=1)


@pytest.mark.slow
@pytest.mark.parametrize("by", ["expect", "run"])
def test_ctrl_c(pytester: pytest.Pytester, repository: Path, image: Path, by: str) -> None:
    expecting = ["hyp_board.power_on()", "print('it is on', flush=True)", "hyp_console.expect('never', timeout=600)"]
    waiting = expecting if by == "expect" else [f"hyp_run({str(image)!r}, timeout=600)"]
    pytester.makepyfile(body(*waiting, uses="hyp_board, hyp_console, hyp_run") + "def test_later(): pass\n")
    (pytester.path / "SConstruct").touch()
    said = WHOLE.removesuffix(END)
    with play(pytester, said) as board:
        command = [sys.executable, "-m", "hyp", "test", "--board", "bench", "--hyp-boards-file", str(board.row(power_off="touch off"))]
        running = subprocess.Popen(
            [*command, "-s", str(pytester.path)], cwd=pytester.path, env={**os.environ, "PYTHONPATH": str(repository)},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        log = pytester.path / "build" / "hil" / "bench" / "0001" / "console.log"
        assert running.stdout is not None
        while ("it is on" if by == "expect" else "beta| two 2") not in (shown := running.stdout.readline()):
            assert shown
        while log.read_bytes() != said:
            time.sleep(0.05)
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does
        told, _ = running.communicate(timeout=180)
    assert running.returncode == 130, told
    assert log.read_bytes() == said
    assert (log.parent / "tests" / "test_ctrl_c.py-test_it.log").read_bytes() == said
    if by == "run":
        assert (log.parent / "tests" / "test_ctrl_c.py-test_it-run-1" / "raw" / "com1.log").read_bytes() == said
    assert (pytester.path / "off").exists(), "what was switched on is switched off"
    assert "raw log: " in told
    assert "1 passed" not in told
