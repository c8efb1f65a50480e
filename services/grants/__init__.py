"""Grants: programmes, calls, applications, committee, awards, payments, ledger and visits."""
