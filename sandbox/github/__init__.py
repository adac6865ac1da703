"""The pretend GitHub: webhooks, the REST paths that the monitor uses, and a page of what was filed."""
