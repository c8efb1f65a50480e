"""The log: positions without gaps, leaf hashes; tree, checkpoints and proofs have their place here."""
