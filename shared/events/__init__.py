"""Events, deciders, the append-only store and its projections."""
