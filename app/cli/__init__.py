"""The command line: `main` holds the commands, its neighbours those that are about one thing."""
