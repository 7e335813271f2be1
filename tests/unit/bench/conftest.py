import sys
from pathlib import Path

import pytest


@pytest.fixture
def reports(monkeypatch):
    """The made-up scores beside the tests."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.delitem(sys.modules, "reports", raising=False)
    import reports

    return reports


@pytest.fixture
def saved_runs(monkeypatch):
    """The made-up saved runs beside the tests."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.delitem(sys.modules, "saved_runs", raising=False)
    import saved_runs

    return saved_runs
