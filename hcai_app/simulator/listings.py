"""The models that the simulator offers: ids, words and prices as the real catalogue has them.

Prices are USD per unit as decimal strings, the form that goes over the wire.
"""

from dataclasses import dataclass, field
from decimal import Decimal

TEXT = ("text",)
EMBEDDINGS = ("embeddings",)


@dataclass(frozen=True, eq=False)
class Listing:
    """One model, before it is dressed for the wire."""

    id: str
    name: str
    description: str
    prompt: str
    completion: str
    context: int | None = 131_072
    max_output: int | None = 32_768
    inputs: tuple[str, ...] = TEXT
    outputs: tuple[str, ...] = TEXT
    tokenizer: str = "Other"
    created: int = 1_754_000_000
    prices: dict[str, str] = field(default_factory=dict)
    reasons: bool = False
    dimensions: int = 0

    @property
    def author(self) -> str:
        """Return the part of the id before the slash."""
        return self.id.partition("/")[0]

    def price(self, unit: str) -> Decimal:
        """Return the price of one unit; 0 if it is not charged."""
        known = {"prompt": self.prompt, "completion": self.completion, **self.prices}
        # Routers list -1, which stands for "whatever the chosen model costs".
        return max(Decimal(known.get(unit, "0")), Decimal(0))


CHAT_MODELS = (
    Listing(
        "qwen/qwen3-32b",
        "Qwen: Qwen3 32B",
        "A dense 32B model that can think before it answers, good at code and many languages.",
        "0.00000008",
        "0.00000024",
        context=40_960,
        tokenizer="Qwen3",
        created=1_745_875_945,
        reasons=True,
    ),
    Listing(
        "qwen/qwen3-32b:free",
        "Qwen: Qwen3 32B (free)",
        "The free variant of Qwen3 32B, with tight limits.",
        "0",
        "0",
        context=40_960,
        tokenizer="Qwen3",
        created=1_745_875_945,
        reasons=True,
    ),
    Listing(
        "openai/gpt-5-mini",
        "OpenAI: GPT-5 Mini",
        "A compact GPT-5 for lighter reasoning tasks.",
        "0.00000025",
        "0.000002",
        context=400_000,
        max_output=128_000,
        inputs=("text", "image", "file"),
        tokenizer="GPT",
        created=1_754_587_407,
        prices={"input_cache_read": "0.000000025", "web_search": "0.01"},
        reasons=True,
    ),
    Listing(
        "openai/gpt-oss-120b",
        "OpenAI: gpt-oss-120b",
        "An open-weight mixture-of-experts model of 117B parameters.",
        "0.00000005",
        "0.00000025",
        tokenizer="GPT",
        created=1_754_414_231,
        reasons=True,
    ),
    Listing(
        "openai/gpt-4o-mini",
        "OpenAI: GPT-4o-mini",
        "A small multimodal model with an old and proven interface.",
        "0.00000015",
        "0.0000006",
        context=128_000,
        max_output=16_384,
        inputs=("text", "image", "file"),
        tokenizer="GPT",
        created=1_721_260_800,
    ),
    Listing(
        "google/gemini-2.5-flash",
        "Google: Gemini 2.5 Flash",
        "A workhorse for reasoning, code and long documents.",
        "0.0000003",
        "0.0000025",
        context=1_048_576,
        max_output=65_535,
        inputs=("file", "image", "text", "audio", "video"),
        tokenizer="Gemini",
        created=1_750_172_488,
        prices={"image": "0.001238", "audio": "0.000001", "input_cache_read": "0.00000003"},
        reasons=True,
    ),
    Listing(
        "google/gemini-2.5-flash-image",
        "Google: Gemini 2.5 Flash Image (Nano Banana)",
        "Draws and edits images in a conversation.",
        "0.0000003",
        "0.0000025",
        context=32_768,
        max_output=32_768,
        inputs=("image", "text"),
        outputs=("image", "text"),
        tokenizer="Gemini",
        created=1_759_870_431,
        prices={"image": "0.001238", "image_output": "0.00003"},
    ),
    Listing(
        "google/gemini-2.5-pro",
        "Google: Gemini 2.5 Pro",
        "Google's model for hard reasoning, code, mathematics and science.",
        "0.00000125",
        "0.00001",
        context=1_048_576,
        max_output=65_536,
        inputs=("text", "image", "file", "audio", "video"),
        tokenizer="Gemini",
        created=1_750_169_544,
        reasons=True,
    ),
    Listing(
        "deepseek/deepseek-v3.2",
        "DeepSeek: DeepSeek V3.2",
        "Efficient on long contexts, strong with tools.",
        "0.00000027",
        "0.0000004",
        context=163_840,
        max_output=65_536,
        tokenizer="DeepSeek",
        created=1_764_594_642,
        reasons=True,
    ),
    Listing(
        "moonshotai/kimi-k2-0905",
        "MoonshotAI: Kimi K2 0905",
        "A trillion-parameter mixture of experts, made for agents and code.",
        "0.00000039",
        "0.0000019",
        context=262_144,
        max_output=262_144,
        created=1_757_021_147,
    ),
    Listing(
        "z-ai/glm-4.6",
        "Z.AI: GLM 4.6",
        "A long-context model for code and writing.",
        "0.0000004",
        "0.00000175",
        context=202_752,
        created=1_759_235_576,
        reasons=True,
    ),
    Listing(
        "meta-llama/llama-3.3-70b-instruct",
        "Meta: Llama 3.3 70B Instruct",
        "A multilingual instruction-tuned model of 70B parameters.",
        "0.00000013",
        "0.00000038",
        max_output=16_384,
        tokenizer="Llama3",
        created=1_733_506_137,
    ),
    Listing(
        "mistralai/mistral-small-3.2-24b-instruct",
        "Mistral: Mistral Small 3.2 24B",
        "A small model that follows instructions well and sees images.",
        "0.00000006",
        "0.00000018",
        inputs=("image", "text"),
        tokenizer="Mistral",
        created=1_750_443_016,
    ),
    Listing(
        "x-ai/grok-4-fast",
        "xAI: Grok 4 Fast",
        "A fast multimodal model with a context of two million tokens.",
        "0.0000002",
        "0.0000005",
        context=2_000_000,
        max_output=30_000,
        inputs=("text", "image", "file"),
        tokenizer="Grok",
        created=1_758_240_090,
        reasons=True,
    ),
    Listing(
        "anthropic/claude-opus-4.1",
        "Anthropic: Claude Opus 4.1",
        "An expensive model for long coding and research tasks.",
        "0.000015",
        "0.000075",
        context=200_000,
        max_output=32_000,
        inputs=("image", "text", "file"),
        tokenizer="Claude",
        created=1_754_411_591,
        prices={"image": "0.024", "input_cache_read": "0.0000015", "web_search": "0.01"},
        reasons=True,
    ),
    Listing(
        "openrouter/auto",
        "Auto Router",
        "Chooses a model for each prompt.",
        "-1",
        "-1",
        context=2_000_000,
        max_output=None,
        tokenizer="Router",
        created=1_699_401_600,
    ),
)

