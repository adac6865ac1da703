"""When registries are looked at: what a look is worth (`schedule`), and whom there is room to ask now (`rhythm`)."""
