"""What the command line does; unlike services themselves it may import every service."""
