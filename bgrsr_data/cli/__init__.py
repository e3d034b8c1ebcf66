"""The command line: one file per group of commands, each command a thin shell over the library call."""
