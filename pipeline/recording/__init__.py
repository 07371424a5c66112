"""What people and generators say of files, line by line, as statements."""
