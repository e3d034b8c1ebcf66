"""The charts: what they tell, and that they belong to the page."""

from __future__ import annotations

import re

from bgrsr_data.report.charts import always, draw_charts, short, summary


def test_a_histogram_tells_median_quartiles_and_count_and_draws_the_same_each_time() -> None:
    values = {"keys: score": [0.0, 0.25, 0.5, 0.75, 1.0]}
    (chart,) = draw_charts(values, {"keys: score": [(0.15, "key --min-score 0.15")]})
    assert (chart.quartiles, chart.count) == ((0.25, 0.5, 0.75), 5)
    assert chart.bounds == [(0.15, "key --min-score 0.15")]
    assert draw_charts(values)[0].svg == draw_charts(values)[0].svg
    assert summary(values)["keys: score"]["median"] == 0.5


def test_a_bound_near_the_values_is_drawn_and_one_far_off_is_not() -> None:
    values = {"keys: score": [0.5, 0.6, 0.7, 0.8]}

    def lines(bound: float) -> int:
        (chart,) = draw_charts(values, {"keys: score": [(bound, "")]})
        return chart.svg.count("var(--bad)")

    assert lines(0.45) == 1
    assert lines(0.05) == 0


def test_text_stays_text_and_colours_follow_the_page() -> None:
    (chart,) = draw_charts({"keys: holes": [0.0125, 0.025, 0.0375]})
    assert re.search(r"<text[^>]*>0\.02[05]?</text>", chart.svg)
    assert "font-family" not in chart.svg
    assert not re.search(r"#[0-9a-f]{6}\b", chart.svg)
    assert set(re.findall(r"var\(--([a-z]+)", chart.svg)) >= {"bar", "band", "soft", "ink"}
    assert 'role="img"' in chart.svg


def test_what_is_the_same_everywhere_is_told_and_not_drawn() -> None:
    values = {"keys: studio": [0.0, 0.0], "keys: score": [0.1, 0.9]}
    assert [chart.name for chart in draw_charts(values)] == ["keys: score"]
    assert always(values) == [("keys: studio", 0.0, 2)]


def test_figures_are_short_and_without_powers_of_ten() -> None:
    assert [short(value) for value in (0, 0.00012, 0.0153, 8.52, 8520.4)] == ["0", "0.00012", "0.0153", "8.52", "8,520"]
