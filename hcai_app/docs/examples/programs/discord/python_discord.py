import os

import discord
from openai import AsyncOpenAI, OpenAIError

ai = AsyncOpenAI(
    base_url="{{base}}",
    api_key=os.environ["AI_KEY"],
)
intents = discord.Intents.default()
intents.message_content = True
bot = discord.Client(intents=intents)


@bot.event
async def on_message(message):
    if message.author.bot or not message.content.startswith("!ask "):
        return
    async with message.channel.typing():
        try:
            answer = await ai.chat.completions.create(
                model="{{language_model}}",
                messages=[
                    {"role": "system", "content": "You are a friendly raccoon. Be brief."},
                    {"role": "user", "content": message.content.removeprefix("!ask ")},
                ],
                max_tokens=500,
            )
            if answer.choices:
                text = answer.choices[0].message.content or "Hm."
            else:  # a late error lies in the answer
                text = f"My brain hurts: {answer.error['message']}"
        except OpenAIError as error:
            text = f"My brain hurts: {error}"
    await message.reply(text[:2000])  # Discord takes no more


bot.run(os.environ["DISCORD_TOKEN"])
