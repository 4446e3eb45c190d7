"""The words by which a clause says whose artifact a link leads to, and what became of it.

Every pattern runs over the few hundred characters of one sentence; each is bounded, so all are linear.
"""

from __future__ import annotations

import re


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


CODE_NOUN = (
    r"(?:source[- ]?codes?|sources|codes?|code[- ]?bases?|scripts?|notebooks?|implementations?|software|packages?|librar(?:y|ies)"
    r"|tool(?:kit|box|s|chain)?s?|repositor(?:y|ies)|repos?|modules?|plug-?ins?|program(?:me)?s?|pipelines?|frameworks?"
    r"|workflows?|simulators?|solvers?|demos?|git ?hub|git ?lab|artifacts?|artefacts?|materials?|supplements?|resources?"
    r"|supplementa(?:ry|l)|replication|reproduc\w+|apps?|firmware|emulators?|interfaces?|environments?"
    r"|everything|developments?|mechani[sz]ations?|source(?=\s*$| (?:is|are|can)\b)|web ?sites?|home ?pages?|web ?pages?|blogs?(?: posts?)?|cloud|apis?|playgrounds?|platforms?|portals?|servers?|formali[sz]ations?|prompts?|configurations?)"
)
DATA_NOUN = (
    r"(?:data ?sets?|data|corpus|corpora|benchmarks?|models?|weights|checkpoints?|collections?|files|records?|tables?"
    r"|spectra|light ?curves?|catalogu?es?|annotations?|recordings?|videos?|chains|samples|outputs?|logs|results"
    r"|products|posteriors?|grids?|maps|images|embeddings|predictions|lexic(?:on|ons|a)|treebanks?|stimuli|transcripts?"
    r"|measurements|questionnaires?|simulations?|figures|plots|appendi(?:x|ces)|documentation|snapshots?|leader ?boards?"
    r"|taxonom(?:y|ies)|ontolog(?:y|ies)|lists?|exercises|lectures?|slides|pre-?registrations?|registrations?|protocols?|times|movies|demonstrations|derivations|guidelines|drawings|designs?|checkpoints?"
    r"|instructions|trajectories|structures|sequences|parameters|proofs|information|details|collection|release|archive)"
)
NOUN = rf"(?:{CODE_NOUN}|{DATA_NOUN})"
HAS_CODE_NOUN = _pattern(rf"\b{CODE_NOUN}\b")
HAS_NOUN = _pattern(rf"\b{NOUN}\b")

# Where a clause begins within its sentence.
BOUNDARY = _pattern(
    r";|[!?](?=\s)|(?<![\d.])\.(?=\s)|,? (?:while|whereas|but|however)\b"
    r"|,? and (?=(?:the|all|our|its|their|code|source|data|models?)\b[^,;]{0,60}\b(?:is|are|can|has|have)\b)"
)
# Words of a new sentence whose stop was lost: a capital where the sentence would not have one.
LOST_STOP = re.compile(
    r"(?<=[\w)\].]) (?=(?:The|All|Our|We|To|This|These|For|In|An|Each|Both|It|They|Here|More) )"
    r"|(?<=[\w)\]]) (?=(?:Codes?|Data|Datasets?|Benchmark|Source|Project|Models?|Demo|Available)\b[^.;:]{0,40}(?:\bavailable\b|\bat\b|:))"
)
# The mark of a footnote at the beginning of its words: glued to them, or in a footnote apart from them.
FOOTNOTE_GLUED = re.compile(
    r"(?:^|[\s.,;:)])\d{1,2}(?=[A-Z][a-z])|[\u2217*\u2020\u2021\u00a7\u00b6]\s?(?=[A-Z][a-z])"
)
FOOTNOTE_NUMBER = re.compile(r"(?:^|(?<=[\s.;]))\d{1,2}\s(?=[A-Z][a-z])")
BARE_FOOTNOTE = re.compile(r"(?:^|[\s.,;:)])\d{1,2}\s?$")
"""The number of a footnote that consists of the link alone."""
BARE_MARK = re.compile(r"[\u2217*\u2020\u2021\u00a7\u00b6]\s?$")

