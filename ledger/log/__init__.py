"""The transparency log over bytes: tree, proofs, signed notes, checkpoints."""
