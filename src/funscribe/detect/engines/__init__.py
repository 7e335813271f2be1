"""One file for each inference library; each is the only door to it."""
