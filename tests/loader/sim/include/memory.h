/* In place of the firmware's memory.h: the host's own, which sanitizers watch. */
#include <string.h>
