"""The way to registries: guarded questions, addresses that may be dialled, logins that are asked for, budgets kept."""
