"""Emails leave; what has left does not come back."""

import pytest

from sim.handlers.database import Failure
from sim.handlers.email import OptedOut
from sim.handlers.errors import DatabaseUnavailable, ReplyLost, TransactionAborted, TransientError
from tests.unit.handlers.driver import Driver, job_of

SENT = "SELECT number, status FROM notifications"


def test_an_email_is_sent_and_marked(app: Driver) -> None:
    """It stands in the outbox with its address."""
    assert app.run("email", job_of("email", 7)) == {"notification": 7, "status": "sent"}
    assert app.rows("SELECT job, address FROM outbox") == [("email-7", "customer-7@example.com")]
    assert app.rows(SENT) == [(7, "sent")]


def test_without_a_key_a_second_run_sends_again(app: Driver) -> None:
    """Two mails, one notification."""
    for _ in range(2):
        app.run("email", job_of("email"))
    assert app.database.effects_by_job() == {"email-1": 2}
    assert app.written == [("email-1", True), ("email-1", True)]
    assert app.rows(SENT) == [(1, "sent")]


def test_with_a_key_the_provider_recognises_a_second_send(app: Driver) -> None:
    """One mail, and both runs end well."""
    job = job_of("email", idempotent=True)
    assert app.run("email", job) == app.run("email", job) == {"notification": 1, "status": "sent"}
    assert app.database.effects_by_job() == {"email-1": 1}
    assert app.written == [("email-1", True), ("email-1", False)]


def test_keys_tell_jobs_apart(app: Driver) -> None:
    """Two jobs that write to the same customer are two mails."""
    for number in (1, 2):
        app.run("email", job_of("email", number, to="a@b", idempotent=True))
    assert app.database.effects_by_job() == {"email-1": 1, "email-2": 1}


def test_a_key_does_not_recognise_what_went_out_without_one(app: Driver) -> None:
    """The provider knows only the keys it was given."""
    app.run("email", job_of("email"))
    app.run("email", job_of("email", idempotent=True))
    assert app.database.effects_by_job() == {"email-1": 2}


@pytest.mark.parametrize(
    ("failure", "error", "marks"),
    [("refuse", DatabaseUnavailable, []), ("abort", TransactionAborted, []), ("lost-reply", ReplyLost, [(1, "sent")])],
)
def test_a_mail_stays_sent_when_the_last_transaction_fails(
    app: Driver, failure: Failure, error: type[TransientError], marks: list[tuple[int, str]]
) -> None:
    """The attempt fails although the customer has the mail."""
    with pytest.raises(error):
        app.run("email", job_of("email"), [None, failure])
    assert app.database.effects_by_job() == {"email-1": 1}
    assert app.rows(SENT) == marks


@pytest.mark.parametrize(("instructions", "effects"), [(2, {}), (3, {"email-1": 1})])
def test_a_crash_counts_from_the_send_on(app: Driver, instructions: int, effects: dict[str, int]) -> None:
    """A process that dies before it leaves nothing; one that dies right after it leaves a mail that is not marked."""
    app.run("email", job_of("email"), die_after=instructions)
    assert app.database.effects_by_job() == effects
    assert app.rows(SENT) == []


def test_who_has_opted_out_gets_no_mail(app: Driver) -> None:
    """It is found before any work; other recipients get theirs."""
    app.rows("INSERT INTO opt_outs VALUES ('customer-1@example.com')")
    with pytest.raises(OptedOut):
        app.run("email", job_of("email", 1), die_after=1)
    app.run("email", job_of("email", 11))
    assert app.database.effects_by_job() == {"email-11": 1}


def test_no_email_gets_past_a_database_that_is_away(app: Driver) -> None:
    """Nothing is sent when the recipient cannot be looked up."""
    with pytest.raises(DatabaseUnavailable):
        app.run("email", job_of("email"), ["refuse"])
    assert app.database.effects_by_job() == {}
