"""What a client of the Redis port may ask of it, and how long it may take."""

from typing import NamedTuple

MEGABYTE = 1024 * 1024


class PortLimits(NamedTuple):
    """Limits of the Redis port; the defaults suit a few people with their tools.

    Attributes:
        connections: How many at once; the next one is told so and closed.
        argument_bytes: The longest argument of a command.
        command_bytes: The longest command.
        arguments: The most arguments of a command.
        line_bytes: The longest line outside of an argument.
        unread_bytes: Replies and messages that a client has not read; one with more is cut off.
        command_s: A command that was begun must be complete after so long, seconds.
        unread_s: A client that does not read its replies is cut off after so long, seconds.
        idle_s: A client that neither asks, subscribes nor blocks is cut off after so long, seconds.
        script_s: A Lua script is ended after so long, seconds.
        script_bytes: The most memory that Lua may use.
    """

    connections: int = 256
    argument_bytes: int = 16 * MEGABYTE
    command_bytes: int = 32 * MEGABYTE
    arguments: int = 1024 * 1024
    line_bytes: int = 64 * 1024
    unread_bytes: int = 32 * MEGABYTE
    command_s: float = 30
    unread_s: float = 30
    idle_s: float = 600
    script_s: float = 5
    script_bytes: int = 256 * MEGABYTE
