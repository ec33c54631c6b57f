"""Pictures of Skellat's pages, made by playing it in a real browser.

python -m tests.screenshots               the pictures of docs/tour.md
python -m tests.screenshots --everything  every page, small and wide, light and dark
"""
