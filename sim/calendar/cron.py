"""When a cron expression is due next, in a time zone and across its changes of the clock, as Bull's cron-parser has it.

cronsim says which wall-clock times an expression means. What happens to those that a change of the clock skips or
repeats is said here, because programs differ in it:

- An expression that names hours is due once at a time that occurs twice: the first time. One for every hour is due both
  times.
- A wall-clock time that is skipped is due as much later as the clock goes forward: 02:30 at 03:30. It is due once: of
  several such times only the first counts.

Source: cron-parser 4.9.0, compared over 2,120 series (docs/bull-facts.md 31).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_START = datetime(1970, 1, 1)
_TICK = timedelta(microseconds=1)


class CronError(ValueError):
    """A cron expression or time zone that cannot be read; its text says what is wrong."""


class Cron:
    """A cron expression in a time zone; ``cron`` makes it.

    Raises:
        CronError: The expression or the time zone cannot be read.
    """

    def __init__(self, expression: str, tz: str | None) -> None:
        words = _MACROS.get(expression.strip(), expression).split()
        if len(words) not in (5, 6):
            raise CronError(
                f"{expression!r} is no cron expression: it has five fields (minute, hour, day, month, weekday), or six "
                "with seconds in front"
            )
        words[-3], words[-1] = _day(words[-3], "1-31"), _day(words[-1], "0-6")
        self._plain = " ".join(words)
        self._zone = _zone(tz)
        try:
            sample = CronSim(self._plain, _START)
        except CronSimError as error:
            raise CronError(f"{expression!r} is no cron expression: {str(error).lower()}") from None
        self._every_hour = len(sample.hours) == 24

    def after(self, t_ms: int) -> int | None:
        """Return the first time after a moment at which it is due, epoch ms; None where that never comes."""
        now = _EPOCH + timedelta(milliseconds=t_ms)
        local = now.astimezone(self._zone)
        wall = local.replace(tzinfo=None, fold=0)
        if self._every_hour:
            return _ms(self._after_in_every_hour(now))
        for due in self._times(wall):
            moment = self._moment(due)
            if moment > now:
                return _ms(moment)
            again = due.replace(tzinfo=self._zone, fold=1).astimezone(UTC)
            if local.fold and again > now:
                return _ms(again)
        return None

    def _times(self, wall: datetime) -> Iterator[datetime]:
        """Yield the wall-clock times after one."""
        yield from CronSim(self._plain, wall.replace(microsecond=0))

    def _moment(self, wall: datetime) -> datetime:
        """Say when a wall-clock time is: the first time where it occurs twice, later where it is skipped."""
        return wall.replace(tzinfo=self._zone, fold=0).astimezone(UTC)

    def _after_in_every_hour(self, now: datetime) -> datetime | None:
        """Count real hours: what is repeated is due again, and what is skipped is not due at all."""
        begin, offset = now, self._offset(now)
        while True:
            wall = begin.replace(tzinfo=None) + offset
            due = next(self._times(wall), None)
            if due is None:
                return None
            moment = (due - offset).replace(tzinfo=UTC)
            if self._offset(moment) == offset:
                return moment
            begin = self._change_between(begin, moment, offset) - _TICK
            offset = self._offset(begin + _TICK)

    def _change_between(self, before: datetime, after: datetime, offset: timedelta) -> datetime:
        """Find the second at which the clock changes from an offset."""
        low, high = int(before.timestamp()), int(after.timestamp())
        while high - low > 1:
            middle = (low + high) // 2
            if self._offset(datetime.fromtimestamp(middle, UTC)) == offset:
                low = middle
            else:
                high = middle
        return datetime.fromtimestamp(high, UTC)

    def _offset(self, moment: datetime) -> timedelta:
        return moment.astimezone(self._zone).utcoffset() or timedelta()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=256)
def cron(expression: str, tz: str | None = None) -> Cron:
    """Return a cron expression in a time zone such as ``Europe/Berlin``; without one in UTC.

    Raises:
        CronError: The expression or the time zone cannot be read.
    """
    return Cron(expression, tz)


def _day(field: str, whole: str) -> str:
    """Write ``?`` as a star, and ``*/2`` with its bounds, because of two days cronsim would ask that both fit."""
    return "*" if field == "?" else whole + field[1:] if field.startswith("*/") else field


def _zone(tz: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(tz or "UTC")
    except (KeyError, ValueError, OSError):
        raise CronError(f"there is no time zone {tz!r}; write one such as Europe/Berlin") from None


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else round((moment - _EPOCH).total_seconds() * 1_000)
