"""``completion``: print the shell completion script."""

import click
from click.shell_completion import get_completion_class

from sim.core.program import SCRIPT

PLACE = 130

VARIABLE = "_JOBWORKER_SIM_COMPLETE"
"""Set by the shell's script when it asks what goes on where the line ends."""


@click.command(
    help="""Print the shell completion script of `jobworker-sim`.

    \b
    bash, in ~/.bashrc:
      eval "$(jobworker-sim completion bash)"
    zsh, in ~/.zshrc after compinit:
      eval "$(jobworker-sim completion zsh)"
    fish:
      jobworker-sim completion fish > ~/.config/fish/completions/jobworker-sim.fish
    """
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script of a shell."""
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(ctx.find_root().command, {}, SCRIPT, VARIABLE).source(), nl=False)
