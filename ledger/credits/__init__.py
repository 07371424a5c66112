"""From a delivered cut to the lines of a credit roll, each with its evidence."""
