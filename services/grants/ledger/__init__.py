"""The ledger: double-entry postings of money events, and the disbursement ledger's export."""
