"""The line that a mail to a list ends with, after the signed words: how to get no more."""

from console.domain.channel import Post

_LINES = {
    "en": "To stop getting these messages: {}",
    "cy": "I roi’r gorau i gael y negeseuon hyn: {}",
}


def line(post: Post) -> str:
    """In the language of the words; empty where the post has no such link."""
    if not post.unsubscribe:
        return ""
    language = post.language.partition("-")[0].lower()
    return _LINES.get(language, _LINES["en"]).format(post.unsubscribe)


def signed_and_line(post: Post) -> str:
    """The signed words, and the line below them."""
    return f"{post.text}\n\n{line(post)}" if post.unsubscribe else post.text


def headers(post: Post) -> dict[str, str]:
    """What lets a mail program offer the button itself: https://www.rfc-editor.org/rfc/rfc8058."""
    if not post.unsubscribe:
        return {}
    return {
        "List-Unsubscribe": f"<{post.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
