import pytest

from funscribe.bench import Report, clip_tables, summary


def reached(report):
    return {line.what: line for line in summary(report)}


def test_every_target_has_its_line(reports):
    lines = reached(reports.full_report())
    told = {what: (line.asked, line.reached, line.met) for what, line in lines.items()}
    assert told == {
        "scenes, median r": ("≥ 0.985", "0.745", False),
        "scenes, worst r (bad)": ("≥ 0.900", "0.500", False),
        "scenes, median f1": ("≥ 0.985", "0.625", False),
        "scenes, worst f1 (bad)": ("≥ 0.920", "0.250", False),
        "scenes with up and down, signs right": ("all", "1 of 2", False),
        "`pauses` and `still`, larger rest (units/s)": ("≤ 3.0", "2.5", True),
        "scenes, largest lag (ms)": ("≤ 10", "30", False),
        "scenes, median depth rank": ("≥ 0.800", "0.500", False),
        "quva, mean count error": ("≤ 0.120", "0.250", False),
        "quva, within one cycle": ("≥ 85.0%", "50.0%", False),
        "quva without 028, 030, 032_bar_lift, mean count error": ("≤ 0.080", "0.000", True),
        "jumprope, mean count error": ("≤ 0.100", "0.250", False),
        "ball, r": ("≥ 0.990", "0.992", True),
        "confidence and local r of passages, correlation": ("", "+1.00", None),
        "confidence and count error of clips, rank correlation": ("", "-1.00", None),
    }
    assert lines["quva, within one cycle"].value == pytest.approx(0.5)


def test_what_was_not_measured_has_no_line(reports):
    assert summary(Report(reports.MADE_BY)) == ()
    assert clip_tables(Report(reports.MADE_BY)) == ()
    only_quva = Report(reports.MADE_BY, counts=(reports.count("a", 5.0, 5), reports.count("b", 6.0, 5)))
    assert set(reached(only_quva)) == {"quva, mean count error", "quva, within one cycle"}


def test_bar_lifts_alone_leave_nothing_without_them(reports):
    lines = reached(Report(reports.MADE_BY, counts=(reports.count("030_bar_lift", 5.0, 5),)))
    assert "quva without 028, 030, 032_bar_lift, mean count error" not in lines


def test_tables_have_a_row_a_clip(reports):
    tables = {table.title: table for table in clip_tables(reports.full_report())}
    assert list(tables) == ["Synthetic scenes", "quva", "jumprope", "pendulum"]
    assert [row[0] for row in tables["Synthetic scenes"].rows] == ["good", "bad", "still"]
    assert all(len(row) == len(table.columns) for table in tables.values() for row in table.rows)
    signs = tables["Synthetic scenes"].columns.index("sign")
    assert [row[signs] for row in tables["Synthetic scenes"].rows] == ["right", "wrong", None]
