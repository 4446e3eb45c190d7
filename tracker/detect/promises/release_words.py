"""The words in which authors speak of releasing their work: what is released, when, and how.

All patterns are written for text in lower case in which each address is `<url>` (`statements.simplify`). Lists of words
are the place to add a new word; a form of sentence is one line of `RELEASES` or `PLANS`.
"""

from __future__ import annotations

import re

CODE_WORDS = (
    r"codes?|code ?bases?|implementations?|software|scripts?|repositor(?:y|ies)|repos?|tool ?kits?|tool ?box|packages?|librar(?:y|ies)|"
    r"notebooks?|simulators?|emulators?|plugins?"
)
DATA_WORDS = r"data(?: ?sets?)?|dataet|datatset|benchmarks?|corpus|corpora|annotations?|catalog(?:ue)?s?|images|videos|transcripts?|treebanks?|stimuli"
MODEL_WORDS = r"models?|weights|checkpoints?|classifiers?"
OTHER_WORDS = (
    r"sources|resources?|artifacts?|artefacts?|materials?|frameworks?|projects?|simulations?|prompts?|demos?|platforms?|systems?|pipelines?|"
    r"suites?|apps?|applications?|tools?|recipes?|environments?|protocols?|paper list|list|collection|leaderboard|experiments?|results|work|"
    r"method|supplementary|logs|outputs|questions|everything"
)
THING = rf"(?:(?:source |training |evaluation |inference |analysis )?(?:{CODE_WORDS})|{DATA_WORDS}|{MODEL_WORDS}|{OTHER_WORDS})"
STRICT = rf"(?:{CODE_WORDS}|data(?: ?sets?)?|dataet|datatset|benchmarks?|corpus|corpora|annotations?|transcripts|treebanks?|stimuli|{MODEL_WORDS}|artifacts|everything)"
"""Things that nearly always mean an artifact."""
_OPENLY = r"(?:publicly|freely|openly|fully|now|anonymously|all|also|already|currently|made|being|completely|online|widely|permanently)"
_ADVERBS = r"(?:\w+ly |also |now |all |both |open |further |then |soon |here |in turn |therefore |thus |hereby )"
"""Repeated: no word may fit twice, since each repetition of it would double the ways to try."""
_AVAILABLE = r"av[ai]{1,3}l+[ai]{0,3}b(?:le|el)|avaiable"
"""With the slips of authors: avaliable, availble, availabel."""
_OPEN = (
    rf"(?:{_AVAILABLE}|released|open[- ]?sourced?|opensourced|accessible|public|shared|published|provided|hosted|"
    r"downloadable|deposited|archived|distributed|uploaded|posted|maintained|disclosed|stored|free(?:ly)?)"
)
_RELEASED = rf"(?:(?:made |being |made \w+ly )?(?:{_OPENLY} |open |immediately |directly )*{_OPEN})"
HOSTS = r"(?:github|gitlab|codeberg|bitbucket|zenodo|figshare|dryad|osf|open science framework|dataverse|science data bank|hugging ?face|kaggle|pypi|cran|bioconductor|conda|modelscope)"
_AT = r"(?:at|on|in|from|via|through|under|here|online)"

# --- What will be released ------------------------------------------------------------------------------------------

