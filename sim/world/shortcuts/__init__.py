"""Shortcuts: everyday calls of the queue's commands, carried out on fakeredis's own data.

A command takes 20 µs or more on its way through redis-py's client and fakeredis's dispatcher, and the work itself is
often a look into a dictionary. A shortcut does that work at once, in the same databases that every other client sees.
It is for the everyday call only: where anything is out of the ordinary (a value of another type, an argument that Redis
might refuse, an option that the queue does not use) it raises ``NoShortcut`` before it changes anything, and the call
goes the long way. So every error, and every rare answer, is fakeredis's.
"""
