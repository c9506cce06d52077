"""The command's door: finds the subcommand, and turns every way to stop into an exit code and one clear line.

A subcommand is a module with `HELP`, `configure(parser)` and `run(args) -> int`. Only the one that is asked for is
imported: `hyp build` shall not pay for what `hyp run` needs. With `PASSES_ON = True` it gets unknown arguments as `args.rest`.
"""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import signal
import sys
from difflib import get_close_matches
from types import FrameType
from typing import NoReturn, Protocol, cast

from hyp import __version__
from hyp.exits import ExitCode, Stop

COMMANDS = ("check", "build", "run", "trace", "bench", "media", "boot", "console", "board", "monitor", "doctor", "test")
"""In the order of `hyp --help`; each is the module `hyp.cli.<name>`."""

TERMINATED = 128 + signal.SIGTERM
BROKEN_PIPE = 128 + signal.SIGPIPE
"""What a shell reports for programs that the signals end."""
_FULL = (errno.ENOSPC, errno.EDQUOT)
_NOT_OURS = (
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENAMETOOLONG,
    errno.EISDIR,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.EIO,
)
"""What the environment does to us; other errors of the system are bugs of ours."""


class Command(Protocol):
    """What a subcommand's module offers."""

    HELP: str

    def configure(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


def entry() -> NoReturn:
    """Console script. SIGTERM unwinds like Ctrl-C does, so that no emulator is left behind."""
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(main(sys.argv[1:]))


def main(argv: list[str]) -> int:
    """Runs one command line; returns its exit code (`hyp.exits`; 141 when the output's reader left, 143 after SIGTERM). Raises nothing."""
    try:
        return _flushed(argv)
    except Stop as stop:
        _say(stop.message)
        return stop.code
    except KeyboardInterrupt:
        _say("interrupted")
        return ExitCode.INTERRUPTED
    except SystemExit as terminated:
        return terminated.code if isinstance(terminated.code, int) else ExitCode.ENVIRONMENT
    except BrokenPipeError:
        _drop_output()  # the reader has gone (`hyp ... | head`): nothing is left to say
        return BROKEN_PIPE
    except OSError as error:
        code = _environment(error)
        _drop_output()
        return code
    except Exception as error:  # noqa: BLE001 - the last resort: a bug in hyp never shows as a traceback
        return _bug(error)


def load(name: str) -> Command:
    """The module of a subcommand out of COMMANDS."""
    return cast(Command, importlib.import_module(f"hyp.cli.{name}"))


def parser_of(name: str, command: Command) -> argparse.ArgumentParser:
    """The complete parser of a subcommand."""
    parser = argparse.ArgumentParser(prog=f"hyp {name}", description=command.HELP, allow_abbrev=False)
    _add_version(parser)
    command.configure(parser)
    return parser


def _flushed(argv: list[str]) -> int:
    """What was printed is written before success is claimed; `--help` and wrong usage end in argparse's SystemExit."""
    try:
        return _dispatch(argv)
    finally:
        sys.stdout.flush()


def _dispatch(argv: list[str]) -> int:
    name = argv[0] if argv else ""
    if name not in COMMANDS:
        return _without_command(argv)
    command = load(name)
    parser = parser_of(name, command)
    args, rest = parser.parse_known_args(argv[1:])
    if rest and not getattr(command, "PASSES_ON", False):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    args.rest = rest
    return command.run(args)


def _without_command(argv: list[str]) -> int:
    asks = {"-h", "--help"} & set(argv[:1])
    epilog = "\n".join(["commands:", *(f"  {name:<10}{load(name).HELP}" for name in COMMANDS)]) if asks else ""
    parser = argparse.ArgumentParser(
        prog="hyp",
        usage="hyp COMMAND [ARGS]",
        description="A YAML partition plan in, a bootable separation kernel image out.",
        epilog=epilog + "\n\n`hyp COMMAND --help` has more." if epilog else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_version(parser)
    if asks or (argv and argv[0].startswith("-")):
        parser.parse_args(argv)
    if not argv:
        parser.error(f"a command is needed: {', '.join(COMMANDS)}")
    near = get_close_matches(argv[0], COMMANDS, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"the commands are {', '.join(COMMANDS)}"
    parser.error(f"there is no command '{argv[0]}'; {hint}")


def _add_version(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--version", action="version", version=f"hyp {__version__}", help="print the version and exit")


def _drop_output() -> None:
    """What is still in the buffer could not be written now, and shall not fail again at the interpreter's end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _environment(error: OSError) -> int:
    if error.errno in _FULL:
        _say(f"no space left on the disk{_named(error)}; free some and try again")
    elif error.errno in _NOT_OURS:
        _say(f"{error.strerror or error}{_named(error)}")
    else:
        return _bug(error)
    return ExitCode.ENVIRONMENT


def _named(error: OSError) -> str:
    return f": {os.fsdecode(error.filename)}" if isinstance(error.filename, str | bytes) else ""


def _bug(error: Exception) -> int:
    from hyp.cli.bug import save_traceback  # only a bug pays for it

    _say(f"internal error: {type(error).__name__}: {error} (a bug in hyp; please report it with {save_traceback(error)})")
    return ExitCode.ENVIRONMENT


def _say(message: str) -> None:
    print(f"hyp: {message}", file=sys.stderr, flush=True)


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Once: `timeout` sends it twice, to the process and to its group; the second would end what the first has begun to clean up."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(TERMINATED)
