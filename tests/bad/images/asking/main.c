#include <hyp.h>

void partition_main(void)
{
}
