"""Barriers of migrating copper atoms from 26 occupied or empty sites: RBFN, XGBoost, a deep network; prototypes.

Run: `python run.py`; with the published files `python run.py --data FOLDER --surface 100`.
"""

import argparse
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from data import SURFACES, Barriers, find, read, split, synthetic
from lattice import draw_prototypes
from models import Score, boosted_trees, deep_network, radial_basis, scales
from nnmanybody.plots.style import BLUE, GREEN, VERMILLION, new_figure, save, style
from nnmanybody.rbf.expectations import Signs
from nnmanybody.rbf.pruning import GaussianNetwork, Pruned, prune
from nnmanybody.training.radial_basis import Schedule


@dataclass(frozen=True)
class Settings:
    """Sizes of the run.

    Attributes
    ----------
    sizes : (train, validation, test)
        Of the synthetic task, or parts of a published file.
    n_centers : tuple of int
    seeds : int
        Random starts of each RBFN.
    schedule : Schedule
    pruned_from, pruned_to : int
    restarts : int
    trials : int
        Of each random search; 0 leaves XGBoost and the deep network out.
    max_trees, max_epochs : int
    target : (centers, eV)
        Largest RMSE of networks with at least so many centers.
    saturates : bool
        Whether the error must hardly fall between the two largest networks.
    """

    sizes: tuple[int, int, int] = (8000, 1000, 3000)
    n_centers: tuple[int, ...] = (16, 64, 256, 1024, 4096)
    seeds: int = 3
    schedule: Schedule = field(default_factory=lambda: Schedule(patience=5, cooldown=5, max_epochs=60))
    pruned_from: int = 256
    pruned_to: int = 16
    restarts: int = 10
    trials: int = 10
    max_trees: int = 10_000
    max_epochs: int = 100
    target: tuple[int, float] = (64, 0.10)
    saturates: bool = True


SMALL = Settings(
    sizes=(3000, 300, 1000),
    n_centers=(2, 32),
    seeds=1,
    schedule=Schedule(learning_rate=0.03, patience=3, cooldown=3, max_epochs=12, batch_size=32),
    pruned_from=32,
    pruned_to=8,
    restarts=1,
    trials=0,
    target=(32, 0.2),
    saturates=False,
)


def load(folder: Path | None, surface: str, settings: Settings) -> Barriers:
    """Take the published file where it is, else the synthetic task."""
    rng = np.random.default_rng(1)
    path = None if folder is None else find(folder, surface)
    if path is not None:
        return split(*read(path), settings.sizes, path.name, rng)
    if folder is not None:
        print(f"{folder}: no Cu_*_{surface}.26d in it; the synthetic task instead")
    return split(*synthetic(sum(settings.sizes), rng), settings.sizes, "synthetic", rng)


def table(scores: list[Score], deviation: float) -> str:
    """Lay the scores out as the paper's table 1."""
    lines = ["| model | RMSE (eV) | time (s) |", "|---|---|---|"]
    lines += [f"| {score.name} | {score.rmse:.4f} | {score.seconds:.0f} |" for score in scores]
    return "\n".join([*lines, f"| the mean | {deviation:.4f} | |"])


def draw_errors(networks: list[Score], others: list[Score], n_centers: tuple[int, ...], path: Path) -> None:
    """Draw the error against the number of centers, the other models as lines across."""
    with style():
        figure = new_figure(6.0, 3.6)
        axes = figure.add_subplot()
        axes.plot(n_centers, [1e3 * score.rmse for score in networks], "o-", color=BLUE, label="RBFN")
        for score, color, dash in zip(others, (GREEN, VERMILLION), ("-", "--"), strict=False):
            axes.axhline(1e3 * score.rmse, color=color, linestyle=dash, label=score.name)
        axes.set(xscale="log", xlabel="centers", ylabel="RMSE (meV)", xticks=n_centers, xticklabels=map(str, n_centers))
        axes.minorticks_off()
        axes.legend()
    save(figure, path)


