"""A serial line as the host sees it: opened by any pyserial URL, read and written with time limits, lost and found again."""
