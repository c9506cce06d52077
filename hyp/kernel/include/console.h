/* Console streams: a ring per partition, drained to the UART only in time that belongs to no window. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "core.h"

/* Set by writers after their bytes, cleared by the drain before its last look. Releases look at both at once. */
extern union console_words {
    struct {
        uint32_t work;
        uint32_t marks;             /* the plan has a monitor: each release has a mark to write */
    };
    uint64_t both;
} console_words;
#define console_work console_words.work
#define console_marks console_words.marks

static inline int console_waiting(void)
{
    return console_work != 0;
}

/* Whether a release has anything to do before its final spin. */
static inline int console_or_marks(void)
{
    return console_words.both != 0;
}

void console_init(struct core *core);
void console_drain(struct core *core, uint64_t until);      /* at most until that TSC instant */
_Noreturn void console_idle(struct core *core);             /* drains and halts until the core's deadline */
void console_flush(struct core *core);                      /* all that is there, at the end of a run; then `print` goes in packets too */
/* To the kernel's own stream. Who puts more than a line that is sent at once looks for room first. */
void kernel_put(char c);
void kernel_text(const char *text);

#endif
