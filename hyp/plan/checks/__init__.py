"""The checks, in the order in which they run. A check compares values that are good by themselves; its docstring is its contract.

An error taints its value, and later checks leave out what is tainted: one mistake gives one message.
"""

from __future__ import annotations

from collections.abc import Callable

from hyp.plan.checks import board, console, memory, partitions, timing, windows
from hyp.plan.draft import BoardDraft, Draft

BOARD_CHECKS: tuple[Callable[[BoardDraft], None], ...] = (
    board.memory_is_whole_pages,
    board.memory_ranges_do_not_overlap,
    board.ram_holds_the_kernel,
    board.ram_spares_registers,
    board.ports_are_in_range,
    board.ports_do_not_overlap,
    board.registers_do_not_overlap,
    board.kernel_devices_are_spared,
    board.interrupt_lines_are_not_shared,
    board.uarts_are_complete,
    board.console_device_exists,
    board.board_was_tried,
)

PLAN_CHECKS: tuple[Callable[[Draft], None], ...] = (
    timing.guard_is_long_enough,
    windows.partition_exists,
    windows.core_exists,
    windows.one_core_only,
    windows.window_is_not_empty,
    windows.window_holds_two_guards,
    windows.window_is_in_the_frame,
    windows.windows_of_a_core_do_not_overlap,
    windows.partition_is_on_one_core_at_a_time,
    windows.adjacent_windows_are_meant,
    windows.idle_time_is_left,
    timing.timing_is_consistent,
    timing.periods_divide_the_frame,
    timing.budget_is_delivered,
    timing.budget_is_used,
    partitions.partition_has_a_window,
    partitions.expected_partition_exists,
    partitions.expected_event_exists,
    memory.sizes_are_whole_pages,
    memory.areas_are_in_the_legal_range,
    memory.areas_spare_the_fixed_pages,
    memory.areas_do_not_overlap,
    memory.area_names_differ,
    memory.areas_fit_the_info_page,
    memory.areas_fit_the_limit,
    console.uart_exists,
    console.uart_is_a_uart,
    console.baud_rate_is_possible,
)
