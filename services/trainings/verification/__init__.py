"""What anybody may check: a certificate by number and code, without a name and a sign-in."""
