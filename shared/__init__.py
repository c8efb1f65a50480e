"""What every service shares and no service owns: events, log, queue, privacy, access, web.

Nothing here knows grant vocabulary, and nothing here imports from ``services``.
"""
