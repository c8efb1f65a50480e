"""Referrals of people to schools and other institutions, from the letter to the end."""
