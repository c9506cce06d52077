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
typedef int32_t hyp_partition_t; /* id, or a negative error */
typedef uint64_t hyp_time_t;     /* ns */
typedef struct hyp_info hyp_info_t;
typedef struct hyp_area hyp_area_t;

/* Written by the partition; entered on cold and warm start. Returning from it halts the partition. */
void partition_main(void);

/* The info page: no kernel entry. */
const hyp_info_t *hyp_info(void);
hyp_partition_t hyp_partition(const char *name);   /* HYP_INVALID_CONFIG: the plan gives no such name */
const hyp_area_t *hyp_area(const char *name);      /* NULL: no such area; `heap` and `stack` are areas too */
const char *hyp_start_cause_name(uint32_t cause);  /* "power_on", ... */
const char *hyp_result_name(hyp_result_t result);  /* "ok", "bad_address", ... */

/* Time since the first major frame began. `hyp_time` enters the kernel only when there is no time page. */
hyp_time_t hyp_time(void);
hyp_time_t hyp_time_get(int clock);                /* by the kernel; an unknown clock gives (hyp_time_t)HYP_INVALID_PARAM */

/* Scheduling. */
hyp_result_t hyp_yield(void);                      /* gives up the rest of the window; returns at the next release */
hyp_time_t hyp_window_left(void);                  /* net time left in the current window */

/* Partitions. On oneself always, on others by grant. A restart, halt or shutdown of oneself does not return. */
hyp_result_t hyp_partition_control(hyp_partition_t partition, int operation); /* HYP_CONTROL_* */
hyp_result_t hyp_mode_set(int mode);                                          /* HYP_MODE_* */

/* Console. Never waits: what the ring cannot take is dropped, and the kernel counts it. */
hyp_result_t hyp_console_write(const void *text, size_t length); /* bytes taken */
/* Conversions d i u o x X c s p % and, with an FPU, e f g; flags - 0 + space #, width, precision, hh h l ll j z t.
 * Returns the length of the whole text, taken or not. */
int hyp_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same into memory, always NUL-terminated when size > 0; returns the length of the whole text. */
int hyp_snprintf(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What a test run is judged by: a fail stays. The text is cut at HYP_VERDICT_TEXT_MAX bytes. */
hyp_result_t hyp_verdict(int pass, const char *text);

/* The null call: enters the kernel and does nothing. */
hyp_result_t hyp_nop(void);

#endif
