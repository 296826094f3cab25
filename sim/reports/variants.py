"""Which other variants a scenario has, and the commands that run them."""

from pathlib import Path
from typing import TYPE_CHECKING

from sim.core.program import program_name
from sim.scenario.load import split_variant
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from rich.console import Console


def print_variants(scenario: Scenario, file: Path, console: "Console") -> None:
    """Print what else can be run of a scenario: its variants, and the scenario as it stands.

    Args:
        file: What was run: the scenario's file, perhaps with the name of a variant.
    """
    from rich.text import Text

    plain = split_variant(file)[0]
    others = {name: variant.about for name, variant in scenario.variants.items() if name != scenario.variant}
    commands = {f"{plain}:{name}": f"Variant {name}: {about}" for name, about in others.items()}
    if scenario.variant is not None:
        commands = {str(plain): "Without the variant:"} | commands
    for argument, text in commands.items():
        console.print(Text(text))
        console.print(Text(f"  {program_name()} run {argument}", style="dim"), soft_wrap=True)
