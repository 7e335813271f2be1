"""How orders and jobs are written in the rows of the queue, and read back."""

from __future__ import annotations

import math
import os
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict

import msgspec

from funscribe.errors import JobNotFound, QueueError, RecipeInvalid
from funscribe.jobs.job import Job
from funscribe.monitor import Progress
from funscribe.pipeline.order import Order
from funscribe.recipe import Recipe

JOB = """
    SELECT id, video, script, recipes.recipe AS recipe, variants, overwrite, priority, state, attempt, added,
        began, ended, runner, progress, need_bytes, error, warnings, actions
    FROM jobs LEFT JOIN recipes ON recipes.digest = jobs.recipe
"""
_LARGEST = 2**63 - 1
_PRIORITY = 1_000_000_000
_KEPT_RECIPES = 256


def path_value(path: str) -> str | bytes:
    """Return a path as it is stored: text, or bytes where text cannot hold it."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass")
    return path


def path_of(value: str | bytes) -> str:
    """Return the path that `path_value` stored."""
    return value if isinstance(value, str) else value.decode("utf-8", "surrogatepass")


def place(script: str) -> str | bytes:
    """Return what two spellings of the same script path have in common."""
    if "://" in script:
        return path_value(script)
    # A Path would be slow for thousands, and resolving one would ask the disk.
    return path_value(os.path.normcase(os.path.abspath(script)))  # noqa: PTH100


def number(job: int) -> int:
    """Return the number of a job if it can be one.

    Raises:
        JobNotFound: It is no whole number from 1 that the queue could have given.
    """
    if not isinstance(job, int) or isinstance(job, bool) or not 1 <= job <= _LARGEST:
        raise job_not_found([job])
    return job


def job_not_found(jobs: Iterable[object]) -> JobNotFound:
    """The error that says which jobs are not there."""
    names = [str(job)[:40] for job in jobs]
    told = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return JobNotFound(f"there is no job {told}; `funscribe batch list` shows those there are")


def checked_priority(priority: int) -> int:
    """Return a priority if it is one.

    Raises:
        QueueError: It is no whole number, or too large.
    """
    if not isinstance(priority, int) or abs(priority) > _PRIORITY:
        raise QueueError(f"priority {priority!r}: expected a whole number, -{_PRIORITY} to {_PRIORITY}")
    return int(priority)


class Recipes:
    """The recipes of one call, each encoded once: thousands of orders commonly share one object."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Recipe, str]] = {}
        self.texts: dict[str, str] = {}

    def digest(self, recipe: Recipe) -> str:
        """Return the digest of a recipe, and keep its text in `texts`.

        Raises:
            RecipeInvalid: It would not read back as it is.
        """
        known = self._known.get(id(recipe))
        if known is None:
            text = _recipe_text(recipe)
            known = self._known[id(recipe)] = (recipe, recipe.digest())  # held, so that its id stays its own
            self.texts[known[1]] = text
        return known[1]


def _recipe_text(recipe: Recipe) -> str:
    try:
        text = msgspec.json.encode(recipe, order="deterministic")
        same = msgspec.json.decode(text, type=Recipe) == recipe
    except (UnicodeEncodeError, msgspec.ValidationError) as error:
        raise RecipeInvalid(f"the recipe cannot be stored: {error}; change that option") from error
    if not same:
        raise RecipeInvalid("the recipe cannot be stored: it does not read back as it is; check its numbers")
    return text.decode()


def order_values(order: Order, recipes: Recipes) -> tuple[object, ...]:
    """Return what is stored of an order: video, script, place, recipe, variants, overwrite.

    Raises:
        QueueError: A path is empty or holds a zero byte.
        RecipeInvalid: The recipe or the variants would not read back as they are.
    """
    for path in (order.video, order.script):
        if not path or "\0" in path:
            raise QueueError(f"{path!r} is no path: it is empty or holds a zero byte; check its name")
    try:
        variants = msgspec.json.encode(order.variants).decode()
    except UnicodeEncodeError as error:
        raise RecipeInvalid(f"the variants {order.variants} cannot be stored: no UTF-8") from error
    digest = recipes.digest(order.recipe)
    video, script = path_value(order.video), path_value(order.script)
    return video, script, place(order.script), digest, variants, int(order.overwrite)


def progress_text(progress: Progress) -> str:
    """Return progress as it is stored; what is no number is nought, or unknown time left."""
    values = asdict(progress)
    for name, value in values.items():
        if isinstance(value, float) and not math.isfinite(value):
            values[name] = None if name in ("eta_s", "gpu_mb") else 0.0
    return msgspec.json.encode(values).decode()


def plain_text(text: str) -> str:
    """Return a text that the queue can hold."""
    return text.encode("utf-8", "backslashreplace").decode()


class JobReader:
    """Makes jobs of rows; recipes that were read once are kept, a bounded number of them."""

    def __init__(self) -> None:
        self._recipes: dict[str, tuple[Recipe, str]] = {}

    def recipe(self, text: str | None) -> tuple[Recipe, str]:
        """Return a recipe and, where this version cannot read it, the default and why."""
        if text is None:
            return Recipe(), "its recipe is missing; add the video again"
        if text not in self._recipes:
            if len(self._recipes) >= _KEPT_RECIPES:
                self._recipes.clear()
            self._recipes[text] = _read_recipe(text)
        return self._recipes[text]

    def job(self, row: sqlite3.Row) -> Job:
        """Return the job of a row selected by `JOB`; where its recipe cannot be read, its error says so."""
        recipe, unread = self.recipe(row["recipe"])
        progress = row["progress"]
        return Job(
            id=row["id"],
            order=Order(
                video=path_of(row["video"]),
                script=path_of(row["script"]),
                recipe=recipe,
                variants=msgspec.json.decode(row["variants"], type=tuple[str, ...]),
                overwrite=bool(row["overwrite"]),
            ),
            priority=row["priority"],
            state=row["state"],
            attempt=row["attempt"],
            added=row["added"],
            began=row["began"],
            ended=row["ended"],
            runner=row["runner"],
            progress=None if progress is None else msgspec.json.decode(progress, type=Progress),
            need_bytes=row["need_bytes"],
            error=row["error"] or unread,
            warnings=msgspec.json.decode(row["warnings"], type=tuple[str, ...]),
            actions=row["actions"],
        )


def _read_recipe(text: str) -> tuple[Recipe, str]:
    try:
        return msgspec.json.decode(text, type=Recipe), ""
    except msgspec.MsgspecError as error:
        return Recipe(), f"its recipe is of another version of Funscribe: {error}; add the video again"
