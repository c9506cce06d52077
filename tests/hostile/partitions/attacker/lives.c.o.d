tests/hostile/partitions/attacker/lives.c.o: \
 tests/hostile/partitions/attacker/lives.c \
 tests/hostile/partitions/attacker/attacker.h \
 partitions/lib/include/hyp.h build/include/hyp_abi.h \
 partitions/lib/include/string.h
