"""The square that a telephone's camera reads, drawn here as SVG: a secret goes to no other site."""

from io import BytesIO
from urllib.parse import quote, urlencode

from markupsafe import Markup


def address(secret: str, account: str, issuer: str) -> str:
    """What an authenticator app reads:
    https://github.com/google/google-authenticator/wiki/Key-Uri-Format"""
    label = quote(f"{issuer}:{account}")
    return f"otpauth://totp/{label}?" + urlencode(
        {"secret": secret, "issuer": issuer}, quote_via=quote
    )


def svg(text: str) -> Markup:
    """Dark on light in either scheme, with its quiet border: cameras read no other."""
    import segno

    out = BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, dark="#000", light="#fff", border=4,
        scale=1, omitsize=True, svgclass="skellat-qr", lineclass=None,
        title="For your authenticator app’s camera",
    )  # fmt: skip
    # It is drawn from numbers alone; its title is ours.
    return Markup(out.getvalue().decode())  # noqa: S704
