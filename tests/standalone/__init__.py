"""The verifier that outsiders run."""
