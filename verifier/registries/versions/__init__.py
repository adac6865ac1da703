"""The order of versions and the lines they stand on, one file for each scheme."""
