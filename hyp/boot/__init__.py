"""The host's side of the serial loader: an image goes over the line, whole or not at all, and is started."""
