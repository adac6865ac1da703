"""GitHub: dialled, within its limits, and in the words of the domain. Only `connect` makes a client of githubkit's."""
