"""Tracked runs: a list of them, one by name, and what was logged of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from coterie.stores.tracking.faults import TrackingError
from coterie.stores.tracking.store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient

BY_K = "by_k/"
PRODUCTION = "production"
SHORTEST_ID = 4
SHOWN_ID = 8
MOST_LOOKED_AT = 1_000


@dataclass(frozen=True)
class Run:
    """A tracked training.

    Attributes
    ----------
    id, name : str
    at : datetime
        In UTC.
    parameters : mapping of str to str
    figures : mapping of str to float
        Of the segments in use; of every k they are in `curve`.
    tags : mapping of str to str
    production : tuple of str
        Names of the registered models whose alias ``production`` is this run's model.
    model_id : str
        Of the logged model; empty if there is none.
    """

    id: str
    name: str
    at: datetime
    parameters: Mapping[str, str]
    figures: Mapping[str, float]
    tags: Mapping[str, str]
    production: tuple[str, ...] = ()
    model_id: str = ""
    curves: Mapping[str, Mapping[int, float]] = field(default_factory=dict)

    @property
    def short_id(self) -> str:
        """The first signs of the id, which commands take too."""
        return self.id[:SHOWN_ID]

    @property
    def k(self) -> int:
        """Number of segments."""
        return int(self.figures.get("n_segments", 0))

    @property
    def verdict(self) -> str:
        """natural, reproducible or constructed."""
        return self.tags.get("coterie.verdict", "")

    @property
    def source(self) -> str:
        """Path of the table it was trained on; empty if that was no file."""
        return self.tags.get("coterie.source", "")

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "id": self.id,
            "name": self.name,
            "at": self.at.isoformat(timespec="seconds"),
            "k": self.k,
            "verdict": self.verdict,
            "production": list(self.production),
            "parameters": dict(self.parameters),
            "figures": dict(self.figures),
            "by_k": {
                name: {str(k): value for k, value in curve.items()}
                for name, curve in self.curves.items()
            },
            "tags": {key: v for key, v in self.tags.items() if key.startswith("coterie.")},
        }


def list_runs(client: MlflowClient, store: Store, most: int = 20) -> list[Run]:
    """Return the newest runs of the store's experiment, newest first."""
    experiment = client.get_experiment_by_name(store.experiment)
    if experiment is None:
        return []
    found = client.search_runs(
        [experiment.experiment_id],
        filter_string="attributes.status = 'FINISHED'",
        max_results=most,
        order_by=["attributes.end_time DESC"],
    )
    production = _production(client)
    return [_run(one, production) for one in found]


def find_run(client: MlflowClient, store: Store, reference: str) -> Run:
    """Return a run by id, by the first signs of it, by name (the newest so called), or latest.

    Raises
    ------
    TrackingError
        If there is none, or several ids begin so.
    """
    runs = list_runs(client, store, MOST_LOOKED_AT)
    if not runs:
        raise TrackingError(
            f"No run is logged in {store.where} yet. Train first: coterie segment FILE"
        )
    if reference == "latest":
        return _whole(client, runs[0])
    begun = reference.lower()
    matching = [run for run in runs if len(begun) >= SHORTEST_ID and run.id.startswith(begun)]
    if len(matching) > 1 and matching[0].id != begun:
        raise TrackingError(
            f"{len(matching)} runs begin with {reference}: "
            f"{', '.join(run.id[:12] for run in matching[:4])}. Give more of the id."
        )
    named = [run for run in runs if run.name == reference]
    if not matching and not named:
        raise TrackingError(
            f"There is no run {reference} in {store.where}. See those there are with: "
            "coterie runs list"
        )
    return _whole(client, (matching or named)[0])


def _run(found: Any, production: Mapping[str, tuple[str, ...]]) -> Run:
    """Return MLflow's run as ours."""
    outputs = getattr(found.outputs, "model_outputs", None) or []
    figures = {k: v for k, v in found.data.metrics.items() if not k.startswith(BY_K)}
    ended = found.info.end_time or found.info.start_time
    return Run(
        id=found.info.run_id,
        name=found.info.run_name or "",
        at=datetime.fromtimestamp(ended / 1000, UTC),
        parameters=dict(sorted(found.data.params.items())),
        figures=dict(sorted(figures.items())),
        tags=dict(found.data.tags),
        production=production.get(found.info.run_id, ()),
        model_id=outputs[0].model_id if outputs else "",
    )


def _whole(client: MlflowClient, run: Run) -> Run:
    """Return a run with its figures at every k."""
    from dataclasses import replace

    names = [n for n in client.get_run(run.id).data.metrics if n.startswith(BY_K)]
    curves = {
        name.removeprefix(BY_K): {
            point.step: point.value for point in client.get_metric_history(run.id, name)
        }
        for name in sorted(names)
    }
    return replace(run, curves=curves)


def _production(client: MlflowClient) -> dict[str, tuple[str, ...]]:
    """Return run id -> names of the models it is in production for."""
    found: dict[str, tuple[str, ...]] = {}
    for model in every_model(client):
        version = model.aliases.get(PRODUCTION)
        if version is not None:
            run_id = client.get_model_version(model.name, version).run_id or ""
            found[run_id] = (*found.get(run_id, ()), model.name)
    return found


def every_model(client: MlflowClient) -> list[Any]:
    """Return every registered model, whatever number the registry gives at once."""
    found: list[Any] = []
    token: str | None = None
    while True:
        page = client.search_registered_models(page_token=token)
        found += page
        token = page.token
        if not token:
            return found
