"""Trainings: people, courses, cohorts, certificates, education outcomes."""
