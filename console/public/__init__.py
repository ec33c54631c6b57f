"""The public side: pages, feeds and a banner, made from the public entries alone.

Nothing here knows the console, its database or Flask: the files of the entries suffice, and
whatever is made of them can be served when nothing else of the council answers.
"""
