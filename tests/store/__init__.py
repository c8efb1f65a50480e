"""The store, the log and read models, over a small invented domain."""
