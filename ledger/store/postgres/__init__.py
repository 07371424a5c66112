"""A log on a PostgreSQL server: inbox, one sequencer for each log, roles."""
