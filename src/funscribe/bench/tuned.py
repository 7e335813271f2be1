"""The settings of the last run of a machine, as a profile of the user's own."""

from __future__ import annotations

from pathlib import Path

import msgspec

from funscribe.bench.history import Run, read_history
from funscribe.errors import RunInvalid
from funscribe.profiles import Profile, RunOptions
from funscribe.recipe import Recipe, change

_RUN = "run."


def last_tuned(machine: str, folder: Path | None = None) -> Run:
    """Return the newest saved run of a machine that says what suits it; a full one before a quick one.

    Args:
        machine: Its key.
        folder: Of the history; None for the user's.

    Raises:
        RunInvalid: There is none.
    """
    runs = [run for run in read_history(folder, machine)[0] if run.suits]
    if not runs:
        raise RunInvalid("nothing was measured on this machine; `funscribe bench run` does it in two minutes")
    return max(runs, key=lambda run: (not run.quick, run.at, run.id))


def tuned_profile(run: Run, before: Profile | None = None) -> Profile:
    """Return the profile with what suits a machine; the other options of the one before stay.

    Args:
        run: A saved run.
        before: The user's own profile, None for the defaults.

    Raises:
        RecipeInvalid: The run names an option that there is not.
    """
    recipe = before.recipe if before else Recipe()
    settings = [suit for suit in run.suits if not suit.setting.startswith(_RUN)]
    changed = change(recipe, [f"{suit.setting}={_text(suit.value)}" for suit in settings])
    known = {field.name for field in msgspec.structs.fields(RunOptions)}
    spread = {
        suit.setting.removeprefix(_RUN): suit.value
        for suit in run.suits
        if suit.setting.startswith(_RUN) and suit.setting.removeprefix(_RUN) in known
    }
    made = msgspec.convert(
        {**msgspec.to_builtins(before.run if before else RunOptions()), **spread}, RunOptions
    )
    return Profile("default", f"measured on {run.machine.cpu}, {run.machine.cores} cores", made, changed)


def _text(value: str | int | float | bool) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