_WILL = (
    r"(?:will|shall|would|(?:plan(?:s|ned|ning)?|intend(?:s|ed)?|going|aim(?:s|ing)?|commit(?:s|ted)?|expect(?:s|ed)?|hope|promise|pledge|prepar(?:e|ing)|"
    r"want|about|set|scheduled|slated|working) (?:to|on)|due to(?= be)|(?:planned|preparing) for)"
)
_NOT_ARTIFACTS = r"(?! (?:the |their |its |some )?(?:memory|energy|heat|pressure|stress|gpu|lock|carbon|gas|assumption|constraint))"
_TO_RELEASE = (
    rf"(?:releas\w*\b{_NOT_ARTIFACTS}|open[- ]?sourc\w*|opensourc\w*|publici[sz]e|upload\w*|disclos\w+|go(?:ing)? (?:public|live|open)|"
    rf"open (?:up )?(?:the |our |all )(?:\w+ ){{0,2}}?{STRICT}\b|"
    rf"(?:publish\w*|shar(?:e|ing)|provid(?:e|ing)|mak(?:e|ing)|host\w*|post|push|put|deposit|distribute|contribute|offer|give)\b(?=[^;]{{0,90}}?\b(?:{THING}|it|them)\b)"
    rf"|{_AVAILABLE}|be(?:come)? (?:{_ADVERBS}|made |being )*(?:{_OPEN}|(?:found|put|placed|added|announced|opened|posted|linked) ?|open\b|live\b|{_AT} (?:<url>|our|the|a|{HOSTS}))"
    rf"|(?:soon )?be {_AT}\b|appear\b|follow\b|come\b|live (?:at|on)\b|reside (?:at|on)\b)"
)
ACCEPTANCE = r"(?:acceptance|accpetance|acceptation|publication|accepted|published|peer[- ]review|review(?:ing)?|decision|camera[- ]ready|notification|approval|clearance|embargo)"
CONDITION = re.compile(
    rf"\b(?:up)?on (?:\w+ ){{0,3}}?(?:acceptance|acceptation|publication)\b|\b(?:upon|after|following|pending|once|when|until|subject to|contingent on|conditional on|as soon as)\b[^.!?;]{{0,30}}\b{ACCEPTANCE}\b"
    r"|\bif (?:this |the |our |it )?(?:paper |work |manuscript |submission |article )?(?:is |gets |will be )?accepted\b|\bshould (?:this|the|our) (?:paper|work|manuscript|submission|article) be accepted\b"
    rf"|\b(?:in|with|for) (?:the|its|our) (?:camera[- ]ready|final|published) version\b"
)
"""What must happen before a release."""
SOON = re.compile(
    r"\bcoming (?:very )?soon\b|\bsoon (?:be )?(?:released|available|public)\b|\b(?:released?|available|public|open[- ]?sourced|here|updated?|uploaded|come|out) (?:very )?(?:soon|shortly)\b"
    r"|\bsoon\b\W*$|\bsoon\)|\bto (?:follow|come)\W*$|\bstay tuned\b|\bt\.?b\.?[ar]\.?(?!\w)|\bto be announced\b|\b(?:forthcoming|upcoming) release\b|\brelease (?:is |of [^;]{0,40}? is )?(?:planned|pending|forthcoming|upcoming|in preparation|under preparation|soon)\b"
    r"|\b(?:releas|avail|public|open-sourc|shar|upload)\w*\b[^;]{0,60}\bin the (?:(?:near )?future|coming (?:days|weeks|months))\b|\bis (?:currently )?(?:in preparation|being prepared|under preparation|being cleaned)\b|\b(?:coming|to appear|to follow) (?:at|on) (?:<url>|github)"
)
PLANS = (
    # "The code will be released", "We plan to open-source it", "Code will follow".
    re.compile(rf"\b{_WILL} (?:\w+ ){{0,4}}?{_TO_RELEASE}"),
    # "The source code is expected in May".
    re.compile(
        r"\b(?:is|are) (?:expected|due|scheduled|planned) (?:in|by|for) (?:early |late |mid-?|spring|summer|autumn|fall|winter|q[1-4]|20\d\d"
        r"|the (?:next|coming)|january|february|march|april|may|june|july|august|september|october|november|december)"
    ),
    # "Dialogues will be shared under a research licence".
    re.compile(
        r"\bwill be (?:shared|released|distributed|published) under (?:an? |the )?(?:[\w.-]+ ){0,3}licen[cs]e\b"
    ),
    # "Code to be released".
    re.compile(rf"\bto be (?:made |{_ADVERBS})*(?:{_OPEN}|announced|added)\b"),
    # "We are preparing the code for release", "committed to releasing".
    re.compile(r"\b(?:preparing|finali[sz]ing|cleaning(?: up)?)\b[^;]{0,40}\brelease\b"),
)
NOT_PLANNED = re.compile(
    r"(?:releas\w+|open-sourc\w+|publish|shar(?:e|ing)|provid(?:e|ing)|add(?:ing)?|upload) (?:more|additional|further|future|other|new|updated|improved) |(?:will|shall|would) (?:also |further |then )?(?:continue|serve|help|enable|foster|facilitate|advance|support|benefit|inspire|encourage|provide (?:an?\b|insight|valuable|new|the "
    r"(?:basis|foundation|community))|make (?:it|this|them)? ?(?:possible|easier|easy)|be (?:\w+ly )?(?:useful|helpful|updated|of\b|a\b|an\b|able|maintained|extended|improved|added|supported|presented|published (?:in|by)\b))"
    r"|\bwill appear in (?:the )?(?:proceedings|journal|ieee|acm|\w+ \d{4})|will (?:appear|be (?:presented|published)) (?:in|by|at) (?!<url>|github|gitlab)"
)
"""A plan for something other than the release: updates, what it is good for, the paper's own publication."""
DENIED = re.compile(r"\b(?:not(?! only)|never|no longer|cannot|can't|isn't|aren't|won't)\b")
"""A release that does not take place."""
OF_THE_PAPER = re.compile(
    r"\b(?:(?:final|published|extended|full|camera-ready|journal|conference|updated|revised) )?(?:version|paper|article|manuscript|proceedings|preprint|slides)\b(?:(?!\bwe\b)[^.!?,]){0,40}$"
)
"""What will appear is the paper itself."""

