"""What the commands that make scripts take alike: the options of a run, and how they become a recipe."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from funscribe.profiles import Profile
    from funscribe.recipe import Recipe

_MODEL = "What moves"

Videos = Annotated[
    list[str],
    typer.Argument(metavar="VIDEO...", help="Videos, folders of videos, or URLs such as s3://BUCKET/NAME."),
]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="DIR", help="Write scripts here, not beside the videos."),
]
Recursive = Annotated[bool, typer.Option("--recursive", "-r", help="Search folders to any depth.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace scripts that exist.")]
Variants = Annotated[
    str | None, typer.Option(metavar="NAME,...", help="Also write these variants: soft, full, intense.")
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Processes side by side; the default fills the cores."),
]
Threads = Annotated[
    int | None,
    typer.Option(
        min=1, max=1024, metavar="N", help="Decoder threads of each process; the default fills the cores."
    ),
]
RecipeFile = Annotated[
    Path | None, typer.Option("--recipe", metavar="FILE.toml", help="Read the options from a file.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="STAGE.OPTION=VALUE", help="Change an option; see `funscribe recipe show`."
    ),
]
ProfileName = Annotated[
    str | None,
    typer.Option("--profile", metavar="NAME", help="Options that suit a machine: desktop, pi, rtx."),
]
Invert = Annotated[bool, typer.Option("--invert", help="Turn the scripts upside down.")]
InvertPassage = Annotated[
    list[str] | None, typer.Option(metavar="START-END", help="Turn a passage upside down (s).")
]
Axes = Annotated[
    str | None,
    typer.Option(metavar="AXIS,...", help="Axes to script: stroke, roll, sway, ...; a file each."),
]
Chapters = Annotated[bool, typer.Option("--chapters", help="Name the passages of the video in the script.")]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|PATH",
        help="Let a model look for things; see `funscribe models`.",
        rich_help_panel=_MODEL,
    ),
]
Anchor = Annotated[
    str | None,
    typer.Option(metavar="CLASS", help="The thing whose place defines the axis.", rich_help_panel=_MODEL),
]
Contact = Annotated[
    str | None,
    typer.Option(
        metavar="CLASS,...", help="The things that move against the anchor.", rich_help_panel=_MODEL
    ),
]
Region = Annotated[
    str | None,
    typer.Option(
        metavar="X,Y,W,H", help="Where the motion is, as parts of the picture (0..1).", rich_help_panel=_MODEL
    ),
]
EveryFrame = Annotated[
    bool,
    typer.Option(
        "--detect-every-frame", help="Look at every frame, not at some each second.", rich_help_panel=_MODEL
    ),
]
Head = Annotated[
    str | None,
    typer.Option(
        metavar="HEAD", help="What the model's outputs mean, where it does not say.", rich_help_panel=_MODEL
    ),
]
Classes = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Names of the classes, one a line.", rich_help_panel=_MODEL),
]
Device = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="What the model runs on: cpu, cuda, ...", rich_help_panel=_MODEL),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcuts:
    """Options of a command line that stand for options of a recipe; None and False change nothing."""

    invert: bool = False
    invert_passage: list[str] | None = None
    model: str | None = None
    anchor: str | None = None
    contact: str | None = None
    roi: str | None = None
    axes: str | None = None
    chapters: bool = False
    head: str | None = None
    classes: Path | None = None
    device: str | None = None
    every_frame: bool = False

    def settings(self) -> list[str]:
        """Return them in the form `stage.option=value`."""
        named = {
            "script.invert": "yes" if self.invert else None,
            "script.invert_passages": ",".join(self.invert_passage or ()) or None,
            "detect.model": self.model,
            "motion.anchor": self.anchor,
            "motion.contacts": self.contact,
            "motion.roi": self.roi,
            "motion.axes": self.axes,
            "motion.chapters": "yes" if self.chapters else None,
            "detect.head": self.head,
            "detect.classes": self.classes,
            "detect.device": self.device,
            "detect.every_frame": "yes" if self.every_frame else None,
        }
        return [f"{path}={value}" for path, value in named.items() if value is not None]


def chosen_recipe(file: Path | None, settings: list[str] | None, profile: Profile | None = None) -> Recipe:
    """Return the recipe of a file or a profile, or the default one, with settings applied."""
    from funscribe.recipe import Recipe, change, read_recipe

    if file is not None and profile is not None:
        raise typer.BadParameter(
            f"is not for a run with a profile; `funscribe recipe show --profile {profile.name} --toml` "
            "prints the options of that one for a file of yours",
            param_hint="--recipe",
        )
    if profile is not None:
        return change(profile.recipe, settings or [])
    return change(read_recipe(file) if file else Recipe(), settings or [])


def suited_profile(name: str | None, file: Path | None) -> Profile | None:
    """Return the profile of a name; without a name and a file, the user's own default, if there is one."""
    from funscribe.profiles import read_own, read_profile

    if name is not None:
        return read_profile(name)
    return read_own() if file is None else None


def words(text: str | None) -> tuple[str, ...]:
    """Return the words of a text with commas between them."""
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())
