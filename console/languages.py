"""What languages are called, in English and by those who speak them."""

_NAMES = {
    "en": "English",
    "cy": "Welsh",
    "gd": "Gaelic",
    "ga": "Irish",
    "gv": "Manx",
    "kw": "Cornish",
    "sco": "Scots",
    "ar": "Arabic",
    "bn": "Bengali",
    "bg": "Bulgarian",
    "es": "Spanish",
    "fa": "Persian",
    "fr": "French",
    "gu": "Gujarati",
    "hu": "Hungarian",
    "it": "Italian",
    "ku": "Kurdish",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "pa": "Punjabi",
    "pl": "Polish",
    "ps": "Pashto",
    "pt": "Portuguese",
    "ro": "Romanian",
    "sk": "Slovak",
    "so": "Somali",
    "ta": "Tamil",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "zh": "Chinese",
}
_OWN = {"cy": "Cymraeg", "gd": "Gàidhlig", "ga": "Gaeilge", "kw": "Kernewek", "gv": "Gaelg"}


def name(code: str) -> str:
    """``cy`` -> ``Welsh``; a code that is not in the list stays as it is."""
    return _NAMES.get(code.partition("-")[0], code)


def own_name(code: str) -> str:
    """``cy`` -> ``Welsh (Cymraeg)``."""
    own = _OWN.get(code.partition("-")[0])
    return f"{name(code)} ({own})" if own else name(code)