# --- What is released -----------------------------------------------------------------------------------------------

_SUBJECT = rf"(?:^|[;:,(]|\b(?:our|the|all|both|and|this|these|its|full|complete|source|of|to|with|\w+'s))\s*(?:\w[\w/&+-]* ){{0,4}}?{THING}\b"
_BE = r"(?:is|are|has been|have been|was|were|has|have)"
_FOUND = r"(?:found|accessed|downloaded?|obtained|availed|viewed|cloned|installed|retrieved)"
_AFTER_FOUND = r"(?= ?(?:$|[.!?;,)]|\b(?:free(?:ly)?|without|at|on|in|from|via|under|through|here|online|as|for|to|and|upon|along|by|anonymously|open)\b|[:(\[{\\]|<url>))"
_OF_THINGS = (
    # "The code and data of X are publicly available", "code can be found at …".
    re.compile(
        rf"(?:^\W*(?:\w[\w/&+-]*,? ){{0,8}}?{THING}\b|{_SUBJECT})[^.!?;]{{0,80}}?(?:\b{_BE}\b ?{_ADVERBS}{{0,3}}{_RELEASED}|\b(?:can|could|may) (?:also )?be {_ADVERBS}{{0,2}}{_FOUND})\b{_AFTER_FOUND}"
    ),
    re.compile(
        rf"\b{THING}\b[^.!?;]{{0,60}}?\b(?:is|are)\b {_OPENLY}[ \w]{{0,20}}\b(?:{_AVAILABLE}|released|open[- ]?sourced?|accessible|public|shared)\b"
    ),
    # "… two tools, both publicly available", "a tool, available at".
    re.compile(
        rf"\b{THING}\b[\w\s,&/()'-]{{0,60}}?\s(?:publicly |freely |openly |now )?(?:{_AVAILABLE}|released|open[- ]?sourced|accessible) {_AT}\b"
    ),
    re.compile(
        rf"\b{THING}\b[^.!?;]{{0,100}}?, (?:both|all|each|which (?:is|are)) (?:of (?:which|them) (?:is|are) )?(?:publicly|freely|openly) (?:available|released|accessible)\b"
    ),
    re.compile(
        rf"(?:^|;\s)\W*(?:\w+ ){{0,4}}{THING}\b[\w\s,&/()-]{{0,40}}?\s(?:publicly |freely |openly )?(?:{_AVAILABLE}|released|open[- ]?sourced|accessible|here|online)\W*$"
    ),
    # "The trained X and its Y are publicly available": whatever it is, it opens the sentence as the authors' own.
    re.compile(
        r"^\W*(?:our|the|all|this|both) (?:[\w/&+,-]+ ){1,12}(?:is|are|has been|have been) (?:now |all |also |both )*(?:publicly|freely|openly) (?:available|released|accessible|shared)\b"
    ),
    # "is maintained on GitHub", "have been deposited in Zenodo", "is openly available through X".
    re.compile(
        rf"\b(?:resources?|materials?|list|papers|code|data|outputs?|records?)\b[^.!?]{{0,60}}\b(?:{_AVAILABLE}|shared|updated|released|listed|provided|hosted|maintained|found|deposited|archived|stored)\b[^.!?]{{0,40}}\b(?:in|at|on|via|from|with|through) (?:the|this|our|a)? ?(?:public )?{HOSTS}\b"
    ),
    re.compile(
        r"\b(?:is|are|has been|have been) (?:(?:fully|publicly|now|also|freely|completely|openly) )*(?:open[- ]?sourced|publicly released|released publicly|released to the public)\b"
    ),
    re.compile(
        rf"\b(?:is|are) (?:(?:publicly|freely|openly|now|also) )*(?:{_AVAILABLE}|accessible|hosted|released) (?:at|on|via|from|through) (?:the |our )?{HOSTS}\b"
    ),
    re.compile(
        rf"\b{THING}\b(?:, [\w-]{{2,40}},| of (?:\w+ ){{1,3}}?)? ?,? ?(?:is|are|lives?|resides?|has been|have been) (?:at|on)\b[\s:]{{0,3}}(?:(?:our |the )?{HOSTS}\b|<url>)|\bopen[- ]sourced? (?:here|at)\b"
    ),
    # Whatever has a name of its own: "X is available at …", "X is released under the MIT license".
    re.compile(
        rf"\b(?:is|are) (?:publicly |freely |openly |now |also )*(?:{_AVAILABLE}|released|accessible|open[- ]?sourced|hosted) (?:at|on|via|from|under|here)\b[\s:]{{0,3}}<url>"
    ),
    re.compile(
        r"\b(?:is|are|was|were) (?:publicly |freely |openly |now |also )*(?:released|licensed|distributed|available|open[- ]sourced?) (?:as open[- ]source )?under (?:an? |the )?(?:(?:[\w.-]+ ){0,3}?licen[sc]e\b|(?:gnu )?(?:[al]?gpl|mit|apache|bsd|mpl|cc[- ]?(?:by|0)|creative commons))"
    ),
    # "The implementation has been merged into X".
    re.compile(
        rf"\b(?:{CODE_WORDS})\b[^.!?;]{{0,30}}\b(?:has|have) been (?:merged|integrated|incorporated|upstreamed) (?:in)?to\b"
    ),
    re.compile(r"^\W*[\w-]+ is (?:an? )?free(?: and|,) open[- ]source(?:d)? \w"),
    re.compile(
        r"^\W*+[\w-]+ is (?:an? )?(?:(?:fully|completely) )?open[- ]source(?:d)?(?: (?:project|software|library|package|framework|tool|platform))?(?: and| with|,|\W*$)"
    ),
)
"""Something is public."""
_BY_AUTHORS = (
    # "We release", "the authors have open-sourced".
    re.compile(
        rf"\b(?:we|authors?|team)\b (?:{_ADVERBS}|have |has |are )*(?:releas(?:e|ed|ing)|open[- ]?sourc(?:e|ed|ing)|opensourc(?:e|ed|ing))\b(?! (?:the |this |an? )?(?:assumption|constraint|requirement|video|memory|pressure))"
    ),
    re.compile(
        rf"\b(?:we|authors?|team)\b (?:{_ADVERBS}|have |has |are )*(?:publish(?:ed)?|shared?)\b(?! (?:the |their )?(?:parameters?|weights?|layers?|features?|embeddings?) (?:between|across|among|with))[^.!?]{{0,110}}?\b(?:{STRICT}|resources|materials|artefacts|prompts|tools?)\b"
    ),
    re.compile(
        r"\bwe (?:\w+ )?(?:maintain|host|keep|curate)s?\b[^.!?]{0,60}\b(?:github|repositor(?:y|ies)|paper list)\b"
    ),
    # "We make code and data available", "we provide the scripts on GitHub".
    re.compile(
        rf"\bwe\b (?:{_ADVERBS}|have )*(?:provide|provided|make|made|distribute|host|upload(?:ed)?|contribute|deposit(?:ed)?)\b (?:the |our |all |its |both |full |an? )?(?:\w[\w/&+-]*,? ){{0,5}}?"
        rf"(?:{STRICT}|source|resources|prompts|it|them)\b(?=[^.!?]{{0,60}}\b(?:{_AVAILABLE}|public|publicly|open|openly|on github|here|download|reproduc\w+|to (?:support|foster|facilitate))\b|[^.!?]{{0,60}}<url>)"
    ),
    re.compile(
        rf"\bwe (?:\w+ )?(?:provide|contribute|offer|present|introduce) (?:an?|the) (?:[\w-]+,? ){{0,2}}?open[- ]?sourced? (?:[\w-]+ ){{0,3}}?(?:{CODE_WORDS}|release)\b"
    ),
    re.compile(
        rf"\bwe (?:{_ADVERBS}|have )*(?:upload|deposit|push|post)(?:ed)?\b[^.!?]{{0,60}}?\b{THING}\b[^.!?]{{0,30}}\b(?:to|on|at|in) (?:the |our )?(?:{HOSTS}|<url>)"
    ),
    re.compile(
        r"\bwe accompany\b[^.!?]{0,40}\bwith (?:an?|our|the) (?:[\w-]+,? ){0,2}?(?:open[- ]?sourced?|public|released)\b"
    ),
    re.compile(
        rf"\b(?:we|this (?:paper|work)) (?:\w+ )?(?:present|introduce|release|develop|propose|provide|contribute)s?\b[^.!?]{{0,80}}\b(?:publicly|freely|openly)[- ](?:available|accessible|released)\b[^.!?]{{0,40}}\b{THING}\b"
    ),
)
"""Somebody makes it public."""
_NOTES = (
    re.compile(
        rf"\band (?:{_ADVERBS})*(?:release|open-source|publish|share)\b (?:the |our |all |its |both |this |these |an? )[^.!?]{{0,60}}?\b{THING}\b"
    ),
    # "by releasing our data", "the release of our code".
    re.compile(
        rf"\b(?:by|while|through|and|including) (?:\w+ly )?(?:releasing|open[- ]?sourcing|sharing|publishing)\b[^.!?]{{0,60}}\b{THING}\b"
    ),
    re.compile(
        rf"\b(?:release|open[- ]?sourcing|publication|availability) of (?:our |all (?:our )?|this |the (?:full |complete |source )?(?={STRICT}\b))[^.!?]{{0,40}}\b{THING}\b"
    ),
    re.compile(
        r"\b(?:the|our|an|full|and|has|have|provide) (?:\w+ )?open[- ]sourced? (?:implementation|release|code|repository|software package)\b"
    ),
    # "Code: …", "Code and data in: …".
    re.compile(
        r"\b(?:codes?(?:base)?|implementation|source|data(?:set)?s?|models?|weights|repository|repo|software|checkpoints?|github(?! pages?))\b[\w &/,()-]{0,30}?\s*[:=-]\s*(?:<url>|\[|here\b|github)"
    ),
    # "Code: available", "Python package: …", "Open source.", "Code in ancillary files".
    re.compile(
        r"\b(?:codes?|implementation|data(?:set)?s?|models?|weights|software|packages?|library|toolkit|scripts?|simulator|plugin)\s*:\s*(?:<url>|available\b|public\b|released\b|on (?:github|gitlab)|open)"
    ),
    re.compile(r"^\W*(?:fully |completely )?open[- ]sourced?\W*$"),
    re.compile(
        r"\b(?:codes?|scripts?|data)\b[\w ]{0,20}\b(?:in|as) (?:the )?(?:ancillary|anc|auxiliary) (?:files?|materials?|folder|director)"
    ),
    re.compile(r"\b(?:inclusion|addition) of [\w ]{0,30}\b(?:code|data)\b"),
    # "For the source code, see our GitHub page", "Please visit our repository for the code".
    re.compile(
        r"\b(?:see|visit|check(?: out)?|refer to|consult|find)\b[^.!?]{0,50}\bfor (?:the |our |all )*(?:source )?(?:code|data|implementation)\b"
    ),
    re.compile(
        rf"\bfor (?:the |our |all )*(?:source )?(?:code|data|implementation|software)[^.!?]{{0,40}}\b(?:see|visit|check|refer to|consult)\b[^.!?]{{0,30}}(?:<url>|\b{HOSTS}|repositor)"
    ),
    re.compile(
        rf"\b(?:find|download|access|obtain|get|check out|clone|browse)\b (?:the |our |all |its |full |complete |source )*(?:\w+ ){{0,2}}?(?:{STRICT})\b[^.!?]{{0,40}}\b(?:at|on|in|from|via|under) (?:the |our |this |a )?(?:<url>|(?:public )?{HOSTS}|repositor)"
    ),
)
"""Notes and half sentences."""
RELEASES = (
    (
        re.compile(
            r"\b(?:is|are|been|was|were|be|has|have|lives?|resides?)\b|[a-z]abl|abel|avail|open|public|releas|here\b|online"
        ),
        _OF_THINGS,
    ),
    (re.compile(r"\b(?:we|authors?|team|this)\b"), _BY_AUTHORS),
    (re.compile(r"[:=-]|ing\b|\band\b|\bfor\b|open|\bof\b|\bthe\b"), _NOTES),
)
"""(what a clause must contain, forms) of sentences that say that something is public, in past or present tense."""
IN_PASSING = re.compile(
    r"\b(?:we|(?:this|the) (?:paper|work|study|article)) (?:\w+ )?(?:present|introduce|release|develop|propose|describe)s?\b[^.!?]{0,60}?,? (?:an?|the) (?:[\w-]+,? ){0,3}?open[- ]?sourced?\b"
)
"""A release mentioned in passing; a promise elsewhere is stronger."""
IS_OPEN = re.compile(
    r"\s?(?:\([^()]{1,80}\) )?(?:is|:) (?:an?|the) (?:(?!(?:of|for|in|on|with|to|from|via)\b)[\w-]+,? ){0,4}?open[- ]?source(?:d\b|\b(?! (?:models?|llms?|large|projects?|language|software identification)))"
)
"""What follows the name of the work: "X (long name) is an open-source server"."""

