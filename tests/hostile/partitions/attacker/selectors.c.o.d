tests/hostile/partitions/attacker/selectors.c.o: \
 tests/hostile/partitions/attacker/selectors.c \
 tests/hostile/partitions/attacker/attacker.h \
 partitions/lib/include/hyp.h build/include/hyp_abi.h
