"""The words of an entry in SQLite's index of the record, as the migrations that fill it have them.

PostgreSQL has a function for it, of migration 0020. `console.store.search` makes the same words of
what is asked.
"""

# Whole words of the entry's own facts, and of the texts that it sent for approval; and what it can
# be narrowed to, each as one word that nobody types by chance.
_WORDS = """
    'who' || hex({e}.actor) || ' did' || hex({e}.action) || ' of' || hex({e}.incident)
    || coalesce(' on' || hex(json_extract({d}, '$.channel')), '')
    || coalesce(' now' || hex(json_extract({d}, '$.state')), '')
    || coalesce((SELECT ' in' || hex(mode) FROM incidents WHERE id = {e}.incident), '')
    || ' ' || {e}.number || ' ' || {e}.actor || ' ' || {e}.action || ' ' || {e}.subject
    || ' ' || {e}.incident || ' '
    || coalesce((SELECT group_concat(atom, ' ') FROM json_tree({d}) WHERE atom IS NOT NULL), '')
    || coalesce((SELECT ' ' || group_concat(subject || ' ' || text, ' ') FROM variants
         WHERE {e}.action = 'message sent for approval'
           AND message_id = substr({e}.subject, 9)
           AND revision = json_extract({d}, '$.revision')), '')
"""


def words_of(entry: str) -> str:
    """SQL for the words of an entry; ``entry`` is what the statement calls its row."""
    # Whatever stands in an entry, it is written: what is no JSON only has no words.
    detail = f"(CASE WHEN json_valid({entry}.detail) THEN {entry}.detail END)"
    return _WORDS.format(e=entry, d=detail)
