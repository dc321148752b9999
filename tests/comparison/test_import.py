import subprocess
import sys

CODE = """
import sys, time
start = time.process_time()
import kenes.comparison
kenes.comparison.build, kenes.comparison.uncertainty, kenes.comparison.from_plain
print(time.process_time() - start)
print([m for m in ("numba", "ibis", "pint", "fastapi", "pandas", "duckdb", "scipy", "pyarrow") if m in sys.modules])
"""


def test_the_engine_is_quick_to_import_and_loads_no_heavy_library():
    found = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    seconds, loaded = found.stdout.splitlines()
    assert loaded == "[]"
    assert float(seconds) < 0.6


def test_every_public_name_can_be_had():
    import kenes.comparison as comparison

    assert all(getattr(comparison, name) is not None for name in comparison.__all__)
    assert set(comparison.__all__) == set(comparison._WHERE)
