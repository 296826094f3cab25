"""What jobs do to the application: orders, payments and emails on an embedded database with real transactions.

A handler is a generator. It yields what it wants done (``base``), and the world carries that out in simulated time: a
process may die between two instructions, never inside one. What stands in the tables afterwards
(``ApplicationDatabase.effects_by_job``) is the truth about which jobs had their effect, and how often.

One file each: tables, steps, sample data, defaults of its queue, what a rehearsal does of it. ``registry`` finds them.
"""
