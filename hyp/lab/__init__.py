"""The lab: boards at the end of a serial line. The file that lists them, the commands that switch them, and the line itself."""
