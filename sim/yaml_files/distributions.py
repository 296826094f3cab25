"""How a file writes times that are drawn at random."""

from typing import Annotated, Literal

from pydantic import Field

from sim.yaml_files.fields import Duration, Model, PositiveDuration


class ExponentialTime(Model):
    """Times drawn from an exponential distribution."""

    kind: Literal["exponential"]
    mean: PositiveDuration


class UniformTime(Model):
    """Times drawn uniformly between two bounds."""

    kind: Literal["uniform"]
    min: Duration
    max: Duration


class LognormalTime(Model):
    """Times with a long tail: half are below the median, a few are far above it."""

    kind: Literal["lognormal"]
    median: PositiveDuration
    sigma: Annotated[float, Field(gt=0, le=5, strict=False)] = 0.5
    """Standard deviation of the logarithm."""


TimeDistribution = Annotated[ExponentialTime | UniformTime | LognormalTime, Field(discriminator="kind")]
