"""What is handed to outsiders: programs of one file that need nothing of Skellat."""
