"""Beyond one machine: the monitor's own planning of looks, with a million artifacts, in simulated time."""
