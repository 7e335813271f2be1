"""How a command line and the rules of folders together become orders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from funscribe.cli.targets import Target
from funscribe.errors import FunscribeError, RecipeInvalid, VideoNotFound
from funscribe.jobs.rules import Asked, Rulebook, Rules, order_of
from funscribe.pipeline.order import Order, absolute
from funscribe.recipe import Recipe, change
from funscribe.urls import is_url


@dataclass(slots=True)
class Wishes:
    """What all orders of a command line have in common.

    Attributes:
        recipe: The options of videos for which no folder says any, settings applied.
        asked: What is asked for beside them.
        changes: Settings of the form `stage.option=value`; they go before the rules of folders, too.
        by_folder: Take the recipes of folders; no recipe was named.
    """

    recipe: Recipe
    asked: Asked
    changes: tuple[str, ...] = ()
    by_folder: bool = True
    _rules: Rulebook = field(default_factory=Rulebook)
    _recipes: dict[Path, Recipe] = field(default_factory=dict)
    _priorities: dict[str, int] = field(default_factory=dict)

    def order(self, target: Target) -> Order | None:
        """Return the order of a video; None where the rules of its folder leave it out.

        Raises:
            RecipeInvalid: Those rules make no sense.
        """
        video, root, asked = target.video, target.root, self.asked
        if not isinstance(video, Path) or root is None:
            return Order(
                video=absolute(str(video)),
                script=absolute(str(target.script)),
                recipe=self.recipe,
                variants=asked.variants or (),
                overwrite=asked.overwrite or False,
            )
        rules = self._rules.rules_for(video, root)
        if rules.ignores(video):
            return None
        order, priority = order_of(video, root, rules, asked)
        self._priorities[order.script] = priority
        return msgspec.structs.replace(order, recipe=self._recipe(rules))

    def _recipe(self, rules: Rules) -> Recipe:
        if not self.by_folder or rules.recipe is None or rules.folder is None:
            return self.recipe
        if rules.folder not in self._recipes:
            self._recipes[rules.folder] = change(rules.recipe, self.changes)
        return self._recipes[rules.folder]

    def by_priority(self, orders: Iterable[Order]) -> Iterator[tuple[int, list[Order]]]:
        """Yield orders in groups of one priority each, the highest first."""
        groups: dict[int, list[Order]] = {}
        for order in orders:
            priority = self._priorities.get(order.script, self.asked.priority or 0)
            groups.setdefault(priority, []).append(order)
        yield from sorted(groups.items(), reverse=True)


def orders_of(targets: Iterable[Target | FunscribeError], wishes: Wishes) -> Iterator[Order | FunscribeError]:
    """Yield the order of every target, and an error for what cannot be one; broken rules are told once."""
    broken: set[str] = set()
    for target in targets:
        if not isinstance(target, Target):
            yield target
        elif not is_url(target.video) and not Path(target.video).is_file():
            yield VideoNotFound(f"{target.video} does not exist; check the path")
        else:
            try:
                order = wishes.order(target)
            except RecipeInvalid as error:
                if str(error) not in broken:
                    broken.add(str(error))
                    yield error
                continue
            if order is not None:
                yield order
