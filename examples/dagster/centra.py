"""Reads Centra shops into files: an asset a stream, and how many rows each read has brought."""

import os
import subprocess
from datetime import datetime, timezone
from pathlib import Path

import dagster as dg

TENANTS = ["acme"]
# The streams of the tenants' catalog: what `source-centra discover` prints.
STREAMS = ["orders", "order_lines", "returns", "return_lines", "indeliveries", "indelivery_lines", "inventory"]
TRY_AGAIN_LATER = 4  # The only exit code that time alone can mend.


class Centra(dg.ConfigurableResource):
    image: str = "registry.example.com/source-centra:0.1.0"
    root: str = "/srv/centra"

    def folder(self, tenant: str, name: str) -> Path:
        return Path(self.root) / tenant / name

    def read(self, tenant: str, streams: list[str]) -> subprocess.CompletedProcess[str]:
        """Appends what changed to files in the tenant's folder. The token is passed on by its variable's name alone."""
        token = os.environ[f"CENTRA_API_TOKEN_{tenant.upper()}"]
        container = ["docker", "run", "--rm", "--read-only", "--cap-drop", "ALL"]
        container += ["--user", f"{os.getuid()}:{os.getgid()}", "-e", "CENTRA_API_TOKEN"]
        container += ["-v", f"{self.folder(tenant, 'config')}:/config:ro", "-v", f"{self.folder(tenant, 'data')}:/data"]
        command = ["read", "--config", "/config/config.json", "--format", "jsonl", "--out", "/data/current"]
        return subprocess.run(
            [*container, self.image, *command, "--only", *streams],
            env={**os.environ, "CENTRA_API_TOKEN": token},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def centra_assets(tenant: str) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=f"centra_{tenant}",
        specs=[
            dg.AssetSpec([tenant, stream], group_name="centra", kinds={"docker", "json"}, skippable=True)
            for stream in STREAMS
        ],
        can_subset=True,
        pool=f"centra_{tenant}",  # With a limit of 1: two reads must not write into one folder.
        retry_policy=dg.RetryPolicy(max_retries=2, delay=300),
    )
    def read(context: dg.AssetExecutionContext, centra: Centra):
        streams = [key.path[-1] for key in context.selected_asset_keys]
        done = centra.read(tenant, streams)
        context.log.info(done.stdout)
        if done.returncode != 0:
            raise dg.Failure(
                description=f"source-centra ended with {done.returncode}; what was read is kept, and the next read goes on.",
                metadata={"exit_code": done.returncode, "output": dg.MetadataValue.text(done.stdout[-4000:])},
                allow_retries=done.returncode == TRY_AGAIN_LATER,
            )
        ready = centra.folder(tenant, "data") / "ready" / f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S.%fZ}"
        for stream in streams:
            file = centra.folder(tenant, "data") / "current" / f"{stream}.jsonl"
            if not file.exists():
                continue  # Nothing changed: nothing is materialized.
            with file.open("rb") as lines:
                count = sum(1 for _ in lines)
            # Moved away, so that the next read begins a new file, from where the state stands.
            ready.mkdir(parents=True, exist_ok=True)
            moved = file.rename(ready / file.name)
            yield dg.MaterializeResult(
                asset_key=[tenant, stream],
                metadata={"dagster/row_count": count, "path": dg.MetadataValue.path(str(moved))},
            )

    return read


assets = [centra_assets(tenant) for tenant in TENANTS]
hourly = dg.ScheduleDefinition(
    name="centra_hourly",
    cron_schedule="17 * * * *",
    target=dg.AssetSelection.groups("centra"),
)
defs = dg.Definitions(assets=assets, schedules=[hourly], resources={"centra": Centra()})
