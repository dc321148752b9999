"""Many cities on real Spark: a Connect server with two executors in processes of their own."""

import os
import shutil
from pathlib import Path

import pytest
from tests.cli.test_space import MONACO, people
from tests.pipeline.city.test_executors import free_port, measured, started

ROOT = Path(__file__).parents[3]
SPARK = ROOT / ".venv-spark"


@pytest.fixture
def spark(tmp_path):
    """Address of a server that runs from an environment of its own, with Keneş and without its client."""
    python = SPARK / "bin" / "python"
    assert python.exists(), "there is no .venv-spark; run `make test-all`, which makes it"
    assert shutil.which("java"), "there is no Java; run `make test-all`, which installs it or says how"
    (home,) = SPARK.glob("lib/python3.*/site-packages/pyspark")
    port = free_port()
    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.executor.memory": "900m",
        "spark.ui.enabled": "false",
        "spark.local.dir": str(tmp_path / "scratch"),
    }
    command = [
        str(home / "bin" / "spark-submit"),
        "--master",
        "local-cluster[2,1,900]",
        "--driver-memory",
        "700m",
        "--class",
        "org.apache.spark.sql.connect.service.SparkConnectServer",
        *(part for pair in settings.items() for part in ("--conf", "=".join(pair))),
    ]
    env = os.environ | {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": str(python),
        "SPARK_WORKER_DIR": str(tmp_path / "work"),
        "SPARK_LOG_DIR": str(tmp_path),
    }
    with (tmp_path / "spark.log").open("w") as log, started(command, port, 120, env=env, log=log, cwd=tmp_path):
        yield f"sc://127.0.0.1:{port}"


@pytest.mark.long
@pytest.mark.timeout(600)
def test_two_executors_of_spark_write_the_bytes_of_processes(spark, tmp_path):
    people(tmp_path / "p.csv")
    pbf = MONACO / "monaco.osm.pbf"
    (tmp_path / "c.csv").write_text(f"place,osm,population\nmc-a,{pbf},p.csv\nmc-c,none.pbf,\nmc-b,{pbf},\n")
    _, here = measured(tmp_path / "c.csv", tmp_path / "here", "processes")
    pids, there = measured(tmp_path / "c.csv", tmp_path / "there", spark)
    assert there == here
    commands = {Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:3][-1] for pid in pids}
    assert commands == {b"pyspark.daemon"}, commands
    assert len(pids) == 2
