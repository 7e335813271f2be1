import sys
from pathlib import Path

import pytest

from funscribe.lazy import lazy


def test_a_name_is_loaded_when_it_is_first_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "sleepy"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from funscribe.lazy import lazy\n__getattr__ = lazy(__name__, {'bed': ('PILLOW', 'SHEET')})\n"
    )
    (package / "bed.py").write_text("PILLOW = 'soft'\nSHEET = 'white'\nHIDDEN = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import sleepy  # type: ignore[import-not-found]

    assert "sleepy.bed" not in sys.modules
    assert (sleepy.PILLOW, sleepy.SHEET) == ("soft", "white")
    assert "sleepy.bed" in sys.modules
    with pytest.raises(AttributeError, match="module 'sleepy' has no attribute 'HIDDEN'"):
        _ = sleepy.HIDDEN


def test_an_unknown_name_is_an_attribute_error() -> None:
    load = lazy("funscribe", {"errors": ("FunscribeError",)})
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        load("nothing")
    assert load("FunscribeError").__name__ == "FunscribeError"


def test_a_missing_module_is_not_hidden() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"funscribe\.nowhere"):
        lazy("funscribe", {"nowhere": ("thing",)})("thing")


def test_every_public_name_is_there() -> None:
    import funscribe

    assert list(funscribe.__all__) == sorted(funscribe.__all__)
    for name in funscribe.__all__:
        assert getattr(funscribe, name) is getattr(funscribe, name)
        assert callable(getattr(funscribe, name)), f"{name} is a name of a package too, which hides it"
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = funscribe.nothing
