"""200 model ids as OpenRouter lists them: makers, families, sizes, dates and variants."""

from __future__ import annotations

FAMILIES = {
    "openai": (
        "gpt-4.1 gpt-4.1-mini gpt-4.1-nano gpt-4o gpt-4o-2024-05-13 gpt-4o-2024-08-06"
        " gpt-4o-2024-11-20 gpt-4o-mini gpt-4o-mini-2024-07-18 gpt-4o-audio-preview"
        " gpt-4o-mini-search-preview gpt-4o-search-preview gpt-4o:extended gpt-4-turbo"
        " gpt-4-turbo-preview gpt-4-1106-preview gpt-4-0314 gpt-4 gpt-3.5-turbo"
        " gpt-3.5-turbo-0613 gpt-3.5-turbo-16k gpt-3.5-turbo-instruct o1 o1-mini o1-pro o3"
        " o3-mini o3-mini-high o3-pro o3-deep-research o4-mini o4-mini-high"
        " o4-mini-deep-research gpt-5 gpt-5-mini gpt-5-nano gpt-5-chat gpt-5-codex gpt-5-pro"
        " gpt-oss-120b gpt-oss-120b:free gpt-oss-20b gpt-oss-20b:free chatgpt-4o-latest"
        " codex-mini"
    ),
    "anthropic": (
        "claude-3-haiku claude-3-opus claude-3.5-haiku claude-3.5-haiku-20241022"
        " claude-3.5-sonnet claude-3.5-sonnet-20240620 claude-3.7-sonnet"
        " claude-3.7-sonnet:thinking claude-haiku-4.5 claude-opus-4 claude-opus-4.1"
        " claude-opus-4.5 claude-sonnet-4 claude-sonnet-4.5"
    ),
    "google": (
        "gemini-2.0-flash-001 gemini-2.0-flash-exp:free gemini-2.0-flash-lite-001"
        " gemini-2.5-flash gemini-2.5-flash-image gemini-2.5-flash-image-preview"
        " gemini-2.5-flash-lite gemini-2.5-flash-lite-preview-06-17"
        " gemini-2.5-flash-lite-preview-09-2025 gemini-2.5-flash-preview-09-2025"
        " gemini-2.5-pro gemini-2.5-pro-preview gemini-2.5-pro-preview-05-06 gemma-2-27b-it"
        " gemma-2-9b-it gemma-3-12b-it gemma-3-12b-it:free gemma-3-27b-it gemma-3-27b-it:free"
        " gemma-3-4b-it gemma-3-4b-it:free gemma-3n-e2b-it:free gemma-3n-e4b-it"
        " gemma-3n-e4b-it:free gemini-3-pro-preview"
    ),
    "meta-llama": (
        "llama-3-70b-instruct llama-3-8b-instruct llama-3.1-405b llama-3.1-405b-instruct"
        " llama-3.1-70b-instruct llama-3.1-8b-instruct llama-3.2-11b-vision-instruct"
        " llama-3.2-1b-instruct llama-3.2-3b-instruct llama-3.2-3b-instruct:free"
        " llama-3.2-90b-vision-instruct llama-3.3-70b-instruct llama-3.3-70b-instruct:free"
        " llama-4-maverick llama-4-maverick:free llama-4-scout llama-4-scout:free"
        " llama-guard-2-8b llama-guard-3-8b llama-guard-4-12b"
    ),
    "mistralai": (
        "codestral-2501 codestral-2508 devstral-medium devstral-small devstral-small-2505"
        " magistral-medium-2506 magistral-medium-2506:thinking magistral-small-2506"
        " ministral-3b ministral-8b mistral-7b-instruct mistral-7b-instruct-v0.1"
        " mistral-7b-instruct-v0.2 mistral-7b-instruct-v0.3 mistral-7b-instruct:free"
        " mistral-large mistral-large-2407 mistral-large-2411 mistral-medium-3"
        " mistral-medium-3.1 mistral-nemo mistral-nemo:free mistral-saba mistral-small"
        " mistral-small-24b-instruct-2501 mistral-small-24b-instruct-2501:free"
        " mistral-small-3.1-24b-instruct mistral-small-3.1-24b-instruct:free"
        " mistral-small-3.2-24b-instruct mistral-small-3.2-24b-instruct:free mistral-tiny"
        " mixtral-8x22b-instruct mixtral-8x7b-instruct pixtral-12b pixtral-large-2411"
    ),
    "qwen": (
        "qwen-2.5-72b-instruct qwen-2.5-72b-instruct:free qwen-2.5-7b-instruct"
        " qwen-2.5-coder-32b-instruct qwen-2.5-coder-32b-instruct:free qwen-2.5-vl-7b-instruct"
        " qwen-max qwen-plus qwen-plus-2025-07-28 qwen-plus-2025-07-28:thinking qwen-turbo"
        " qwen-vl-max qwen-vl-plus qwen2.5-vl-32b-instruct qwen2.5-vl-32b-instruct:free"
        " qwen2.5-vl-72b-instruct qwen2.5-vl-72b-instruct:free qwen3-14b qwen3-14b:free"
        " qwen3-235b-a22b qwen3-235b-a22b-2507 qwen3-235b-a22b-thinking-2507"
        " qwen3-235b-a22b:free qwen3-30b-a3b qwen3-30b-a3b-instruct-2507"
        " qwen3-30b-a3b-thinking-2507 qwen3-30b-a3b:free qwen3-32b qwen3-4b:free qwen3-8b"
        " qwen3-8b:free qwen3-coder qwen3-coder-30b-a3b-instruct qwen3-coder-flash"
        " qwen3-coder-plus qwen3-coder:free qwen3-max qwen3-next-80b-a3b-instruct"
        " qwen3-next-80b-a3b-thinking qwen3-vl-235b-a22b-instruct"
        " qwen3-vl-235b-a22b-thinking qwen3-vl-30b-a3b-instruct qwen3-vl-30b-a3b-thinking"
        " qwen3-vl-8b-instruct qwen3-vl-8b-thinking qwq-32b qwq-32b:free"
    ),
    "deepseek": (
        "deepseek-chat deepseek-chat-v3-0324 deepseek-chat-v3-0324:free deepseek-chat-v3.1"
        " deepseek-chat-v3.1:free deepseek-prover-v2 deepseek-r1 deepseek-r1-0528"
        " deepseek-r1-0528-qwen3-8b deepseek-r1-0528-qwen3-8b:free deepseek-r1-0528:free"
        " deepseek-r1-distill-llama-70b deepseek-r1-distill-llama-70b:free"
        " deepseek-r1-distill-qwen-14b deepseek-r1-distill-qwen-32b deepseek-r1:free"
    ),
}
IDS = tuple(f"{maker}/{name}" for maker, names in FAMILIES.items() for name in names.split())[:200]
