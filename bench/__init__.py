"""What Skellat claims about its speed and weight, measured: `make bench`."""
