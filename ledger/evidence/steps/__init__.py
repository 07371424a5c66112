"""What the verifier does, one module for each group of its numbered steps."""
