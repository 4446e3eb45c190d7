"""Well-known systems, as far as their facts are established (docs/demo.md gives the sources)."""

from __future__ import annotations

from tests.acceptance.worlds import APACHE, DEEPSEEK, LLAMA2, LLAMA3, MIT, World, model


def meta(world: World) -> None:
    """Llama 2 and 3: code and weights under a community licence, the weights gated."""
    world.paper(
        "2307.09288",
        "Llama 2: Open Foundation and Fine-Tuned Chat Models",
        "We develop and release Llama 2, pretrained and chat-tuned language models of 7 to 70 billion parameters.",
        ["Hugo Touvron", "Louis Martin", "Kevin Stone"],
        "2023-07-18",
    )
    world.record("2307.09288", "https://github.com/facebookresearch/llama")
    code = "MODEL_CARD.md USE_POLICY.md download.sh example_chat_completion.py llama/__init__.py llama/generation.py llama/model.py requirements.txt setup.py"  # names
    terms = "## License\n\nModels and weights are licensed under the terms in LICENSE. The weights must be requested from Meta."
    world.repository(
        "meta-llama/llama",
        f"{code} Responsible-Use-Guide.pdf",
        {"README.md": f"# Llama 2 (deprecated)\n\nLoads Llama 2 models.\n\n{terms}", "LICENSE": LLAMA2},
        moved_from=["facebookresearch/llama"],
        pushed_at="2025-01-26T21:42:26Z",
    )
    for name in ("Llama-2-7b", "Llama-2-7b-hf"):
        card = model("llama2", f"# {name}\n\nAccess is granted by hand.", "arxiv:2307.09288", gated="manual")
        world.hub("models", f"meta-llama/{name}", "model-00001-of-00002.safetensors", **card)
    card = model(
        "llama2", "# Quantised by others\n\nOriginal: https://arxiv.org/abs/2307.09288", "gguf", "arxiv:2307.09288"
    )
    world.hub("models", "TheBloke/Llama-2-7B-GGUF", "Notice llama-2-7b.Q4_K_M.gguf", **card)
    world.paper(
        "2407.21783",
        "The Llama 3 Herd of Models",
        "Llama 3 is a herd of language models, the largest with 405 billion parameters. We publicly release Llama 3,"
        " pre-trained and post-trained, and Llama Guard 3 for input and output safety.",
        ["Abhimanyu Dubey", "Abhinav Jauhri"],
        "2024-07-31",
    )
    world.repository(
        "meta-llama/llama3",
        code,
        {"README.md": f"# Llama 3 (deprecated)\n\nLoads Meta Llama 3 models.\n\n{terms}", "LICENSE": LLAMA3},
    )
    for name, licence in (("Meta-Llama-3-8B", "llama3"), ("Llama-3.1-8B-Instruct", "llama3.1")):
        card = model(licence, f"# {name}", gated="manual")
        world.hub("models", f"meta-llama/{name}", "model-00001-of-00004.safetensors", **card)


def xai(world: World) -> None:
    """Grok-1: a release without a paper. Grok-2: weights alone, under terms of their own."""
    world.repository(
        "xai-org/grok-1",
        "checkpoint.py checkpoints/README.md model.py pyproject.toml requirements.txt run.py runners.py tokenizer.model",
        {
            "README.md": "# Grok-1\n\nLoads and runs the Grok-1 open-weights model.\n\n# License\n\nThe code and associated"
            " Grok-1 weights in this release are licensed under the Apache 2.0 license.",
            "LICENSE.txt": APACHE,
        },
    )
    world.hub(
        "models",
        "xai-org/grok-1",
        "ckpt-0/tensor00000_000 ckpt-0/tensor00001_000",
        **model("apache-2.0", "# Grok-1"),
    )
    card = model("grok2-community", "# Grok 2")
    world.hub("models", "xai-org/grok-2", "pytorch_model-00000-TP-common.safetensors", **card)


