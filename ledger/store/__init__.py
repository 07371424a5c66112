"""The log's database: tables, admission in one transaction, outbox and publication."""
