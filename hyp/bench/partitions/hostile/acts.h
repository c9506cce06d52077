/* What the hostile neighbour can do. */
#ifndef ACTS_H
#define ACTS_H

typedef void (*act_t)(void);

act_t act_named(const char *name); /* idling for an unknown name */
int act_is_final(act_t act);       /* the partition does not go on after it */

#endif
