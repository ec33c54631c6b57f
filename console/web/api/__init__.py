"""The HTTP API under /api/v1: for programs that draft and read. Nothing in it can sign off."""
