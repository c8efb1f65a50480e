"""Who may do and see what: every route, every role, every relation, asked over HTTP."""
