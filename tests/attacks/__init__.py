"""Attacks, each tried over HTTP on the real applications. README.md names the test of each."""
