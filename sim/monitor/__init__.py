"""Gateware of the schedule monitor, in Amaranth. `top.Monitor` is all of it, made from `hyp.monitor.parameters`."""
