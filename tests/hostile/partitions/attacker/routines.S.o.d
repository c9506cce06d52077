tests/hostile/partitions/attacker/routines.S.o: \
 tests/hostile/partitions/attacker/routines.S build/include/hyp_abi.h
