"""Pictures on a notebook's page."""

import matplotlib
import pytest
from matplotlib.figure import Figure

from sim.core.errors import SimError
from sim.notebook import show


def figure() -> Figure:
    """A figure with two axes."""
    one = Figure(figsize=(5, 2))
    one.subplots(1, 2)
    return one


def test_a_picture_has_its_alternative_text_and_its_caption() -> None:
    """Both escaped: a text is a text."""
    html = show(figure(), alt='Bars: "lost" < 3', caption="Lost & found")._repr_html_()
    assert 'alt="Bars: &quot;lost&quot; &lt; 3"' in html
    assert "<figcaption" in html
    assert ">Lost &amp; found</figcaption></figure>" in html
    assert 'src="data:image/png;base64,iVBOR' in html


def test_a_picture_on_a_narrow_page_scrolls_before_its_letters_are_too_small() -> None:
    """480 pixels wide as it was drawn, and never below seven tenths of that."""
    html = show(figure(), alt="Two panels").html
    assert '<div style="overflow-x: auto"><img' in html
    assert "width: 480px; max-width: max(100%, 336px); height: auto" in html


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_a_picture_without_alternative_text_is_refused(alt: str) -> None:
    """Whoever cannot see it would be told nothing."""
    with pytest.raises(SimError, match="alt is empty; say in a sentence"):
        show(figure(), alt=alt)


def test_axes_and_several_axes_stand_for_their_figure() -> None:
    """A plot gives back axes; a timeline two of them."""
    one = figure()
    left, right = one.axes
    shown = {show(part, alt="Two panels").html for part in (one, left, one.axes, (left, right))}
    assert len(shown) == 1


def test_the_same_picture_gives_the_same_bytes() -> None:
    """So that a notebook run again is the same notebook."""
    assert show(figure(), alt="Two panels").html == show(figure(), alt="Two panels").html


def test_what_is_no_picture_or_two_is_refused() -> None:
    """With what would be right."""
    with pytest.raises(SimError, match="several axes of one figure, not a dict"):
        show({}, alt="Nothing")
    with pytest.raises(SimError, match="axes of 2 figures; show one figure at a time"):
        show([figure(), figure()], alt="Two")
    with pytest.raises(SimError, match="no axes"):
        show([], alt="None")


def test_a_figure_of_pyplot_is_closed() -> None:
    """Else a notebook shows it a second time at the end of the cell, without words."""
    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    plt.close("all")
    _drawn, axes = plt.subplots(2, 2)
    show(axes, alt="Four empty panels")
    assert plt.get_fignums() == []


def test_a_terminal_sees_the_alternative_text() -> None:
    """And not a megabyte of base64."""
    assert repr(show(figure(), alt="Two panels", caption="Empty")) == "[picture: Two panels]\nEmpty"
