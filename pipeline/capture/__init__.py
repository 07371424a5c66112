"""What comes in: files and generations become records."""
