"""Rules (case → findings), `decide` (case, now → verdict) and the closed list of reasons. Pure."""
