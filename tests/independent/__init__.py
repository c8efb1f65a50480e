"""Plain computations of what the product must report, sharing no code with it."""
