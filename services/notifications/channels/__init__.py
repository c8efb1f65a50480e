"""Ways by which messages leave the house, one folder each: to add one, copy its neighbour."""