def openai(world: World) -> None:
    """GPT-3: data alone. Whisper and CLIP: code and weights."""
    world.paper(
        "2005.14165",
        "Language Models are Few-Shot Learners",
        "We train GPT-3, a language model with 175 billion parameters, and test it in the few-shot setting.",
        ["Tom B. Brown", "Benjamin Mann"],
        "2020-05-28",
    )
    world.record("2005.14165", "https://github.com/openai/gpt-3")
    world.repository(
        "openai/gpt-3",
        "175b_samples.jsonl data/two_digit_addition.jsonl data/reversed_words.jsonl.gz model-card.md overlap_frequency.md"
        " dataset_statistics/README.md dataset_statistics/languages_by_word_count.csv",
        {
            "README.md": "# GPT-3: Language Models are Few-Shot Learners\n\n[arXiv link](https://arxiv.org/abs/2005.14165)"
        },
        archived=True,
        pushed_at="2020-09-18T22:06:10Z",
    )
    world.paper(
        "2212.04356",
        "Robust Speech Recognition via Large-Scale Weak Supervision",
        "We study speech systems trained on 680,000 hours of transcripts. We are releasing models and inference code to"
        " serve as a foundation for further work on robust speech processing.",
        ["Alec Radford", "Jong Wook Kim", "Tao Xu"],
        "2022-12-06",
    )
    world.record("2212.04356", "https://github.com/openai/whisper")
    world.repository(
        "openai/whisper",
        "CHANGELOG.md data/README.md data/meanwhile.json model-card.md notebooks/LibriSpeech.ipynb pyproject.toml"
        " tests/jfk.flac tests/test_audio.py whisper/__init__.py whisper/assets/mel_filters.npz whisper/audio.py whisper/model.py",
        {
            "README.md": "# Whisper\n\n[[Paper]](https://arxiv.org/abs/2212.04356)\n\n## License\n\nWhisper's code and model"
            " weights are released under the MIT License. See LICENSE for further details.",
            "LICENSE": MIT,
        },
    )
    card = model(
        "apache-2.0", "# Whisper\n\nPaper: https://arxiv.org/abs/2212.04356", "whisper", "arxiv:2212.04356"
    )
    world.hub("models", "openai/whisper-large-v3", "config.json model.safetensors vocab.json", **card)
    world.paper(
        "2103.00020",
        "Learning Transferable Visual Models From Natural Language Supervision",
        "CLIP learns images from 400 million captions. We release our code and pre-trained model weights at"
        " https://github.com/OpenAI/CLIP.",
        ["Alec Radford", "Jong Wook Kim"],
        "2021-02-26",
    )
    world.repository(
        "openai/CLIP",
        "clip/__init__.py clip/bpe_simple_vocab_16e6.txt.gz clip/clip.py clip/model.py data/prompts.md hubconf.py setup.py",
        {"README.md": "# CLIP\n\n[[Paper]](https://arxiv.org/abs/2103.00020)", "LICENSE": MIT},
        pushed_at="2026-03-25T18:46:40Z",
    )
    card = model(
        "",
        "# Model Card: CLIP\n\nhttps://arxiv.org/abs/2103.00020",
        "clip",
        "arxiv:2103.00020",
        "arxiv:1908.04913",
    )
    world.hub("models", "openai/clip-vit-large-patch14", "config.json model.safetensors pytorch_model.bin", **card)


