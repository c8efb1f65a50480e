"""What was once written must stay readable: an envelope of every event type, a message of every

type that another service reads. ``python -m tests.golden write`` adds what is missing and never
touches what is there: a stored form that changes is a new version of its event.
"""
