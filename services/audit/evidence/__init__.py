"""Evidence that an auditor takes along: bundles, and verifying them, live services and files."""
