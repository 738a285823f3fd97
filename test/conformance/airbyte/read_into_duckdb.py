"""Reads a connector into DuckDB with PyAirbyte, as its user would. Called with one argument: a JSON file that says what."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import airbyte as ab


def main() -> None:
    """Check, then read all streams; the answer says how many records came."""
    path = Path(sys.argv[1])
    job = json.loads(path.read_text())
    how: dict[str, Any] = (
        {"docker_image": job["image"], "use_host_network": True}
        if job.get("image")
        else {"local_executable": Path(job["executable"])}
    )
    source = ab.get_source("source-centra", config=job["config"], streams="*", **how)
    source.check()
    cache = ab.caches.DuckDBCache(
        db_path=job["database"], cache_dir=job["cache_dir"], schema_name="centra"
    )
    result = source.read(cache=cache)
    path.with_suffix(".answer.json").write_text(json.dumps({"records": result.processed_records}))


if __name__ == "__main__":
    main()
