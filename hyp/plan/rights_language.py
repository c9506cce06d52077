"""What partitions may do to others, and what follows from health events, as the plan writes them."""

from __future__ import annotations

from hyp.abi.numbers import Control
from hyp.plan.actions import Rule
from hyp.plan.kinds import Choice, Text
from hyp.plan.shapes import Field, ListOf, Record, TableOf

OPERATIONS = tuple(operation.name.lower() for operation in Control)
"""What can be done to a partition, in the ABI's order."""
MODULE_OPERATIONS = ("warm_restart", "cold_restart", "halt")
EVERYONE = "*"

# grants
G_PARTITIONS = Field(
    "partitions",
    TableOf(ListOf(Choice(OPERATIONS), "an operation or a list of them", single=True), "a mapping from partitions", None),
    'Operations by partition; `"*"` are all others, in addition to what is granted by name',
)
G_SCHEDULES = Field(
    "schedules",
    ListOf(Text("the name of a schedule", "degraded"), "a schedule or a list of them", single=True),
    "Schedules that it may switch to",
    default=(),
)
G_HEALTH_LOG = Field("health_log", Choice(("read",)), "Reading the health log")
G_TRACE = Field("trace", Choice(("read",)), "Reading the trace")
G_MODULE = Field(
    "module", ListOf(Choice(MODULE_OPERATIONS), "an operation or a list of them", single=True), "Operations on the whole module", default=()
)
GRANTS = Record("a partition's grants", (G_PARTITIONS, G_SCHEDULES, G_HEALTH_LOG, G_TRACE, G_MODULE), "{partitions: {sensor: halt}}")

# health
HEALTH_TABLE = TableOf(Rule(), "a mapping from health events", None, sample_name="page_fault")
H_MODULE = Field(
    "module",
    TableOf(Rule(), "a mapping from events of the module", None, sample_name="unexpected_interrupt"),
    "Actions at events of the module",
)
H_DEFAULTS = Field("defaults", HEALTH_TABLE, "For every partition; its own `health:` wins, then this, then the built-in table")
HEALTH = Record("a health table", (H_MODULE, H_DEFAULTS), "{defaults: {page_fault: cold_restart}}")
