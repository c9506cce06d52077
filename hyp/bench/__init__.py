"""What the kernel costs, in instructions: plans and partitions of its own, run under QEMU with a plugin that counts."""
