"""The board file, version 1: what a machine has. The platform provider writes it; see `language` for how it is used."""

from __future__ import annotations

from hyp.abi.tables import CPU_FEATURES, TIMERS, TSC_ELSE, VERIFIES
from hyp.plan.kinds import Boolean, Choice, Name, Text
from hyp.plan.numbers import Address, Integer, Quantity
from hyp.plan.shapes import Field, ListOf, Record, TableOf
from hyp.plan.units import DURATION, FREQUENCY, SHARE, SIZE

VERSION = 1
PHYSICAL_END = 1 << 52
"""End of physical addresses of x86-64 (SDM 3A 4.1.4)."""
PORTS_END = 1 << 16
IRQ_MAX = 23
"""Last input of the first IOAPIC."""

COST = Quantity(DURATION, sample="400 ns")

R_AT = Field("at", Address(PHYSICAL_END, "1 MiB"), "First address", required=True)
R_SIZE = Field("size", Quantity(SIZE, 1, PHYSICAL_END, "255 MiB"), "Length", required=True)
RANGE = Record("a range of memory", (R_AT, R_SIZE), "{at: 1 MiB, size: 255 MiB}")

TSC_FREQUENCY = Field("frequency", Quantity(FREQUENCY, 1, 100_000_000_000), "Declared frequency", required=True)
TSC_VERIFY = Field("verify", Choice(VERIFIES), "Clock that the declared frequency is checked with at boot", default="pit")
TSC_TOLERANCE = Field("tolerance", Quantity(SHARE, 1, 999_999, "1 %"), "Largest deviation", default=10_000, default_words="1 %")
TSC_OTHERWISE = Field("else", Choice(TSC_ELSE), "What happens at a larger one", default="halt")
TSC = Record("a time-stamp counter", (TSC_FREQUENCY, TSC_VERIFY, TSC_TOLERANCE, TSC_OTHERWISE), "{frequency: 1 GHz}")

EXIT_AT = Field("at", Integer(1, PORTS_END - 1, "0xf4"), "I/O port", required=True)
EXIT_VALUE = Field("value", Integer(0, 0xFFFFFFFF, "0x10"), "What is written", required=True)
EXIT_PORT = Record("an exit port", (EXIT_AT, EXIT_VALUE), "{at: 0xf4, value: 0x10}")

FEATURES = ListOf(Choice(tuple(CPU_FEATURES), what="a CPU feature"), "a list of CPU features", single=True)
CPU_REQUIRE = Field("require", FEATURES, "Features without which the kernel halts at boot", default=())
CPU_USE = Field("use", FEATURES, "Features that are used", default=())
CPU_HAS = Field("has", FEATURES, "Features that it has, when that is known: `hyp check` compares what is needed", default=())
CPU = Record("a CPU", (CPU_REQUIRE, CPU_USE, CPU_HAS), "{require: [nx, smep, smap, umip]}")

COST_SOURCE = Field("source", Choice(("measured", "estimated")), "Where the figures come from", required=True)
COST_SWITCH = Field("switch", COST, "Timer interrupt to the next partition's first instruction", required=True)
COST_KERNEL_PATH = Field("kernel_path", COST, "Longest kernel path with interrupts off", required=True)
COST_IO_WRITE = Field("io_write", COST, "One write to an I/O port", required=True)
COST_TOLERANCE = Field("release_tolerance", COST, "Largest lateness of a release that is still good", required=True)
COSTS = Record(
    "the costs",
    (COST_SOURCE, COST_SWITCH, COST_KERNEL_PATH, COST_IO_WRITE, COST_TOLERANCE),
    "{source: measured, switch: 400 ns, kernel_path: 2 us, io_write: 100 ns, release_tolerance: 1 us}",
)

PORT_AT = Field("at", Integer(0, PORTS_END - 1, "0x3f8"), "First I/O port", required=True)
PORT_COUNT = Field("count", Integer(1, PORTS_END, "8"), "Number of ports", required=True)
PORTS = Record("a range of ports", (PORT_AT, PORT_COUNT), "{at: 0x3f8, count: 8}")
MMIO_AT = Field("at", Address(PHYSICAL_END - 1, "0xfed00000"), "Physical address, page-aligned", required=True)
MMIO_SIZE = Field("size", Quantity(SIZE, 1, PHYSICAL_END, "4 KiB"), "Whole pages of 4 KiB", required=True)
MMIO_CACHE = Field("cache", Choice(("uc", "wc", "wt", "wb")), "Cache attribute", default="uc")
MMIO = Record("a range of MMIO", (MMIO_AT, MMIO_SIZE, MMIO_CACHE), "{at: 0xfed00000, size: 4 KiB}")

