/* How a hypercall's handler is written. */
#ifndef CALL_H
#define CALL_H

#include "core.h"
#include "entry.h"

/* A fast call's handler keeps every register but rax; what its compiler does not use costs nothing. */
#define HYPERCALL __attribute__((no_caller_saved_registers)) int64_t

/* [at, at + bytes) lies in what a partition may map; whether it does is the MMU's answer during the copy. */
static inline __attribute__((always_inline)) int user_range(uint64_t at, uint64_t bytes)
{
    return at <= USER_END && bytes <= USER_END - at;
}

/* copy_partition for handlers: says what it clobbers, so that they need not save everything. 0 or BAD_ADDRESS. */
static inline __attribute__((always_inline)) int64_t copy(void *to, const void *from, uint64_t bytes)
{
    int fault;
    __asm__ volatile("call copy_partition" : "=@ccc"(fault), "+D"(to), "+S"(from), "+d"(bytes) : : "rcx", "memory");
    return fault ? HYP_BAD_ADDRESS : 0;
}

/* Keeps the compiler from loading an error's code before it knows that there is one. */
#define UNLIKELY __asm__ volatile("")

/* A kernel record into the caller's buffer. */
static inline int64_t give(uint64_t to, const void *record, uint64_t bytes)
{
    return user_range(to, bytes) ? copy((void *)to, record, bytes) : HYP_BAD_ADDRESS;
}

/* What rax held when the call was made. */
static inline uint64_t call_word(uint32_t number)
{
    return (uint64_t)HYP_HYPERCALL_TAG << 32 | number;
}

#endif
