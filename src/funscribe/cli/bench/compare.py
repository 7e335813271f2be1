"""`funscribe bench compare`: whether something became slower."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funscribe.cli.telling import stoppable

if TYPE_CHECKING:
    from funscribe.bench.comparing import Compared, Interval
    from funscribe.bench.pairing import PairedCase, Pairing

_SLOWER = 1
_SAVED = re.compile(r"\d{8}T\d{6}Z|.*\.json$")  # how the id of a saved run begins, or its file


def compare(
    base: Annotated[
        str, typer.Argument(metavar="BASE", help="Revision or saved run to compare with.", show_default=False)
    ] = "",
    new: Annotated[
        str,
        typer.Argument(
            metavar="NEW", help="Revision or saved run in question; . is the checkout.", show_default=False
        ),
    ] = "",
    cases: Annotated[
        str, typer.Option(metavar="CASE,...", help="Only these; all for all of them, not the quick ones.")
    ] = "",
    pairs: Annotated[
        int, typer.Option(min=1, max=100, metavar="N", help="Most pairs of processes a case.")
    ] = 32,
    threshold: Annotated[
        float, typer.Option(min=0.005, max=1.0, metavar="SHARE", help="Less than this does not count.")
    ] = 0.05,
    planted: Annotated[
        bool,
        typer.Option(
            "--self-test", help="Compare this package with itself, and with a slowdown planted: about 20 min."
        ),
    ] = False,
    tries: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help="Tries of the self-test.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Tell whether NEW is slower than BASE: two revisions of a checkout, or two saved runs.

    Revisions are measured in turns, A B B A, by pairs of processes, until the answer is settled. Slower means
    that the whole interval of the ratio is beyond the threshold.

    Exit status: 0 not slower, 1 slower (or a self-test that failed), 2 wrong usage.
    """
    from funscribe.bench.pairing import Pairing

    how = Pairing(threshold=threshold, most_pairs=pairs)
    names = [name.strip() for name in cases.split(",") if name.strip()]
    if planted:
        if base or new:
            raise typer.BadParameter(
                "compares this package with itself; leave BASE and NEW out", param_hint="--self-test"
            )
        _test_itself(names, how, tries, json)
        return
    if not base or not new:
        raise typer.BadParameter("two are compared: give BASE and NEW, or --self-test", param_hint="BASE NEW")
    saved = [bool(_SAVED.match(name)) for name in (base, new)]
    if saved[0] != saved[1]:
        raise typer.BadParameter("a saved run and a revision cannot be compared", param_hint="BASE NEW")
    with stoppable("stopped; nothing was kept"):
        found = _saved(base, new, names, how) if saved[0] else _revisions(base, new, names, how)
    _print(base, new, found, threshold, json)
    if any(one.verdict == "slower" for one in found):
        raise typer.Exit(_SLOWER)


def _saved(base: str, new: str, names: list[str], how: Pairing) -> list[Compared]:
    from funscribe.bench.history import find_run
    from funscribe.bench.saved import compare_runs

    found = compare_runs(find_run(base), find_run(new), how.threshold)
    typer.echo("note: saved runs were not measured in turns: what else the machine did is in them", err=True)
    unknown = set(names) - {one.case for one in found}
    if unknown:
        raise typer.BadParameter(f"neither run has {', '.join(sorted(unknown))}", param_hint="--cases")
    return [one for one in found if not names or one.case in names]


def _revisions(base: str, new: str, names: list[str], how: Pairing) -> list[Compared]:
    from funscribe.bench.pairing import compare_case
    from funscribe.bench.revisions import find_checkout, sides
    from funscribe.cli.progress import share_line

    checkout = find_checkout()
    chosen = _cases(names)
    found = []
    with sides(checkout, base, new) as (before, after), share_line("comparing") as tell:
        for number, case in enumerate(chosen):
            share = number / len(chosen)
            said = None if tell is None else (lambda words, share=share: tell(share, words))
            found.append(compare_case(case, before, after, how, said))
    return found


def _cases(names: list[str]) -> list[PairedCase]:
    from funscribe.bench.paired_cases import paired_cases

    try:
        return paired_cases(names, tell=lambda words: typer.echo(words, err=True))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--cases") from None


def _test_itself(names: list[str], how: Pairing, tries: int, json: bool) -> None:
    import msgspec

    from funscribe.bench.self_test import self_test
    from funscribe.cli.report import print_json

    with stoppable("stopped; the self-test says nothing"):
        tried = self_test(_cases(names), how, tries, tell=lambda words: typer.echo(words, err=True))
    if json:
        print_json({**msgspec.to_builtins(tried), "passed": tried.passed})
    else:
        typer.echo(
            f"A against A: {tried.cried} of {tried.tries} cried wolf; "
            f"{tried.planted:.0%} slower planted: {tried.found} of {tried.tries} found"
        )
    if not tried.passed:
        raise typer.Exit(_SLOWER)


def _print(base: str, new: str, found: list[Compared], threshold: float, json: bool) -> None:
    import msgspec

    if json:
        from funscribe.cli.report import print_json

        slower = any(one.verdict == "slower" for one in found)
        told: dict[str, Any] = {"base": base, "new": new, "threshold": threshold, "slower": slower}
        print_json({**told, "cases": msgspec.to_builtins(found)})
        return
    from funscribe.bench.tables import Table, plain

    columns = ("", "base", "new", "wall time", "time of cores", "memory", "pairs", "verdict")
    table = Table(f"{new} by {base}", columns, tuple(_row(one) for one in found))
    typer.echo(plain(table), nl=False)
    typer.echo(f"Ratios have their 99 % intervals; slower is one that lies wholly above {1 + threshold:.2f}.")


def _row(one: Compared) -> tuple[str | int, ...]:
    ratios = (_ratio(interval) for interval in (one.wall, one.cpu, one.memory))
    verdict = f"{one.verdict}: {one.why_not}" if one.why_not else one.verdict
    return (one.case, _seconds(one.base_s), _seconds(one.new_s), *ratios, one.pairs, verdict)


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{1000 * value:.3g} ms"


def _ratio(interval: Interval | None) -> str:
    if interval is None:
        return "-"
    spread = "" if interval.low == interval.high else f" ({interval.low:.2f}-{interval.high:.2f})"
    return f"{interval.ratio:.2f}{spread}"
