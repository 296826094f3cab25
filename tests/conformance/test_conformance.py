"""The project's queue does what the real Bull did, key by key, after every operation."""

from functools import cache

import pytest

import tests.conformance.catalogue  # noqa: F401  (fills the catalogue)
from tests.conformance.case import CATALOGUE, Case
from tests.conformance.conftest import ARMS, make_arm
from tests.conformance.records import disagreements, groups, load, observe

recorded = cache(load)


@pytest.mark.parametrize("one", CATALOGUE.values(), ids=CATALOGUE)
@pytest.mark.parametrize("name", [f"{arm}-" for arm in ARMS])
def test_every_arm_does_what_the_real_bull_did(name: str, one: Case, request: pytest.FixtureRequest) -> None:
    """Every reply and the whole keyspace after every step are those that the real Bull gave.

    On the arm `bull-redis` it is the record that is tested: it fails when the record has gone stale.
    """
    arm = make_arm(name.removesuffix("-"), request)
    lines = disagreements(one, recorded(one.group).get(one.name), observe(one, arm))
    assert not lines, "\n".join([one.claim, *lines])


def test_the_catalogue_is_large_and_every_record_has_its_case() -> None:
    """There are at least 150 cases, and no record is of a case that is gone."""
    assert len(CATALOGUE) >= 150
    names = {name for group in groups() for name in recorded(group)}
    assert names == set(CATALOGUE)
