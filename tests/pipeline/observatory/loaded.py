"""What a run loads late, loaded early: for the process from which runs are forked. Starts no thread, opens no file."""

from importlib import import_module

from kenes.vocabulary import units

for name in (
    "ibis.backends.duckdb",
    "kenes.cli.building",
    "kenes.cli.reading",
    "kenes.comparison.draws.influence",
    "kenes.comparison.draws.intervals",
    "kenes.comparison.draws.kernels",
    "kenes.pipeline.observatory.exporting",
    "kenes.pipeline.observatory.run",
    "numba.typed",
    "pandas",
    "scipy.optimize",
    "scipy.stats",
):
    import_module(name)
units.registry()