def deepseek(world: World) -> None:
    """V3: MIT code and weights under terms of their own. R1: MIT, and no line of code."""
    world.paper(
        "2412.19437",
        "DeepSeek-V3 Technical Report",
        "We present DeepSeek-V3, a mixture-of-experts language model with 671 billion parameters. The model checkpoints"
        " are available at https://github.com/deepseek-ai/DeepSeek-V3.",
        ["DeepSeek-AI", "Aixin Liu"],
        "2024-12-27",
    )
    world.repository(
        "deepseek-ai/DeepSeek-V3",
        "README_WEIGHTS.md figures/niah.png inference/configs/config_671B.json inference/convert.py inference/generate.py"
        " inference/kernel.py inference/model.py inference/requirements.txt",
        {
            "README.md": "# DeepSeek-V3\n\nPaper: https://arxiv.org/pdf/2412.19437\n\n## License\nThis code repository is"
            " licensed under [the MIT License](LICENSE-CODE). The use of DeepSeek-V3 Base/Chat models is subject to"
            " [the Model License](LICENSE-MODEL). DeepSeek-V3 series (including Base and Chat) supports commercial use.",
            "LICENSE-CODE": MIT,
            "LICENSE-MODEL": DEEPSEEK,
        },
    )
    for name in ("DeepSeek-V3", "DeepSeek-V3-Base"):
        card = model("", f"# {name}\n\nPaper: https://arxiv.org/pdf/2412.19437", "custom_code", "arxiv:2412.19437")
        world.hub(
            "models",
            f"deepseek-ai/{name}",
            "model-00012-of-000163.safetensors",
            files={"LICENSE-CODE": MIT},
            **card,
        )
    world.paper(
        "2501.12948",
        "DeepSeek-R1: Incentivizing Reasoning Capability in LLMs via Reinforcement Learning",
        "Reasoning in language models can come from pure reinforcement learning, without steps labelled by people.",
        ["DeepSeek-AI", "Daya Guo"],
        "2025-01-22",
    )
    world.record("2501.12948", "https://github.com/deepseek-ai/DeepSeek-R1")
    words = "## License\nThis code repository and the model weights are licensed under the [MIT License](LICENSE)."
    world.repository(
        "deepseek-ai/DeepSeek-R1",
        ".github/workflows/stale.yml DeepSeek_R1.pdf figures/benchmark.jpg",
        {"README.md": f"# DeepSeek-R1\n\nhttps://arxiv.org/abs/2501.12948\n\n{words}", "LICENSE": MIT},
    )
    card = model("mit", f"# DeepSeek-R1\n\nhttps://arxiv.org/abs/2501.12948\n\n{words}", "arxiv:2501.12948")
    world.hub(
        "models", "deepseek-ai/DeepSeek-R1", "model-00002-of-000163.safetensors", files={"LICENSE": MIT}, **card
    )


