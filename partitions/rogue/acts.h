/* What the rogue tries that the kernel answers with an error. Owns the attacks, not their order. */
#ifndef ACTS_H
#define ACTS_H

#include <hyp.h>

#define ACTS 8

const char *act_name(int act);
hyp_result_t act_try(int act);

#endif
