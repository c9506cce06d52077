tests/hostile/partitions/attacker/memory.c.o: \
 tests/hostile/partitions/attacker/memory.c \
 tests/hostile/partitions/attacker/attacker.h \
 partitions/lib/include/hyp.h build/include/hyp_abi.h
