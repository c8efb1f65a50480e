"""Follow-up visits: what became of the business and of the people in it."""
