"""hyp: a partition plan in, a bootable x86-64 separation kernel image out."""

__version__ = "0.1.0"
