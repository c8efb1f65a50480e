"""Applications from the first draft to the decision, and who is eligible."""
