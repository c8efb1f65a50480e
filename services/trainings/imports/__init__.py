"""What people keep in spreadsheets, brought in: looked through, then entered whole or not at all."""
