tests/hostile/partitions/attacker/entry.S.o: \
 tests/hostile/partitions/attacker/entry.S
