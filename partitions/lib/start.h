/* Between the start file and the library. */
#ifndef HYP_LIB_START_H
#define HYP_LIB_START_H

/* Where partition_main returns to: halts the partition. */
void partition_returned(void) __attribute__((noreturn));

#endif