EMBEDDING_MODELS = (
    Listing(
        "qwen/qwen3-embedding-8b",
        "Qwen: Qwen3 Embedding 8B",
        "Text embeddings in more than a hundred languages.",
        "0.00000001",
        "0",
        context=32_000,
        max_output=None,
        outputs=EMBEDDINGS,
        tokenizer="Qwen3",
        created=1_761_662_000,
        dimensions=4096,
    ),
    Listing(
        "openai/text-embedding-3-large",
        "OpenAI: Text Embedding 3 Large",
        "OpenAI's most capable embedding model.",
        "0.00000013",
        "0",
        context=8_192,
        max_output=None,
        outputs=EMBEDDINGS,
        tokenizer="GPT",
        created=1_761_862_866,
        dimensions=3072,
    ),
    Listing(
        "openai/text-embedding-3-small",
        "OpenAI: Text Embedding 3 Small",
        "A small and cheap embedding model.",
        "0.00000002",
        "0",
        context=8_192,
        max_output=None,
        outputs=EMBEDDINGS,
        tokenizer="GPT",
        created=1_761_857_455,
        dimensions=1536,
    ),
)

LISTINGS: dict[str, Listing] = {model.id: model for model in CHAT_MODELS + EMBEDDING_MODELS}
ROUTER = "openrouter/auto"
ROUTED_TO = "openai/gpt-5-mini"
VARIANTS = frozenset({"nitro", "floor", "online", "thinking", "extended", "exacto"})


def find(model_id: str) -> Listing | None:
    """Return the listing for an id, with routing suffixes such as `:nitro` taken off."""
    listing = LISTINGS.get(model_id)
    if listing is None:
        base, _, variant = model_id.partition(":")
        listing = LISTINGS.get(base) if variant in VARIANTS else None
    return listing
