"""Runs the bot of `example.py` with the real package, and stands in for Discord itself.

The bot hears a message that is none of its business, one of another bot, and a question.
"""

import asyncio
import runpy
import sys
from contextlib import nullcontext
from types import SimpleNamespace

import discord


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


class _Typing(nullcontext[None]):
    async def __aenter__(self) -> None:
        say("typing …")

    async def __aexit__(self, *_: object) -> None:
        pass


async def _reply(text: str) -> None:
    say(f"reply: {text}")


def _message(text: str, *, is_bot: bool = False) -> SimpleNamespace:
    return SimpleNamespace(
        content=text,
        author=SimpleNamespace(bot=is_bot),
        channel=SimpleNamespace(typing=_Typing),
        reply=_reply,
    )


def _run(client: discord.Client, token: str) -> None:
    assert token == "token of the tests"
    assert client.intents.message_content
    hear = client.on_message  # the bot's own

    async def live() -> None:
        for message in (_message("hello"), _message("!ask me", is_bot=True), _message("!ask hi")):
            await hear(message)

    asyncio.run(live())


discord.Client.run = _run
runpy.run_path("example.py", run_name="__main__")
