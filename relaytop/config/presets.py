"""Providers that are known by name: their URLs, wire APIs and where their keys are kept.

Each was read in its vendor's documentation, whose page stands beside it, in November 2026.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class Preset(NamedTuple):
    """What a vendor documents."""

    name: str
    """Of the provider in the config."""
    base_url: str
    """With names in braces that are the user's own, as `{region}`."""
    source: str
    """The page that says so, without its scheme."""
    api: str = "openai"
    key_env: str = ""
    """The variable that usually holds its key; empty where it needs none, or none of its own."""
    key_command: tuple[str, ...] = ()
    """Prints a key that expires."""
    key_lifetime: str = ""
    """For how long such a key is good."""
    models: tuple[str, ...] = ()
    """Some of its models, or a name to replace."""
    note: str = ""
    """What differs, in one sentence."""
    detected: bool = True
    """Whether a key in its variable makes a provider of it where there is no config."""

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The names in its URL, and in its models, that are the user's own."""
        text = " ".join((self.base_url, *self.models))
        return tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))


PRESETS = (
    Preset(
        "openai",
        "https://api.openai.com/v1",
        "platform.openai.com/docs/api-reference",
        key_env="OPENAI_API_KEY",
        models=("gpt-4.1", "gpt-4.1-mini"),
    ),
    Preset(
        "openrouter",
        "https://openrouter.ai/api/v1",
        "openrouter.ai/docs/api-reference/overview",
        key_env="OPENROUTER_API_KEY",
        models=("openai/gpt-4.1", "anthropic/claude-sonnet-4.5"),
    ),
    Preset(
        "deepseek",
        "https://api.deepseek.com/v1",
        "api-docs.deepseek.com",
        key_env="DEEPSEEK_API_KEY",
        models=("deepseek-chat",),
    ),
    Preset(
        "groq",
        "https://api.groq.com/openai/v1",
        "console.groq.com/docs/openai",
        key_env="GROQ_API_KEY",
        models=("llama-3.3-70b-versatile",),
    ),
    Preset(
        "mistral",
        "https://api.mistral.ai/v1",
        "docs.mistral.ai/api",
        key_env="MISTRAL_API_KEY",
        models=("mistral-small-latest",),
    ),
    Preset(
        "holysheep",
        "https://api.holysheep.ai/v1",
        "holysheep.ai",
        key_env="HOLYSHEEP_API_KEY",
        models=("gpt-4.1", "claude-sonnet-4.5", "gemini-2.5-flash", "deepseek-v3.2"),
    ),
    Preset(
        "anthropic",
        "https://api.anthropic.com",
        "docs.anthropic.com/en/api/messages",
        api="anthropic",
        key_env="ANTHROPIC_API_KEY",
        models=("claude-sonnet-4-5",),
    ),
    Preset(
        "gemini",
        "https://generativelanguage.googleapis.com",
        "ai.google.dev/api",
        api="gemini",
        key_env="GEMINI_API_KEY",
        models=("gemini-2.5-flash",),
    ),
    Preset(
        "xai",
        "https://api.x.ai/v1",
        "docs.x.ai/docs/api-reference",
        key_env="XAI_API_KEY",
        models=("grok-4",),
        note="Errors are a code and a sentence, not an object.",
    ),
    Preset(
        "together",
        "https://api.together.xyz/v1",
        "docs.together.ai/docs/openai-api-compatibility",
        key_env="TOGETHER_API_KEY",
        models=("meta-llama/Llama-3.3-70B-Instruct-Turbo",),
        note="The list at /models is a bare array, and tells what each model is.",
    ),
    Preset(
        "fireworks",
        "https://api.fireworks.ai/inference/v1",
        "docs.fireworks.ai/tools-sdks/openai-compatibility",
        key_env="FIREWORKS_API_KEY",
        models=("accounts/fireworks/models/llama-v3p3-70b-instruct",),
    ),
    Preset(
        "cohere",
        "https://api.cohere.ai/compatibility/v1",
        "docs.cohere.com/docs/compatibility-api",
        key_env="CO_API_KEY",
        models=("command-a-03-2025",),
        note="For rerank use https://api.cohere.com/v2 as another provider.",
    ),
    Preset(
        "moonshot",
        "https://api.moonshot.ai/v1",
        "platform.moonshot.ai/docs",
        key_env="MOONSHOT_API_KEY",
        models=("kimi-k2-0905-preview",),
        note="Keys of platform.moonshot.cn are for https://api.moonshot.cn/v1.",
    ),
    Preset(
        "siliconflow",
        "https://api.siliconflow.com/v1",
        "docs.siliconflow.com",
        key_env="SILICONFLOW_API_KEY",
        models=("deepseek-ai/DeepSeek-V3.2-Exp",),
        note="Keys of siliconflow.cn are for https://api.siliconflow.cn/v1.",
    ),
    Preset(
        "azure",
        "https://{resource}.openai.azure.com/openai/v1",
        "learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle",
        key_env="AZURE_OPENAI_API_KEY",
        models=("{deployment}",),
        note='A model is a deployment. For /openai/deployments/… set api = "azure".',
        detected=False,
    ),
    Preset(
        "bedrock",
        "https://bedrock-runtime.{region}.amazonaws.com/openai/v1",
        "docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html",
        key_env="AWS_BEARER_TOKEN_BEDROCK",
        models=("openai.gpt-oss-120b-1:0",),
        note="A Bedrock API key as bearer; requests are not signed. It has no list at /models; "
        "https://bedrock-mantle.REGION.api.aws/openai/v1 has one, and newer models.",
        detected=False,
    ),
    Preset(
        "vertex",
        "https://{location}-aiplatform.googleapis.com/v1/projects/{project}/locations/{location}"
        "/endpoints/openapi",
        "cloud.google.com/vertex-ai/generative-ai/docs/start/openai",
        key_command=("gcloud", "auth", "print-access-token"),
        key_lifetime="50m",
        models=("google/gemini-2.5-flash",),
        note="A token lasts an hour: the command is run again before, and after a 401. No /models. "
        "At location global the host is aiplatform.googleapis.com.",
        detected=False,
    ),
    Preset(
        "litellm",
        "http://127.0.0.1:4000/v1",
        "docs.litellm.ai/docs/proxy/user_keys",
        key_env="LITELLM_API_KEY",
        models=("{model}",),
        detected=False,
    ),
    Preset(
        "new-api",
        "https://{host}/v1",
        "docs.newapi.pro",
        key_env="NEW_API_KEY",
        models=("{model}",),
        detected=False,
    ),
    Preset(
        "ollama",
        "http://127.0.0.1:11434/v1",
        "docs.ollama.com/openai",
        models=("{model}",),
        note="It needs no key. The first reply waits until the model is loaded.",
        detected=False,
    ),
    Preset(
        "vllm",
        "http://127.0.0.1:8000/v1",
        "docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
        models=("{model}",),
        note="It needs a key only if it was started with --api-key.",
        detected=False,
    ),
    Preset(
        "llama.cpp",
        "http://127.0.0.1:8080/v1",
        "github.com/ggml-org/llama.cpp/tree/master/tools/server",
        models=("{model}",),
        note="While the model loads it answers 503, which is overloaded.",
        detected=False,
    ),
)
"""In the order of lists; those of the environment first."""


def preset_named(name: str) -> Preset | None:
    """Return the preset of a name, in whatever case; None where there is none."""
    return next((preset for preset in PRESETS if preset.name == name.lower()), None)
