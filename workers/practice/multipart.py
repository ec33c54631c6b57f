"""Reads the fields of a multipart form, bytes as they came."""

from email.message import Message

from workers.practice.exchange import Request


def parts(request: Request) -> dict[str, bytes]:
    """Field name to content (RFC 7578); empty where the body is no multipart form."""
    boundary = request.headers.get_param("boundary")
    if not isinstance(boundary, str):
        return {}
    fields: dict[str, bytes] = {}
    for piece in (b"\r\n" + request.body).split(b"\r\n--" + boundary.encode()):
        head, gap, content = piece.partition(b"\r\n\r\n")
        name = _name(head)
        if gap and name:
            fields[name] = content
    return fields


def _name(head: bytes) -> str | None:
    for line in head.decode("utf-8", "replace").splitlines():
        if line.lower().startswith("content-disposition:"):
            disposition = Message()
            disposition["Content-Disposition"] = line.partition(":")[2].strip()
            name = disposition.get_param("name", header="content-disposition")
            return name if isinstance(name, str) else None
    return None
