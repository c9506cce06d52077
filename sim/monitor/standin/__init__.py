"""The monitor without an FPGA: its RTL in a simulator, fed with what the kernel writes to its pins in QEMU."""
