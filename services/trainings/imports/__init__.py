"""What people keep in spreadsheets, brought in: looked through, entered whole or not at all."""
