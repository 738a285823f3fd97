"""Reads Centra shops into files, one DAG a tenant, and tells the DAGs that load them."""

import os
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.exceptions import AirflowSkipException
from airflow.providers.docker.operators.docker import DockerOperator
from airflow.sdk import Asset, Metadata, dag, task
from docker.types import Mount

TENANTS = ["acme"]
IMAGE = os.environ.get("CENTRA_IMAGE", "registry.example.com/source-centra:0.1.0")
# The same path on the machine of the Docker engine and on that of the worker.
ROOT = Path(os.environ.get("CENTRA_ROOT", "/srv/centra"))


def centra(tenant: str):
    config = ROOT / tenant / "config"
    data = ROOT / tenant / "data"
    rows = Asset(f"centra_{tenant}")

    @dag(
        dag_id=f"centra_{tenant}",
        schedule="@hourly",
        start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
        catchup=False,  # A read takes all that changed since the one before: there is nothing to catch up.
        max_active_runs=1,  # Two reads must not write into one folder.
        default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
        tags=["centra", tenant],
    )
    def flow():
        read = DockerOperator(
            task_id="read",
            image=IMAGE,
            command=["read", "--config", "/config/config.json", "--format", "jsonl", "--out", "/data/current"],
            # Airflow masks a connection's password in its logs and pages.
            environment={"CENTRA_API_TOKEN": f"{{{{ conn.centra_{tenant}.password }}}}"},
            mounts=[
                Mount(target="/config", source=str(config), type="bind", read_only=True),
                Mount(target="/data", source=str(data), type="bind"),
            ],
            mount_tmp_dir=False,
            user=f"{os.getuid()}:{os.getgid()}",  # So that the worker may move the files.
            auto_remove="force",
            mem_limit="512m",
            execution_timeout=timedelta(hours=6),
            do_xcom_push=False,
        )

        @task(outlets=[rows])
        def hand_over():
            """Moves the files away: the next read begins new ones, from where the state stands."""
            files = sorted((data / "current").glob("*.jsonl"))
            if not files:
                raise AirflowSkipException("Nothing has changed in the shop.")
            ready = data / "ready" / pendulum.now("UTC").strftime("%Y%m%dT%H%M%S.%fZ")
            ready.mkdir(parents=True)
            counts = {}
            for file in files:
                with file.open("rb") as lines:
                    counts[file.stem] = sum(1 for _ in lines)
                file.rename(ready / file.name)
            yield Metadata(rows, {"folder": str(ready), "rows": counts})

        read >> hand_over()

    return flow()


for name in TENANTS:
    globals()[f"centra_{name}"] = centra(name)