def others(world: World) -> None:
    """Mistral 7B, OLMo, Pythia: open throughout. BLOOM: RAIL. Qwen2.5: terms of each model."""
    world.paper(
        "2310.06825",
        "Mistral 7B",
        "We introduce Mistral 7B, a language model of 7 billion parameters. Our models are released under the Apache 2.0"
        " license.",
        ["Albert Q. Jiang", "Alexandre Sablayrolles", "Arthur Mensch"],
        "2023-10-10",
        "Models and code are available at https://mistral.ai/news/announcing-mistral-7b/",
    )
    world.record("2310.06825", "https://github.com/mistralai/mistral-src")
    world.repository(
        "mistralai/mistral-inference",
        "deploy/Dockerfile pyproject.toml src/mistral_inference/__init__.py src/mistral_inference/model.py",
        {"README.md": "# Mistral Inference\n\nMinimal code to run Mistral models.", "LICENSE": APACHE},
        moved_from=["mistralai/mistral-src"],
    )
    card = model(
        "apache-2.0", "# Mistral-7B-v0.1\n\nhttps://arxiv.org/abs/2310.06825", "mistral", "arxiv:2310.06825"
    )
    world.hub("models", "mistralai/Mistral-7B-v0.1", "config.json model-00001-of-00002.safetensors", **card)
    world.paper(
        "2402.00838",
        "OLMo: Accelerating the Science of Language Models",
        "OLMo is a competitive language model, released with its training data, training code and evaluation code.",
        ["Dirk Groeneveld", "Iz Beltagy", "Hannaneh Hajishirzi"],
        "2024-02-01",
    )
    world.record("2402.00838", "https://github.com/allenai/OLMo")
    world.repository(
        "allenai/OLMo",
        "CHANGELOG.md configs/peteish1-google.yaml olmo/__init__.py olmo/model.py scripts/train.py",
        {"README.md": "# OLMo: Open Language Model\n\nhttps://arxiv.org/abs/2402.00838", "LICENSE": APACHE},
    )
    for name in ("OLMo-7B", "OLMo-7B-hf", "OLMo-7B-0424-hf"):
        words = f"# {name}\n\nThe code and model are released under Apache 2.0. https://arxiv.org/abs/2402.00838"
        card = model("apache-2.0", words, "dataset:allenai/dolma", "arxiv:2402.00838", "arxiv:2302.13971")
        world.hub("models", f"allenai/{name}", "config.json model-00004-of-00006.safetensors", **card)
    world.hub("datasets", "allenai/dolma", "", "# Dolma", siblings=None)
    world.paper(
        "2304.01373",
        "Pythia: A Suite for Analyzing Large Language Models Across Training and Scaling",
        "We introduce Pythia, a suite of 16 language models all trained on public data. Trained models, analysis code,"
        " training code, and training data can be found at \\url{https://github.com/EleutherAI/pythia}.",
        ["Stella Biderman", "Hailey Schoelkopf"],
        "2023-04-03",
    )
    world.repository(
        "EleutherAI/pythia",
        "case-studies/winobias.ipynb case-studies/term_frequency/model.py models/12B/pythia-12b.yml utils/dump_dataset.py",
        {"README.md": "# Pythia\n\nhttps://arxiv.org/abs/2304.01373", "LICENSE": APACHE},
    )
    tags = ("dataset:EleutherAI/pile", "arxiv:2304.01373", "arxiv:2101.00027", "arxiv:2201.07311")
    card = model("apache-2.0", "# pythia-12b\n\nhttps://github.com/EleutherAI/pythia", *tags)
    world.hub("models", "EleutherAI/pythia-12b", "pytorch_model-00001-of-00003.bin config.json", **card)
    world.hub("datasets", "EleutherAI/pile", "", "# The Pile", siblings=None)
    world.paper(
        "2211.05100",
        "BLOOM: A 176B-Parameter Open-Access Multilingual Language Model",
        "BLOOM is a language model of 176 billion parameters, trained on the ROOTS corpus. We publicly release our models"
        " and code under the Responsible AI License.",
        ["BigScience Workshop", "Teven Le Scao"],
        "2022-11-09",
    )
    card = model("bigscience-bloom-rail-1.0", "# BLOOM", "bloom")
    world.hub("models", "bigscience/bloom", "model_00001-of-00072.safetensors", **card)
    world.paper(
        "2412.15115",
        "Qwen2.5 Technical Report",
        "Qwen2.5 is a series of language models in many sizes, offered with open weights.",
        ["An Yang", "Baosong Yang"],
        "2024-12-19",
    )
    world.record("2412.15115", "https://github.com/QwenLM/Qwen2.5")
    world.repository(
        "QwenLM/Qwen3",
        "docs/source/conf.py eval/eval/arc_agi_1.py examples/demo/cli_demo.py examples/speed-benchmark/speed_benchmark_vllm.py",
        {
            "README.md": "# Qwen3\n\narXiv:2412.15115\n\n## License Agreement\n\nAll our open-weight models are licensed under"
            " Apache 2.0. You can find the license files in the respective Hugging Face repositories.",
        },
        moved_from=["QwenLM/Qwen2.5"],
    )
    for name, terms in (("Qwen2.5-72B-Instruct", "qwen"), ("Qwen2.5-3B", "qwen-research")):
        card = model("other", f"# {name}", "arxiv:2407.10671", name=terms)
        world.hub("models", f"Qwen/{name}", "model-00001-of-00002.safetensors", **card)
