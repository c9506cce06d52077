"""Where an image runs: one interface, and QEMU and Bochs behind it."""
