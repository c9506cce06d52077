tests/hostile/partitions/attacker/instructions.c.o: \
 tests/hostile/partitions/attacker/instructions.c \
 tests/hostile/partitions/attacker/attacker.h \
 partitions/lib/include/hyp.h build/include/hyp_abi.h
