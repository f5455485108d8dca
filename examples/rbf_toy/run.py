"""A curve -> a network of 100 radial basis functions, two networks of 3 pruned from it, a picture and their numbers.

Figure 1 of Määttä et al. (arXiv:2004.02569): y = exp(-x²) + 0.2 cos(4x) on [-4, 4]. Run: `python run.py`.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.plots.style import BLACK, BLUE, GREEN, VERMILLION, new_figure, save, style
from nnmanybody.rbf.expectations import Distribution, NormalMixture, Uniform
from nnmanybody.rbf.pruning import GaussianNetwork, Pruned, PruningObjective, prune
from nnmanybody.rbf.regressor import RBFNetworkRegressor

FloatArray = NDArray[np.float64]

EDGE = 4.0
DISTRIBUTIONS: dict[str, Distribution] = {
    "N(0, 1)": NormalMixture.standard(),
    "U(-4, 4)": Uniform(np.array([-EDGE]), np.array([EDGE])),
}
COLORS = {"N(0, 1)": VERMILLION, "U(-4, 4)": GREEN}


@dataclass(frozen=True)
class Settings:
    """Sizes of the run.

    Attributes
    ----------
    n_centers, n_pruned : int
    seeds : int
        Random starts of the large network; the one with the smallest validation error is kept.
    restarts : int
        Of each pruning.
    max_epochs : int
    target_rmse : float
        Of the large network on [-4, 4].
    """

    n_centers: int = 100
    n_pruned: int = 3
    seeds: int = 5
    restarts: int = 10
    max_epochs: int = 2000
    target_rmse: float = 0.02


SMALL = Settings(n_centers=30, seeds=2, restarts=4, max_epochs=60, target_rmse=0.08)


def curve(x: FloatArray) -> FloatArray:
    """Return what is to be learned."""
    return np.asarray(np.exp(-(x**2)) + 0.2 * np.cos(4.0 * x))


def rms(values: FloatArray) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(values**2)))


def train(settings: Settings) -> tuple[GaussianNetwork, FloatArray]:
    """Train on 1000 points, a fifth for validation; return the network and the validation RMSE of all seeds."""
    x = np.random.default_rng(0).uniform(-EDGE, EDGE, (1000, 1))
    y = curve(x[:, 0])
    model = RBFNetworkRegressor(
        settings.n_centers,
        training="adam",
        seeds=settings.seeds,
        max_epochs=settings.max_epochs,
        shortcut=False,
        random_state=0,
    ).fit(x, y)
    found = model.network_
    network = GaussianNetwork(float(found.widths[0]), float(found.bias[0]), found.weights[:, 0], found.centers)
    return network, y.std() * np.sqrt(model.errors_)


def numbers(big: GaussianNetwork, pruned: dict[str, Pruned], seeds: FloatArray) -> dict[str, Any]:
    """Everything that the README states."""
    x = np.linspace(-EDGE, EDGE, 4001)
    truth, found = curve(x), big.predict(x[:, None])
    inside = np.abs(x) <= EDGE / 2
    objectives = {name: PruningObjective(big, distribution) for name, distribution in DISTRIBUTIONS.items()}
    return {
        "validation_rmse_of_seeds": seeds.tolist(),
        "domain_rmse": rms(found - truth),
        "far_from_constant": float(np.abs(big.predict(np.array([[-30.0], [30.0]])) - big.constant).max()),
        "pruned": {
            name: {
                "loss": {other: objective.loss(one.network) for other, objective in objectives.items()},
                "relative_loss": one.relative_loss,
                "floor": one.floor,
                "median_over_best_restart": float(np.median(one.restarts) / one.restarts[0]),
                "rmse_inside": rms((one.network.predict(x[:, None]) - found)[inside]),
                "rmse_outside": rms((one.network.predict(x[:, None]) - found)[~inside]),
                "constant": one.network.constant,
                "centers": np.sort(one.network.centers[:, 0]).tolist(),
            }
            for name, one in pruned.items()
        },
        "mean_of_tails": float(truth[~inside].mean()),
    }


def draw(big: GaussianNetwork, pruned: dict[str, Pruned], path: Path) -> None:
    """Draw the curve, the three networks, and the two distributions below them."""
    x = np.linspace(-2.0 * EDGE, 2.0 * EDGE, 1601)
    with style():
        figure = new_figure(8.0, 4.6)
        axes, below = figure.subplots(2, 1, sharex=True, height_ratios=[5, 1])
        inside = np.abs(x) <= EDGE
        axes.plot(
            x[inside], curve(x[inside]), color=BLACK, linewidth=3.0, alpha=0.35, label="target, where there is data"
        )
        axes.plot(x, big.predict(x[:, None]), color=BLUE, label=f"{len(big.weights)} centers")
        for name, one in pruned.items():
            label = f"pruned to {len(one.network.weights)} for {name}"
            axes.plot(x, one.network.predict(x[:, None]), color=COLORS[name], linestyle="--", label=label)
            centers = one.network.centers
            axes.plot(centers[:, 0], one.network.predict(centers), "o", color=COLORS[name], markersize=5)
        axes.set(ylabel="f(x)", title="A network and what is left of it after pruning (dots: centers)")
        axes.legend(loc="upper right")
        below.fill_between(x, np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi), color=COLORS["N(0, 1)"], alpha=0.4)
        below.fill_between(x, inside / (2 * EDGE), color=COLORS["U(-4, 4)"], alpha=0.4)
        below.set(xlabel="x", ylabel="density", ylim=(0.0, None))
    save(figure, path)


def missed(found: dict[str, Any], settings: Settings) -> list[str]:
    """Name what is worse than it should be."""
    normal, uniform = (found["pruned"][name] for name in DISTRIBUTIONS)
    first, second = DISTRIBUTIONS
    checks = {
        f"domain RMSE {found['domain_rmse']:.4f} > {settings.target_rmse}": found["domain_rmse"]
        <= settings.target_rmse,
        f"pruned for {first} is not best for it": normal["loss"][first] < uniform["loss"][first],
        f"pruned for {second} is not best for it": uniform["loss"][second] < normal["loss"][second],
        "far from the data the network is not its constant": found["far_from_constant"] < 1e-6,
    }
    return [name for name, reached in checks.items() if not reached]


def main() -> int:
    """Run it; status 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a few seconds, for tests")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results")
    arguments = parser.parse_args()
    settings = SMALL if arguments.small else Settings()
    arguments.output.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    big, seeds = train(settings)
    trained = time.perf_counter()
    pruned = {
        name: prune(big, settings.n_pruned, distribution, np.random.default_rng(0), restarts=settings.restarts)
        for name, distribution in DISTRIBUTIONS.items()
    }
    found = numbers(big, pruned, seeds)
    found["seconds"] = {"training": trained - began, "pruning": time.perf_counter() - trained}
    found["settings"] = asdict(settings)
    found["missed"] = missed(found, settings)
    draw(big, pruned, arguments.output / "rbf_toy.png")
    (arguments.output / "summary.json").write_text(json.dumps(found, indent=2) + "\n")
    print(json.dumps(found, indent=2))
    for name in found["missed"]:
        print(f"Missed: {name}")
    return int(bool(found["missed"]))


if __name__ == "__main__":
    raise SystemExit(main())
