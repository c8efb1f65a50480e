"""Cohorts: sessions, enrolment, attendance, tests, who qualifies."""
