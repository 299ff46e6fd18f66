"""What each figure found: the sentence above it, from finished periods only."""
