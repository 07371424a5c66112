"""From what is current in a log, and the policies in force, to findings."""
