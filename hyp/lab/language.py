"""The boards file, version 1: which boards a lab has, where their lines end and how they are switched. A test engineer writes it."""

from __future__ import annotations

from hyp.line import speed
from hyp.plan.kinds import Name, Text
from hyp.plan.numbers import Integer, Quantity
from hyp.plan.shapes import Field, ListOf, Record, TableOf
from hyp.plan.units import DURATION

VERSION = 1
FILE_NAME = "hyp-boards.yaml"
BAUD_DEFAULT = speed.BAUD
_SECOND_NS = 1_000_000_000
COMMAND_TIME_DEFAULT = 60 * _SECOND_NS

URL = Text("a path or URL of a serial port", "/dev/ttyUSB0")
COMMAND = Text("a shell command", "uhubctl -a on -p 3")

BOARD = Field(
    "board", Name("apu2"), "Board file that plans are built for when they run on it",
    default_words="the row's name where there is such a board file, else what the plan names",
)  # fmt: skip
PORT = Field("port", URL, "Line to its console: a tty, `socket://HOST:PORT`, `rfc2217://HOST:PORT` or another URL that pyserial knows")
TRACE_PORT = Field("trace_port", URL, "Line to the UART of its plans' `trace:`")
MONITOR = Field("monitor", URL, "Line to the schedule monitor at its pins: it is a witness of each run")
BAUD = Field(
    "baud",
    Integer(speed.BAUD_MIN, speed.BAUD_MAX, "115200"),
    "Speed of its loader; while an image runs the lines have the speeds of its plan",
    default=BAUD_DEFAULT,
)
POWER_ON = Field("power_on", COMMAND, "Switches it on; what the board prints from here on is its boot")
POWER_OFF = Field("power_off", COMMAND, "Switches it off")
RESET = Field("reset", COMMAND, "Resets it while it is on")
LOAD = Field("load", COMMAND, "Puts the image `$HYP_IMAGE` where the board boots from, e.g. into a TFTP folder")
BOOT_BAUD = Field(
    "boot_baud",
    Integer(speed.BAUD_MIN, speed.BAUD_MAX, "921600"),
    "Speed of images on their way to the loader",
    default_words="that of `baud`",
)
IMAGE = Field("image", Text("a path", "build/demo"), "The image that its medium holds; then nothing is loaded")
COMMAND_TIME = Field(
    "command_time", Quantity(DURATION, _SECOND_NS, 3600 * _SECOND_NS, "60 s"), "Longest time that a command may take (host time)",
    default=COMMAND_TIME_DEFAULT, default_words="60 s",
)  # fmt: skip
FEATURES = Field(
    "features", ListOf(Name("nmi-button"), "a list of names", single=True), "What tests may ask for with `hyp_needs`", default=()
)

ROW = Record(
    "a board of the lab",
    (BOARD, PORT, TRACE_PORT, MONITOR, BAUD, POWER_ON, POWER_OFF, RESET, LOAD, BOOT_BAUD, IMAGE, COMMAND_TIME, FEATURES),
    "{port: /dev/ttyUSB0}",
)
HYP_BOARDS = Field("hyp_boards", Integer(0, sample="1"), "Version of the boards file: 1", required=True)
BOARDS = Field("boards", TableOf(ROW, "a mapping from names", Name("apu2"), empty=False, sample_name="apu2"), "By name", required=True)
BOARDS_FILE = Record("a boards file", (HYP_BOARDS, BOARDS), "hyp_boards: 1")
