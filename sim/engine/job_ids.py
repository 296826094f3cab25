"""Which ids a queue gave an offer: the way back from a name, for whoever works with names."""

from bisect import insort
from collections.abc import Mapping


class JobIds:
    """The ids of each offer of one queue, in the order in which they first came up.

    It is made when somebody asks the first time, and kept up from then on.

    Args:
        names: By id the offer that it stands for; who changes it says so by ``map``, before.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._places = {job_id: place for place, job_id in enumerate(names)}
        self._ids: dict[str, list[str]] = {}
        for job_id, job in names.items():
            self._ids.setdefault(job, []).append(job_id)

    def map(self, job_id: str, job: str) -> None:
        """Take note that an id stands for an offer from now on."""
        before = self._names.get(job_id)
        if before == job:
            return
        if before is None:
            self._places[job_id] = len(self._places)
        else:
            self._ids[before].remove(job_id)
        insort(self._ids.setdefault(job, []), job_id, key=self._places.__getitem__)

    def latest(self, job: str) -> str | None:
        """Return the id of an offer that came up last; None where it has none."""
        ids = self._ids.get(job)
        return ids[-1] if ids else None
