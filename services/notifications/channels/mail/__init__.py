"""E-mail: by SMTP, or as files in the outbox folder."""
