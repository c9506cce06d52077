"""The ABI, once, as data: everything that kernel, compiler, partitions and tools must agree on."""
