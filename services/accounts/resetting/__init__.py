"""A lost password: asking for a link, by oneself or through an administrator, and using it."""
