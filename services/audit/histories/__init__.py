"""Histories across services: of an application, a payment, a person, an account, in order."""
