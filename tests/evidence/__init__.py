"""Evidence that leaves the house, and logs at rest: that both verify, and that no change passes."""
