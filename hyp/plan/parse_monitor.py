"""From the values under `monitor:` to a draft; whether the board has the device is for the checks."""

from __future__ import annotations

from hyp.plan import monitor_language as lang
from hyp.plan.board_language import PARALLEL_KIND
from hyp.plan.draft_monitor import DraftMonitor
from hyp.plan.model import Board, MonitorProof, MonitorReset
from hyp.plan.shapes import Field, Values

_NUMBERS = (lang.BAUD, lang.CLOCK, lang.ACCURACY, lang.JITTER, lang.FILTER, lang.DRIFT_FRAMES, lang.HOST_BAUD)


def monitor_of(record: Values | None, board: Board | None) -> DraftMonitor | None:
    """None when the plan has no monitor, or a value of it was refused."""
    if record is None:
        return None
    lines, numbers = record.get(lang.LINES), _integers(record, _NUMBERS)
    reset, proof = _reset(record), _proof(record)
    refused = (record.written(lang.DEVICE) and record.get(lang.DEVICE) is None) or (
        record.written(lang.SILENCE) and not record.get(lang.SILENCE)
    )
    broken = (reset is None and record.written(lang.RESET)) or (proof is None and record.written(lang.PROOF))
    if lines is None or numbers is None or refused or broken:
        return None
    baud, clock, accuracy, jitter, steady, frames, host_baud = numbers
    device = record.get(lang.DEVICE) or _only_port(lines, board)
    return DraftMonitor(
        lines, device, baud, clock, accuracy, jitter, steady, record.get(lang.SILENCE) or 0, frames, host_baud, reset, proof
    )


def _only_port(lines: str, board: Board | None) -> str | None:
    """The board's parallel port when it has just one. Which UART is free is not guessed."""
    if lines != lang.PARALLEL or board is None:
        return None
    ports = [name for name, device in board.devices.items() if device.kind == PARALLEL_KIND]
    return ports[0] if len(ports) == 1 else None


def _reset(record: Values) -> MonitorReset | None:
    inner = record.get(lang.RESET)
    numbers = None if inner is None else _integers(inner, (lang.RESET_BOOT, lang.RESET_TRIES, lang.RESET_PULSE))
    return None if numbers is None else MonitorReset(*numbers)


def _proof(record: Values) -> MonitorProof | None:
    inner = record.get(lang.PROOF)
    if inner is None:
        return None
    partition, uart = inner.get(lang.PROOF_PARTITION), inner.get(lang.PROOF_UART)
    numbers = _integers(inner, (lang.PROOF_KEY, lang.PROOF_WITHIN, lang.PROOF_BAUD))
    if partition is None or uart is None or numbers is None:
        return None
    return MonitorProof(partition, uart, *numbers)


def _integers(record: Values, fields: tuple[Field[int], ...]) -> tuple[int, ...] | None:
    """All of them, or None when one was refused or is missing."""
    found = [value for field in fields if (value := record.get(field)) is not None]
    return tuple(found) if len(found) == len(fields) else None