_ADVERBS = (
    r"(?:(?!(?:rely|apply|supply|imply|comply|reply|multiply)\b)\w+ly|also|have|had|are|were|will|can|do|did|then|further|first|hereby|now|here|thus|therefore|intend|plan|to|all"
    r"|both|so|not|again|next|additionally|chose|decided)"
)
WE_VERB = _pattern(
    rf"\b(?:we|i)(?:['\u2019](?:ve|ll|d|re))?(?:\s+{_ADVERBS}){{0,5}}\s+(?P<verb>[a-z][a-z-]{{1,30}})"
)
RELEASES = _pattern(
    r"(?:releas|open-?sourc|publish|publici[sz]|shar|provid|mak|made|host|distribut|upload|deposit|archiv|offer|suppl|includ"
    r"|maintain|giv|put|plac|contribut|attach|stor|prepar|keep|kept)"
)
ALONE_RELEASES = _pattern(r"(?:releas|open-?sourc|publish|publici[sz]|distribut|upload|deposit|archiv)")
"""Verbs of release that need no artifact beside them."""
MAKES = _pattern(r"(?:use of|mak|made)")
INTRODUCES = _pattern(
    r"(?:present|introduc|propos|develop|creat|construct|curat|design|buil|wr[oi]t|implement|compil|describ|assembl|set|cod"
    r"|packag|produc|add)"
)
USES = _pattern(
    r"(?:us(?:e|ed|ing)$|adopt|employ|utili|follow|borrow|fine-?tun|initiali|evaluat|test|(?:re-?)?r[ua]n|compar|benchmark|download"
    r"|obtain|tak|took|rel[iy]|leverag|refer|extend|modif|adapt|start|consider|appl|choose|chose|select|re-?us|integrat"
    r"|load|quer|extract|replicat|reproduc|perform|conduct|report|comput|calculat|measur|fit|simulat|analy|process|tokeni"
    r"|train|sampl|pick|inherit|bas|fork|port|convert|draw|drew|combin|gather|collect|crawl|scrap|access|cit"
    r"|found|find|exploit|incorporat|experiment|generat|retriev|work|acknowledg|thank|call|invok|augment|copy|copied|chang|customi)"
)

AVAILABLE_NOW = _pattern(
    r"\b(?:is|are|was|were|be|been|being|made)\s+(?:(?:\w+ly|all|now|also|made|open|free|both|under|currently|already|fully)"
    r"\s+|[\w-]+, (?:\w+, )?(?:and )?){0,5}(?:avail?able|available\w*|accessible|released|open[- ]?sourced?|open|public|published|hosted|shared|provided"
    r"|deposited|archived|stored|located|uploaded|maintained|distributed|posted|online|here|included|listed"
    r"|preserved|housed|kept|given|set up|created|put|placed|at|on|linked|registered|in(?=\s*(?:LINK|\W*$)))\b"
    r"|\b(?:can|may|could|will|might)\s+(?:\w+ly\s+|also\s+|all\s+){0,2}be\s+(?:\w+ly\s+){0,2}(?:found|accessed|downloaded|obtained"
    r"|viewed|seen|reproduced|replicated|retrieved|consulted|explored|browsed|visited|installed|tried|cloned|reached|inspected)\b"
    r"|\b(?:can|may|could|will|might)\s+(?:\w+ly\s+|also\s+)?be\s+(?:used|run|re-?run|fetched|tested|queried|loaded|played|watched|executed)"
    r"\s+(?:\w+ ){0,2}(?:at|from|on|via|under|through|in)\b"
    r"|\b(?:has|have) been (?:collected|gathered|bundled|packaged) (?:in|at|under|on)\b|\bappear (?:at|under|on|here)\b"
    r"|\b(?:lives?|resides?|sits) (?:at|on|in)\b"
)
"""A finite verb that says that the subject before it can be had."""
READERS_FIND = _pattern(
    r"\b(?:readers?|users?|one|you|researchers|practitioners|anyone) (?:can|may|could|will) (?:\w+ ){0,2}?(?:find|access|download|obtain|view"
    r"|install|try|run|re-?run|use|re-?use|play|test|query|inspect|browse|get|explore)\b"
)
CLONE = _pattern(r"\bgit clone\W*(?:--?\w+\W*){0,3}$|\bpip3? install\W{1,3}(?:-\w+\s)?\W*(?:git\+)?\W*$")
COORDINATE = _pattern(
    r"\b(?:and|then)\s+(?:\w+ly\s|also\s|therefore\s|thus\s|hence\s|then\s|hereby\s){0,2}(?P<verb>releas(?:e|ed)|open-sourced?|publish(?:ed)?"
    r"|shared?|provided?|makes?|made|distributed?|hosted?|upload(?:ed)?|deposit(?:ed)?|archived?|used?|adopt(?:ed)?|employ(?:ed)?"
    r"|follow(?:ed)?|evaluated?|compared?|train(?:ed)?|fine-?tuned?|download(?:ed)?|applied|apply|run|ran|extend(?:ed)?|add(?:ed)?|created?|built|build|develop(?:ed)?|wrote|write|implement(?:ed)?)\b"
)
"""A second verb of the same subject."""
IMPLEMENTED_AS = _pattern(
    r"\b(?:implement|implemented|packaged?|bundled?|released?|distributed?|provided?|coded|written|wrote)(?: (?:the|our|this|these|all|it|them)(?: [\w-]+){0,4}?)? (?:in|as|through|via|with) an? (?:[\w-]+ ){0,4}"
    r"(?:packages?|librar(?:y|ies)|toolkit|tool|repository|software|framework|module|plug-?in|notebook)\b[^,;]{0,60}$"
)
AVAILABLE_AT = _pattern(
    r"\b(?:avail?able|accessible|released|open[- ]?sourced?(?! \w+ \w)|public(?= (?:at|on|via|in|from)\b|ly)|published|hosted|shared|provided|deposited|archived|stored"
    r"|found|downloaded|downloadable|obtained|located|accessed|see|visit|here|online|provides?|contains?)\b[^.;]{0,60}$"
)
"""The same without a finite verb: what it is said of stands before it, or nowhere."""
GLUED_AVAILABLE = _pattern(
    r"(?:available|found|accessible|released|hosted|accessed)(?:at|on|via|from|in|here)\W{0,3}$"
)
GLUED_CODE = _pattern(
    r"(?:our|the)(?:source)?(?:code|data|implementation|dataset|scripts|models)\w{0,40}(?:is|are|be)\w{0,30}$"
)

