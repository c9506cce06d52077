"""The catalogue of diagnostics: every code with its severity, title and reason. `hyp check --explain` and the reference page print it.

Codes are stable: one that was released keeps its meaning, and a removed one is not used again.
"""

from __future__ import annotations

from dataclasses import dataclass

from hyp.diagnostics import Severity

FAMILIES = {
    "SYN": "the text: encoding and YAML",
    "VAL": "keys and values",
    "NAM": "names",
    "PAR": "partitions",
    "MEM": "memory",
    "SCH": "schedules and timing",
    "CHN": "channels and their ports",
    "EVT": "events",
    "SHM": "shared areas",
    "GRT": "grants",
    "HLT": "health and watchdogs",
    "BRD": "boards",
    "DEV": "devices",
    "CON": "the console",
    "ELF": "partition programs",
    "FUT": "what this version cannot do yet",
}


@dataclass(frozen=True)
class Code:
    """`title` says what is wrong in general, `why` why that matters."""

    code: str
    title: str
    why: str
    severity: Severity = Severity.ERROR
    stage: str = "plan"  # plan | image: which stage finds it


_WARNING = Severity.WARNING

_ALL = (
    Code("SYN001", "not YAML", "nothing can be read past this point, so further mistakes may show afterwards"),
    Code("SYN002", "empty file", "a plan names at least its board, its partitions and a schedule"),
    Code("SYN003", "not text", "a plan is UTF-8 text"),
    Code("SYN004", "file too large", "a plan of 256 partitions has some 100 KiB; this file is probably not a plan"),
    Code("SYN005", "nested too deeply", "the depth is bounded so that no input can exhaust the reader"),
    Code(
        "SYN006", "anchor, alias or merge key", "what a plan says must be visible where it says it, and aliases can blow up without bound"
    ),
    Code("SYN007", "tag", "a tag would change a value's type behind the reader's back"),
    Code("SYN008", "duplicate key", "YAML readers silently keep one of the two, and which one differs"),
    Code("SYN009", "no space after a colon", "YAML reads this as one word without a value"),
    Code("SYN010", "more than one document", "only one could be meant, and it is not clear which"),
    Code("SYN011", "key that is not a word", "keys are names"),
    Code("SYN012", "tab", "YAML indents with spaces only, as the width of a tab is not defined"),
    Code("SYN013", "too many problems", "a list this long helps no one"),
    Code("VAL001", "unknown key", "a misspelt key would silently have no effect"),
    Code("VAL002", "missing key", "there is no default that would be right"),
    Code("VAL003", "wrong shape", "a list, a mapping and a single value are different things here"),
    Code("VAL004", "no value", "an empty value may be a line that was forgotten"),
    Code("VAL005", "not an integer", "integers are decimal or `0x`, nothing is guessed"),
    Code("VAL006", "out of range", "the value is outside what hyp or the machine can do"),
    Code(
        "VAL007",
        "not a boolean",
        "booleans are `true` and `false` only; `yes`, `on` and the like mean different things to different readers",
    ),
    Code("VAL008", "not one of the words", "only these words have a meaning here"),
    Code("VAL009", "no unit", "a bare number could be read in several units, and a wrong guess is a factor of 1000"),
    Code("VAL010", "unknown unit", "units are written in one way only"),
    Code("VAL011", "not exact", "times are whole nanoseconds and sizes whole bytes inside; hyp never rounds what a plan says"),
    Code("VAL012", "not a quantity", "a quantity is a number and a unit, or `N per T`"),
    Code("VAL013", "text too long", "the place for it has a fixed size"),
    Code("VAL014", "version", "this version of hyp reads version 1 of the language only"),
    Code("VAL015", "unprintable character", "it would change what terminals and logs show"),
    Code("VAL016", "empty list or mapping", "at least one entry is needed"),
    Code("VAL017", "not a plan", "each kind of file has its own language"),
    Code(
        "NAM001",
        "not a name",
        "names are lower-case letters, digits, `_` and `-`, starting with a letter, so that they fit C, files and consoles",
    ),
    Code("NAM002", "name too long", "the kernel's tables hold 30 characters"),
    Code("NAM003", "reserved name", "the kernel or the compiler uses this name itself"),
    Code("NAM004", "unknown partition", "no partition of the plan has this name"),
    Code("NAM005", "unknown health event", "nothing causes an event of this name here"),
    Code("NAM006", "name used twice", "a partition finds its areas by name"),
    Code("NAM007", "unknown schedule", "no schedule of the plan has this name"),
    Code("NAM008", "unknown device", "no device of the board has this name"),
    Code("NAM009", "event with a device's name", "a partition finds its events, and the interrupts of its devices, by name"),
    Code("PAR001", "image not found", "a partition is a folder with a `main.c` or a program"),
    Code("PAR002", "folder without main.c", "a partition's folder is built from its `main.c`"),
    Code("PAR003", "file that is not ELF", "a prebuilt partition is a static ELF64 program"),
    Code("PAR004", "partition without a window", "it would never run"),
    Code("PAR005", "args too long", "the info page holds them in a field of fixed size"),
    Code("PAR006", "manifest asks for other timing", "the partition's developer says that it does not work otherwise"),
    Code("PAR007", "manifest asks for more memory", "the partition's developer says that it does not work with less"),
    Code("PAR008", "port of the manifest without a channel", "the program looks for this port when it starts"),
    Code("PAR009", "channel that does not suit the manifest", "the partition's developer says that the program does not work otherwise"),
    Code("PAR010", "unused port", "nobody reads what is sent there, or nothing is ever sent", _WARNING),
    Code("MEM001", "not whole pages", "rights are given per page of 4 KiB"),
    Code(
        "MEM002",
        "area outside the legal range",
        "the low 64 KiB catch null pointers; the last page below 2^47 and all above are the kernel's",
    ),
    Code("MEM003", "areas overlap", "two areas of a partition cannot share addresses"),
    Code("MEM004", "area over the info or control page", "these pages are at fixed addresses in every partition"),
    Code("MEM005", "memory limit exceeded", "`limit` caps the partition's sum"),
    Code("MEM006", "too many areas", "the info page has room for 8 areas of the plan's own"),
    Code("MEM007", "no such physical memory", "`phys` is for registers and for memory that the board file keeps from the compiler"),
    Code("MEM008", "physical memory with two owners", "two partitions reach the same memory only where `shared:` or a channel says so"),
    Code("MEM009", "registers with another cache attribute", "the board file knows how its registers may be accessed"),
    Code("SCH001", "windows overlap", "a core runs one partition at a time"),
    Code("SCH002", "window leaves the major frame", "the windows repeat after each major frame"),
    Code("SCH003", "empty window", "a window without length runs nothing"),
    Code(
        "SCH004",
        "window too short",
        "the last `guard` of every window is the kernel's; below twice the guard less than half would be the partition's",
    ),
    Code("SCH005", "partition on two cores at once", "a partition has one thread of execution"),
    Code("SCH006", "core that the board lacks", "cores are numbered from 0"),
    Code(
        "SCH007", "timing not delivered", "in every period the windows must give `budget` before `deadline`; a window gives `for - guard`"
    ),
    Code("SCH008", "period does not divide the frame", "otherwise periods and frames drift apart and the pattern never repeats"),
    Code("SCH009", "timing contradicts itself", "budget <= deadline <= period, and offset < period"),
    Code("SCH010", "guard too small", "the guard must hold the longest kernel path and a switch, or releases come late"),
    Code("SCH011", "adjacent windows of one partition", "they are two windows: the first still ends with the kernel's guard", _WARNING),
    Code("SCH012", "little idle time", "consoles are drained in idle time, and there is no reserve for later", _WARNING),
    Code("SCH013", "windows give far more than the budget", "time that nobody needs is missing elsewhere", _WARNING),
    Code("SCH014", "switching keys without a second schedule", "there is nothing to switch to or from", _WARNING),
    Code("SCH015", "schedule that is never entered", "its windows are planned and never run"),
    Code("SCH016", "schedule that cannot be left", "after a switch to it the other schedules never run again"),
    Code("SCH017", "too many schedules", "the kernel keeps the right to switch as one bit per schedule"),
    Code("SCH018", "window of a partition that has none", "`without` says that the partition gets no window in this schedule"),
    Code("SCH019", "supervised period longer than the frame", "the kernel judges periods by windows, which repeat with the major frame"),
    Code("CHN001", "not a port", "ports exist because a channel names them: the partition, a dot, the port's name in C"),
    Code("CHN002", "port used twice", "a port has one direction and belongs to one channel"),
    Code("CHN003", "two writers", "a channel's buffers are made for one writer, so that it never waits"),
    Code("CHN004", "wrong number of readers", "a queue's message is taken by one reader; a sampling channel's buffers serve 30"),
    Code("CHN005", "key of the other kind of channel", "it would have no effect"),
    Code("CHN006", "queue without depth", "there is no number of messages that would be right for every queue"),
    Code("CHN007", "reader that never runs", "nobody would take the messages while this schedule is in force"),
    Code("CHN008", "validity shorter than the writer's period", "every message would become invalid before the next one is written"),
    Code("CHN009", "validity shorter than the worst age", "the reader would find invalid messages although everyone is on time"),
    Code("CHN010", "queue too short", "a full queue refuses messages although everyone is on time"),
    Code("CHN011", "channel within one partition", "a partition's own memory does this without the kernel", _WARNING),
    Code("EVT001", "event to itself", "sender and receiver find an event by the same name, so one partition cannot be both"),
    Code("EVT002", "too many events", "a partition has 256 event numbers, those of standard events and of ports included"),
    Code("SHM001", "shared area with two writers", "nothing keeps them from writing the same bytes at once", _WARNING),
    Code("SHM002", "shared area without a writer", "it holds zeros for ever", _WARNING),
    Code("GRT001", "system partition with grants", "it would not be clear whether `grants` restricts it"),
    Code("GRT002", "grant without use", "it gives nothing that the partition does not have", _WARNING),
    Code("HLT001", "action not legal for the event", "the kernel cannot do this at such an event"),
    Code("HLT002", "event that would repeat", "the partition would spend its windows causing the same event"),
    Code("HLT003", "limit and then apart", "the Nth event within the time takes `then`: one says nothing without the other"),
    Code("HLT004", "watchdog too short", "it expires before its partition can kick it, although everyone is on time"),
    Code("BRD001", "board not found", "a plan is compiled for one machine"),
    Code("BRD002", "memory ranges overlap", "a byte of memory belongs to one range"),
    Code("BRD003", "range not whole pages", "memory is handed out in pages of 4 KiB"),
    Code("BRD004", "RAM lacks 1 MiB", "the kernel is loaded at 1 MiB (0x100000)"),
    Code("BRD005", "range over registers", "RAM cannot lie where the machine has registers"),
    Code("BRD006", "board untried", "nobody has run hyp on this board yet; its figures may be wrong", _WARNING),
    Code("BRD007", "board without the console's device", "the console needs a UART that the board has"),
    Code("DEV001", "I/O ports overlap", "a port belongs to one device"),
    Code("DEV002", "shared interrupt line", "a line has one owner, so both devices must be the same partition's", _WARNING),
    Code("DEV003", "ports out of range", "there are 65,536 I/O ports"),
    Code("DEV004", "the kernel's own device", "the kernel uses it; a second owner could stop the schedule"),
    Code("DEV005", "registers overlap", "an address belongs to one device"),
    Code("DEV006", "UART incomplete", "the kernel computes the baud rate from the clock and paces output by the FIFO"),
    Code("DEV007", "the kernel's UART", "a partition could forge or stop what the kernel writes there"),
    Code("DEV008", "device with two owners", "a device has one state, so one driver"),
    Code("DEV009", "interrupt line with two owners", "who owns the line could keep the other one's interrupts, or cause them"),
    Code("DEV010", "bus master without `dma`", "a bus master reaches all memory, whatever the page tables say"),
    Code("DEV011", "`dma` without a bus master", "it acknowledges a danger that is not there", _WARNING),
    Code("CON001", "unknown UART", "console and trace need UARTs that the board has"),
    Code("CON002", "not a UART", "the kernel speaks to 16550 UARTs only"),
    Code("CON003", "baud rate not possible", "the UART divides its clock by 16 and by a whole number; more than 2 % off loses characters"),
    Code("CON004", "trace on the console's UART", "text and trace on one line could not be told apart"),
    Code(
        "FUT001",
        "not supported yet",
        "the language has it, this version of hyp does not do it; ignoring it would change what the plan means",
    ),
    Code("ELF001", "program cannot be read", "the file is not a complete ELF file", stage="image"),
    Code("ELF002", "program for another machine", "partitions run in 64-bit mode of an x86-64 CPU", stage="image"),
    Code("ELF003", "program not static", "nothing relocates a partition at start", stage="image"),
    Code("ELF004", "program without content", "a partition without code cannot start", stage="image"),
    Code(
        "ELF005", "program leaves the legal range", "the low 64 KiB catch null pointers, and the upper half is the kernel's", stage="image"
    ),
    Code("ELF006", "program over the info or control page", "these addresses belong to the ABI in every partition", stage="image"),
    Code("ELF007", "segments overlap", "one address cannot hold two things", stage="image"),
    Code("ELF008", "segments of different rights share a page", "rights are given per page of 4 KiB", stage="image"),
    Code("ELF009", "segment writable and executable", "no memory is both in any partition", stage="image"),
    Code("ELF010", "entry point outside the code", "the partition would fault at its first instruction", stage="image"),
    Code("ELF011", "segment larger than RAM", "the whole image must be in RAM when it starts", stage="image"),
    Code("ELF012", "SIMD without `fpu`", "with `fpu: false` these registers are not kept for the partition", stage="image"),
    Code("MEM101", "area over another part of the partition", "one address cannot hold two things", stage="image"),
    Code("MEM102", "no free addresses", "all addresses below 2^47 are taken or cut into smaller pieces", stage="image"),
    Code("MEM103", "info page too small", "its tables end before the control page", stage="image"),
    Code("MEM104", "memory limit exceeded with the program", "segments, heap, stacks and areas count, in whole pages", stage="image"),
    Code("MEM105", "no RAM for the kernel", "the kernel is linked to fixed addresses", stage="image"),
    Code("MEM106", "RAM does not suffice", "every byte of the image has its place before boot", stage="image"),
    Code("MEM107", "channels too large", "the kernel maps all messages of all channels into one range of fixed size", stage="image"),
)

CODES = {entry.code: entry for entry in _ALL}
