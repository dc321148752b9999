"""The shipped observatory, built before the first test that asks for it and not within one."""

import pytest
from tests.references.shipped import built


@pytest.fixture(scope="session")
def shipped_edition():
    return built()
