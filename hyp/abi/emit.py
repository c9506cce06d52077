"""The ABI as C: the header that kernel and partitions share, the kernel's own, and the dispatch table.

Both headers serve the assembler too: constants, `OFFSET_<RECORD>_<FIELD>` and `SIZEOF_<RECORD>` are plain `#define`s.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from hyp.abi import gate_tables, loader, numbers, packets, pages, state, tables
from hyp.abi.hypercalls import (
    CONSOLE_WRITE_MAX,
    HEALTH_READ_MAX,
    HYPERCALLS,
    MULTICALL_MAX,
    TIMER_PERIOD_MIN,
    TRACE_READ_MAX,
    VERDICT_TEXT_MAX,
    Hypercall,
)
from hyp.abi.record import Field, Record

_ENUMS: tuple[tuple[str, type[IntEnum]], ...] = (
    ("HYP", numbers.Result),
    ("HYP_MODE", numbers.Mode),
    ("HYP_START", numbers.StartCause),
    ("HYP_CLOCK", numbers.Clock),
    ("HYP_CONTROL", numbers.Control),
    ("HYP_VERDICT", numbers.Verdict),
    ("HYP_HEALTH", numbers.HealthEvent),
    ("HYP_ACTION", numbers.HealthAction),
    ("HYP_PORT", numbers.PortKind),
    ("HYP_DIRECTION", numbers.Direction),
    ("HYP_STATUS", numbers.Status),
    ("HYP_MODULE", numbers.ModuleControl),
    ("HYP_TRACE", numbers.Trace),
)
_SHARED = (
    "ABI_VERSION",
    "HYPERCALL_TAG",
    "NAME_SIZE",
    "INFO_PAGE",
    "CONTROL_PAGE",
    "LINK_BASE",
    "INFO_MAGIC",
    "ARGS_SIZE_MAX",
    "EVENT_WORDS",
    "EVENT_TIMER",
    "EVENT_TIMER_EXECUTION",
    "EVENT_WINDOW",
    "EVENT_SHUTDOWN",
    "EVENT_CONSOLE",
    "EVENT_FIRST",
)
_C_SCALARS = {"u8": "uint8_t", "u16": "uint16_t", "u32": "uint32_t", "u64": "uint64_t", "i32": "int32_t", "i64": "int64_t", "char": "char"}


def partition_header() -> str:
    """`hyp_abi.h`: numbers and pages, for partitions and kernel."""
    lines = [f"#define HYP_{name} {_literal(getattr(numbers, name))}" for name in _SHARED]
    for prefix, enum in _ENUMS:
        lines += [f"#define {prefix}_{member.name} {_literal(member.value)}" for member in enum]
    lines += [f"#define HYP_ACCESS_{member.name} {member.value}" for member in numbers.Access]
    lines += [f"#define HYP_CALL_{call.name.upper()} {call.number}" for call in HYPERCALLS]
    lines += [
        f"#define HYP_CONSOLE_WRITE_MAX {CONSOLE_WRITE_MAX}",
        f"#define HYP_VERDICT_TEXT_MAX {VERDICT_TEXT_MAX}",
        f"#define HYP_TIMER_PERIOD_MIN {TIMER_PERIOD_MIN}",
        f"#define HYP_HEALTH_READ_MAX {HEALTH_READ_MAX}",
        f"#define HYP_TRACE_READ_MAX {TRACE_READ_MAX}",
        f"#define HYP_MULTICALL_MAX {MULTICALL_MAX}",
    ]
    return _header("HYP_ABI_H", ["#include <stdint.h>"], lines, pages.PARTITION_RECORDS)


def kernel_header() -> str:
    """`hyp_kernel.h`: the plan blob and the kernel's state, for the kernel alone."""
    modules = (tables, gate_tables, state, packets)
    constants = {name: value for module in modules for name, value in vars(module).items() if name.isupper() and isinstance(value, int)}
    constants |= {name: getattr(numbers, name) for name in ("PAGE", "USER_END", "HEALTH_EVENTS", "FIRST_MODULE_EVENT")}
    lines = [f"#define {name} {_literal(value)}" for name, value in sorted(constants.items())]
    choices = (
        ("TIMER", tables.TIMERS),
        ("VERIFY", tables.VERIFIES),
        ("ELSE", tables.TSC_ELSE),
        ("TRACE", tables.TRACE_DETAILS),
        ("CONSOLE", tables.CONSOLE_MODES),
    )
    for prefix, names in choices:
        lines += [f"#define {prefix}_{name.upper().replace('-', '_')} {index}" for index, name in enumerate(names)]
    lines.append(f"#define HYPERCALLS {len(HYPERCALLS)}")
    lines.append(f"#define HYPERCALLS_IN_BATCH {sum(1 << call.number for call in HYPERCALLS if call.in_batch):#x}ull")
    return _header("HYP_KERNEL_H", ['#include "hyp_abi.h"'], lines, tables.PLAN_RECORDS + state.STATE_RECORDS)


