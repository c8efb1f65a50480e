"""Whole installations, driven by the command line as people drive them."""
