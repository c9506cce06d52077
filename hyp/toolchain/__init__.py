"""Sources to ELFs: the kernel once, and a partition folder when something in it changed. SCons does the work, as a subprocess."""
