"""Who looks at us: login with GitHub, sessions, and what each person may see. The web process stays small: requests."""
