"""The schedule monitor: what an FPGA judges of the board's pins, in its clocks, and the host side. The gateware is in `sim/monitor`."""
