"""The doctor: what is configured, reachable and missing, and what to do about it. `report` puts it together."""
