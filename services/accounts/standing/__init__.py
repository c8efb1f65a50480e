"""What an administrator does to an account beside its roles: closing, resetting, sessions."""
