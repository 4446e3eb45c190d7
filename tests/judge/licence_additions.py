"""Sentences of our own around licence texts, by kind: harmless ones, and ones that limit a right or may do so."""

from __future__ import annotations

from itertools import product

_NAMES = ("Jane Doe", "Wei Zhang", "José García", "the Foo Lab")
_MAIL = "jane.doe@example.edu"
_LINK = "https://github.com/foo/barnet"


def _each(*templates: str, **words: tuple[str, ...]) -> list[str]:
    """Every template with every combination of the words that it has a place for."""
    found: list[str] = []
    for template in templates:
        keys = [key for key in words if "{" + key + "}" in template]
        for values in product(*(words[key] for key in keys)):
            found += [template.format(**dict(zip(keys, values, strict=True)))]
    return found


_WORKS = ("code", "software", "repository", "project", "work")

HARMLESS: dict[str, list[str]] = {
    "contact": [
        *_each("Contact: {who} <" + _MAIL + ">", "Maintainer: {who} <" + _MAIL + ">", "Author: {who}", who=_NAMES),
        *_each("For questions, please contact {who} at " + _MAIL + ".", who=_NAMES[:3]),
        f"If you have any questions, please contact {_MAIL}.",
        f"Questions? E-mail {_MAIL}.",
        "For any questions, please open an issue.",
        f"Please feel free to contact us via {_MAIL}.",
        f"E-mail: {_MAIL}",
        f"Project page: {_LINK}",
        f"Homepage: {_LINK}",
        f"Website: {_LINK}",
    ],
    "citation": [
        *_each("If you use this {work} in your research, please cite our paper.", work=_WORKS),
        *_each("If you find this {work} useful, please consider citing our paper.", work=_WORKS),
        *_each("If you find our {work} useful for your research, please cite:", work=_WORKS),
        *_each("Please cite our {paper}.", "Please kindly cite the {paper}.", "Please consider citing our {paper}.",
               paper=("paper", "work", "article", "publication")),
        *_each("We would appreciate it if you cite our {paper}.", paper=("paper", "work")),
        "When using this software, please cite the following paper:",
        "Citation",
        "How to cite",
        "If you use this code, please cite:\n\n@inproceedings{doe2024,\n  title={Learning to See},\n  author={Doe, Jane},\n  booktitle={CVPR},\n  year={2024}\n}",
        'Please cite:\nJ. Doe and W. Zhang. "Learning to see in the dark". CVPR 2024.',
        "A citation to our paper would be appreciated.",
    ],
    "another file": [
        *_each("See {name} for {what}.", name=("NOTICE", "the NOTICE file", "AUTHORS", "README.md"),
               what=("details", "more details", "more information", "attribution notices", "further information")),
        *_each("Please see the {name} file for details.", name=("NOTICE", "AUTHORS", "LICENSE", "CONTRIBUTORS")),
        "See the NOTICE file for third-party attributions.",
        "Please refer to NOTICE for third-party licenses.",
        "See AUTHORS for the list of contributors.",
    ],
    "parts": [
        *_each("This {work} includes code from {part}, licensed under the {licence}.", work=_WORKS[:4],
               part=("Detectron2", "PyTorch", "NumPy"), licence=("MIT License", "Apache License 2.0", "BSD 3-Clause License")),
        *_each("Parts of this code are derived from {part} ({licence}).", part=("DINOv2", "OpenCLIP", "SciPy"),
               licence=("Apache-2.0", "MIT", "BSD-3-Clause")),
        *_each("- {part}: {licence}", part=("Detectron2", "PyTorch3D", "OpenMMLab"), licence=("Apache-2.0", "MIT", "BSD-3-Clause")),
        "Third-party licenses",
        "This repository contains code from https://github.com/foo/bar, released under the MIT license.",
        "Portions of this software are based on Mask R-CNN, which is licensed under the Apache License 2.0.",
        "This project uses the following third-party components:\n- PyTorch (BSD-3-Clause)\n- NumPy (BSD-3-Clause)",
    ],
    "copyright": [
        *_each("Copyright (c) {year}, {who}. All rights reserved.", "Copyright {year} {who}", "© {year} {who}",
               year=("2024", "2019-2024"), who=(*_NAMES[:3], "Foo Inc. and its affiliates", "University of Bar", "清华大学")),
        "Copyright (c) 2024, Jane Doe <jane@example.org>, Wei Zhang <wei@example.org>",
        "Copyright (c) Foo, Inc. and its affiliates.",
        "Modifications Copyright (c) 2024 Jane Doe",
        "All rights reserved.",
        "SPDX-FileCopyrightText: 2024 Jane Doe <jane@example.org>",
    ],
    "thanks": [
        *_each("We thank {who} for {their} help.", who=_NAMES[:3], their=("their", "his", "her")),
        "Thanks to all contributors.",
        "This work was supported by the National Science Foundation under grant 1234567.",
        "We gratefully acknowledge the support of the European Union.",
    ],
    "disclaimer": [
        "This is not an official Google product.",
        "This is not an officially supported Google product.",
        "All trademarks are the property of their respective owners.",
        "Use at your own risk.",
        "This software is provided as is, without warranty of any kind.",
        "The views expressed are those of the authors and do not necessarily reflect the official policy of the National Science Foundation.",
    ],
    "more freedom": [
        "Free for both commercial and non-commercial use.",
        "This software is free for commercial and non-commercial use.",
        "Contributions are welcome.",
    ],
    "other facts": [
        *_each("The {what} are licensed under {licence}.", what=("model weights", "annotations", "figures", "pretrained models", "datasets"),
               licence=("CC BY-NC 4.0", "CC BY 4.0", "CC-BY-SA-4.0")),
        *_each("The documentation is licensed under {licence}.", licence=("CC BY 4.0", "CC BY-SA 4.0")),
        "Manuscript and figures: CC BY-SA 4.0.",
    ],
    "other languages": [
        "如果您使用本代码，请引用我们的论文。",
        "请引用我们的论文。",
        f"如有任何问题，请联系 {_MAIL}。",
        f"联系方式: {_MAIL}",
        "論文を引用してください。",
        "논문을 인용해 주세요.",
        "Bitte zitieren Sie unsere Arbeit.",
        f"Kontakt: {_MAIL}",
        "Merci de citer notre article.",
        "Por favor cite nuestro artículo.",
        "Пожалуйста, цитируйте нашу статью.",
    ],
}  # fmt: skip

