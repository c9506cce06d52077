tests/hostile/partitions/attacker/calls.c.o: \
 tests/hostile/partitions/attacker/calls.c \
 tests/hostile/partitions/attacker/attacker.h \
 partitions/lib/include/hyp.h build/include/hyp_abi.h
