"""A pretend GitHub and pretend registries, driven by scenarios: for the demo, the replay and the tests."""
