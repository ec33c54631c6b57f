"""Templates are compiled once a process, for however many applications it makes."""

import io

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class Compiled(BytecodeCache):
    """In memory: on a disk, whoever can write there could change what the pages do. A template
    whose source has changed is compiled anew; Jinja compares its checksum."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._code.get(bucket.key):
            bucket.load_bytecode(io.BytesIO(code))

    def dump_bytecode(self, bucket: Bucket) -> None:
        out = io.BytesIO()
        bucket.write_bytecode(out)
        self._code[bucket.key] = out.getvalue()


COMPILED = Compiled()
