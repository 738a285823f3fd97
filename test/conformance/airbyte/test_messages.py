"""Every message of every command, parsed with Airbyte's own model; what a read promises a platform besides."""

from __future__ import annotations

import json
import os
import urllib.request
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
import yaml
from airbyte_protocol_dataclasses.models import (
    AirbyteStreamStatus,
    FailureType,
    Level,
    Status,
    TraceType,
    Type,
)
from connector import ROOT, Outcome, configured, run

GOOD = ROOT / "secrets" / "config.json"
SNAPSHOTS = {"inventory"}
"""Streams that an incremental read takes whole each time."""


def secret(name: str) -> Any:
    """Read a configuration of the run."""
    return json.loads((ROOT / "secrets" / f"{name}.json").read_text())


@cache
def discovered() -> Outcome:
    """Discover once."""
    return run("discover", config=GOOD)


@cache
def first_read() -> Outcome:
    """Read once from the beginning."""
    return run("read", config=GOOD, catalog=configured(discovered(), "incremental"))


def statuses(outcome: Outcome, stream: str) -> list[str]:
    """Give the statuses of a stream in their order."""
    traces = [message.trace for message in outcome.of(Type.TRACE)]
    found = [trace.stream_status for trace in traces if trace and trace.stream_status]
    return [one.status.value for one in found if one.stream_descriptor.name == stream]


def errors(outcome: Outcome) -> list[Any]:
    """Give the errors that a call told."""
    traces = [message.trace for message in outcome.of(Type.TRACE)]
    return [trace.error for trace in traces if trace and trace.type is TraceType.ERROR]


def assert_accounts(outcome: Outcome) -> None:
    """Each stream's states must tell as many records as were written, after the last of them."""
    since: Counter[str] = Counter()
    for message in outcome.messages:
        if message.record:
            since[message.record.stream] += 1
        if message.state and message.state.stream:
            stream = message.state.stream.stream_descriptor.name
            stats = message.state.sourceStats
            assert stats is not None and stats.recordCount == since.pop(stream, 0), stream
    assert not since, f"records without a state after them: {dict(since)}"


def assert_complete(outcome: Outcome, streams: set[str]) -> None:
    """Every stream started, ran if it had rows, and came to its end with a state."""
    assert outcome.code == 0, outcome.stderr
    assert not errors(outcome)
    assert {state["stream"]["stream_descriptor"]["name"] for state in outcome.last_states()} == streams
    for stream in streams:
        told = statuses(outcome, stream)
        assert told[0] == "STARTED" and told[-1] == "COMPLETE", f"{stream}: {told}"
        assert ("RUNNING" in told) or not outcome.records(stream), f"{stream}: {told}"
    assert_accounts(outcome)


def test_spec() -> None:
    """One SPEC message and nothing else."""
    outcome = run("spec")
    assert outcome.code == 0
    assert len(outcome.of(Type.SPEC)) == 1


@pytest.mark.parametrize("name", ["config", "config_masked", "missing_permission"])
def test_check_succeeds(name: str) -> None:
    """A good configuration; one whose token may not read all streams can still read the others."""
    outcome = run("check", config=secret(name))
    status = outcome.of(Type.CONNECTION_STATUS)[-1].connectionStatus
    assert outcome.code == 0 and status is not None and status.status is Status.SUCCEEDED


@pytest.mark.parametrize(
    "name",
    [
        "invalid_token",
        "expired_token",
        "no_permission",
        "unreachable",
        "violates_spec",
        "masked_without_key",
    ],
)
def test_check_fails(name: str) -> None:
    """A configuration that does not work: exit code 0, FAILED, and a message for the person."""
    outcome = run("check", config=secret(name))
    (message,) = outcome.of(Type.CONNECTION_STATUS)
    status = message.connectionStatus
    assert outcome.code == 0 and status is not None and status.status is Status.FAILED
    assert status.message and not errors(outcome)
    assert secret(name)["api_token"] not in status.message


def test_discover() -> None:
    """One CATALOG message and nothing else but logs."""
    outcome = discovered()
    assert outcome.code == 0
    assert len(outcome.of(Type.CATALOG)) == 1


def test_full_refresh_read() -> None:
    """A full refresh of all streams."""
    catalog = configured(discovered(), "full_refresh")
    outcome = run("read", config=GOOD, catalog=catalog)
    assert_complete(outcome, {one["stream"]["name"] for one in catalog["streams"]})


def incremental_tests() -> list[dict[str, Any]]:
    """What acceptance-test-config.yml asks of incremental reads."""
    config = yaml.safe_load((ROOT / "acceptance-test-config.yml").read_text())
    tests: list[dict[str, Any]] = config["acceptance_tests"]["incremental"]["tests"]
    return tests


def declared_streams(asked: dict[str, Any]) -> set[str]:
    """The streams of a declared configured catalog."""
    declared = json.loads((ROOT / asked["configured_catalog_path"]).read_text())
    return {one["stream"]["name"] for one in declared["streams"]}


@pytest.mark.parametrize("asked", incremental_tests(), ids=lambda asked: asked["config_path"])
def test_incremental_reads(asked: dict[str, Any]) -> None:
    """Two reads, the second with the state of the first: it writes nothing but snapshots."""
    config = ROOT / asked["config_path"]
    streams = declared_streams(asked)
    catalog = configured(discovered(), "incremental", sorted(streams))
    first = run("read", config=config, catalog=catalog)
    assert_complete(first, streams)
    assert {stream for stream in streams if first.records(stream)} == streams
    second = run("read", config=config, catalog=catalog, state=first.last_states())
    assert_complete(second, streams)
    repeated = {stream for stream in streams - SNAPSHOTS if second.records(stream)}
    assert not repeated, f"nothing changed, and rows were written again: {repeated}"