# --- What is neither ------------------------------------------------------------------------------------------------

NO_ARTIFACT = re.compile(
    r"\b(?:page|web ?site|homepage|webpage|videos?|article|paper|preprint|version|survey|information|details?|visuali[sz]ations?|examples|samples|supplement|slides|poster|"
    r"more (?:results|examples)|additional results|supplementary materials?)\b[^.!?]{0,90}\b(?:is|are|can be)\b"
)
"""A page, the paper itself or a supplement of it does not count as an artifact."""
OTHERS = re.compile(
    r"\b(?:publicly|freely|openly) available (?:(?!(?:at|on|in|from|via|through|under|for|as)\b)\w+ ){0,3}?(?:data ?sets?|data|benchmarks?|corpora|corpus|models?|sources|repositories|tools?|information|"
    r"databases?|llms?|text|resources|images)\b(?! (?:at|on|in|from|via|here)\b)"
    r"|\b(?:we|was|were|is|are|been) (?:\w+ )?(?:us(?:e|ed|ing)|evaluat\w+|test\w*|train\w*|fine-?tun\w+|collect\w*|analy[sz]\w+|compar\w+)\b"
    r"|\b(?:no|not|without|lack of|limited|scarce|unavailable|isn't|aren't|neither|nor|few|absence of|a (?:third|half|quarter|fraction) of|(?:so|very|too) (?:little|few)) (?:of )?(?:\w+ ){0,3}?(?:are |is )?(?:publicly |openly )?(?:availa?ble|accessible|released|shared|open|public)\b"
    r"|\b(?:existing|other|prior|previous|recent(?:ly)?|current|several|many|most|proprietary|closed-source|popular) (?:\w+ ){0,3}?(?:open[- ]?source|publicly|released)\b"
    r"|\b(?:neither|assuming|if|when|whenever|unless|whether|because|typically|often|only)\b[^.!?]{0,80}\b(?:availa?ble|accessible|obtained|public)\b"
    r"|\b(?:readily|widely|easily|commercially) (?:available|accessible)\b|\b(?:on the internet|in the literature)\b"
    r"|\bavailable (?:models?|methods?|data ?sets?|benchmarks?|data|corpora|tools?|resources|labels|information|memory|compute)\b"
    r"|\bavailable for (?:all|any|every|each|both|most)\b|\bthrough (?:an?|the|its|their) api\b"
    r"|\bofficial (?:\w+ )?(?:implementation|code|repository|checkpoints?|weights) of\b(?! (?:our|this|the) )"
    r"|\bavailable (?:at the (?:receiver|transmitter|encoder|decoder|time|edge|node)|as a function)\b|\b(?:et al\.?|they|their authors?) (?:have |has |also )?(?:released?|made|published?|open-sourced?)\b"
)
"""Words about somebody else's work, or about software and data in general."""
OURS = re.compile(
    rf"\bour (?:[\w/&+-]+,? ){{0,5}}?{THING}\b|\bwe (?:\w+ )?(?:releas|open-sourc|publish|shar|mak|provid)|<url>|\\url|\bgithub\b|\bof this (?:paper|work)\b"
)
BASED_ON = re.compile(
    r"\b(?:on top of|(?:build\w*|built|bas(?:es?|ed)|rel(?:y|ies|ying)) (?:up)?on|adapted from|derived from|adopt(?:s|ed)?|leverag\w+|integrat\w+|using|fine-?tun\w+)\b"
    r"[^.!?;]{0,60}\b(?:open[- ]?source|(?:that|which) (?:is|are|was|were))\b|\bwhose\b[^.!?]{0,40}\b(?:available|public|released|open)\b"
)
"""What others made public, and the authors build on."""
NOT_PUBLIC = re.compile(
    r"\b(?:reviewers?|(?:up)?on (?:reasonable |any |\w+ )?requests?|by (?:e-?mail|contacting)|from the (?:(?:corresponding )?authors?|publishers?|journal))\b"
)
"""What only reviewers or those who ask receive is not public."""
BEFORE_OTHERS = re.compile(
    r"^\W*(?:after|since|before|with|despite|following) (?:the )?(?:release|publication|availability)\b"
)
"""A release in the past of the world, not of this paper."""
OTHER_AUTHORS = re.compile(
    r"\b(?:many|most|some|few|other|several|all|their|previous|these|those) (?:\w+ )?(?:authors|papers|works|studies|researchers|groups|companies|venues|journals|conferences)\b"
    r"|\b(?:most|few|other|previous|prior|existing) systems\b"
    r"|\b(?:the|an?|some|this) (?:\w+ )?(?:company|companies|government|police|vendor|agency|organi[sz]ers|developers|maintainers|provider|ministry|court)\b[^.;]{0,40}\b(?:releas|announc|publish|promis|shar|open-sourc|plan|will)\w*"
    r"|\b(?:say|says|said|saying|stat(?:e|es|ing)|read|reads|reading|claim(?:s|ing)?) [\"'\u2018\u201c]"
)
"""Somebody else who releases, or does not."""
OTHER_CODES = re.compile(
    r"\b(?:space[- ]time|ldpc|turbo|polar|error[- ]correct\w+|block|convolutional|reed[- ]\w+|quantum|linear|cyclic|bch|stabili[sz]er|surface|topological|hash|network|fountain|raptor|zip|icd|diagnostic|building|dress|moral|neural|population) codes?\b"
)
"""Codes that are no software."""
SUBJECT_OF_TO_BE = re.compile(r"\bfor (?:[\w-]+ ){1,5}$")
"""What precedes "to be available" where that is a purpose and no plan."""
OTHER_SUBJECT = re.compile(
    r"^\W*(?:the |an? |more |further |additional |some )?(?:documentation|details|updates?|features?|information|tutorials?|instructions?|support|bug ?fixes|versions?)\b"
)
"""What accompanies a release and is not itself released."""
FUTURE_WORK = re.compile(
    r"^\W*(?:in |as |for )?(?:our |the )?future (?:work|research|studies|versions?)\b|\b(?:as|to|for|in) (?:our )?future work\W*$"
)
"""Work to come, which is not a release to come."""

CODE = re.compile(
    rf"\b(?:{CODE_WORDS}|everything|all|github|gitlab|codeberg|framework|pipeline|open[- ]?sourced?)\b"
)
DATA = re.compile(rf"\b(?:{DATA_WORDS})\b")
THINGS = re.compile(rf"\b{THING}\b")
STRICT_THINGS = re.compile(rf"\b{STRICT}\b")
OPENED = re.compile(r"\b(?:publicly (?:available|released?)|open[- ]?sourced?)\b")
RELEASE_WORDS = re.compile(
    rf"releas|availab|open[- ]?sourc|\bpublic|\bpublish|\bshar|\bprovid|\bupload|accessib|\bfound\b|\bhost|\bopen\b|<url>|\b{HOSTS}"
)
"""Without one of these a condition ("after review") is not that of a release."""
