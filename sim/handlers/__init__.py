"""What jobs do to the application: orders, payments and emails on a real embedded database.

A handler is a generator. It yields what it wants done (``instructions``), and the world carries that out in simulated
time; between two instructions a process may be killed, and inside one it cannot be. What stands in the tables afterwards
(``ApplicationDatabase.effects_by_job``) is the truth about which jobs had their effect, and how often.

Each of ``order``, ``payment`` and ``email`` is one file with its tables, its steps and its sample data; ``catalogue`` lists
them.
"""
