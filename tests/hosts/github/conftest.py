"""`host`: a GitHub in memory, once with and once without a token."""

import pytest

from tests.hosts.github.stand_in import GitHub


@pytest.fixture(params=["graphql", "rest"])
def host(request):
    return GitHub(token=request.param == "graphql")
