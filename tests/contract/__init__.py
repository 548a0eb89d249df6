"""What every channel keeps, whatever its platform."""

import pytest

# The assertions of the suite explain themselves like those of a test file.
pytest.register_assert_rewrite("tests.contract.suite")
