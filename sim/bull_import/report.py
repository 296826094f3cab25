"""What became of each option, as a table in the terminal."""

from typing import TYPE_CHECKING

from sim.bull_import.read import Given, Queues

if TYPE_CHECKING:
    from rich.console import Console


def print_answers(queues: Queues, console: "Console") -> None:
    """Print a table for each queue: option, and the key that it became or why it became none; values may be secret."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    for queue, given in queues.items():
        table = Table(title=queue, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column(
            "option of Bull", min_width=min(36, max((len(one.option) for one in given), default=0)), overflow="fold"
        )
        table.add_column("in the scenario", overflow="fold")
        for one in given:
            style = "" if one.answer.modelled else "bold"
            table.add_row(one.option, Text(became(one)), style=style)
        console.print(table)
        lost = sum(not one.answer.modelled for one in given)
        told = f"{len(given)} options: {lost} not modelled." if lost else f"{len(given)} options, all accounted for."
        console.print(told, highlight=False)
        console.print()


def became(one: Given) -> str:
    """Say what became of an option: keys of the scenario, or why there are none."""
    keys = ", ".join(".".join(part for part in path if part != "<queue>") for path, _value in one.answer.settings)
    if keys:
        return f"{keys} ({one.answer.why})" if one.answer.why else keys
    return one.answer.why if one.answer.modelled else f"not modelled: {one.answer.why}"