UART_KIND = "uart-16550"
PARALLEL_KIND = "parallel-port"
D_KIND = Field(
    "kind", Text("a kind of device", UART_KIND, 40), "`uart-16550` can be a console, `parallel-port` a monitor's lines", required=True
)
D_PORTS = Field("ports", ListOf(PORTS, "a list of port ranges"), "I/O ports", default=())
D_MMIO = Field("mmio", ListOf(MMIO, "a list of MMIO ranges"), "Registers in memory", default=())
D_IRQ = Field("irq", Integer(0, IRQ_MAX, "4"), "Interrupt line")
D_CLOCK = Field("clock", Quantity(FREQUENCY, 1, sample="1843200 Hz"), "Input clock of a UART")
D_FIFO = Field("fifo", Integer(1, 4096, "16"), "Bytes of a UART's transmit FIFO")
D_REG_SHIFT = Field("reg_shift", Integer(0, 6, "2"), "Registers of an MMIO UART lie 2^reg_shift bytes apart", default=0)
D_ACCESS_WIDTH = Field("access_width", Integer(1, 8, "4"), "Bytes of an access to an MMIO UART: 1, 2, 4 or 8", default=1)
D_BUS_MASTER = Field(
    "bus_master", Boolean("true"), "Whether it reads and writes memory by itself: its owner needs `dma: trusted`", default=False
)
DEVICE = Record(
    "a device",
    (D_KIND, D_PORTS, D_MMIO, D_IRQ, D_CLOCK, D_FIFO, D_REG_SHIFT, D_ACCESS_WIDTH, D_BUS_MASTER),
    "{kind: uart-16550, ports: [{at: 0x3f8, count: 8}], irq: 4, clock: 1843200 Hz, fifo: 16}",
)

E_MEMORY = Field("memory", Quantity(SIZE, 1 << 20, PHYSICAL_END, "256 MiB"), "RAM of the emulated machine")
E_CPU = Field("cpu", Text("a CPU model", "max"), "CPU model")
E_MACHINE = Field("machine", Text("a machine", "q35"), "Machine")
QEMU = Field("qemu", Record("QEMU's settings", (E_MACHINE, E_CPU, E_MEMORY), "{machine: q35, cpu: max, memory: 256 MiB}"), "Flags for QEMU")
BOCHS = Field("bochs", Record("Bochs' settings", (E_CPU, E_MEMORY), "{cpu: corei7_icelake_u, memory: 256 MiB}"), "Flags for Bochs")
EMULATOR = Record("an emulator", (QEMU, BOCHS), "{qemu: {machine: q35, cpu: max, memory: 256 MiB}}")

HYP_BOARD = Field("hyp_board", Integer(0, sample="1"), "Version of the board file: 1", required=True)
NAME = Field("name", Name("qemu-q35"), "Name of the board", required=True)
STATUS = Field(
    "status", Choice(("tried", "untried")), "`tried`: its figures were measured on one; `untried`: they come from documents", required=True
)
RAM = Field("ram", ListOf(RANGE, "a list of ranges", empty=False), "What hyp may use; what firmware keeps is not listed", required=True)
RESERVED = Field("reserved", ListOf(RANGE, "a list of ranges"), "Parts of it that something else uses, e.g. the serial loader", default=())
CORES = Field("cores", Integer(1, 256, "1"), "Number of cores", default=1)
TIMER = Field("timer", Choice(TIMERS), "Timer that ends windows", default="lapic")
BOARD_TSC = Field("tsc", TSC, "The clock", required=True)
COMMAND_LINE = Field("command_line", Text("a text", '"frames=100"', 255, empty=True), "What the loader passes to the kernel", default="")
BOARD_EXIT_PORT = Field("exit_port", EXIT_PORT, "Written at the end of a run; only emulators have one")
BOARD_CPU = Field("cpu", CPU, "Features of the CPU")
CONSOLE = Field("console", Text("the name of a device", "com1"), "UART that a plan uses when it names none", required=True)
BOARD_COSTS = Field("costs", COSTS, "Measured costs; `guard: auto` follows from them", required=True)
DEVICES = Field("devices", TableOf(DEVICE, "a mapping from names", Name("com1"), sample_name="com1"), "By name", required=True)
BOARD_EMULATOR = Field("emulator", EMULATOR, "Emulators that can be this board")

BOARD = Record(
    "a board",
    (HYP_BOARD, NAME, STATUS, RAM, RESERVED, CORES, TIMER, BOARD_TSC, COMMAND_LINE, BOARD_EXIT_PORT, BOARD_CPU, CONSOLE, BOARD_COSTS,
     DEVICES, BOARD_EMULATOR),
    "hyp_board: 1",
)  # fmt: skip
