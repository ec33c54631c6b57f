"""Real servers for the tests: each is private to the run, picks its own place and is stopped."""
