"""Carry a command out in fakeredis without the general way of dispatching it.

fakeredis works out anew for each command which arguments are keys and how each is read, then tells subscribers and
checks the answer. Here the first is worked out once for each command and number of arguments, and the second is left to
fakeredis's own way as soon as anybody subscribes. The work itself is fakeredis's, and so is every answer and error.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from fakeredis._commands import Key, Signature
from fakeredis._core._database import CommandItem
from fakeredis._helpers import SimpleError
from fakeredis._msgs import FLAG_DO_NOT_CREATE, FLAG_LEAVE_EMPTY_VAL, FLAG_SKIP_CONVERT_TO_RESP2, WRONGTYPE_MSG
from fakeredis._socket._resp import convert_to_resp2


class _KeyPlan(NamedTuple):
    """One argument that is a key.

    Attributes:
        missing: What the command answers when the key is missing; ``Key.UNSPECIFIED`` when it goes on.
        wanted: The type that the key's value must have; None for any.
        creates: Whether a missing key starts as an empty value of that type.
    """

    place: int
    missing: Any
    wanted: Any
    creates: bool


class _Plan(NamedTuple):
    """How one command with so many arguments is carried out."""

    method: Any
    steps: tuple[tuple[int, Any], ...]
    keys: tuple[_KeyPlan, ...]
    converts: bool
    removes_empty: bool


class DirectCommands:
    """The commands of one fakeredis connection."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._server = socket._server
        socket.add_subkey_event = _tell_nobody  # Redis 7.0 has no events of single fields; the socket would keep them
        self._plans: dict[tuple[str, int], _Plan | None] = {}

    def run(self, signature: Signature, fields: list[bytes]) -> Any:
        """Carry a command out and return fakeredis's answer, which may be a ``SimpleError``."""
        socket, server = self._socket, self._server
        place = (signature.name, len(fields))
        plan = self._plans.get(place)
        if plan is None and place not in self._plans:
            plan = self._plans[place] = self._make_plan(signature, len(fields))
        if plan is None or server.subscribers or server.psubscribers:
            return socket._run_command(getattr(socket, signature.func_name), signature, fields, False)
        args: list[Any] = fields
        db = socket._db
        items: list[CommandItem] = []
        try:
            for number, step in plan.steps:
                if step is None:
                    key = plan.keys[0] if len(plan.keys) == 1 else _key_at(plan, number)
                    if key.missing is not Key.UNSPECIFIED and args[number] not in db:
                        return key.missing
                else:
                    args[number] = step(args[number])
            for number, _missing, wanted, creates in plan.keys:
                name = args[number]
                item = db.get(name)
                if item is None:
                    command_item = CommandItem(name, db, None, wanted() if creates else None)
                elif wanted is not None and type(item.value) is not wanted:
                    return SimpleError(WRONGTYPE_MSG)
                else:
                    command_item = CommandItem(name, db, item)
                args[number] = command_item
                items.append(command_item)
        except SimpleError as error:
            return error
        try:
            answer = plan.method(*args)
            if plan.converts and type(answer) is not int and type(answer) is not bytes and answer is not None:
                answer = convert_to_resp2(answer)
        except SimpleError as error:
            answer = error
        for item in items:
            if item._modified or item._expireat_modified:
                item.writeback(remove_empty_val=plan.removes_empty)
        return answer

    def _make_plan(self, signature: Signature, count: int) -> _Plan | None:
        """Work out how the command is carried out; None where fakeredis must say what is wrong with it."""
        try:
            signature.check_arity([b""] * count, (7, 0))
        except SimpleError:
            return None
        types: list[Any] = list(signature.fixed)
        types += [signature.repeat[number % len(signature.repeat)] for number in range(count - len(types))]
        steps: list[tuple[int, Any]] = []
        keys: list[_KeyPlan] = []
        for number, type_ in enumerate(types):
            if isinstance(type_, Key):
                wanted = type_.type_
                creates = FLAG_DO_NOT_CREATE not in signature.flags and wanted is not None and wanted is not bytes
                keys.append(_KeyPlan(number, type_.missing_return, wanted, creates))
                if type_.missing_return is not Key.UNSPECIFIED:
                    steps.append((number, None))
            elif type_ is not bytes:
                steps.append((number, type_.decode))
        return _Plan(
            getattr(self._socket, signature.func_name),
            tuple(steps),
            tuple(keys),
            self._socket._resp_version == 2 and FLAG_SKIP_CONVERT_TO_RESP2 not in signature.flags,
            FLAG_LEAVE_EMPTY_VAL not in signature.flags,
        )


def _tell_nobody(_event: bytes, _key: bytes, _fields: Sequence[bytes]) -> None:
    """Take an event of a hash's fields and forget it."""


def _key_at(plan: _Plan, place: int) -> _KeyPlan:
    return next(key for key in plan.keys if key.place == place)
