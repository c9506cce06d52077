"""What partitions share: channels, events and shared areas, as the plan writes them."""

from __future__ import annotations

from hyp.abi.numbers import USER_END
from hyp.plan.ends import PortEnd
from hyp.plan.kinds import Choice, Name, Text
from hyp.plan.numbers import Integer, Quantity, RateOf
from hyp.plan.shapes import Field, ListOf, Record, TableOf
from hyp.plan.units import DURATION, SIZE

AREA_NAMES = ("text", "rodata", "data", "stack", "heap", "upcall_stack", "info", "control")
"""Areas that every partition has; the manifest lists them beside the plan's."""
SAMPLING, QUEUING = "sampling", "queuing"
MESSAGE_MAX = 16 << 20
DEPTH_MAX = 65_536

# channels
KIND = Field("kind", Choice((SAMPLING, QUEUING)), "`sampling`: the last message counts; `queuing`: every message counts", required=True)
MESSAGE = Field("size", Quantity(SIZE, 1, MESSAGE_MAX, "64 B"), "Largest message", required=True)
DEPTH = Field("depth", Integer(1, DEPTH_MAX, "16"), "Whole messages that a queue holds; required there")
FROM = Field("from", PortEnd("sensor.imu_out", only=True), "Port of the writer", required=True)
TO = Field(
    "to",
    ListOf(PortEnd("control.imu_in"), "a port or a list of ports", single=True, empty=False),
    "Ports of the readers: exactly one of a queue, 1 to 30 otherwise",
    required=True,
)
VALID_FOR = Field(
    "valid_for", Quantity(DURATION, 1, sample="20 ms"), "Age up to which a sampled message is valid", default_words="always valid"
)
RATE = Field("rate", RateOf("per", sample="1 per 5 ms"), "Bound of the writer, for the depth check", default_words="one per writer period")
CHANNEL = Record(
    "a channel",
    (KIND, MESSAGE, DEPTH, FROM, TO, VALID_FOR, RATE),
    "{kind: sampling, size: 64 B, from: sensor.imu_out, to: control.imu_in}",
)
CHANNELS = Field(
    "channels",
    TableOf(CHANNEL, "a mapping from names", Name("imu"), sample_name="imu"),
    "Sampling and queuing channels; they make the ports",
)

# events
SENDER = Field("from", Text("the name of a partition", "sensor"), "Who raises it", required=True)
RECEIVER = Field("to", Text("the name of a partition", "control"), "In whom it is raised", required=True)
EVENT = Record("an event", (SENDER, RECEIVER), "{from: sensor, to: control}")
EVENTS = Field(
    "events", TableOf(EVENT, "a mapping from names", Name("imu_ready"), sample_name="imu_ready"), "Events between partitions, by name"
)

# gates
CALLERS = Field(
    "from",
    ListOf(Text("the name of a partition", "control"), "a partition or a list of partitions", single=True, empty=False),
    "Who may call; their order is their number at the server",
    required=True,
)
SERVER = Field("to", Text("the name of a partition", "solver"), "Who serves, in its callers' windows; it needs no window", required=True)
WHEN_BUSY = Field(
    "when_busy",
    Choice(("help", "wait", "refuse")),
    "What a caller does while the server works for another: lends it its window until it is free, sleeps, or gets an error",
    default="help",
)
GATE = Record("a gate", (CALLERS, SERVER, WHEN_BUSY), "{from: control, to: solver}")
GATES = Field(
    "gates", TableOf(GATE, "a mapping from names", Name("math"), sample_name="math"), "Calls from partition to partition, by name"
)

# shared areas
SHARED_SIZE = Field("size", Quantity(SIZE, 1, USER_END, "64 KiB"), "Whole pages of 4 KiB", required=True)
ACCESS = Field(
    "access",
    TableOf(Choice(("rw", "ro")), "a mapping from partitions", None, empty=False),
    "Rights by partition; who is not listed does not see it",
    required=True,
)
SHARED_CACHE = Field("cache", Choice(("wb", "wc", "wt", "uc")), "Cache attribute, the same in every partition", default="wb")
SHARED_AREA = Record("a shared area", (SHARED_SIZE, ACCESS, SHARED_CACHE), "{size: 64 KiB, access: {sensor: rw, control: ro}}")
SHARED = Field(
    "shared",
    TableOf(SHARED_AREA, "a mapping from names", Name("frame", AREA_NAMES), sample_name="frame"),
    "Memory areas that several partitions map, by name",
)