def loader_header() -> str:
    """`hyp_loader.h`: the serial loader's side of its protocol."""
    lines = [f"#define {name} {_literal(value)}" for name, value in vars(loader).items() if name.isupper() and isinstance(value, int)]
    lines += [f"#define FRAME_{member.name} {_literal(member.value)}" for member in loader.LoaderFrame]
    lines += [f"#define RESULT_{member.name} {_literal(member.value)}" for member in loader.LoaderResult]
    return _header("HYP_LOADER_H", ["#include <stdint.h>"], lines, loader.LOADER_RECORDS)


def dispatch_source() -> str:
    """Assembler: by number, `hypercall_table` says what the entry calls, `hypercall_places` where that finds the handler."""
    rows = ['#include "hyp_kernel.h"', '\t.section .rodata, "a"', "\t.balign 8", "\t.globl hypercall_table, hypercall_places"]
    rows += ["hypercall_table:", *(f"\t.quad {_way(call)}" for call in HYPERCALLS)]
    rows += ["hypercall_places:", *(f"\t.short hypercall_{call.name} - (KERNEL_BASE + KERNEL_LOAD)" for call in HYPERCALLS)]
    return "\n".join([*rows, '\t.section .note.GNU-stack, "", @progbits', ""])


def _way(call: Hypercall) -> str:
    if call.fast:
        return f"hypercall_{call.name}"
    return "entry_hypercall_saved" if call.context else "entry_hypercall_plain"


def _header(guard: str, includes: list[str], defines: list[str], records: Iterable[Record]) -> str:
    records = tuple(records)
    offsets = [
        f"#define OFFSET_{record.name.upper()}_{name.upper()} {offset}" for record in records for name, offset in record.offsets.items()
    ]
    sizes = [f"#define SIZEOF_{record.name.upper()} {record.size}" for record in records]
    forward = [f"struct {record.name};" for record in records]
    return "\n".join(
        [
            "/* Generated from hyp/abi; edit the data there. */",
            f"#ifndef {guard}",
            f"#define {guard}",
            "",
            *defines,
            "",
            *offsets,
            *sizes,
            "",
            "#ifndef __ASSEMBLER__",
            *includes,
            "",
            *forward,
            "",
            *(_struct(record) for record in records),
            "#else",
            *(line for line in includes if '"' in line),
            "#endif",
            "",
            "#endif",
            "",
        ]
    )


def _struct(record: Record) -> str:
    name = f"struct {record.name}"
    members = [f"\t{_member(field)};{f' /* {field.doc} */' if field.doc else ''}" for field in record.fields]
    checks = [
        f'_Static_assert(__builtin_offsetof({name}, {field}) == {offset}, "{record.name}.{field}");'
        for field, offset in record.offsets.items()
    ]
    checks.append(f'_Static_assert(sizeof({name}) == {record.size}, "{record.name}");')
    return "\n".join([f"/* {record.doc} */", f"{name} {{", *members, "};", *checks, ""])


def _member(field: Field) -> str:
    many = f"[{field.count}]" if field.count > 1 else ""
    if isinstance(field.kind, Record):
        return f"struct {field.kind.name} {field.name}{many}"
    if field.is_pointer:
        return f"{field.kind[1:]} *{field.name}{many}"
    return f"{_C_SCALARS[field.kind]} {field.name}{many}"


def _literal(value: int) -> str:
    if value < 0:
        return f"({value})"
    return hex(value) if value > 9 else str(value)
