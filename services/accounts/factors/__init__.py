"""Second factors: codes of an app (TOTP), recovery codes, and proving them again (step-up)."""
