"""Work that falls due: leased with a fencing token, repeated a bounded number of times."""
