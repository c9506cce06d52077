"""What the probe (`hyp/firmware/probe`) says over a serial line, and the board file that is made of it."""
