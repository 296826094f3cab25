"""Terminal tables, the HTML report and the results folder."""
