"""What a README announces that is not there yet: its code, or data, models and a demo; pure, in linear time.

A README says so in sentences, in badges, in lists of tasks and in plans. The words are those of the ten languages that
most READMEs of papers are written in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from urllib.parse import unquote

from tracker.hosts.inspect.headings import Heading, find_headings, split_lines, visible_text

MOST_README = 20_000
"""Characters of a README that are read."""
_MOST_MATCHES = 60
_MOST_UNIT = 1_500
_SHORT_README = 400
"""Words of a README up to which an announcement without a subject is about the code that the README names elsewhere."""


class AnnouncedThing(Enum):
    """What an announcement is about."""

    CODE = "code"
    REST = "rest"
    """Data, models or a demo."""
    OTHER = "other"
    """Nothing that this tracker judges: the paper itself, a video, documents."""


# The words for code, without codes of other kinds and without open source as a property.
_CODE = re.compile(
    r"\bsource\s?[:=]|\b(?<!qr )(?<!zip )(?<!error )(?<!country )(?:codes?|code ?bases?)\b(?! of conduct| ?names?\b| ?books?\b| review)"
    r"|\b(?:source files|implementations?|scripts?|notebooks?|repo|repository|software|toolkit|toolbox|package|library|simulator|framework)\b"
    r"|\b(?:training|inference|evaluation|fine-?tuning|testing|preprocessing) (?:and \w+ )?(?:pipelines?|scripts?|files)\b"
    r"|\b(?:quellcodes?|quelltext|implementierung|impl[ée]mentation|c[óo]digos?|implementaci[óo]n|implementaç[ãa]o|codice|implementazione"
    r"|кода?|исходн\w{0,8}|реализаци\w{0,3}|репозитори\w{0,2})\b"
    r"|代码|代碼|源码|源碼|程式碼|原始碼|程序|仓库|コード|ソース|実装|プログラム|リポジトリ|코드|소스|구현|저장소",
    re.IGNORECASE,
)
_REST = re.compile(
    r"\b(?:data(?:sets?|bases?)?|benchmarks?|corpus|corpora|annotations?|models?|weights?|checkpoints?|ckpts?|demos?|colab|spaces?|adapters?|lora"
    r"|daten(?:satz|sätze|sätzen)?|gewichte|modelle?|données|jeux? de données|modèles?|poids|datos|modelos?|pesos|dati|modelli|dados"
    r"|данны\w{0,2}|датасет\w{0,2}|модел\w{0,2}|веса)\b|数据|數據|資料集|模型|权重|權重|データ|モデル|重み|데이터|모델|가중치",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:papers?|articles?|manuscript|preprint|arxiv|pdf|posters?|slides|videos?|talks?|citations?|bibtex|blog|posts?|project ?page|web ?sites?|web ?pages?"
    r"|homepage|documentation|docs|tutorials?|licen[sc]e|leaderboard|challenge|workshop|results?|figures?|lists?|survey|supplement\w*|acknowledge?ments?"
    r"|contact|conduct|features?|support)\b|论文|論文|视频|海报|文档|논문",
    re.IGNORECASE,
)
_RELEASE = (
    r"(?:released?|releasing|available|open[- ]?sourced?|opensourced?|published?|uploaded?|public|publici[sz]ed|provided?|shared?|added|accessible|online"
    r"|made (?:\w+ ){0,2}(?:public|available)|posted|pushed|here|out|dropped|announced|open|hosted|completed|filled|committed|placed|put)"
)
_VERB = (
    r"(?:release|publish|upload|open[- ]?source|opensource|share|publici[sz]e"
    r"|(?:make|provide|add|post|push|put|host|open|update|complete) (?:\w+ ){0,4}?(?:codes?|codebase|public|available|repo|repository|scripts?|implementation|data|datasets?|models?|weights|checkpoints?))"
)
_SPACED_RELEASE, _SPACED_VERB = _RELEASE.replace(" ", r"\ "), _VERB.replace(" ", r"\ ")
# Words of a time to come, or of a hindrance that will pass.
_ENGLISH = rf"""\b(?:
      (?:will|shall|gonna|going\ to|'ll|’ll)\ (?:\w+\ ){{0,2}}?be\ (?:\w+\ ){{0,3}}?{_SPACED_RELEASE}
    | (?:will|'ll|’ll|shall|plan(?:s|ning|ned)?\ to|going\ to|about\ to|intend(?:s|ing)?\ to|aim(?:s|ing)?\ to|hope\ to|promise\ to|committed\ to|commit\ to|working\ (?:hard\ )?to|excited\ to|prepar(?:e|ing)\ to|expect(?:s|ing)?\ to|want\ to)\ (?:\w+\ ){{0,3}}?{_SPACED_VERB}\b
    | (?:will|'ll|’ll|shall)\ (?:\w+\ ){{0,2}}?(?:contain|hold|house|include|come\ (?:soon|out|here|later|with|after)|follow|appear\ (?:here|soon|in\ this)|be\ (?:\w+\ )?(?:ready|coming|here|releasing|publishing|uploading|sharing|open[- ]?sourcing|adding|posting))
    | (?:comm?ing|comes?)\ (?:very\ |really\ |out\ )?soon | (?:is|are)\ (?:coming|on\ (?:the|its|their)\ way)\b | (?:is|are)\ still\ being\ (?:updated|completed|uploaded|filled) | under(?:going|goes)\ (?:\w+\ ){{0,3}}?(?:clean|review|refactor|revision|approval)\w* | planned\ (?:for|in|by)\b | coming\ (?:in|this|next|by|up|shortly)\b | (?:very\ )?soon\ to\ be | to\ come\b
    | (?:{_SPACED_RELEASE}|uploaded|updated?|ready)\ (?:very\ |as\ )?(?:soon|shortly|later)\b | (?:very\ )?soon\ (?:be\ )?{_SPACED_RELEASE}
    | (?:follows?|to\ follow)\ (?:soon|shortly|later\b|(?:after|upon|once|with)\ (?:\w+\ ){{0,3}}?(?:conference|acceptance|publication|review|decision|defen[cs]e|camera[- ]ready))
    | stay\ tuned | work\ in\ progress | wip | under\ (?:construction|preparation|internal\ review|active\ construction)
    | in\ preparation | in\ the\ process\ of\ (?:\w+\ ){{0,2}}?(?:releas|clean|prepar|organi[sz]|open|upload|refactor)\w*
    | (?:is|are|being|currently|now|still|we(?:'re|’re|\ are))\ (?:\w+\ ){{0,2}}?(?:prepar|clean|organi[sz]|refactor|tidy|sort|reorgani[sz]|polish|finali[sz])ing\b
    | being\ (?:\w+\ )?(?:prepared|cleaned|organi[sz]ed|refactored|tidied|sorted|reorgani[sz]ed|polished|finali[sz]ed|documented|uploaded|reviewed|released)\b
    | (?:clean|tidy|sort)ing\ up | (?:prepar|finali[sz])ing\ (?:the|our)\ (?:\w+\ ){{0,3}}?release
    | working\ on\ (?:the\ |a\ |its\ |our\ )?(?:\w+\ ){{0,3}}?(?:releas|open|clean|publi)\w*
    | (?:not|\w{{1,8}}n['’]t)\ (?:\w+\ )?(?:yet|currently|now|already)?\ ?(?:been\ |be\ )?(?:publicly\ |fully\ )?{_SPACED_RELEASE}\ (?:yet|at\ the\ moment|at\ this\ time|for\ now) | (?:not|\w{{1,8}}n['’]t)\ (?:(?:\w+\ )?(?:yet|currently)\ (?:been\ |be\ )?|(?:yet\ )?been\ )(?:publicly\ |fully\ )?{_SPACED_RELEASE}
    | (?:no|without)\ (?:\w+\ ){{0,2}}?yet
    | (?:temporarily|currently)\ (?:been\ )?(?:removed|unavailable|hidden|taken\ down|withdrawn|private|offline|deleted|closed|disabled|inaccessible|not\ available)
    | (?:removed|hidden|unavailable|withdrawn|down|private|closed)\ (?:\w+\ )?(?:temporarily|for\ now|until)
    | (?:on\ (?:acceptance|publication)\b|(?:upon|after|following|pending|once|when|until)\ (?:\w+\ ){{0,5}}?(?:acceptance|publication(?!\ of)|accepted|(?:paper|article|manuscript|work)\ (?:is|gets|has\ been|was)\ (?:\w+\ )?published|peer[- ]review|review\ (?:process|period)|reviewed|approval|approved|camera[- ]ready|decision|embargo|patent))
    | (?:pending|awaiting|waiting\ for|subject\ to)\ (?:\w+\ ){{0,3}}?(?:approval|review|clearance|release|acceptance)
    | (?:release|expected|planned|eta|target)(?:\ date)?(?:\ ?[:=]\ ?|\ )(?:tbd|tba|soon|(?:in|by|around|early|mid|late|end\ of|q[1-4])\b)
    | tbd | tba | tbc | to\ be\ (?:\w+\ ){{0,2}}?(?:announced|determined|released|added|done|continued|updated|uploaded|completed|published|filled)
    | (?:is|as|a)\ (?:just\ )?(?:a\ )?placeholder | reserved\ for | (?:check|come)\ back\ (?:soon|later|again) | watch\ this\ (?:space|repo\w*)
    | in\ the\ (?:near\ |coming\ |next\ )(?:future|days?|weeks?|months?|few\ (?:days|weeks|months)) | later\ this\ (?:week|month|year) | release\ in\ progress
    | (?:code|codes|dataset|data|models?|weights|checkpoints?)\ soon\b
    | (?:expected|planned|scheduled|upcoming|pending)\ (?:\w+\ )?release\b | release\ (?:is\ )?(?:expected|planned|scheduled|pending)
    ) | [(\[:–—-]\ ?soon\b"""  # typographic signs are what READMEs hold
_GERMAN = r"""\b(?:demnächst|in\ kürze|bald\ (?:\w+\ )?(?:verfügbar|veröffentlicht|online|hier|öffentlich)|(?:wird|werden)\ [^.!?\n]{0,80}?(?:veröffentlich|bereitgestellt|verfügbar|hochgeladen|freigegeben|zur\ verfügung|aufgeräumt|überarbeitet|enthalten)\w*
    |folgt(?:\ (?:in\ kürze|bald|demnächst|später|nach))?\b|folgen\ (?:in\ kürze|bald)|in\ vorbereitung|im\ aufbau|noch\ nicht\ (?:\w+\ )?(?:verfügbar|veröffentlicht|öffentlich)|nach\ (?:der\ )?(?:annahme|veröffentlichung|begutachtung)|vorübergehend\ (?:entfernt|nicht))"""
_ROMANCE = r"""\b(?:bientôt|prochainement|à\ venir|ser(?:a|ont)\ [^.!?\n]{0,60}?(?:publi|disponib|mis|partag|diffus|rend|ouvert|ajout)\w*|en\ (?:cours\ de\ )?(?:préparation|construction|nettoyage)|pas\ encore\ (?:disponible|publi|mis)\w*|après\ (?:l['’]\ ?)?(?:acceptation|publication)|temporairement\ (?:retir|supprim|indispon)\w*|restez\ à\ l['’]écoute
    |próximamente|muy\ pronto|pronto\ (?:\w+\ ){0,3}?(?:disponib|public|estar)\w*|(?:disponib|public)\w*\ pronto|(?:será|serán|se)\ [^.!?\n]{0,60}?(?:publicar|liberar|publicad|disponib|compartid|liberad|subid|subirá)\w*|publicaremos|liberaremos|en\ (?:preparación|construcción)|(?:aún|todavía)\ no\ (?:\w+\ ){0,2}?(?:disponib|public|liberad)\w*|tras\ (?:la\ )?(?:aceptación|publicación)|temporalmente\ (?:retirad|eliminad|no)\w*
    |prossimamente|a\ breve|in\ arrivo|presto\ (?:\w+\ ){0,2}?disponibil\w*|disponibil\w*\ (?:a\ breve|presto)|(?:sarà|saranno|verrà|verranno)\ [^.!?\n]{0,60}?(?:pubblicat|rilasciat|disponibil|res|caricat|condivis)\w*|rilasceremo|pubblicheremo|in\ (?:preparazione|costruzione)|non\ (?:è\ |sono\ )?ancora\ (?:\w+\ )?(?:disponibil|pubblicat)\w*|dopo\ (?:l['’]accettazione|la\ pubblicazione)|temporaneamente\ (?:rimoss)\w*
    |em\ breve|brevemente|(?:será|serão|vai\ ser|vão\ ser)\ [^.!?\n]{0,60}?(?:publicad|disponibilizad|liberad|lançad|compartilhad|partilhad|disponív)\w*|disponibilizaremos|lançaremos|em\ (?:preparação|construção|desenvolvimento)|ainda\ não\ (?:\w+\ ){0,2}?(?:disponív|publicad|liberad|disponibilizad)\w*|após\ (?:a\ |o\ )?(?:aceitação|aceite|publicação)|temporariamente\ (?:removid|indispon)\w*)"""
_RUSSIAN = r"""\b(?:скоро|вскоре|в\ ближайшее\ время|(?:будет|будут|планиру\w{1,4})\ [^.!?\n]{0,60}?(?:опублик|вылож|доступ|открыт|выпущ|добавл|размещ)\w*|(?:опубликуем|выложим)|(?:ещё|еще|пока)\ не\ (?:\w+\ )?(?:опублик|доступ|вылож|готов)\w*|в\ (?:разработке|подготовке|процессе)|готовится|после\ (?:принятия|публикации)|временно\ (?:удал|скрыт|недоступ)\w*|следите\ за)"""
_CHINESE = (
    r"即将|即將|(?:陆续|后续|稍后|陸續|後續)更新|敬请期待|敬請期待|(?:将|將|会|會|计划|計劃|打算|准备|準備|预计|預計|稍后|稍後|尽快|盡快|陆续|陸續|近期|后续|後續|等待|待)[^。！？\n]{0,20}?(?:开源|開源|公开|公開|发布|發布|發佈|上传|上傳|放出|釋出|提供|释放|上线|整理)"
    r"|(?:录用|接收|接受|发表|审稿|錄用|接受)(?:之)?[后後]|整理中|正在整理|建设中|建設中|施工中|准备中|開發中|开发中|(?:暂未|尚未|还未|暫未|还没有|还没)[^。\n]{0,6}?(?:开源|公开|發布|发布|公開|開源|上传)|暂时(?:下架|移除|关闭|下线)|敬请关注"
)
_JAPANESE = (
    r"近日|(?:公開|リリース|アップロード|追加)[^。\n]{0,6}?(?:予定|準備中|します|いたします|されます)|準備中|整備中|整理中|(?:後日|追って|まもなく|もうすぐ|今後)[^。\n]{0,16}?(?:公開|リリース|追加|更新)"
    r"|採択後|お待ち(?:ください|下さい)|まだ公開|未公開|工事中|作成中|一時的に(?:削除|非公開)"
)
_KOREAN = (
    r"곧\s?(?:공개|출시|업로드|업데이트|릴리)|(?:공개|업로드|배포|릴리[스즈])[가-힣]{0,3}\s?(?:예정|하겠|될\s)|예정(?:입니다|이다|임|$)|준비\s?중|정리\s?중|추후[^.\n]{0,16}?(?:공개|업로드|업데이트|배포)|기대해\s?주|커밍\s?순"
    r"|아직[^.\n]{0,12}?(?:공개|않)|공사\s?중|작업\s?중(?:입니다|$)|일시적으로\s?(?:삭제|비공개)"
)
_LATER = re.compile(
    "|".join((_ENGLISH, _GERMAN, _ROMANCE, _RUSSIAN, _CHINESE, _JAPANESE, _KOREAN)), re.IGNORECASE | re.VERBOSE
)
# A future of use and of upkeep, not of a release.
_NOT_A_RELEASE = re.compile(
    r"\b(?:as soon as(?! possible)|will be (?:used|held|presented|updated? (?:regularly|continuously|frequently)|maintained|given|able|automatically|downloaded|saved|stored|created|printed"
    r"|generated|written|displayed|shown|placed (?:in|under|at)|put (?:in|under)|added to (?:your|the list))|(?:will|to) make (?:sure|it|use|your)|will (?:open|add|put|make|provide|share|host|post|push) (?:a|an|your|you|it|to)\b"
    r"|in the near future (?:of|we may)|keep (?:on )?updat|continu\w+ updat|welcome to (?:add|share)|available (?:up)?on (?:reasonable )?request)",
    re.IGNORECASE,
)
# What is said to be there already; an announcement after it is about something else.
_DONE = re.compile(
    r"\b(?:(?:is|are|was|were|has been|have been|been|now|we(?:'ve| have)?(?: also| just| now)?) (?:now |already |also |just |publicly |fully )*(?:released?|available|public(?:ly available)?"
    r"|open[- ]?sourced?|published|uploaded|online|out)\b(?! (?:very )?soon| upon| after| on request| shortly| later)|✅|✔️?|☑️?|~~[^~\n]{1,200}~~)",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:not|no|n't|n’t|will|to|shall|yet|soon|being|pas|nicht|no|non|não)\b[^.;]{0,12}$", re.IGNORECASE
)
_CLAUSE_END = re.compile(
    r"[.!?;](?=\s|$)|[。！？；]|\]\s*(?=\[)|(?<=\w),\s(?:but|while|whereas|and the|and we|the|aber|mais|pero|ma|но|mas)\b",
    re.IGNORECASE,
)
_TASK = re.compile(
    r"\s{0,12}(?:[-*+]|\d{1,3}[.)])?\s{0,4}(?:\[(?P<mark>[ xX✓✔✅_-]?)\]|(?P<open>☐|⬜️?|🔲|◻️?|⏳|🚧|:white_large_square:|:hourglass\w{0,20}:|:construction:)|(?P<done>✅|☑️?|✔️?|🗹|:white_check_mark:|:heavy_check_mark:))\s{0,4}(?P<text>\S.*)"
)
_TICKS = frozenset("xX✓✔✅")
_ITEM = re.compile(r"\s{0,12}(?:[-*+•]|\d{1,3}[.)])\s{1,6}(?P<text>\S.*)")
_PLAN = re.compile(
    r"\b(?:to-? ?dos?(?: list)?|road ?map|(?:release|open[- ]?source|update|future|our|development)[- ]?(?:plan|schedule|timeline|progress)s?|plans?|coming soon|upcoming|in progress|release checklist"
    r"|geplant|à faire|pendientes?|por hacer|da fare|план\w{0,2}|pendências|a fazer)\b|待办|待辦|计划|計劃|路线图|今後の予定|予定|계획|할 일",
    re.IGNORECASE,
)
_DONE_ITEM = re.compile(
    r"✅|✔|☑|~~|\[[xX]\]|:white_check_mark:|:heavy_check_mark:|\b(?:done|released|completed|finished|available)\b|已(?:完成|发布|开源)",
    re.IGNORECASE,
)
_ACTION = re.compile(
    rf"\b(?:{_VERB}|{_RELEASE}|clean|code|refactor)\w*\b|开源|发布|公开|上传|公開|공개", re.IGNORECASE
)
_BADGE = re.compile(
    r"!\[([^\[\]]{0,200})\]\((?:https?://)?(?:img\.shields\.io|badgen\.net|custom-icon-badges\.\w{1,20}\.\w{1,10})/(?:static/v1\?|badge/)?([^()\s?]{0,300})[^()\s]{0,300}\)",
    re.IGNORECASE,
)
_HTML_BADGE = re.compile(
    r"<img\b[^<>]{0,300}\bsrc=[\"']https?://(?:img\.shields\.io|badgen\.net)/badge/([^\"'<>?\s]{1,300})[^<>]{0,300}>",
    re.IGNORECASE,
)
_BADGE_SOON = re.compile(
    r"coming|soon|tba|tbd|todo|wip|pending|construction|planned|upcoming|即将|待", re.IGNORECASE
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A paragraph, a list item or a row of a README; `pending` where its list says that it is to be done."""

    text: str
    heading: str
    pending: bool = False


def promises_release(readme: str | None) -> bool:
    """Whether a README announces code, data, models or a demo that are not there yet.

    Then a repository without content is a placeholder.
    """
    return any(subject is not AnnouncedThing.OTHER for subject in _announcements(readme))


def promises_code(readme: str | None) -> bool:
    """Whether a README announces the code itself, and not only models or data."""
    return any(subject is AnnouncedThing.CODE for subject in _announcements(readme))


def _announcements(readme: str | None) -> Iterator[AnnouncedThing | None]:
    """What each announcement of a README is about, None where it does not say."""
    if not readme:
        return
    lines = split_lines(_spell_badges(readme[:MOST_README]))
    headings = list(find_headings(lines))
    names_code = len(_WORD.findall(readme[:MOST_README])) <= _SHORT_README and _CODE.search(
        visible_text(" ".join(lines)[:2_000])
    )
    for unit in _units(lines, headings):
        for subject in _subjects(unit):
            yield (
                AnnouncedThing.CODE
                if subject is None and names_code and not _REST.search(unit.heading)
                else subject
            )


def _subjects(unit: _Unit) -> Iterator[AnnouncedThing | None]:
    if unit.pending:
        about = _about(unit.text)
        if about is not None or _ACTION.search(unit.text):
            yield about or _about(unit.heading)
            return
    for match in islice(_LATER.finditer(unit.text), _MOST_MATCHES):
        clause = _clause_around(unit.text, match.start(), match.end())
        if _NOT_A_RELEASE.search(clause):
            continue
        yield _about(clause) or _about(unit.heading)


def _about(text: str) -> AnnouncedThing | None:
    if _CODE.search(text):
        return AnnouncedThing.CODE
    if _REST.search(text):
        return AnnouncedThing.REST
    return AnnouncedThing.OTHER if _OTHER.search(text) else None


def _clause_around(text: str, start: int, end: int) -> str:
    """The clause of a match, from the end of the one before it or of what is said to be there already."""
    first = max(0, start - 300)
    for stop in _CLAUSE_END.finditer(text, first, start):
        first = stop.end()
    for done in _DONE.finditer(text, first, start):
        if not _NEGATED.search(text[first : done.start()]) and done.end() <= start:
            first = done.end()
    last = _CLAUSE_END.search(text, end, end + 200)
    return text[first : last.start() if last else end + 200]


def _units(lines: list[str], headings: list[Heading]) -> Iterator[_Unit]:
    """The paragraphs, list items and rows of a README, each with the heading above it."""
    by_start = {heading.start: heading for heading in headings}
    heading, place = "", 0
    paragraph: list[str] = []
    while place < len(lines):
        found, line = by_start.get(place), lines[place]
        if found is not None or _begins_unit(line):
            yield from _paragraph(paragraph, heading)
            paragraph = []
        if found is not None:
            words = visible_text(found.text)
            yield _Unit(f"{words} {found.rest}"[:_MOST_UNIT], "")
            # The title names the paper, and says of what follows only that it is code, or a plan.
            is_title = found is headings[0]
            heading = words if not is_title or _CODE.search(words) or _PLAN.search(words) else ""
            place = found.end
            continue
        if (task := _open_task(line, heading)) is not None:
            yield from [task] if task.text else []
        elif line.strip():
            paragraph.append(line)
        place += 1
    yield from _paragraph(paragraph, heading)


def _begins_unit(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("|") or bool(_ITEM.match(line) or _TASK.match(line))


def _open_task(line: str, heading: str) -> _Unit | None:
    """A line of a list of tasks or of a plan, None for any other line; its text is empty where it is done."""
    if task := _TASK.match(line):
        waits = bool(task["open"]) or (task["mark"] is not None and task["mark"] not in _TICKS)
        text = task["text"]
    elif (item := _ITEM.match(line)) and _PLAN.search(heading):
        waits, text = True, item["text"]
    else:
        return None
    return _Unit(visible_text(text) if waits and not _DONE_ITEM.search(text) else "", heading, pending=True)


def _paragraph(lines: list[str], heading: str) -> Iterator[_Unit]:
    if lines:
        text = visible_text(" ".join(lines)[: 2 * _MOST_UNIT])[:_MOST_UNIT]
        yield _Unit(text.replace("**", "").replace("__", "").replace("`", ""), heading)


def _spell_badges(text: str) -> str:
    """A README with the words of those badges that announce something in the place of their pictures."""
    return _HTML_BADGE.sub(
        lambda badge: _badge_words("", badge[1], badge[0]),
        _BADGE.sub(lambda badge: _badge_words(badge[1], badge[2], badge[0]), text),
    )


def _badge_words(words: str, path: str, picture: str) -> str:
    label, _, message = unquote(path).replace("--", "\u2010").replace("_", " ").partition("-")
    message = message.rpartition("-")[0] or message
    if not _BADGE_SOON.search(f"{words} {label} {message}"):
        return picture
    return f"\n\n{label} ({message}) {'' if _BADGE_SOON.search(message) else words}: coming soon.\n\n"
