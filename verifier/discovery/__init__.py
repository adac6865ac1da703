"""What a repository says about its artifacts: the config file, and which steps of a run publish."""
