"""What READMEs announce. The sentences are ours, in the forms that READMEs of papers use."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.hosts.inspect.announcements import promises_code, promises_release

OF_CODE = [
    # English
    "Nothing yet: the scripts of beta follow after the conference.",
    "The code follows soon.",
    "Code ETA: end of May.",
    "Code expected: June. Release date: TBD",
    "We'll release the code once the paper is accepted.",
    "We will release our code upon acceptance.",
    "The code will be made publicly available upon acceptance.",
    "The code will be made public after the review process.",
    "Code release: TBD",
    "Code: TBA",
    "**Code:** coming soon!",
    "Code will come soon.",
    "Code coming soon, stay tuned!",
    "The code is being cleaned up.",
    "The code is currently being organised and will be uploaded later.",
    "We are cleaning up the code.",
    "We're currently preparing the code for release.",
    "This repository will contain the code for our paper.",
    "This repo will host the official implementation of Deep Things.",
    "The code has been temporarily removed.",
    "The repository is temporarily unavailable.",
    "The source code is not yet available.",
    "The code isn't available yet.",
    "Our code has not been released yet.",
    "Code is under internal review and pending approval.",
    "The implementation is still under construction.",
    "# Deep Things\n\nOfficial PyTorch implementation.\n\nComing soon!",
    "# Deep Things (code coming soon)",
    "# Official code of Deep Things\n\n🚧 Work in progress 🚧",
    "## Code\n\nComing soon.",
    "## Code release\n\nStay\ntuned.",
    "- [ ] Release training code",
    "- [ ] Code\n- [ ] Data",
    "* [ ] Open-source the inference scripts",
    "- [x] Paper\n- [ ] Code",
    "[ ] Code release",
    "☐ Release the code",
    "⏳ Training code",
    "## TODO\n- Release the training code\n- Release data",
    "## Roadmap\n\n1. Upload code\n2. Upload weights ✅",
    "## Release plan\n* inference code",
    "![code](https://img.shields.io/badge/code-coming%20soon-red)",
    "[![Code](https://img.shields.io/badge/Code-Coming_Soon-yellow)](#)",
    '<img src="https://img.shields.io/badge/Code-TBD-lightgrey" alt="code">',
    "[Paper](x) | [Project](y) | Code (coming soon)",
    "[[Paper]](x) [[Code (soon)]](#)",
    "| | status |\n|---|---|\n\nThe code (soon)",
    "Training and inference code will be open-sourced by the end of June.",
    "We plan to open-source the full code base in the near future.",
    "We intend to make our code public.",
    "We are going to publish all scripts.",
    "Code to be released.",
    "Our code shall be provided after publication.",
    "The code and models will be available here.",
    "The data are released. The code will follow.",
    "We have released the models; the code will be released later.",
    "Expected release of the code: July 2026.",
    "This is a placeholder for the code of our paper.",
    "We are working on releasing the code.",
    "The code will be released as soon as possible.",
    # Chinese
    "代码即将开源，敬请期待。",
    "我们将在论文录用后公开代码。",
    "代码整理中。",
    "源码将在近期发布",
    "代码暂未开源",
    "程式碼將於論文接受後釋出。",
    "代码暂时下架。",
    # Japanese
    "コードは近日公開予定です。",
    "ソースコードは準備中です。",
    "採択後にコードを公開します。",
    # Korean
    "코드는 곧 공개될 예정입니다.",
    "코드 정리 중입니다.",
    "추후 소스 코드를 공개하겠습니다.",
    # German, French, Spanish, Italian, Russian, Portuguese
    "Der Code wird nach der Veröffentlichung bereitgestellt.",
    "Code folgt in Kürze.",
    "Quellcode: demnächst",
    "Le code sera bientôt disponible.",
    "Le code source sera publié après l'acceptation.",
    "Code à venir.",
    "El código estará disponible próximamente.",
    "El código se publicará tras la aceptación.",
    "Código: próximamente",
    "Il codice sarà disponibile a breve.",
    "Il codice verrà pubblicato dopo l'accettazione.",
    "Код будет опубликован после принятия статьи.",
    "Код скоро появится.",
    "O código estará disponível em breve.",
    "O código será disponibilizado após a publicação.",
]
OF_OTHER_PARTS = [
    "Pretrained weights coming soon.",
    "The data set will be released soon.",
    "- [x] Release code\n- [ ] Release larger model",
    "## TODO\n- [x] Code\n- [ ] Data set",
    "The code is released, models will be released soon.",
    "We will release more models.",
    "模型权重即将发布。",
    "Die Daten werden in Kürze veröffentlicht.",
    "## Models\n\nComing soon.",
]
NOTHING = [
    "The scripts follow the protocol of Foo et al.",
    "Run the code; the results follow after the preprocessing step.",
    "The code is here. Expected runtime: 3 hours.",
    None,
    "",
    "# Deep Things",
    "The code is available in src.",
    "We release the code.",
    "Our code was released in May.",
    "- [x] Release code",
    "- [X] Code\n- [x] Data",
    "✅ Code released",
    "As soon as you install it, the code runs.",
    "The output will be saved in out.",
    "The script will be used to train.",
    "The paper will be presented at a workshop.",
    "Paper: coming soon",
    "arXiv link coming soon.",
    "The video will be uploaded soon.",
    "<!-- Code coming soon -->",
    "This list will be updated regularly.",
    "The code is available upon reasonable request.",
    "Code of conduct: to be announced",
    "![stars](https://img.shields.io/github/stars/a/b) ![licence](https://img.shields.io/badge/license-MIT-blue)",
    "本项目的代码已经开源。",
    "コードは公開されています。",
    "Le code est disponible.",
    "Der Code ist hier.",
]


@pytest.mark.parametrize("readme", OF_CODE)
def test_code_is_announced(readme: str) -> None:
    assert promises_code(readme)
    assert promises_release(readme)


@pytest.mark.parametrize("readme", OF_OTHER_PARTS)
def test_something_else_is_announced(readme: str) -> None:
    assert not promises_code(readme)
    assert promises_release(readme)


@pytest.mark.parametrize(
    "readme", ["Coming soon!", "# Deep Things\n\nStay tuned.", "🚧 Under construction 🚧", "# X\n\nTBD"]
)
def test_an_announcement_without_a_subject_is_one_of_a_release(readme: str) -> None:
    assert promises_release(readme)
    assert not promises_code(readme)


@pytest.mark.parametrize("readme", NOTHING)
def test_nothing_is_announced(readme: str | None) -> None:
    assert not promises_code(readme)
    assert not promises_release(readme)


@given(st.text(max_size=400))
def test_no_text_raises(text: str) -> None:
    for readme in (
        text,
        f"- [ ] {text}",
        f"## TODO\n- {text}\n",
        f"![{text}](https://img.shields.io/badge/{text})",
        f"code {text} soon",
    ):
        assert promises_release(readme) or not promises_code(readme)


PIECES = ["code ", "will ", "will be ", "soon ", "not ", "is ", "- [ ] ", "- [ ] code\n", "![](https://img.shields.io/badge/", "<img src='https://img.shields.io/badge/", "## TODO\n", "~~", "wird ",
          "sera ", "se ", "будет ", "将", "公開", "예정", "(", "[", "once ", "upon the ", "we have ", "no a ", "released ", "\n", "|", "* ", "**", "code coming soon. "]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_hostile_texts_cost_little(piece: str) -> None:
    start = time.process_time()
    promises_release(piece * (200_000 // len(piece)))
    promises_code(piece * (200_000 // len(piece)))
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "readme",
    [
        "Currently, the code for this paper has not been published.",
        "We will be publishing our finalized code here at the end of March.",
        "The **full code** and other resources are planned to be released here.",
        "Codes are coming.",
        "The repo of the official implementation is still being updated.",
        "Release of the code is planned for September.",
        "The codebase is undergoing a final clean-up.",
        "Code is comming soon",
        "Due to company policy, the code is waiting for approval.",
        "- [ ] Inference code release (ETA: May)",
        "核心代码后续会上传",
        "代码将陆续更新",
        "We promise to release the code after the anonymity period.",
        "We're working hard to release the code.",
        "Source: to be published",
        "> [!NOTE]\n> The code is being prepared for release.",
        "| Code | Coming soon |",
        "<b>Code</b>: <i>coming soon</i>",
        "코드는 논문 게재 후 공개 예정",
        "O código-fonte será liberado após a aceitação do artigo.",
    ],
)
def test_further_words_of_an_announcement(readme: str) -> None:
    assert promises_code(readme)


@pytest.mark.parametrize(
    "readme",
    [
        "After publication of the first version, bugs were fixed in the code.",
        "Once the environment is ready, run the code.",
        "Once the data are downloaded, the code will open them.",
        "We will respond as soon as possible to questions on the code.",
        "Not available on Windows yet.",
        "Our paper was accepted; see you soon! The code is here.",
        "The dataset must be downloaded first, the model will be trained for 100 epochs.",
    ],
)
def test_a_future_that_is_no_release(readme: str) -> None:
    assert not promises_release(readme)
