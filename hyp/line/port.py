"""Opens a port by any pyserial URL, exclusively, with DTR and RTS left as they are, and reads what comes without pyserial's own delays."""

from __future__ import annotations

import io
import os
import select
import socket
import termios
import time
from contextlib import suppress
from typing import Any, Protocol

import serial

from hyp.exits import ExitCode, Stop
from hyp.line.speed import BAUD

_CHUNK = 65536
_WRITE_SECONDS = 10.0
_ACKNOWLEDGE = getattr(socket, "TCP_QUICKACK", socket.TCP_NODELAY)  # Linux only; the other is set already
_HINTS = "for example /dev/ttyUSB0, socket://HOST:PORT or rfc2217://HOST:PORT"


class LineLost(Exception):
    """The line is gone: a cable pulled, a server that closed. `str` says what was seen. Opening again may help."""


class Port(Protocol):
    """What the tools need of a line. Its own clock is part of it: a model of a line has virtual time."""

    def read(self, seconds: float) -> bytes:
        """What has arrived; waits for the first byte, at most `seconds`. Empty: nothing came. LineLost when the line is gone."""
        ...

    def write(self, data: bytes) -> None:
        """Hand over all of `data`, waiting as long as the line needs. LineLost when it takes none for ten seconds or is gone."""
        ...

    def flush(self) -> None:
        """Until the host's own buffers are empty, as far as the line can say."""
        ...

    def set_baud(self, baud: int) -> None:
        """Change the speed; a network line without a notion of speed ignores it. LineLost when the device refuses."""
        ...

    def send_break(self) -> None:
        """A break condition of a quarter of a second, where the line can carry one."""
        ...

    def close(self) -> None: ...

    def now(self) -> float:
        """Seconds, monotonic."""
        ...


class SerialPort:
    """A `Port` of pyserial's."""

    def __init__(self, device: Any, url: str) -> None:
        self._device = device
        self._url = url
        self._file = _file_of(device)
        self._socket: socket.socket | None = getattr(device, "_socket", None)
        if self._socket is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self, seconds: float) -> bytes:
        try:
            if self._file is None:
                return self._read_queued(seconds)
            if not select.select([self._file], [], [], max(seconds, 0.0))[0]:
                return b""
            if self._socket is not None:  # questions and answers are short: who waits for an acknowledgement shall not wait 40 ms for it
                self._socket.setsockopt(socket.IPPROTO_TCP, _ACKNOWLEDGE, 1)
            data = os.read(self._file, _CHUNK)
        except BlockingIOError:
            return b""
        except (OSError, ValueError, TypeError) as error:  # ValueError and TypeError: pyserial closed it under us
            raise self._lost(error) from None
        if not data:
            raise LineLost(f"{self._url}: the other side closed it")
        return data

    def write(self, data: bytes) -> None:
        try:
            if self._file is None:
                self._device.write(data)
                return
            rest = memoryview(data)
            while rest:
                if not select.select([], [self._file], [], _WRITE_SECONDS)[1]:
                    raise LineLost(f"{self._url}: takes no bytes for {_WRITE_SECONDS:g} s (flow control, or nobody reads)")
                with suppress(BlockingIOError):
                    rest = rest[os.write(self._file, rest) :]
        except (OSError, ValueError, TypeError) as error:
            raise self._lost(error) from None

    def flush(self) -> None:
        if self._file is not None and os.isatty(self._file):
            with suppress(termios.error):
                termios.tcdrain(self._file)

    def set_baud(self, baud: int) -> None:
        try:
            self._device.baudrate = baud
        except (OSError, ValueError, termios.error) as error:
            raise self._lost(error) from None

    def send_break(self) -> None:
        try:
            self._device.send_break(0.25)
        except (OSError, ValueError, termios.error) as error:
            raise self._lost(error) from None

    def close(self) -> None:
        with suppress(OSError, ValueError, termios.error):
            self._device.close()

    def now(self) -> float:
        return time.monotonic()

    def _read_queued(self, seconds: float) -> bytes:
        """RFC 2217 and other lines that pyserial reads with a thread of its own."""
        self._device._timeout = max(seconds, 0.0)  # as a property it would negotiate all settings anew, a tenth of a second each time
        first: bytes = self._device.read(1)
        return first + self._device.read(self._device.in_waiting) if first else b""

    def _lost(self, error: Exception) -> LineLost:
        return LineLost(f"{self._url}: {getattr(error, 'strerror', None) or error}")


def open_port(url: str, baud: int = BAUD) -> SerialPort:
    """The port of `url`, 8N1, no flow control. Stop ENVIRONMENT with what to do when it cannot be opened.

    A tty is opened exclusively. Neither DTR nor RTS is set by us, and closing does not drop them: on many boards they are wired to reset.
    """
    try:
        device = serial.serial_for_url(url, do_not_open=True)
        device.baudrate = baud
        device.timeout = 0
        device._update_dtr_state = device._update_rts_state = _leave_alone
        device._reset_input_buffer = device.reset_input_buffer = _leave_alone
        if os.name == "posix" and isinstance(device, serial.Serial):
            device.exclusive = True
        device.open()
    except ValueError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"--port {url}: {error}; give a port, {_HINTS}") from None
    except OSError as error:
        raise Stop(ExitCode.ENVIRONMENT, f"--port {url}: {_reason(error)}") from None
    _keep_lines_at_close(device)
    return SerialPort(device, url)


def _leave_alone() -> None:
    """In place of what pyserial does at opening: it sets DTR and RTS, and throws away what has already arrived."""


def _file_of(device: Any) -> int | None:
    try:
        return int(device.fileno())
    except (io.UnsupportedOperation, AttributeError, OSError):
        return None


def _keep_lines_at_close(device: Any) -> None:
    file = _file_of(device)
    if file is None or not os.isatty(file):
        return
    with suppress(termios.error):
        settings = termios.tcgetattr(file)
        settings[2] &= ~termios.HUPCL
        termios.tcsetattr(file, termios.TCSANOW, settings)


def _reason(error: OSError) -> str:
    text = str(error)
    if "exclusively lock" in text:
        return "another program has it open; close that one first"
    if "Permission" in text:
        return "no permission; add yourself to the group of the device (often `dialout`) and log in again"
    if "No such file" in text:
        return f"there is no such device; is the adapter plugged in? {_HINTS}"
    if "refused" in text:
        return "connection refused: nothing listens there yet"
    return f"{text}; give a port, {_HINTS}"
