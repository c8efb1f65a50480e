"""Who looked at an applicant's own data."""
