"""A PC of Bochs for tests, as the board file `bochs` describes it: what differs is its drive and where its serial lines lead."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def machine(folder: Path, drive: str, boot: str, lines: Sequence[str]) -> list[str]:
    """The command that starts it. `drive`: options of its only one; `boot`: `cdrom` or `disk`; `lines`: the mode of each UART.

    Its files go to `folder`.
    """
    rows = [
        "config_interface: textconfig",
        'display_library: term, options="hideIPS"',
        "plugin_ctrl: unmapped=1, biosdev=0, speaker=0, extfpuirq=1, parallel=0, serial=1, gameport=0, iodebug=0",
        "cpu: model=corei7_icelake_u, count=1, ips=50000000, reset_on_triple_fault=0, ignore_bad_msrs=0",
        "clock: sync=none, time0=1767225600, rtc_sync=0",
        "memory: guest=256, host=256",
        "romimage: file=/usr/share/bochs/BIOS-bochs-latest",
        "vgaromimage: file=/usr/share/vgabios/vgabios.bin",
        "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14",
        f"ata0-master: {drive}",
        f"boot: {boot}",
        f"log: {folder / 'bochs.log'}",
        "panic: action=fatal",
        "error: action=report",
        "info: action=ignore",
        "debug: action=ignore",
        *(f"com{n}: enabled=1, mode={mode}" for n, mode in enumerate(lines, 1)),
    ]
    (folder / "bochsrc").write_text("\n".join(rows) + "\n")
    (folder / "continue.rc").write_text("continue\n")
    return ["bochs", "-q", "-f", str(folder / "bochsrc"), "-rc", str(folder / "continue.rc")]


def calls(port: int | str) -> str:
    """The mode of a UART that calls a TCP port of the host: Bochs cannot listen on one again that was in use a minute ago."""
    return f"socket-client, dev=127.0.0.1:{port}"