OURS = _pattern(
    r"\b(?:our|ours|my)\b(?! (?:[\w-]+ )?(?:knowledge|baselines?|comparison|case(?: stud(?:y|ies))?|subjects?|participants|competitors|experiments we use))"
)
EARLIER = _pattern(
    r"\b(?:our|we|my)\b[^.;]{0,30}\b(?:previous(?:ly)?|prior (?:work|paper|study|release)|earlier|past|former)\b|\b(?:previous(?:ly)?|earlier|prior)\b[^.;]{0,30}\b(?:our|we)\b"
)
THIS_WORK = _pattern(
    r"\b(?:this|the present|the current) (?:[\w-]+ ){0,2}(?:paper|work|study|article|manuscript|thesis|report|research"
    r"|publication|analysis|survey|review|letter|submission|investigation|contribution|dissertation|tutorial|chapter"
    r"|project)\b(?!['\u2019]s (?:template|style))|\bherein\b|\b(?:paper|manuscript|article)['\u2019]s\b"
    r"|\b(?:reproduc|replicat|regenerat|recreat)\w{0,5} (?:\w+ ){0,3}(?:results|figures|plots|experiments|paper|analys[ei]s|tables"
    r"|manuscript|findings|study|work|simulations|numbers|benchmark)\b"
    r"|\b(?:accompanying|associated with|companion to|supplement to) (?:this \w+\b|the (?:present |current )?(?:paper|work|study|article|manuscript|thesis|report|publication|submission)\b(?! (?:of|by|CITE)\b))|\b(?:replication|reproduction|reproducibility) (?:package|kit|material|code)"
    r"|\banonym(?:ous|ised|ized) (?:git\w*|repo\w*|link|code|archive)|\bfor (?:double-blind |anonymous |peer )?review\b"
)
REPRODUCED = _pattern(
    r"\b(?:results?|figures?|plots?|experiments?|analys[ei]s|tables?|findings|simulations?|numbers) (?:[\w.]+ ){0,6}?(?:can|may|could) be"
    r" (?:\w+ )?(?:reproduced|replicated|regenerated|recreated|re-?run|repeated)\b"
    r"|\b(?:this|the|our) (?:entire |whole |present )?(?:paper|manuscript|article|study)\b[^.;]{0,160}\breproducible\b[^.;]{0,100}$"
)
OTHERS = _pattern(
    r"(?<!\band )\b(?:their|his|her) (?:[\w-]+ ){0,3}(?:" + NOUN + r"|authors?)\b"
    r"|\bauthors['\u2019]|\bet al\b|\bthe authors of\b|\bby (?:the (?:original |respective )?|its (?:original )?)(?:authors|developers|organi[sz]ers|creators|maintainers)\b"
    r"|\b(?:original|official|reference|existing|upstream|third[- ]party|pre-?existing) (?:[\w-]+ ){0,3}"
    + NOUN
    + r"\b"
    r"|\b(?:code|implementation|repo(?:sitory)?) references?\b|\bfor (?:more |further |other )*related (?:research|works?|projects?|papers?)\b|\b\w{3,}(?:ed|en) by\W*$"
    r"|\ban? (?:earlier|older|previous|prior) [\w-]+\b"
    r"|\b(?:widely|commonly|often|frequently)[- ]used\b|\b(?:popular|well-known|community-maintained|off-the-shelf) (?:[\w-]+ ){0,3}"
    + NOUN
    + r"\b|\bfurther (?:papers|reading|work)\b|\b(?:(?:first|second|third|last|another) case study|running example)\b"
    r"|\b(?:data ?sets?|data|corpus|corpora|models?|benchmarks?|system|tools?) (?:that |which )?we (?:use|used|attack|evaluate|evaluated|compare|compared|test|tested|study|studied|analy[sz]ed?)\b"
    r"|\bof (?:the|each|all|every|both) (?:[\w-]+ )?(?:teacher|backbone|baselines?|victim|competitors?|competing \w+|compared \w+|draft|target model|base models?)\b"
    r"|\b(?:provided|released|developed|published|made available|introduced|proposed|maintained|shared|open-sourced|created"
    r"|written|contributed|implemented|collected|described|given|hosted|curated|compiled|annotated|assembled|recorded|used|built"
    r"|supplied|distributed) by (?:the )?(?:(?-i:[A-Z][\w-]+)|CITE|LINK|other|original|developers|organi[sz]ers"
    r"|city|company|compan|agency|government|ministry|university|institute|consortium|community|challenge|shared task|competition|team behind)"
    r"|\b(?:data ?set|data|code|corpus|software|tool) of (?-i:[A-Z][a-z]{2,}),? (?:hosted|available|published|released|stored|archived)\b"
    r"|\b(?:code|implementation|repository|dataset|data|model|models|weights|scripts?|software|package|version|release) (?:of|from|by) +(?:CITE\b|[A-Z][\w-]+ (?:and|&) [A-Z]|[A-Z][\w-]+ +CITE\b|[A-Z][\w-]+ et al)"
    r"|\b(?:baselines?|competitors?|competing|compared)['\u2019]? (?:code|implementations?|repositor(?:y|ies)|software)\b|\bby others\b"
)
OFFICIAL_OF_THIS = _pattern(
    r"\b(?:official|reference) (?:[\w-]+ ){0,2}(?:implementation|codes?|code ?base|repo\w*|git ?hub\w*|project page|page)(?: release)?+\b"
    r"(?:\s+(?:of|for)\s+(?:our|this)\b|(?! (?:of|for|from|by)\b))|\boriginal (?:\w+ )?code:"
)
"""`Official code` of nobody in particular: authors call their own code so too."""
CALLED_OFFICIAL = _pattern(r"\b(?:official|reference|original)\b")
THEY_RELEASE = re.compile(
    r"\b(?:[Tt]hey|[Hh]e|[Ss]he|[Ww]ho|et al|CITE|(?P<name>[A-Z][\w-]{2,30}))\s+(?:\w+ly |have |has |had |also |later |first )*"
    r"(?:released|open-?sourced|published|developed|introduced|proposed|created|shared|presented|provided?s?|offers?|made)\b"
)
_NO_NAMES_TEXT = (
    "this that these those the it our we section table figure appendix code data all each github zenodo see and"
)
NO_NAMES = frozenset(_NO_NAMES_TEXT.split())
"""Words with a capital that are not somebody's name."""

