"""How a verb of the operator stands on the live page: its button, and what is said when it was done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class QueueButton:
    """A button of a queue, of a list of jobs, or of each job in it.

    In its texts stand ``{queue}``, ``{id}``, ``{view}`` and ``{jobs}``: on the page how many jobs the list has, in
    ``said`` those that it was done to, such as "1 job"; in ``said`` also the arguments.

    Attributes:
        text: What the button says.
        said: What the log says when it was done.
        views: The lists of jobs in which it stands, ``dead`` too: beside each job for a verb of one job, above the
            list for a verb of a queue. Empty: beside the queue's name.
        confirm: What the page asks first; empty where it asks nothing.
        view_is: The field that the list's name is given for.
        may: Arguments that a request may have besides, and the fields that they are given for.
        when: Whether it is there only while the queue is paused, or only while it is not.
    """

    text: str
    said: str
    views: tuple[str, ...] = ()
    confirm: str = ""
    view_is: str = ""
    may: Mapping[str, str] = field(default_factory=dict)
    when: Literal["paused", "running", ""] = ""
