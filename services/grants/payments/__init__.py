"""Payments: one tranche's money from schedule to bank, batches and the bank's statement."""
