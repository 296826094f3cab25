"""What a client of the Redis port may ask of it, and how long it may take."""

from typing import NamedTuple

MEGABYTE = 1024 * 1024


class PortLimits(NamedTuple):
    """Limits of the Redis port; the defaults suit a few people with their tools.

    Attributes:
        connections: How many at once; the next one gets an error and is closed.
        argument_bytes: The longest argument of a command.
        command_bytes: The longest command.
        arguments: The most arguments of a command.
        command_cost_s: A command that would take longer, by an estimate, is refused, seconds.
        reply_bytes: The longest reply to a command, or to a transaction.
        data_bytes: What clients may add to the keys.
        buffers_bytes: What the port holds for all its clients: commands that are not complete or wait, and replies.
        waited_keys: Keys that one blocked pop may wait for.
        subscriptions: Channels and patterns of one client, and patterns of all clients.
        watched_keys: Keys that one client may watch.
        names_bytes: The names of the keys that one client watches or waits for, together.
        name_bytes: The longest name of a channel, a pattern or a client.
        transaction_s: The commands of a transaction are ended after so long, seconds.
        turn_s: About how long one client's commands go on before another's turn comes, seconds.
        line_bytes: The longest line outside of an argument.
        unread_bytes: Replies and messages that a client has not read; one with more is cut off.
        command_s: A command that was begun must be complete after so long, seconds.
        unread_s: A client that does not read its replies is cut off after so long, seconds.
        idle_s: A client that neither asks, subscribes nor blocks is cut off after so long, seconds.
        script_s: A Lua script is ended after so long, seconds.
        script_bytes: The most memory that Lua may use.
        scripts_bytes: Scripts that are remembered by their SHA-1; the oldest are forgotten.
    """

    connections: int = 256
    argument_bytes: int = 16 * MEGABYTE
    command_bytes: int = 32 * MEGABYTE
    arguments: int = 200_000
    command_cost_s: float = 1.0
    reply_bytes: int = 32 * MEGABYTE
    data_bytes: int = 256 * MEGABYTE
    buffers_bytes: int = 128 * MEGABYTE
    waited_keys: int = 64
    subscriptions: int = 1_000
    watched_keys: int = 10_000
    names_bytes: int = MEGABYTE
    name_bytes: int = 1_024
    transaction_s: float = 5
    turn_s: float = 0.05
    line_bytes: int = 64 * 1024
    unread_bytes: int = 32 * MEGABYTE
    command_s: float = 30
    unread_s: float = 30
    idle_s: float = 600
    script_s: float = 5
    script_bytes: int = 256 * MEGABYTE
    scripts_bytes: int = 32 * MEGABYTE
