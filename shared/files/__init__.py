"""Files that people send: known by content, cleaned, looked through for viruses, sealed, kept."""
