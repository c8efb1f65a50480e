"""Sheets that people keep in spreadsheet programs: read whatever they are like, and written."""
