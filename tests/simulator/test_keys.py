"""GET /key through the OpenRouter SDK."""

import pytest
from openrouter import OpenRouter


# The SDK itself marks the `rate_limit` member, which it requires, as deprecated.
@pytest.mark.filterwarnings("ignore:warning. .. DEPRECATED:DeprecationWarning")
async def test_openrouter_sdk_reads_the_key(openrouter: OpenRouter, ask):
    answer = await openrouter.chat.send_async(**ask())
    key = await openrouter.api_keys.get_current_key_metadata_async()
    assert answer.usage is not None
    assert key.data.usage == answer.usage.cost
    assert key.data.is_management_key is False
