"""The checks of a boards file, in the order in which they run. Each compares values that are good by themselves."""

from __future__ import annotations

from collections.abc import Callable
from pkgutil import iter_modules
from urllib.parse import urlsplit

from serial import urlhandler

from hyp.lab import language as lang
from hyp.plan.node import Path
from hyp.plan.quote import alternatives, nearest, quote
from hyp.plan.report import Report
from hyp.plan.shapes import Values

Rows = dict[str, Values]
LINES = (lang.PORT, lang.TRACE_PORT, lang.MONITOR)


def port_scheme_is_known(rows: Rows, report: Report) -> None:
    """What stands before `://` in `port`, `trace_port` and `monitor` is one of pyserial's kinds of URL."""
    known = schemes()
    for row in rows.values():
        for field in LINES:
            port = row.get(field)
            scheme, mark, _ = (port or "").partition("://")
            if not mark or scheme in known:
                continue
            meant = nearest(scheme, known)
            fix = f"did you mean `{meant}://`?" if meant else f"write a device's path, or {alternatives(f'{name}://' for name in known)}"
            report.add("LAB001", row.at(field), f"`{quote(scheme)}://` is no kind of serial port", fix)


def network_port_is_complete(rows: Rows, report: Report) -> None:
    """A `socket://` or `rfc2217://` URL names a host and a TCP port."""
    for row in rows.values():
        for field in LINES:
            port = row.get(field)
            if port is not None and report.ok(row.at(field)) and port.startswith(("socket://", "rfc2217://")) and not _complete(port):
                scheme = port.partition("://")[0]
                report.add("LAB002", row.at(field), f"`{quote(port)}` lacks a host or a TCP port", f"write `{scheme}://HOST:PORT`")


def line_has_one_board(rows: Rows, report: Report) -> None:
    """No two lines of the file are the same port."""
    seen: dict[str, Path] = {}
    for row in rows.values():
        for field in LINES:
            port = row.get(field)
            if port is None:
                continue
            first = seen.setdefault(port, row.at(field))
            if first != row.at(field):
                fix = "give each line its own port; `/dev/serial/by-id/` has names that stay"
                report.add("LAB003", row.at(field), f"the port `{quote(port)}` is used twice", fix, related=((first, "it is here first"),))


def image_comes_one_way(rows: Rows, report: Report) -> None:
    """`load` and `image` exclude each other."""
    for row in rows.values():
        if row.written(lang.LOAD) and row.written(lang.IMAGE):
            message = "a board that boots the image of its medium cannot be given another one"
            report.add("LAB004", row.at(lang.LOAD), message, "remove `load` or `image`", key=True, related=((row.at(lang.IMAGE), "here"),))


def off_is_not_for_ever(rows: Rows, report: Report) -> None:
    """A board that can be switched off can be switched on."""
    for row in rows.values():
        if row.written(lang.POWER_OFF) and not row.written(lang.POWER_ON):
            fix = "add `power_on`, or remove `power_off`"
            report.add("LAB005", row.at(lang.POWER_OFF), "the board can be switched off and never on again", fix, key=True)


def something_starts_it(rows: Rows, report: Report) -> None:
    """A board that does not boot over its line has a command that starts it (a warning: somebody may do it by hand)."""
    for row in rows.values():
        field = lang.LOAD if row.written(lang.LOAD) else lang.IMAGE
        if row.written(field) and not row.written(lang.POWER_ON) and not row.written(lang.RESET):
            report.add("LAB006", row.at(field), "no command starts this board", "add `power_on` or `reset`", key=True)


CHECKS: tuple[Callable[[Rows, Report], None], ...] = (
    port_scheme_is_known,
    network_port_is_complete,
    line_has_one_board,
    image_comes_one_way,
    off_is_not_for_ever,
    something_starts_it,
)


def schemes() -> tuple[str, ...]:
    """The kinds of URL that the installed pyserial knows, and labgrid's."""
    return tuple(sorted(["labgrid", *(module.name.removeprefix("protocol_") for module in iter_modules(urlhandler.__path__))]))


def _complete(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port is not None
    except ValueError:
        return False