BASED = _pattern(
    r"\b(?:based (?:up)?on|buil(?:d|ds|t|ding) (?:up)?on|on top of|adapted (?:from|version)|modified (?:from|version)|derived from|borrowed from|taken from|start(?:s|ed|ing) from|contrary to|unlike|in contrast (?:to|with)|compared (?:to|with)"
    r"|forked from|fork of|inspired by|thanks? to|(?:benefit|benefits|benefited|profits?|profited) from|(?:(?:re)?implemented|written) (?:in|with|using|on)(?! an? (?:[\w-]+ ){0,4}(?:packages?|librar(?:y|ies)|toolkit|tool|repository|software|framework|module|plug-?in|notebook)\b)|using(?! (?:the |this )?(?:following )?(?:link|url|address|command|doi|repositor|git))|powered by|(?:built|made|generated|created|rendered|typeset) (?:with|using)|extension of"
    r"|wrapper (?:around|of|for)|port of|modification of|variant of|(?:modified|adapted|customi[sz]ed|extended|changed|patched) version of|extend(?:s|ed|ing)|originally|adapt(?:s|ing)|modif(?:ies|ying)"
    r"|(?:according to|following)(?! (?:\w+ ){0,2}(?:git ?hub|git ?lab|link|repositor|repo|url|address|location|instruction|step|guide|readme|documentation|tutorial|web|anonym|page|doi|archive|https?|address|zenodo|osf|hugging)|[\s:]*$))\b"
)
PASSIVE_USE = _pattern(
    r"\b(?:was|were|is|are|been|be|being)\s+(?:\w+ly\s+|then\s+|also\s+|all\s+){0,2}(?:used|adopted|employed|performed|trained|implemented|computed"
    r"|obtained|conducted|generated|run|taken|downloaded|adapted|modified|derived|built|collected|borrowed|calculated|processed"
    r"|simulated|fitted|extracted|measured|carried|evaluated|tested|initiali[sz]ed|fine-?tuned|converted|drawn|sourced|retrieved"
    r"|acquired|utili[sz]ed|tokeni[sz]ed|mined|scraped|crawled|installed|sampled|estimated|analy[sz]ed|done|executed|created|produced|made with|integrated|compared)\b"
    r"|\b(?:was|were|is|are|been|be)\s+(?:\w+ly\s+)?\w{3,}(?:ed|wn|un)\s+(?:with|using|by means of|through|via)\b"
)
THEIRS = _pattern(r"(?<!\band )\b(?:their|his|her)\b|\bet al\b|\bCITE\b")
EXAMPLE = _pattern(
    r"\b(?:among|amongst) (?:them|these|others)\b[^.;]{0,60}$|\b(?:e\.?g\.?|cf\.?|for (?:example|instance)|such as|similar to)[\s,:(]*$"
)
HEAD_END = _pattern(
    r"\b(?:for|in|on|to|that|which|used|with|under|by|associated|containing|including|as|from|needed|required)\b"
)
"""Where the head of a noun phrase ends; its purpose follows."""
ACTIVE_USE = _pattern(
    r"\b(?:made|makes?|making) use of\b|\b(?:uses|employs|adopts|follows|utili[sz]es|relies|leverages|requires|depends|wraps|imports|invokes|inherits|reuses)\b"
    r"|\b(?:participants?|students?|users?|subjects?|developers|respondents|annotators|raters) (?:\w+ )?(?:installed|used|downloaded|cloned|ran|opened|worked)\b"
    r"|\b(?:reads|parses|processes|imports|consumes|converts) (?:the )?(?:\w+ )?(?:output|outputs|files?|formats?) of\b"
    r"|\b(?:study|work|paper|implementations?|codes?|methods?|models?|approach|pipelines?|frameworks?|experiments"
    r"|analys[ei]s|systems?|simulations|survey|baselines?|scripts?|agents?) (?:used|employed|adopted|utili[sz]ed|use|employ|adopt"
    r"|utili[sz]e|follow|followed|rely|relied|leveraged?)\b"
)
OPEN_CITATION = re.compile(r"\([^()]{0,120}\b(?:19|20)\d\d[a-z]?\b[^()]{0,40}$")
"""A citation whose brackets are still open where the link stands."""
SEE = _pattern(r"^\W*(?:see(?: also)?|cf\.?|at|here)\W*$")
"""What points to the link and leaves to the words before it what is there."""
OF_A_NAME = re.compile(
    r"\b(?:[Cc]odes?|[Ii]mplementations?|[Ww]eights|[Ss]cripts?|[Mm]odels?|[Rr]epository|[Pp]ackage|[Cc]heckpoints?) (?:for|of) (?P<name>[A-Z][a-z]*[A-Z\d][\w-]*)\W*$"
)
WORK_IMPLEMENTED = _pattern(
    r"\b(?:methods?|algorithms?|models?|approach(?:es)?|techniques?|estimators?|tests?|procedures?) (?:\w+ )?(?:here|herein|in this (?:paper|work|article)|presented|proposed|described)\b[^.;]{0,40}"
    r"\b(?:is|are|was|were) (?:\w+ )?implemented in\b|\b(?:proposed|presented|new) (?:\w+ )?(?:methods?|algorithms?|models?|approach(?:es)?|techniques?|estimators?|tests?|procedures?) (?:is|are) (?:\w+ )?implemented in\b"
)
READERS = _pattern(r"^\W*(?:the|interested|all|our)?\s*(?:interested )?(?:readers?|you|users?)\b")
STOPPED_LABEL = _pattern(
    r"^\W*(?:source |project |the |our )?(?:code|data|models?|software|repository|implementation)(?:,? (?:and|&) (?:\w+ )?(?:code|data|models?|materials|software))?(?: availability| release| access)?\.\W*$"
)
"""A label with a full stop in place of its colon."""
PRONOUN = _pattern(
    r"^\W*(?:and |which |that )?(?:it|they|these|this|both|all (?:three|of (?:it|them|these)))\s+(?:\w+ly |also |all |both )?(?:is|are|was|were|can|has|have)\b"
)
"""A subject that only the words before it explain."""
PRESENTS = _pattern(
    r"\b(?:our|ours|propos\w+|introduc\w+|present(?:s|ed)?|develop\w*|novel|new|releas\w+|contribut\w+|we (?:\w+ly |also |have )?(?:collect|gather|annotat|record|creat|construct|curat|buil[dt]|compil|design|implement|conduct|survey|interview|measur)\w*)\b"
)
USES_A_NAME = _pattern(
    r"\b(?:we|is|are|was|were) (?:\w+ly |also |then |first )*(?:us(?:e|ed|ing)|adopt(?:ed)?|employ(?:ed)?|rel(?:y|ied)|utili[sz]ed?|follow(?:ed)?"
    r"|buil[dt]|borrow(?:ed)?)\b[^.;]{0,80}[.!?]?$"
)
ANAPHORIC = _pattern(r"^\W*\d{0,2}(?:the|this|that|these|it|they|both)\b\s*(?:[\w-]+\s+){0,3}$")
"""A subject such as "the code", which the sentence before it may explain."""
DEFINITE_DATA = _pattern(
    r"^\W*\d{0,2}the (?:(?!new|full|complete|whole|resulting|final)[\w-]+ ){0,2}?(?:data ?set|benchmark|corpus|model|checkpoint|challenge|leader ?board|catalogue?|collection)\s*$"
)
"""One thing that must have been spoken of before, and that is as often others'."""
ABOUT = _pattern(
    r"^\W*(?:(?:see|more|further|full|all|the|for) )*(?:details?|documentation|information|tutorials?|manuals?)\b"
)
"""What is said about something rather than the thing."""
LISTED_LINKS = _pattern(
    r"\b(?:list|lists|listed|give|gives|report|collect|show) (?:the |all )?(?:urls?|links|sources|addresses) (?:of|to|for)\b"
)
NAMED = _pattern(
    r"\b(?:call(?:ed)?(?: (?:it|this|the|our))?(?: \w+)?|nam(?:e|ed)|dubb(?:ed)?|term(?:ed)?|we (?:present|introduce|propose|developed?|built|build|design(?:ed)?|created?))\b"
)
SECTION_OF_RELEASE = _pattern(
    r"\b(?:availability|reproducib\w+|open (?:science|access|source|data)|acknowledg\w+)\b"
)
COMPARED = _pattern(
    r"\b(?:compare[sd]? (?:\w+ )?(?:with|to|against)|start(?:s|ed)? from|evaluate[sd]? on|baselines?)\b"
)
ENDS_IN_USE = _pattern(
    r"\b(?:us(?:e|es|ed|ing)|adopts?|employs?|via|rel(?:y|ies) on|with the help of)\s+(?:the\s+)?[\w.+-]{2,40}$"
)
ENDS_IN_OURS = _pattern(
    r"\b(?:our|my) (?:[\w-]+ ){0,4}[\w-]+$|\bwe (?:\w+ly |also |further )?(?:present|introduce|release|develop|propose|contribute|provide|publish)\w{0,2}\b[^.;]{0,80}$"
)
FOOTNOTE_LABEL = re.compile(
    r"\b(?:(?:The )?(?:[Ss]ource |[Pp]roject )?(?:Codes?|code|Data(?:sets?)?|Implementation|Models?|Software|Repository|Available|available))\b[^.]{0,60}$"
)
"""What stands in a footnote before its link, where that says no more than what is there."""
CELL = re.compile(r"\s\|+\s|\s&\s")
"""The bar between the cells of a table."""
SOFTWARE_LIST = re.compile(
    r"(?>[\w.+/-]{2,40}(?: v?[\d.]{1,12})? (?:\([^()]{2,80}\)|CITE|LINK)\s?,(?: and)? ){2,}[\w.+/-]{2,40}-?\s?(?:\([^()]{2,80}\)|CITE)?[\s;,({\[<]*$"
)
"""A list of packages with their citations, of which the link is one."""
LINKS_ONLY = _pattern(
    r"^\s*(?:(?:the|all|direct|a|full)\s+)*(?:urls?|links?|addresses|pointers|references|sources|version numbers?)\b"
)
"""What "we provide" is said of where the authors only list the addresses of what they used."""
CONTRASTED = _pattern(r"\b(?:whereas|unlike|in contrast to|contrary to|compared (?:to|with))\s*$")
"""What others do, of which the link is the subject."""
OUR_EARLIER = _pattern(
    r"\b(?:our|my) (?:own )?(?:earlier|previous|prior|past|former|older|existing) (?:[\w-]+ ){0,3}[\w-]+\W*$"
)
OPENING_PARTICIPLE = _pattern(
    r"^\W*(?:implemented|written|coded|built|based|using|developed)\b[^,]{1,60}, (?:the|our|this) [\w-]+(?: [\w-]+)?\W*$"
)
"""A participle before the subject that the link is of: `Implemented in JAX, the sampler (LINK)`."""
ICON = _pattern(r"\\fa[a-z]*\s?\{?\s?git(?:hub|lab)[a-z-]*\}?\W*$|/git(?:hub|tb)\w*\s*$")
CITATION = re.compile(
    r"\\cite\w*\*?(?:\[[^\]]{0,80}\]){0,2}\{[^}]{0,200}\}|\[\d{1,3}(?:\s?[,\u2013-]\s?\d{1,3}){0,8}\]"
    r"|\((?:[^()]{0,80}[ ,_:])?(?:19|20)\d\d[a-z]?(?:[;,][^()]{0,80})?\)"
)
_PLAIN_TEXT = """github gitlab zenodo osf figshare dryad dataverse pypi conda python pytorch tensorflow jax matlab julia java rust
    jupyter docker colab google hugging face huggingface code data source software supplementary supplemental appendix
    section table figure availability available project page website web link url http https doi api gpu open online
    we our the this these all both each it its in for to from see and as at on of an a here archive repository repo
    reproducibility statement readme ai ml llm llms vlm latex pdf csv json html mit apache bsd gpl cc by license licence
    theorem theorems lemma proposition corollary definition algorithm algorithms chapter equation example english fortran stata sas spss perl haskell coq lean isabelle ruby bash idl r fork ieee acm kaggle scientific bank"""
PLAIN_CAPITALS = frozenset(_PLAIN_TEXT.split())
"""Words that are no name of an artifact although a capital begins them."""
NAME = re.compile(
    r"(?<![\w/.@-])(?:[A-Z][\w+.-]{1,40}|[a-z]{1,12}[A-Z][\w+-]{0,30}|[\w-]{0,20}\d[\w-]{0,20}[A-Za-z][\w-]{0,20})"
)
SHAPED_NAME = re.compile(
    r"\\(?:texttt|textsc|textsf|code|lstinline|verb|emph|textit|tool)\s?\{\s*([\w .+-]{2,40})"
)
