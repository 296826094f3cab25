"""The past of each queue in a few numbers, for a small curve beside its counts."""

MAX_SAMPLES = 240
SERIES = ("backlog", "failed")


class Samples:
    """Counts at evenly spaced moments of simulated time; the longer the run, the wider the spacing.

    Attributes:
        every_ms: The spacing.
        t_ms: The moments.
        values: By queue and series, one number for each moment.
    """

    def __init__(self, queues: list[str]) -> None:
        self.every_ms = 250
        self.t_ms: list[int] = []
        self.values: dict[str, dict[str, list[int]]] = {queue: {series: [] for series in SERIES} for queue in queues}

    def is_due(self, now_ms: int) -> bool:
        """Whether it is time for the next one."""
        return not self.t_ms or now_ms >= self.t_ms[-1] + self.every_ms

    def add(self, now_ms: int, counts: dict[str, dict[str, int]]) -> None:
        """Keep counts of now; half of the older ones go when there are many.

        Args:
            counts: By queue and series.
        """
        if self.t_ms and self.t_ms[-1] == now_ms:
            self._drop_last()
        self.t_ms.append(now_ms)
        for queue, series in self.values.items():
            for name, numbers in series.items():
                numbers.append(counts[queue][name])
        if len(self.t_ms) > MAX_SAMPLES:
            self.every_ms *= 2
            self.t_ms = self.t_ms[::2]
            for series in self.values.values():
                for name in series:
                    series[name] = series[name][::2]

    def _drop_last(self) -> None:
        self.t_ms.pop()
        for series in self.values.values():
            for numbers in series.values():
                numbers.pop()
