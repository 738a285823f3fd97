"""Airbyte's published standard tests, as they are; acceptance-test-config.yml says with which configurations."""

from __future__ import annotations

import os
from pathlib import Path

from airbyte_cdk.test.standard_tests.docker_base import DockerConnectorTestSuite


class TestSourceCentra(DockerConnectorTestSuite):
    """The suite, pointed at the folder in which the run has put the connector and its secrets."""

    @classmethod
    def get_connector_root_dir(cls) -> Path:
        return Path(os.environ["CONFORMANCE_ROOT"])
