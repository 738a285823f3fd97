"""What the standard tests need to know of this connector, and the report that they leave behind."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.test.standard_tests import _spec_compatibility

_outcomes: dict[str, dict[str, Any]] = {}
_warnings: list[str] = []


@pytest.fixture(autouse=True)
def last_release(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare the spec with that of the project's last release.

    The connector is not in Airbyte's registry, where the test would look for what is published.
    The run serves released-spec.json in the form of a registry entry instead, so that a change
    which would refuse a configuration that users have saved is found.
    """
    base = os.environ["CONFORMANCE_REGISTRY"]
    monkeypatch.setattr(
        _spec_compatibility,
        "REGISTRY_ENTRY_URL_TEMPLATE",
        base + "/files/metadata/{docker_repository}/{version}/{registry}.json",
    )


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the worst of set-up, call and tear-down; a skip and an expected failure with their reasons."""
    entry = _outcomes.setdefault(report.nodeid, {"outcome": "passed", "detail": "", "seconds": 0.0, "notes": []})
    entry["seconds"] += report.duration
    if report.when == "teardown":
        entry["notes"] = [text for name, text in report.user_properties if name == "note"]
    if report.failed:
        entry["outcome"] = "failed"
        entry["detail"] += report.longreprtext
    elif report.skipped and entry["outcome"] == "passed":
        entry["outcome"] = "xfailed" if hasattr(report, "wasxfail") else "skipped"
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        entry["detail"] = reason.removeprefix("Skipped: ")
    elif hasattr(report, "wasxfail"):
        entry["outcome"] = "xpassed"


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A module that cannot be collected is a failure with its name."""
    if report.failed:
        _outcomes[report.nodeid or "collection"] = {
            "outcome": "failed",
            "detail": report.longreprtext,
            "seconds": 0.0,
        }


def pytest_warning_recorded(warning_message: Any, nodeid: str) -> None:
    """Warnings that are let through are told, not hidden."""
    _warnings.append(f"{nodeid}: {warning_message.category.__name__}: {warning_message.message}")


def pytest_sessionfinish() -> None:
    """Write the report for the command."""
    report = {"tests": _outcomes, "warnings": _warnings}
    Path(os.environ["CONFORMANCE_REPORT"]).write_text(json.dumps(report))
