"""``completion``: print the script with which a shell completes the command."""

import click
from click.shell_completion import get_completion_class

from sim.core.program import SCRIPT

PLACE = 130

VARIABLE = "_JOBWORKER_SIM_COMPLETE"
"""Set by the shell's script when it asks what goes on where the line ends."""


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that has SHELL complete `jobworker-sim`.

    bash: eval "$(jobworker-sim completion bash)" in ~/.bashrc. zsh: the same with
    zsh, in ~/.zshrc after compinit. fish: jobworker-sim completion fish >
    ~/.config/fish/completions/jobworker-sim.fish.
    """
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(ctx.find_root().command, {}, SCRIPT, VARIABLE).source(), nl=False)
