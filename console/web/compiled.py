"""Templates are compiled once a process, for however many applications it makes."""

import io

from jinja2 import BytecodeCache, Template
from jinja2.bccache import Bucket
from jinja2.environment import TemplateModule
from jinja2.runtime import Context


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


class Imported(Template):
    """A template whose macros are made once, for all that import them.

    Jinja asks at every call of a macro that imports others whether these would see other globals.
    Here all templates have the same ones, and on a page with 200 channels that question takes a
    fifth of the whole time.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


COMPILED = Compiled()
