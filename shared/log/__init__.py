"""The log: positions without gaps and leaf hashes; tree and proofs have their place here."""
