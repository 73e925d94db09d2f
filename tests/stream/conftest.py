"""The dialogues are helpers whose assertions should say as much as those of a test."""

import pytest

pytest.register_assert_rewrite("tests.stream.dialogue")
