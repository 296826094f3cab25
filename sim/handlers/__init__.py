"""What jobs do to the application: orders, payments and emails on a real embedded database.

A handler is a generator. It yields what it wants done (``instructions``), and the world carries that out in simulated
time: a process may die between two instructions, never inside one. What stands in the tables afterwards
(``ApplicationDatabase.effects_by_job``) is the truth about which jobs had their effect, and how often.

``order``, ``payment`` and ``email`` are one file each: tables, steps and sample data. ``catalogue`` lists them.
"""
