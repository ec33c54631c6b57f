"""The tests, laid out as the tree is. Real servers that they start are in tests/real/."""
