"""What a partition answers to the monitor's challenge: the same as in gateware, and as docs/monitor.md has it in C."""

from __future__ import annotations


def answer(challenge: int, key: int) -> int:
    """Low byte of 9 (challenge xor key) + 0x1d, its halves exchanged."""
    mixed = ((challenge ^ key) * 9 + 0x1D) & 0xFF
    return (mixed << 4 | mixed >> 4) & 0xFF
