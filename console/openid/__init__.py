"""The council's OpenID provider: asked, and its answers checked. Knows no database and no page."""
