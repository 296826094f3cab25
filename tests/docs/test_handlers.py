"""docs/handlers.md says what the files of the handlers say."""

from tests.docs.course_tables import written
from tests.docs.handler_table import PAGE, handler_table


def test_the_table_of_handlers_is_that_of_their_files() -> None:
    """Else: python -m tests.docs.handler_table."""
    assert written(PAGE.read_text(encoding="utf-8"), "handlers") == handler_table()
