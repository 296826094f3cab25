"""The table of metrics in docs/monitoring.md, from the catalogue.

``python -m tests.docs.metric_table`` writes it anew after a metric has changed; a test says when that is.
"""

from pathlib import Path

from sim.metrics.catalogue import METRICS
from tests.docs.course_tables import with_block

PAGE = Path(__file__).parents[2] / "docs" / "monitoring.md"


def table() -> str:
    """List the metrics as they are named in scenarios and in Prometheus."""
    rows = ["| in scenarios and frames | in Prometheus | kind | unit | what it says |", "|---|---|---|---|---|"]
    for name, metric in METRICS.items():
        unit = metric.unit or "0 or 1"
        rows.append(f"| `{name}` | `{metric.selector(None)}` | {metric.kind} | {unit} | {metric.meaning} |")
    return "\n".join(rows)


if __name__ == "__main__":
    PAGE.write_text(with_block(PAGE.read_text(encoding="utf-8"), "metrics", table()), encoding="utf-8")
