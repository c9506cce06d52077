/*
 * What a partition sees of hyp. Everything here works without a C library.
 *
 * Times are nanoseconds; results are 0 or a count, errors are negative (HYP_NO_ACTION ... in hyp_abi.h).
 */
#ifndef HYP_H
#define HYP_H

#include <stddef.h>
#include <stdint.h>

#include "hyp_abi.h"

typedef int64_t hyp_result_t;
typedef int32_t hyp_port_t;      /* number, or a negative error */
typedef int32_t hyp_event_t;     /* number, or a negative error; HYP_EVENT_TIMER ... are numbers too */
typedef int32_t hyp_gate_t;      /* number, or a negative error */
typedef int32_t hyp_partition_t; /* id, or a negative error */
typedef uint64_t hyp_time_t;     /* ns */
typedef struct hyp_info hyp_info_t;
typedef struct hyp_area hyp_area_t;
typedef struct hyp_frame hyp_frame_t;
typedef struct hyp_sampling_status hyp_sampling_status_t;
typedef struct hyp_queuing_status hyp_queuing_status_t;
typedef struct hyp_partition_status hyp_partition_status_t;
typedef struct hyp_schedule_status hyp_schedule_status_t;
typedef struct hyp_health_record hyp_health_record_t;
typedef struct hyp_health_status hyp_health_status_t;
typedef struct hyp_trace_record hyp_trace_record_t;
typedef struct hyp_module_status hyp_module_status_t;
typedef struct hyp_call hyp_call_t;

/* Written by the partition; entered on cold and warm start. Returning from it halts the partition. */
void partition_main(void);

/* The info page: no kernel entry. */
const hyp_info_t *hyp_info(void);
hyp_partition_t hyp_partition(const char *name);   /* HYP_INVALID_CONFIG: the plan gives no such name */
hyp_port_t hyp_port(const char *name);             /* likewise; the part after the dot in the plan */
hyp_event_t hyp_event(const char *name);           /* likewise */
hyp_event_t hyp_port_event(hyp_port_t port);       /* what is raised when a message comes, or a full queue has room; else as above */
hyp_gate_t hyp_gate(const char *name);             /* likewise; at its server: the number of the gate's first caller */
const hyp_area_t *hyp_area(const char *name);      /* NULL: no such area; `heap`, `stack` and shared areas are areas too */
const char *hyp_partition_name(uint32_t id);       /* "unknown" for one that the plan lets us not name */
const char *hyp_schedule_name(uint32_t id);        /* likewise */
const char *hyp_start_cause_name(uint32_t cause);  /* "power_on", ... */
const char *hyp_result_name(hyp_result_t result);  /* "ok", "bad_address", ... */
const char *hyp_health_event_name(uint32_t event); /* "divide_error", ... as plans spell it */

/* Time since the first major frame began. `hyp_time` enters the kernel only when there is no time page. */
static inline hyp_time_t hyp_time(void);
hyp_time_t hyp_time_get(int clock);                /* by the kernel; an unknown clock gives (hyp_time_t)HYP_INVALID_PARAM */

/* Timers: one per clock; expiry raises HYP_EVENT_TIMER or HYP_EVENT_TIMER_EXECUTION. `at` is absolute; a period of 0 is once. */
hyp_result_t hyp_timer_set(int clock, hyp_time_t at, hyp_time_t period);
hyp_result_t hyp_timer_cancel(int clock);          /* expiries missed */
hyp_result_t hyp_watchdog_kick(void);              /* the plan's `watchdog` begins anew */

/* Scheduling. */
hyp_result_t hyp_yield(void);                      /* gives up the rest of the window; returns at the next release */
hyp_result_t hyp_idle_until(hyp_time_t at);        /* sleeps inside own windows, until `at` or an upcall */
hyp_time_t hyp_window_left(void);                  /* net time left in the current window */
hyp_result_t hyp_schedule_switch(const char *name); /* from the end of a major frame on; HYP_INVALID_CONFIG: no such name */
hyp_result_t hyp_schedule_status(hyp_schedule_status_t *status); /* ->current ->next ->since ->switch_at */

/*
 * Sampling ports: a channel's newest message, which stays. A read wants room for the message; `status` may be NULL.
 * ->valid: not older than `valid_for`; ->fresh: not read before; ->overwritten: messages never read.
 */
hyp_result_t hyp_sampling_write(hyp_port_t port, const void *message, size_t length);
hyp_result_t hyp_sampling_read(hyp_port_t port, void *buffer, size_t size, hyp_sampling_status_t *status); /* length */
hyp_result_t hyp_sampling_status(hyp_port_t port, hyp_sampling_status_t *status);

/* Queuing ports: every message once, in order. A time-out of 0 does not wait; HYP_NOT_AVAILABLE: full, or empty. */
hyp_result_t hyp_queuing_send(hyp_port_t port, const void *message, size_t length, hyp_time_t timeout);
hyp_result_t hyp_queuing_receive(hyp_port_t port, void *buffer, size_t size, hyp_time_t timeout); /* length */
hyp_result_t hyp_queuing_status(hyp_port_t port, hyp_queuing_status_t *status); /* ->count ->depth ->overflows */
hyp_result_t hyp_queuing_clear(hyp_port_t port);   /* messages dropped */

/*
 * Events. A handler is called between any two instructions of the program, on a stack of its own (`upcall_stack` in the
 * plan), with events off and the FPU put aside (x87 and SSE, not AVX); it must end, and what it shares with the program is `volatile`.
 * The first hyp_on_event masks every event; each one unmasks its own. NULL takes the handler away and masks the event again.
 * A program that sets no handler has nothing masked. Handlers run lowest number first.
 */
