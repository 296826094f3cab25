"""docs/faults.md says what the files of the faults say."""

from tests.docs.fault_table import fault_table, written


def test_the_table_of_faults_is_that_of_their_files() -> None:
    """Else: python -m tests.docs.fault_table."""
    assert written() == fault_table()
