"""A panel of controls with a Run button: change them, press it, and see what a function makes of their values.

The result is ordinary output of the cell and not part of a widget, so that a saved or exported notebook shows it too.
"""

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from inspect import signature
from traceback import format_exc
from typing import Any

from sim.core.errors import SimError
from sim.core.extras import need
from sim.notebook.controls import Control
from sim.notebook.markup import Shown, escaped, together


class Panel:
    """What ``knobs`` returns: controls, a Run button and the result of the last run.

    Attributes:
        controls: The widget of each knob, by the name of the function's argument.
        run_button: Nothing runs before it is pressed, except once with the starting values when the panel is shown.
        result: What the last run showed.
    """

    def __init__(self, function: Callable[..., Any], controls: dict[str, Control]) -> None:
        need("a panel of knobs", "notebook", "ipywidgets", "IPython")
        import ipywidgets

        self._function = function
        self._knobs = controls
        self._output: Any = None
        self.controls: dict[str, Any] = {name: control.widget() for name, control in controls.items()}
        self.run_button: Any = ipywidgets.Button(description="Run", button_style="primary", tooltip="Run with these")
        self.run_button.on_click(self._on_click)
        self.box: Any = ipywidgets.VBox([*self.controls.values(), self.run_button])
        self.result = Shown("", "")

    @property
    def values(self) -> dict[str, Any]:
        """Where the knobs stand now, by the names of the function's arguments."""
        return {name: widget.value for name, widget in self.controls.items()}

    def run(self) -> None:
        """Call the function with where the knobs stand, and show what it returns below them.

        What is wrong with the values is shown as its message; any other exception is raised.
        """
        values = self.values
        printed = io.StringIO()
        try:
            with redirect_stdout(printed):
                shown = together(self._function(**values))
        except SimError as error:
            shown = Shown(f'<pre role="alert">{escaped(error)}</pre>', str(error))
        if printed.getvalue():
            said = Shown(f"<pre>{escaped(printed.getvalue())}</pre>", printed.getvalue())
            shown = Shown(f"{said.html}\n{shown.html}", f"{said.text}\n{shown.text}")
        self._put(shown, values)

    def _on_click(self, button: Any) -> None:
        button.disabled = True
        button.description = "Running…"
        try:
            self.run()
        except Exception:  # nobody else would show it: the notebook does not wait for a button
            self._put(Shown(f'<pre role="alert">{escaped(format_exc())}</pre>', format_exc()), self.values)
        finally:
            button.description = "Run"
            button.disabled = False

    def _put(self, shown: Shown, values: dict[str, Any]) -> None:
        """Show a result, with the values that it belongs to, in the place of the last one."""
        read = [f"{knob.label}: {knob.reading(values[name])}" for name, knob in self._knobs.items()]
        line = "Run with " + ", ".join(read)
        self.result = Shown(f'<p role="status"><b>{escaped(line)}</b></p>\n{shown.html}', f"{line}\n{shown.text}")
        if self._output is not None:
            self._output.update(self.result)

    def _ipython_display_(self) -> None:
        from IPython import display as page

        show: Any = page.display
        handle: Any = page.DisplayHandle
        show(self.box)
        self._output = handle()
        self._output.display(Shown("", ""))
        self.run()


def knobs(function: Callable[..., Any], **controls: Control) -> Panel:
    """Make a panel of knobs for calling a function with values of your choice.

    The function runs once with the starting values when the panel is shown, and again each time Run is pressed; turning
    a knob runs nothing.

    Args:
        function: Takes the values by name; returns what is to be shown, one thing or several in a tuple.
        controls: A knob for each argument, made by ``slider`` or ``choice``.

    Raises:
        SimError: An argument is not a knob, there are no knobs, or the function does not take them.
    """
    for name, control in controls.items():
        if not hasattr(control, "widget"):
            raise SimError(f"{name} is a {type(control).__name__}; make a knob with slider(...) or choice(...)")
    if not controls:
        raise SimError("knobs() needs at least one knob, such as attempts=slider('Attempts', 1, 8)")
    try:
        signature(function).bind(**controls)
    except TypeError as error:
        takes = ", ".join(signature(function).parameters) or "nothing"
        raise SimError(f"the function does not take these knobs: {error}; it takes: {takes}") from None
    return Panel(function, controls)
