"""Proof that a rebuild of the inside changes nothing: two checkouts make the same fingerprints.

It goes when the rebuild is done. ``python -m tests.rebuild --help`` says how it is run. A word of files, events or
results that changes goes to ``names.py``, a Python name that moves to ``adapter_after.py``.
"""
