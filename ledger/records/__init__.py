"""What can be stated: names, time, and a frozen model for the body of each kind."""