@pytest.mark.parametrize("asked", incremental_tests(), ids=lambda asked: asked["config_path"])
def test_future_state(asked: dict[str, Any]) -> None:
    """A state that lies ahead of the clocks is pulled back, and says so: else rows would be lost until then."""
    state = json.loads((ROOT / asked["future_state"]["future_state_path"]).read_text())
    streams = {one["stream"]["stream_descriptor"]["name"] for one in state}
    assert streams == declared_streams(asked) - SNAPSHOTS
    catalog = configured(discovered(), "incremental", sorted(streams))
    outcome = run("read", config=ROOT / asked["config_path"], catalog=catalog, state=state)
    assert_complete(outcome, streams)
    for one in outcome.last_states():
        through = one["stream"]["stream_state"]["through"]
        assert through < f"{datetime.now(UTC).year + 1}", f"the state stays ahead: {through}"
    warnings = [message.log.message for message in outcome.of(Type.LOG) if message.log.level is Level.WARN]
    assert any("which lies ahead: a clock was wrong" in warning for warning in warnings)


def test_a_stream_that_fails() -> None:
    """Without a permission, its streams fail with an error of their own; the others go on."""
    catalog = configured(discovered(), "incremental")
    outcome = run("read", config=secret("missing_permission"), catalog=catalog)
    assert outcome.code != 0
    failed = {error.stream_descriptor.name for error in errors(outcome)}
    assert failed == {"returns", "return_lines"}
    assert {error.failure_type for error in errors(outcome)} == {FailureType.config_error}
    for one in catalog["streams"]:
        name = one["stream"]["name"]
        end = statuses(outcome, name)[-1]
        assert end == ("INCOMPLETE" if name in failed else "COMPLETE"), f"{name}: {end}"
    assert_accounts(outcome)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("invalid_token", FailureType.config_error),
        ("violates_spec", FailureType.config_error),
        ("unreachable", FailureType.transient_error),
    ],
)
def test_a_read_that_fails(name: str, kind: FailureType) -> None:
    """A read that cannot begin ends with a code and an error trace for the platform."""
    catalog = configured(discovered(), "incremental", ["orders"])
    config = {**secret(name), **({"max_wait_minutes": 0} if name == "unreachable" else {})}
    outcome = run("read", config=config, catalog=catalog)
    assert outcome.code != 0
    assert errors(outcome) and {error.failure_type for error in errors(outcome)} == {kind}
    assert not outcome.records()


def test_a_stream_that_is_not_known() -> None:
    """A configured stream that is gone fails by itself."""
    catalog = configured(discovered(), "incremental", ["orders"])
    gone = json.loads(json.dumps(catalog["streams"][0]))
    gone["stream"]["name"] = "gone"
    outcome = run("read", config=GOOD, catalog={"streams": [*catalog["streams"], gone]})
    assert outcome.code != 0
    assert [error.stream_descriptor.name for error in errors(outcome)] == ["gone"]
    assert statuses(outcome, "orders")[-1] == "COMPLETE"


def test_a_state_that_cannot_be_read() -> None:
    """A state of nobody's is refused, never misread."""
    catalog = configured(discovered(), "incremental", ["orders"])
    state = [
        {
            "type": "STREAM",
            "stream": {"stream_descriptor": {"name": "orders"}, "stream_state": {"cursor": "yesterday"}},
        }
    ]
    outcome = run("read", config=GOOD, catalog=catalog, state=state)
    assert outcome.code != 0
    assert {error.failure_type for error in errors(outcome)} == {FailureType.config_error}
    assert not outcome.records()


def test_throttled_read() -> None:
    """While the API's limits hold a read back, the platform is told why nothing moves."""
    refused = {"kind": "throttle", "retryAfter": "epoch", "seconds": 2, "after": 5, "times": 1}
    control("faults", {"faults": [refused]})
    try:
        catalog = configured(discovered(), "incremental", ["orders"])
        outcome = run("read", config=GOOD, catalog=catalog)
    finally:
        control("faults", {"faults": []})
    assert_complete(outcome, {one["stream"]["name"] for one in catalog["streams"]})
    traces = [message.trace for message in outcome.of(Type.TRACE)]
    found = [trace.stream_status for trace in traces if trace and trace.stream_status]
    limited = [one for one in found if one.reasons]
    assert limited, "no status told that the read was held back"
    for one in limited:
        assert one.status is AirbyteStreamStatus.RUNNING
        assert one.reasons[0].rate_limited and one.reasons[0].rate_limited.quota_reset


def control(path: str, body: Any) -> None:
    """Tell the made-up shop something."""
    request = urllib.request.Request(
        f"{os.environ['CONFORMANCE_CONTROL']}/{path}", data=json.dumps(body).encode(), method="POST"
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def test_nothing_of_the_token_is_told() -> None:
    """No message of a good read holds the token."""
    token = secret("config")["api_token"]
    outcome = first_read()
    assert_complete(outcome, {s.name for s in discovered().of(Type.CATALOG)[0].catalog.streams})
    assert token not in outcome.stderr
    assert not [message for message in outcome.messages if token in repr(message)]
