"""Ids that a submit brings along: the caller's own, and those that Bull makes where its limiter goes by groups."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sim.engine.arrivals import Arrival
from sim.engine.random_streams import Streams
from sim.queue.javascript import text
from sim.queue.job import JobOptions
from sim.queue.limiter import id_in_group
from sim.scenario.queues import QueueConfig


class JobNaming:
    """Gives submits their ids.

    Bull draws an id at random for a job that has none of its own and is of a group; here it comes from a stream.

    Source: jobIdForGroup of Bull 4.16.5.
    """

    def __init__(self, streams: Streams) -> None:
        self._drawn = streams.generator("job-ids")

    def with_id(self, options: JobOptions, arrival: Arrival, config: QueueConfig, data: dict[str, Any]) -> JobOptions:
        """Put a job's id into its options, and its group into its data."""
        group_key = None if config.limiter is None else config.limiter.group_key
        if group_key is None:
            return replace(options, job_id=arrival.job_id)
        if arrival.group is not None:
            data[group_key] = arrival.group
        group = text(data[group_key]) if group_key in data else "undefined"
        return replace(options, job_id=id_in_group(arrival.job_id or self.unique(), group))

    def unique(self) -> str:
        """Draw an id as uuid's version 4 does."""
        return str(UUID(bytes=self._drawn.bytes(16), version=4))
