"""Attendance and tests as trainers enter them: grid, forms, sheets to sign, contested entries."""
