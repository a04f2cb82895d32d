"""Running a home for years: its health, backups, what changed between builds, alerts. No stage belongs here."""