void hyp_on_event(hyp_event_t event, void (*handler)(hyp_event_t));
void hyp_events_enable(void);                      /* and handles what waited */
void hyp_events_disable(void);
hyp_result_t hyp_event_send(hyp_event_t event);
/* Sleeps until one of events 0 to 62 is pending, masked or not, and takes it: no handler is called for what is returned. */
hyp_result_t hyp_event_wait(uint64_t mask, hyp_time_t until);

/*
 * Traps: the partition's own exceptions, when its plan says `propagate` for them. `vector` is HYP_HEALTH_*; the handler may change
 * the frame, with which the program goes on. It runs on the handler stack; a fault in it is the event `nested_fault`.
 */
void hyp_on_trap(int vector, void (*handler)(hyp_frame_t *));
/*
 * Syscalls without the tag are never hyp's: with a handler they are the partition's own, e.g. those of another system's programs. Linux
 * has the number in ->rax, arguments in ->rdi ->rsi ->rdx ->r10 ->r8 ->r9, the result in ->rax. Without: health event `illegal_hypercall`.
 */
void hyp_on_syscall(void (*handler)(hyp_frame_t *));
uint64_t hyp_trap_address(void);                   /* fault address of the page fault that is being handled */

/*
 * Gates: a call that another partition answers, in the caller's own window. The six words are replaced by the server's; an error
 * leaves them as they were. HYP_NOT_AVAILABLE: the server is not ready, busy (`when_busy: refuse`), or was lost during the call.
 * hyp_gate_serve waits for requests and answers each with what `serve` makes of its words; `caller` is the client's place among the
 * callers of all gates that lead here, in the plan's order. It returns only when no gate leads here.
 */
hyp_result_t hyp_gate_call(hyp_gate_t gate, uint64_t words[6]);
void hyp_gate_serve(void (*serve)(int caller, uint64_t words[6]));

/* Devices of the partition, by the event that its interrupt raises. */
hyp_result_t hyp_irq_ack(hyp_event_t event);               /* served: the line may raise its event again */
hyp_result_t hyp_irq_mask(hyp_event_t event, int masked);  /* 1: masked, 0: open */

/* Partitions. On oneself always, on others by grant. A restart, halt or shutdown of oneself does not return. */
hyp_result_t hyp_partition_control(hyp_partition_t partition, int operation); /* HYP_CONTROL_* */
hyp_result_t hyp_mode_set(int mode);                                          /* HYP_MODE_* */
hyp_result_t hyp_partition_status(hyp_partition_t partition, hyp_partition_status_t *status);

/* Health. Reading the log is by grant; each record is read once. */
hyp_result_t hyp_health_raise(uint32_t code);                                 /* application_error; the plan says what follows */
hyp_result_t hyp_health_read(hyp_health_record_t *records, size_t count);     /* records read */
hyp_result_t hyp_health_status(hyp_health_status_t *status);                  /* ->records ->oldest ->lost */

/* The whole module; control by grant. */
hyp_result_t hyp_module_control(int operation);                               /* HYP_MODULE_*; returns only an error */
hyp_result_t hyp_module_status(hyp_module_status_t *status);

/* Trace. A record of one's own is always taken. Reading is by grant; each record is read once, a gap in ->sequence was overwritten. */
hyp_result_t hyp_trace_event(uint32_t value);
hyp_result_t hyp_trace_read(hyp_trace_record_t *records, size_t count);       /* records read */

/* Console. Never waits: what the ring cannot take is dropped, and the kernel counts it. */
hyp_result_t hyp_console_write(const void *text, size_t length); /* bytes taken */
/* What the host has sent to this partition, without waiting: bytes given, 0 when there are none. HYP_EVENT_CONSOLE says that some came. */
hyp_result_t hyp_console_read(void *buffer, size_t size);
/* Conversions d i u o x X c s p % and, with an FPU, e f g; flags - 0 + space #, width, precision, hh h l ll j z t.
 * Returns the length of the whole text, taken or not. */
int hyp_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same into memory, always NUL-terminated when size > 0; returns the length of the whole text. */
int hyp_snprintf(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * Batches: calls by number (HYP_CALL_*) in one kernel entry, made in order as if each came alone, but none of them sleeps. Results
 * are in ->result. Returns when all have been made, over several windows if need be; an error when `calls` cannot be written.
 */
hyp_result_t hyp_multicall(hyp_call_t *calls, size_t count); /* calls made */

/* What a test run is judged by: a fail stays. The text is cut at HYP_VERDICT_TEXT_MAX bytes. */
hyp_result_t hyp_verdict(int pass, const char *text);

/* The null call: enters the kernel and does nothing. */
hyp_result_t hyp_nop(void);

static inline hyp_time_t hyp_time(void)
{
    const hyp_info_t *info = (const hyp_info_t *)HYP_INFO_PAGE;
    uint32_t sequence = info->time_sequence;
    uint64_t ns, high;

    if (sequence == 0) /* a plan with `tsc: denied`: reading the TSC would fault */
        return hyp_time_get(HYP_CLOCK_MONOTONIC);
    /* (TSC - base) * scale / 2^32. The fence keeps the TSC from being read before what comes earlier in the program (SDM 2B, RDTSC). */
    __asm__ volatile("lfence\n\trdtsc\n\tshlq $32, %1\n\torq %1, %0\n\tsubq %2, %0\n\tmulq %3\n\tshrdq $32, %1, %0"
                     : "=&a"(ns), "=&d"(high) : "m"(info->time_base), "m"(info->time_scale) : "cc", "memory");
    /* The kernel changes the time page only between this partition's windows; one may have ended in here. */
    return sequence == info->time_sequence ? ns : hyp_time_get(HYP_CLOCK_MONOTONIC);
}

#endif
