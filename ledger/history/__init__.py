"""What is current: a fold over the entries of a log up to a checkpoint."""
