"""Every act of a person or program on the record, one module per noun.

An act runs in its caller's transaction, checks that it is allowed, changes state through the
domain's tables and records what it did. Values go in, frozen values come out.
"""