_LIMITS_BY_LANGUAGE = {
    "zh": "本软件仅供学术研究使用，禁止任何商业用途|补充条款：不得用于任何商业目的。|仅限非商业用途|商业使用请联系作者|企业用户需购买授权|学生可免费使用|请先征得作者同意|不得在欧盟境内使用",
    "ja": "学術目的のみ|商用利用は禁止します|非商用に限る|企業の方は別途ご連絡ください|無断転載を禁じます|研究者以外は使えません",
    "ko": "연구 목적으로만 사용 가능|상업적 이용 금지|비상업적 용도|기업은 문의 바랍니다|학생만 무료",
    "de": "Nur für Forschungszwecke|Kommerzielle Nutzung verboten|Nicht für Unternehmen|Firmen zahlen eine Gebühr|Bitte vor der Nutzung fragen",
    "fr": "Usage commercial interdit|Uniquement pour la recherche|Les entreprises doivent payer|Demandez avant toute utilisation",
    "es": "Solo para investigación|Prohibido el uso comercial|Las empresas deben pagar|Gratis para estudiantes",
    "it": "Solo per la ricerca|Vietato l'uso commerciale|Le aziende pagano|Chiedere prima dell'uso",
    "ru": "Только для исследований|Коммерческое использование запрещено|Для студентов бесплатно|Компании платят",
    "pt": "Apenas para pesquisa|Proibido o uso comercial|Empresas pagam|Peça autorização antes de usar",
    "others": "Alleen voor onderzoek|Endast för forskning|Tylko do badań|Sadece araştırma için|Chỉ dành cho nghiên cứu|केवल अनुसंधान के लिए|للبحث العلمي فقط|למחקר בלבד|เพื่อการวิจัยเท่านั้น|Μόνο για έρευνα",
}

HOSTILE: dict[str, list[str]] = {
    "purpose": _each("{only} {purpose}.", only=("For", "Only for", "Strictly for"),
                     purpose=("academic use", "research", "non-commercial use", "students", "evaluation", "personal use", "hobbyists", "peaceful purposes")),
    "short": ["Academic use.", "Non-Commercial", "non-commerical", "Noncomercial use.", "Research edition.", "Trial version.", "Evaluation copy",
              "Students only", "Not for companies.", "Internal use.", "Free for students. Everyone else pays 100 USD.", "$100 per seat", "Ask first.",
              "No military use. Companies need a paid plan.", "Use within the EU is not permitted.", "EU excluded.", "💰 for companies", "Acadmic purposes"],
    "conditions": _each("{who} {must} {what}.", who=("You", "Users", "Companies", "Anyone using this code"), must=("must", "have to", "need to", "agree to"),
                        what=("ask the authors", "pay a fee", "register first", "display our logo")),
    "denial": _each("You may not {verb} this {work}{end}.", verb=("use", "sell", "modify", "redistribute"), work=("software", "code"),
                    end=("", " without permission", " in products")),
    "hidden": ["<For non-commercial research use only>", "<!-- academic use only -->", "https://example.org/terms", "www.example.com/licence-terms",
               "Non\u200b-Com\u200bmercial", "for re\u00adsearch on\u00adly", "Nоn-cоmmercial", "N O N C O M M E R C I A L", "Ｎｏｎ－ｃｏｍｍｅｒｃｉａｌ ｕｓｅ",
               "[Additional terms](https://example.org/terms)", "<b title='academic use only'>Foo</b>", "&#78;on-commercial use", "ynoılʇɔɐɔɐpǝɯıɔ",
               "non-\ncommercial use"],
    "copyright that goes on": _each("Copyright (c) 2024 {who}{rest}", who=("Some Lab", "Jane Doe"),
                                    rest=(". You may not use this software without permission", ", for academic use only", " - evaluation copy",
                                          ". Free for students.", " (non-commercial use only)", ", companies must ask", " 仅供学术研究使用", ". Nur für Forschung.")),
    "carve-outs": ["The following files are under the licence of gaussian-splatting: scene/*.py", "Portions derived from StyleGAN under the terms of StyleGAN.",
                   "Parts of this code are derived from StyleGAN2 under the NVIDIA Source Code License.", "Everything except model.py is under this license.",
                   "The files in core/ are proprietary.", "The trainer is not covered by this license.", "Files in lib/ have their own terms.",
                   "This code builds on Inria's 3DGS, see their license.", "The core is under the S-Lab License 1.0.", "Excludes the training scripts."],
    "agreements": ["This code follows the Llama 2 Community License.", "“Commons Clause” License Condition v1.0", "Subject to the OpenRAIL-M use restrictions.",
                   "Additional terms apply.", "This license may change.", "The license expires in 2026.", "Use is governed by our terms of service."],
    **{language: lines.split("|") for language, lines in _LIMITS_BY_LANGUAGE.items()},
}  # fmt: skip
