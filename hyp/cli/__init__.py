"""The `hyp` command: parses arguments, calls the stages, prints. One module per subcommand."""
