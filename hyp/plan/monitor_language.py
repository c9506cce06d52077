"""The key `monitor:`: what the kernel shows on pins at each window's start, and the FPGA that judges it with a clock of its own."""

from __future__ import annotations

from hyp.plan.kinds import Choice, Text
from hyp.plan.numbers import Integer, Quantity
from hyp.plan.shapes import Field, Record
from hyp.plan.units import DURATION, FREQUENCY, SHARE

PARALLEL, MODEM = "parallel", "uart-modem"
BAUD_MAX = 4_000_000
CLOCK_MIN, CLOCK_MAX = 1_000_000, 200_000_000
ACCURACY_MAX = 10_000
"""1 %. A clock that is further off is no reference."""

LINES = Field(
    "lines",
    Choice((PARALLEL, MODEM)),
    "`parallel`: window and toggle bit on the data lines of a parallel port; `uart-modem`: RTS and DTR of a UART",
    required=True,
)
DEVICE = Field("device", Text("the name of a device", "lpt1"), "Parallel port or UART of the board; the only free one by default")
BAUD = Field("baud", Integer(50, BAUD_MAX, "115200"), "Bits per second of the identity bytes of `uart-modem`", default=115200)
CLOCK = Field("clock", Quantity(FREQUENCY, CLOCK_MIN, CLOCK_MAX, "12 MHz"), "The monitor's own clock", default=12_000_000,
              default_words="12 MHz")  # fmt: skip
ACCURACY = Field("accuracy", Quantity(SHARE, 1, ACCURACY_MAX, "100 ppm"), "How far the board's clock and the monitor's may be apart",
                 default=100, default_words="100 ppm")  # fmt: skip
JITTER = Field("jitter", Quantity(DURATION, 0, 1_000_000, "200 ns"), "Of the lines: what drivers and level shifters add", default=200,
               default_words="200 ns")  # fmt: skip
FILTER = Field("filter", Quantity(DURATION, 0, 1_000_000, "500 ns"), "Lines must be steady for this long, 8 clocks at least", default=500,
               default_words="500 ns")  # fmt: skip
SILENCE = Field("silence", Quantity(DURATION, 1, sample="20 ms"), "After this time without an edge the board is silent",
                default_words="as long as a good board may take, one major frame at least")  # fmt: skip
DRIFT_FRAMES = Field("drift_frames", Integer(1, 1024, "64"), "Major frames over which the rate is judged", default=64)
HOST_BAUD = Field("host_baud", Integer(300, BAUD_MAX, "115200"), "Bits per second of the monitor's own line to the host", default=115200)

RESET_BOOT = Field("boot", Quantity(DURATION, 1, sample="10 s"), "Time from power-on or a reset to the first good frame", required=True)
RESET_TRIES = Field("tries", Integer(1, 255, "3"), "Resets until the alarm is latched", default=3)
RESET_PULSE = Field("pulse", Quantity(DURATION, 1, sample="100 ms"), "Length of a reset", default=100_000_000, default_words="100 ms")
RESET = Field(
    "reset",
    Record("a reset output", (RESET_BOOT, RESET_TRIES, RESET_PULSE), "{boot: 10 s, tries: 3}"),
    "Makes the monitor a watchdog; without it its reset output stays quiet",
)

PROOF_PARTITION = Field("partition", Text("the name of a partition", "control"), "Who answers", required=True)
PROOF_UART = Field("uart", Text("the name of a UART", "com3"), "One of its devices, wired to the monitor", required=True)
PROOF_KEY = Field("key", Integer(0, 255, "0x5a"), "What the answer depends on besides the challenge", required=True)
PROOF_WITHIN = Field("within", Quantity(DURATION, 1, sample="50 ms"), "Longest time from a challenge to its answer", required=True)
PROOF_BAUD = Field("baud", Integer(300, BAUD_MAX, "115200"), "Bits per second", default=115200)
PROOF = Field(
    "proof",
    Record("a proof of life", (PROOF_PARTITION, PROOF_UART, PROOF_KEY, PROOF_WITHIN, PROOF_BAUD),
           "{partition: control, uart: com3, key: 0x5a, within: 50 ms}"),
    "A partition answers the monitor's challenges through its own UART",
)  # fmt: skip

MONITOR = Record(
    "a monitor",
    (LINES, DEVICE, BAUD, CLOCK, ACCURACY, JITTER, FILTER, SILENCE, DRIFT_FRAMES, HOST_BAUD, RESET, PROOF),
    "{lines: parallel}",
)
