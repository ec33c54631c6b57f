"""The chaos proof: real processes are really broken, and the networks' own log is the judge."""