def check_pruned(old: GaussianNetwork, pruned: Pruned, deviation: float) -> dict[str, Any]:
    """Compare the closed form with 60000 random inputs."""
    x = Signs.fair().sample(60_000, old.centers.shape[1], np.random.default_rng(7))
    difference = (old.predict(x) - pruned.network.predict(x)) ** 2
    return {
        "loss": pruned.loss,
        "monte_carlo": float(difference.mean()),
        "monte_carlo_error": float(difference.std() / np.sqrt(len(x))),
        "relative_loss": pruned.relative_loss,
        "floor": pruned.floor,
        "root_loss_ev": float(deviation * np.sqrt(pruned.loss)),
        "restarts": pruned.restarts.tolist(),
    }


def missed(networks: list[Score], pruned: dict[str, Any], settings: Settings) -> list[str]:
    """Name what is worse than it should be."""
    least, largest = settings.target
    checks = {
        f"{score.name}: RMSE {score.rmse:.4f} > {largest}": score.rmse <= largest
        for n, score in zip(settings.n_centers, networks, strict=True)
        if n >= least
    }
    falls = networks[0].rmse - networks[1].rmse
    checks["the error does not fall from the smallest network on"] = falls > 0.0
    if settings.saturates:
        checks["the error does not saturate"] = abs(networks[-2].rmse - networks[-1].rmse) < 0.2 * falls
    gap = abs(pruned["loss"] - pruned["monte_carlo"])
    checks["closed form and random inputs disagree"] = gap < 5.0 * pruned["monte_carlo_error"]
    return [name for name, reached in checks.items() if not reached]


def main() -> int:
    """Run it; status 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a few seconds, for tests; RBFN only")
    parser.add_argument("--data", type=Path, help="folder with the published files")
    parser.add_argument("--surface", choices=SURFACES, default="100")
    parser.add_argument("--threads", type=int, default=1, help="of XGBoost")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results")
    arguments = parser.parse_args()
    settings = SMALL if arguments.small else Settings()
    arguments.output.mkdir(parents=True, exist_ok=True)
    barriers = load(arguments.data, arguments.surface, settings)
    deviation = scales(barriers)[1]
    trained = {n: radial_basis(barriers, n, settings.seeds, settings.schedule) for n in settings.n_centers}
    networks = [score for score, _ in trained.values()]
    others = []
    if settings.trials:
        others.append(boosted_trees(barriers, settings.trials, settings.max_trees, arguments.threads))
        others.append(deep_network(barriers, settings.trials, settings.max_epochs))
    old = trained[settings.pruned_from][1]
    small = prune(
        old, settings.pruned_to, Signs.fair(), np.random.default_rng(0), restarts=settings.restarts, max_iterations=150
    )
    pruned = check_pruned(old, small, deviation)
    found = {
        "data": barriers.name,
        "scores": [asdict(score) for score in (*networks, *others)],
        "pruned": pruned,
        "settings": asdict(settings),
        "missed": missed(networks, pruned, settings),
    }
    (arguments.output / "summary.json").write_text(json.dumps(found, indent=2) + "\n")
    text = table([*networks, *others], deviation)
    (arguments.output / "table.md").write_text(text + "\n")
    draw_errors(networks, others, settings.n_centers, arguments.output / "errors.png")
    save(draw_prototypes(small.network.centers, small.network.weights), arguments.output / "prototypes.png")
    print(text)
    print(
        f"pruned {settings.pruned_from} -> {settings.pruned_to}: L {pruned['loss']:.4f} (random inputs "
        f"{pruned['monte_carlo']:.4f} ± {pruned['monte_carlo_error']:.4f}), L/Var {pruned['relative_loss']:.3f}, "
        f"√L {pruned['root_loss_ev']:.4f} eV"
    )
    for name in found["missed"]:
        print(f"Missed: {name}")
    return int(bool(found["missed"]))


if __name__ == "__main__":
    raise SystemExit(main())
