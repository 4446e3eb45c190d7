"""Pages for `test_page_kinds.py`: (kind, HTML, keys of the authors' own artifacts separated by spaces)."""

_HEAD = "<!DOCTYPE html><html><head><meta charset='utf-8'><title>Deep Things</title></head><body>"
_NERFIES_CREDIT = """<footer class="footer"><div class="container"><div class="content has-text-centered">
<a class="icon-link" href="./static/paper.pdf"><i class="fas fa-file-pdf"></i></a>
<a class="icon-link external-link" href="https://github.com/ann" disabled><i class="fab fa-github"></i></a></div>
<div class="columns"><div class="column is-8"><div class="content"><p>This website is licensed under a <a rel="license"
href="http://creativecommons.org/licenses/by-sa/4.0/">Creative Commons License</a>.</p><p>This means you are free to borrow the
<a href="https://github.com/nerfies/nerfies.github.io">source code</a> of this website, we just ask that you link back to this
page in the footer.</p></div></div></div></div></footer>"""


def _nerfies(links: str, rest: str = "") -> str:
    """A page in the manner of the Bulma template that most project pages copy."""
    return f"""{_HEAD}<nav class="navbar"><div class="navbar-dropdown"><a class="navbar-item" href="https://other.github.io">Other</a>
</div></nav><section class="hero"><div class="hero-body"><h1 class="title is-1 publication-title">Deep Things: Learning to Dig</h1>
<div class="is-size-5 publication-authors"><span class="author-block"><a href="https://github.com/ann">Ann Author</a>,</span></div>
<div class="column has-text-centered"><div class="publication-links">{links}</div></div></div></section>{rest}{_NERFIES_CREDIT}</body></html>"""


def _pill(address: str, words: str, icon: str = "fab fa-github") -> str:
    return f"""<span class="link-block"><a href="{address}" class="external-link button is-normal is-rounded is-dark">
<span class="icon"><i class="{icon}"></i></span><span>{words}</span></a></span>"""


_PAPER = _pill("https://arxiv.org/abs/2606.00001", "arXiv", "ai ai-arxiv")
_CODE = _pill("https://github.com/ann/deep", "Code")

MODERN = [
    ("bulma", _nerfies(_PAPER + _CODE), "github:ann/deep"),
    (
        "bulma, code and data",
        _nerfies(
            _PAPER
            + _pill("https://github.com/lab/qx7", "Code")
            + _pill("https://huggingface.co/datasets/lab/holes", "Data", "far fa-images")
        ),
        "github:lab/qx7 hf-dataset:lab/holes",
    ),
    ("bulma, button to come", _nerfies(_PAPER + _pill("#", "Code (coming soon)")), ""),
    ("bulma, empty button", _nerfies(_PAPER + _pill("", "Code")), ""),
    (
        "bulma, button before a tool",
        _nerfies(
            _pill("#", "Code"),
            '<section><p>We render with <a href="https://github.com/tools/viewer">a viewer</a>.</p></section>',
        ),
        "",
    ),
    (
        "bulma, code in a comment",
        _nerfies(_PAPER + "<!-- " + _pill("https://github.com/google/nerfies", "Code") + " -->"),
        "",
    ),
    (
        "bulma, default link of the template",
        _nerfies(_PAPER + _pill("https://github.com/google/nerfies", "Code")),
        "",
    ),
    (
        "bulma, hidden button",
        _nerfies(
            _PAPER + f'<div style="display:none">{_pill("https://github.com/old/dug", "Code")}</div>' + _CODE
        ),
        "github:ann/deep",
    ),
    (
        "bulma, related links",
        _nerfies(
            _PAPER + _CODE,
            '<section class="section"><div class="container"><h2 class="title is-3">Related Links</h2><div class="content"><p>There is a lot of excellent work that was introduced around the same time as ours.</p><p><a href="https://github.com/rival/dugout">DugOut</a> introduces a similar idea. Code of <a href="https://github.com/cleo/mole">Mole</a>.</p></div></div></section>',
        ),
        "github:ann/deep",
    ),
    (
        "academic template",
        _nerfies(
            _CODE,
            '<footer><p>This page was built using the <a href="https://github.com/eliahuhorwitz/Academic-project-page-template">Academic Project Page Template</a> which was adopted from the <a href="https://nerfies.github.io">Nerfies</a> project page.</p></footer>',
        ),
        "github:ann/deep",
    ),
    (
        "acknowledgements with code",
        _nerfies(
            _CODE,
            '<section id="ack"><h2>Acknowledgements</h2><p>We thank Bob for the <a href="https://github.com/rival/dugout">code</a>. <a href="https://github.com/cleo/mole">GitHub</a></p></section>',
        ),
        "github:ann/deep",
    ),
    (
        "thanks without a heading",
        _nerfies(
            _CODE,
            '<section><p>Our code builds heavily on <a href="https://github.com/rival/dugout">DugOut</a> and <a href="https://github.com/cleo/mole">the code of Mole</a>.</p></section>',
        ),
        "github:ann/deep",
    ),
    (
        "jekyll",
        f"""{_HEAD}<header><h1>Deep Things</h1><p>Learning to Dig</p><a href="https://github.com/ann/deep" class="btn">View on GitHub</a>
<a href="https://github.com/ann/deep/zipball/main" class="btn">Download .zip</a></header><main><p>Text</p></main><footer>
<span class="site-footer-owner"><a href="https://github.com/ann/deep">deep</a> is maintained by <a href="https://github.com/ann">ann</a>.</span>
<span>This page was generated by <a href="https://pages.github.com">GitHub Pages</a>.</span></footer>""",
        "github:ann/deep",
    ),
    (
        "jekyll, minima of an owner",
        f"""{_HEAD}<ul class="social-media-list"><li><a href="https://github.com/ann"><svg class="svg-icon"><use xlink:href="/assets/minima-social-icons.svg#github"></use></svg>
<span class="username">ann</span></a></li></ul><article><h1>Deep Things</h1><p>Code: <a href="https://github.com/lab/qx7">lab/qx7</a></p></article>
<a href="https://github.com/ann/ann.github.io">View on GitHub</a>""",
        "github:lab/qx7",
    ),
    (
        "jekyll theme credit",
        f"""{_HEAD}<p><a href="https://github.com/lab/qx7"><i class="fa fa-github"></i> Code</a></p><footer>Powered by <a href="https://github.com/jekyll/jekyll">Jekyll</a>
with <a href="https://github.com/alshedivat/al-folio">al-folio</a> theme. Theme by <a href="https://github.com/mm/minimal-mistakes">Minimal Mistakes</a>.</footer>""",
        "github:lab/qx7",
    ),
    (
        "tailwind from a framework",
        f"""{_HEAD}<div id="__next"><main class="flex"><div class="flex gap-4"><a class="rounded-full px-4" target="_blank" href="https://arxiv.org/abs/2606.00001"><svg></svg>Paper</a><a
class="rounded-full px-4 [&>svg]:size-4" target="_blank" href="https://github.com/lab/qx7"><svg viewBox="0 0 16 16"><path d="M8 0"></path></svg>Code</a></div></main></div>
<script id="__NEXT_DATA__" type="application/json">{{"props":{{"pageProps":{{}}}},"page":"/"}}</script>""",
        "github:lab/qx7",
    ),
    (
        "react, only data",
        f"""{_HEAD}<div id="root"></div><script id="__NEXT_DATA__" type="application/json">{{"props":{{"pageProps":{{"title":"Deep Things","buttons":[{{"label":"Paper","href":"https://arxiv.org/abs/2606.00001"}},{{"label":"Code","href":"https:\\/\\/github.com\\/lab\\/qx7"}}],"authors":[{{"name":"Bo","url":"https://github.com/bo"}}]}}}}}}</script>""",
        "github:lab/qx7",
    ),
    (
        "list in a script",
        f"""{_HEAD}<div id="app"></div><script>const links = [{{ name: 'Paper', url: 'https://arxiv.org/abs/2606.00001' }}, {{ name: 'GitHub', url: 'https://github.com/lab/qx7' }}];
const related = [{{ name: 'DugOut', url: 'https://github.com/rival/dugout' }}];</script>""",
        "github:lab/qx7",
    ),
    (
        "json-ld",
        """<html><head><script type="application/ld+json">{"@context":"https://schema.org","@type":"SoftwareSourceCode","name":"Deep","codeRepository":"https://github.com/lab/qx7","license":"MIT"}</script></head><body><h1>Deep Things</h1></body></html>""",
        "github:lab/qx7",
    ),
    (
        "google sites",
        f"""{_HEAD}<div role="main"><section><h1><span>Deep Things</span></h1></section><section><div class="U26fgb"><a class="FKF6mc TpQm9d" href="https://www.google.com/url?q=https%3A%2F%2Fgithub.com%2Flab%2Fqx7&amp;sa=D&amp;sntz=1&amp;usg=AOvVaw0" target="_blank" aria-label="Code"><div class="NsaAfc"><p>Code</p></div></a></div>
<div class="U26fgb"><a class="FKF6mc" href="http://www.google.com/url?q=http%3A%2F%2Farxiv.org%2Fabs%2F2606.00001&amp;sa=D" aria-label="Paper"><div><p>Paper</p></div></a></div></section></div>""",
        "github:lab/qx7",
    ),
    (
        "notion-like",
        f"""{_HEAD}<div class="notion-root"><h1 class="notion-heading">Deep Things</h1><p class="notion-text"><span class="notion-semantic-string"><span>📄 </span><a href="https://arxiv.org/abs/2606.00001" class="notion-link">Paper</a><span> | 💻 </span><a href="https://github.com/lab/qx7" class="notion-link link">Code</a><span> | 🤗 </span><a href="https://huggingface.co/lab/qx7-7b" class="notion-link">Models</a></span></p></div>""",
        "github:lab/qx7 hf-model:lab/qx7-7b",
    ),
    (
        "material icons",
        f"""{_HEAD}<div class="row"><a class="btn-large" href="https://arxiv.org/abs/2606.00001"><i class="material-icons left">description</i>Paper</a>
<a class="btn-large" href="https://github.com/lab/qx7"><i class="material-icons left">code</i>GitHub</a></div>""",
        "github:lab/qx7",
    ),
    (
        "icons without words",
        f"""{_HEAD}<h1>Deep Things</h1><div class="icons"><a href="https://arxiv.org/abs/2606.00001"><i class="ai ai-arxiv"></i></a><a href="https://github.com/lab/qx7"><ion-icon name="logo-github"></ion-icon></a></div>""",
        "github:lab/qx7",
    ),
    (
        "picture of a file",
        f"""{_HEAD}<center><a href="https://github.com/lab/qx7"><img src="assets/img/GitHub-Mark-64px.png" height="40"></a></center>""",
        "github:lab/qx7",
    ),
    (
        "hub buttons",
        _nerfies(
            _pill("https://huggingface.co/lab/qx7-7b", "🤗 Model", "")
            + _pill("https://huggingface.co/spaces/lab/qx7", "Demo", "")
            + _pill("https://huggingface.co/collections/lab/qx7-0123", "HF Collection", "")
            + _CODE
        ),
        "hf-model:lab/qx7-7b hf-space:lab/qx7 github:ann/deep hf-collection:lab/qx7-0123",
    ),
]

OLD = [
    (
        "centre and brackets",
        """<HTML><BODY bgcolor=white><center><font size="6">Deep Things: Learning to Dig</font><br>Ann Author, Bo Berg<br>
[<A HREF="deep.pdf">pdf</A>] [<A HREF=https://github.com/lab/qx7>code</A>] [<a href='deep.bib'>bib</a>]</center><hr><b>Abstract</b><p>We dig.""",
        "github:lab/qx7",
    ),
    (
        "table of links",
        """<html><body><table border=0><tr><td width=20%><b>Paper</b></td><td><a href="p.pdf">PDF</a></td></tr><tr><td><b>Source code</b></td>
<td><a href="https://github.com/lab/qx7">link</a></td></tr><tr><td><b>Related method</b></td><td><a href="https://github.com/rival/dugout">link</a></td></tr></table></body></html>""",
        "github:lab/qx7",
    ),
    (
        "definition list",
        """<html><body><dl><dt>Data</dt><dd><a href="https://zenodo.org/records/123">here</a></dd><dt>Code</dt><dd>See <a href="https://gitlab.com/lab/qx7">here</a></dd></dl></body></html>""",
        "gitlab:lab/qx7 zenodo:10.5281/zenodo.123",
    ),
    (
        "webpage template of old days",
        """<html><head><title>Deep Things</title></head><body><br><center><span style="font-size:42px">Deep Things: Learning to Dig</span><br><br>
<table align=center width=600px><tr><td align=center><center><span style="font-size:24px"><a href="https://ann.org">Ann Author</a></span></center></td></tr></table>
<table><tr><td><span style="font-size:20px"><a href='https://github.com/lab/qx7'>Code [GitHub]</a></span></td><td><a href='d.pdf'>Paper</a></td></tr></table></center>
<hr><table><tr><td><left><center><h1>Acknowledgements</h1></center>This template was originally made by <a href="http://a.org/">A</a> and <a href="http://b.org/">B</a> for a
<a href="http://x.org">colorful</a> project; the code can be found <a href="https://github.com/richzhang/webpage-template">here</a>.</left></td></tr></table></body></html>""",
        "github:lab/qx7",
    ),
    (
        "heading above",
        """<html><body><h3>Abstract</h3><p>We dig.</p><h3>Code and data</h3><p><a href="https://github.com/lab/qx7">https://github.com/lab/qx7</a></p><h3>Contact</h3><p>ann@x.org</p></body></html>""",
        "github:lab/qx7",
    ),
    (
        "heading above, words before",
        """<html><body><h2>Source Code</h2><p>You can get it <a href="https://github.com/lab/qx7">here</a>.</p></body></html>""",
        "github:lab/qx7",
    ),
    (
        "heading in bold",
        """<html><body><p><b>Code</b></p><p><a href="https://github.com/lab/qx7">here</a></p><p><b>Related work</b></p><p><a href="https://github.com/rival/dugout">DugOut code</a></p></body></html>""",
        "github:lab/qx7",
    ),
    (
        "picture with words below",
        """<html><body><table><tr><td align=center><a href="https://github.com/lab/qx7"><img src="x1.png"></a><br>Code</td><td align=center><a href="d.pdf"><img src="x2.png"></a><br>Paper</td></tr></table></body></html>""",
        "github:lab/qx7",
    ),
    (
        "image map",
        """<html><body><img src="buttons.png" usemap="#m"><map name="m"><area shape="rect" coords="0,0,9,9" href="d.pdf" alt="Paper"><area shape="rect" coords="9,0,19,9" href="https://github.com/lab/qx7" alt="Code"></map></body></html>""",
        "github:lab/qx7",
    ),
    (
        "plain address in the text",
        """<html><body><p>Abstract. We dig.</p><p>Code: https://github.com/lab/qx7</p></body></html>""",
        "github:lab/qx7",
    ),
    (
        "address to clone",
        """<html><body><h2>Download</h2><pre>git clone https://github.com/ann/deep.git
cd deep</pre></body></html>""",
        "github:ann/deep",
    ),
    (
        "lines broken by hand",
        """<html><body><center>Editing Based on Diffusion Using Shovels<br>Ann Author<br><a href="d.pdf">Paper</a> | <a href="https://github.com/lab/qx7">Code</a></center></body></html>""",
        "github:lab/qx7",
    ),
    (
        "frames and capitals",
        """<HTML><HEAD><TITLE>Deep Things</TITLE></HEAD><BODY><UL><LI>Software: <A HREF="https://github.com/lab/qx7">dig 1.0</A><LI>We compare with <A HREF="https://github.com/rival/dugout">DugOut</A></UL></BODY></HTML>""",
        "github:lab/qx7",
    ),
    (
        "redirection",
        """<html><head><meta http-equiv="refresh" content="0; url=https://github.com/lab/qx7"></head><body></body></html>""",
        "github:lab/qx7",
    ),
    (
        "redirection by a script",
        """<html><head><script>window.location.href = "https://github.com/lab/qx7";</script></head></html>""",
        "github:lab/qx7",
    ),
    (
        "markdown",
        "# Deep Things\n\n[Paper](https://arxiv.org/abs/2606.00001) [Code](https://github.com/lab/qx7)\n",
        "github:lab/qx7",
    ),
]

HARD = [
    (
        "conditional comments",
        f"""{_HEAD}<!--[if lt IE 9]><script src="https://github.com/aFarkas/html5shiv.js"></script><![endif]--><!--[if !IE]><!--><a href="https://github.com/lab/qx7">Code</a><!--<![endif]-->""",
        "github:lab/qx7",
    ),
    (
        "commented script",
        f"""{_HEAD}<!-- <script> var a = "</b>"; --><p><a href="https://github.com/lab/qx7">Code</a></p><!-- </script> -->""",
        "github:lab/qx7",
    ),
    (
        "short comments",
        f"""{_HEAD}<!--><p><a href="https://github.com/lab/qx7">Code</a></p><!---><p>Text</p>""",
        "github:lab/qx7",
    ),
    (
        "script with a comment in it",
        f"""{_HEAD}<script><!-- if (a < b) x = "<a href='https://github.com/q/r'>Code</a>"; //--></script><a href="https://github.com/lab/qx7">Code</a>""",
        "github:lab/qx7",
    ),
    (
        "quote outside a value",
        f"""{_HEAD}<a class=btn title=Ann's href=https://github.com/lab/qx7>Code</a> it's <a href="d.pdf" don't>Paper</a>""",
        "github:lab/qx7",
    ),
    (
        "quote without an end",
        f"""{_HEAD}<p class="x>words</p><a href="https://github.com/x/y">Q</a><p title="a">Our code: <a href="https://github.com/lab/qx7">GitHub</a></p>""",
        "github:lab/qx7",
    ),
    (
        "click handler",
        f"""{_HEAD}<button onclick="window.open('https://github.com/lab/qx7', '_blank')">Code</button><button onclick="location.href='d.pdf'">Paper</button>""",
        "github:lab/qx7",
    ),
    (
        "click handler with a location",
        f"""{_HEAD}<div class="card" onclick="window.location.assign(&quot;https://github.com/lab/qx7&quot;)"><h4>Code</h4></div>""",
        "github:lab/qx7",
    ),
    (
        "input button",
        f"""{_HEAD}<input type="button" value="Source code" onclick="location.href='https://github.com/lab/qx7';">""",
        "github:lab/qx7",
    ),
    (
        "script address",
        f"""{_HEAD}<a href="javascript:window.open('https://github.com/lab/qx7')">Code</a>""",
        "github:lab/qx7",
    ),
    (
        "data attribute",
        f"""{_HEAD}<div role="button" class="link" data-href="https://github.com/lab/qx7">GitHub</div>""",
        "github:lab/qx7",
    ),
    (
        "form",
        f"""{_HEAD}<form action="https://github.com/lab/qx7" target="_blank"><button type="submit">Code</button></form>""",
        "github:lab/qx7",
    ),
    ("without a scheme", f"""{_HEAD}<a href="github.com/lab/qx7">Code</a>""", "github:lab/qx7"),
    ("scheme twice", f"""{_HEAD}<a href="https://https://github.com/lab/qx7">Code</a>""", "github:lab/qx7"),
    (
        "scheme with a slip",
        f"""{_HEAD}<a href="https:/github.com/lab/qx7">Code</a><a href="htttps://huggingface.co/lab/qx7-7b">Model</a>""",
        "github:lab/qx7 hf-model:lab/qx7-7b",
    ),
    ("without a protocol", f"""{_HEAD}<a href="//github.com/lab/qx7">Code</a>""", "github:lab/qx7"),
    (
        "colab badge",
        f"""{_HEAD}<a href="https://colab.research.google.com/github/lab/qx7/blob/main/demo.ipynb">Code (Colab)</a>""",
        "github:lab/qx7",
    ),
    (
        "label of a dead button",
        f"""{_HEAD}<div><a href="#">Code</a> <a href="https://github.com/tools/viewer">Viewer</a></div>""",
        "",
    ),
    (
        "label of the next button",
        f"""{_HEAD}<div class="buttons"><button disabled>Code (coming soon)</button><a class="btn" href="https://github.com/rival/dugout">DugOut</a></div>""",
        "",
    ),
    (
        "link of a template element",
        f"""{_HEAD}<template><a href="https://github.com/rival/dugout">Code</a></template><a href="https://github.com/lab/qx7">Code</a>""",
        "github:lab/qx7",
    ),
    (
        "list of works of a laboratory",
        f"""{_HEAD}<h1>Lab</h1><ul><li>Mole <a href="https://github.com/lab/mole">code</a></li><li>Vole <a href="https://github.com/lab/vole">code</a></li><li>Deep <a href="https://github.com/lab/deep">code</a></li></ul>""",
        "github:lab/deep",
    ),
    (
        "source of the page",
        f"""{_HEAD}<a href="https://github.com/lab/qx7">Code</a><footer>The source code of this website is available <a href="https://github.com/ann/deep-page">here</a>. <a href="https://github.com/ann/ann.github.io">GitHub</a></footer>""",
        "github:lab/qx7",
    ),
    (
        "template credited and left as code",
        f"""{_HEAD}<a href="https://github.com/someone/paper-site">Code</a><footer>Website source based on <a href="https://github.com/someone/paper-site">this page</a>.</footer>""",
        "",
    ),
    (
        "own repository serves the page",
        f"""{_HEAD}<a href="https://github.com/ann/deep">Code</a><footer>The source code of this page is <a href="https://github.com/ann/deep">here</a>.</footer>""",
        "github:ann/deep",
    ),
    (
        "other languages",
        f"""{_HEAD}<div><a class="btn" href="d.pdf">论文</a><a class="btn" href="https://github.com/lab/qx7">代码</a><a class="btn" href="https://huggingface.co/datasets/lab/holes">数据集</a></div>""",
        "github:lab/qx7 hf-dataset:lab/holes",
    ),
    (
        "other languages, Japanese",
        f"""{_HEAD}<h2>コード</h2><p><a href="https://github.com/lab/qx7">こちら</a></p><h2>謝辞</h2><p><a href="https://github.com/rival/dugout">コード</a></p>""",
        "github:lab/qx7",
    ),
    (
        "other languages, German",
        f"""{_HEAD}<p><a href="https://github.com/lab/qx7">Quellcode</a></p><h2>Verwandte Arbeiten</h2><p><a href="https://github.com/rival/dugout">Quellcode</a></p>""",
        "github:lab/qx7",
    ),
    (
        "other languages, Spanish",
        f"""{_HEAD}<p><a href="https://github.com/lab/qx7">Código</a></p><h2>Agradecimientos</h2><p><a href="https://github.com/rival/dugout">Código</a></p>""",
        "github:lab/qx7",
    ),
]

# Written after the rules, and measured before anything was changed for them.
UNSEEN = [
    (
        "astro template",
        f"""{_HEAD}<main><h1 class="text-5xl">Deep Things</h1><div class="flex flex-wrap gap-2 not-prose"><a class="no-underline rounded-full px-4 py-2" href="d.pdf"><svg data-icon="fa-solid:file-pdf"></svg>Paper</a><a class="no-underline rounded-full px-4 py-2" href="https://github.com/lab/qx7"><svg data-icon="fa-brands:github"></svg>Code</a></div></main>
<footer><p>Made with the <a href="https://github.com/RomanHauksson/academic-project-astro-template">Academic Project Page Template</a></p></footer>""",
        "github:lab/qx7",
    ),
    (
        "distill-like",
        f"""{_HEAD}<d-title><h1>Deep Things</h1></d-title><d-byline></d-byline><d-article><p>We open-source our implementation on <a href="https://github.com/lab/qx7">GitHub</a>.</p><p>Methods such as <a href="https://github.com/rival/dugout">DugOut</a> dig less.</p></d-article>""",
        "github:lab/qx7",
    ),
    (
        "quarto",
        f"""{_HEAD}<nav class="navbar"><div class="quarto-navbar-tools"><a href="https://github.com/lab/qx7" title="Source Code" class="quarto-navigation-tool px-1" aria-label="Source Code"><i class="bi bi-github"></i></a></div></nav><main><h1>Deep Things</h1></main><footer><p>Built with <a href="https://quarto.org">Quarto</a> and <a href="https://github.com/quarto-dev/quarto-cli">its tools</a></p></footer>""",
        "github:lab/qx7",
    ),
    (
        "sphinx",
        f"""{_HEAD}<div class="sidebar"><a class="muted-link" href="https://github.com/lab/qx7" aria-label="GitHub"><svg></svg></a></div><h1>Deep Things</h1><footer>Made with <a href="https://www.sphinx-doc.org/">Sphinx</a> and <a href="https://github.com/pradyunsg/furo">Furo</a></footer>""",
        "github:lab/qx7",
    ),
    (
        "wix-like",
        f"""{_HEAD}<div id="comp-1" class="StylableButton"><a data-testid="linkElement" href="https://github.com/lab/qx7" target="_blank" class="uDW_Qe" aria-label="Code"><span class="l7_2fn"><span class="label">Code</span></span></a></div>""",
        "github:lab/qx7",
    ),
    (
        "framer-like with two variants",
        f"""{_HEAD}<div class="framer-1"><div class="ssr-variant"><a class="framer-x" data-framer-name="Primary" href="https://github.com/lab/qx7"><div><p>Get the code →</p></div></a></div><div class="ssr-variant hidden-1"><a href="https://github.com/lab/qx7"><p>Get the code →</p></a></div></div>""",
        "github:lab/qx7",
    ),
    (
        "gradio and a Space",
        f"""{_HEAD}<p>Try it: <a href="https://huggingface.co/spaces/lab/qx7">Demo on Spaces</a></p><p>Weights on the <a href="https://huggingface.co/lab/qx7">Hugging Face Hub</a></p>""",
        "hf-space:lab/qx7 hf-model:lab/qx7",
    ),
    (
        "tabs with baselines",
        f"""{_HEAD}<a class="btn" href="https://github.com/lab/qx7">Code</a><h3>Comparison with other methods</h3><table><tr><th>Method</th><th>Code</th></tr><tr><td>DugOut</td><td><a href="https://github.com/rival/dugout">code</a></td></tr><tr><td>Mole</td><td><a href="https://github.com/cleo/mole">code</a></td></tr></table>""",
        "github:lab/qx7",
    ),
    (
        "news list",
        f"""{_HEAD}<h2>News</h2><ul><li>2026-06: We released the <a href="https://github.com/lab/qx7">code</a> and the <a href="https://huggingface.co/datasets/lab/holes">data set</a>.</li><li>2026-05: The paper is on arXiv.</li></ul>""",
        "github:lab/qx7 hf-dataset:lab/holes",
    ),
    (
        "code is the name",
        f"""{_HEAD}<h1>Deep Things</h1><p>Resources:</p><ul><li><a href="d.pdf">Paper</a></li><li><a href="https://github.com/lab/qx7">Python implementation</a></li><li><a href="https://github.com/lab/qx7-data">Evaluation data</a></li></ul>""",
        "github:lab/qx7 github:lab/qx7-data",
    ),
    (
        "badge pictures",
        f"""{_HEAD}<a href="https://arxiv.org/abs/2606.00001"><img src="https://img.shields.io/badge/arXiv-2606.00001-b31b1b" alt="arXiv"></a> <a href="https://github.com/lab/qx7"><img src="https://img.shields.io/github/stars/lab/qx7?style=social" alt="GitHub stars"></a>""",
        "github:lab/qx7",
    ),
    (
        "star button",
        f"""{_HEAD}<a class="github-button" href="https://github.com/lab/qx7" data-icon="octicon-star" data-show-count="true" aria-label="Star lab/qx7 on GitHub">Star</a>""",
        "github:lab/qx7",
    ),
    (
        "ribbon",
        f"""{_HEAD}<a href="https://github.com/lab/qx7"><img style="position:absolute;top:0" src="https://s3.amazonaws.com/github/ribbons/forkme_right.png" alt="Fork me on GitHub"></a><h1>Deep Things</h1>""",
        "github:lab/qx7",
    ),
    (
        "dataset tool beside",
        f"""{_HEAD}<h2>Dataset</h2><p>Our data set is available on <a href="https://zenodo.org/records/123">Zenodo</a>. To load it, use <a href="https://github.com/tools/h5loader">h5loader</a>.</p>""",
        "zenodo:10.5281/zenodo.123",
    ),
    (
        "we use sentence",
        f"""{_HEAD}<p><a href="https://github.com/lab/qx7">Code</a></p><h2>Method</h2><p>We use <a href="https://github.com/tools/segmenter">Segmenter</a> for masks and follow <a href="https://github.com/rival/dugout">the implementation of DugOut</a>.</p>""",
        "github:lab/qx7",
    ),
    (
        "team with profiles",
        f"""{_HEAD}<h2>Team</h2><div><h4>Ann Author</h4><a href="https://github.com/ann"><i class="fa fa-github"></i></a></div><div><h4>Bo Berg</h4><a href="https://github.com/bo-b"><i class="fa fa-github"></i></a></div><h2>Code</h2><a href="https://github.com/lab/qx7">Repository</a>""",
        "github:lab/qx7",
    ),
    (
        "credits of the page in small",
        f"""{_HEAD}<p><a href="https://github.com/lab/qx7">Code</a></p><small>Page design adapted from <a href="https://github.com/someone/dreamsite">DreamSite</a>.</small><p>Website template borrowed from <a href="https://github.com/other/pretty">here</a>.</p>""",
        "github:lab/qx7",
    ),
    (
        "coming soon beside a data set",
        f"""{_HEAD}<div><a class="button" href="https://huggingface.co/datasets/lab/holes">Dataset</a><a class="button is-disabled" aria-disabled="true">Code (coming soon)</a><a class="button" href="https://www.youtube.com/watch?v=1">Video</a></div>""",
        "hf-dataset:lab/holes",
    ),
    (
        "code soon, toolbox linked",
        f"""{_HEAD}<p>Code: coming soon.</p><p>Built with <a href="https://github.com/tools/toolbox">ToolBox</a>.</p>""",
        "",
    ),
    (
        "svelte data",
        f"""{_HEAD}<div id="svelte"></div><script>{{__sveltekit_1 = {{base:""}};const data = [null,{{"type":"data","data":{{title:"Deep Things",links:[{{text:"Paper",url:"/d.pdf"}},{{text:"Code",url:"https://github.com/lab/qx7"}}]}}}}];}}</script>""",
        "github:lab/qx7",
    ),
    (
        "keys as labels",
        f"""{_HEAD}<div id="app"></div><script type="application/json">{{"paper":"https://arxiv.org/abs/2606.00001","github":"https://github.com/lab/qx7","dataset_url":"https://huggingface.co/datasets/lab/holes","bibtex":"@misc{{x}}"}}</script>""",
        "github:lab/qx7 hf-dataset:lab/holes",
    ),
    (
        "nested list",
        f"""{_HEAD}<ul><li>Links<ul><li><a href="https://github.com/lab/qx7">GitHub repository</a></li><li><a href="d.pdf">Paper</a></li></ul></li><li>Previous work of ours<ul><li><a href="https://github.com/lab/older">Older (code)</a></li></ul></li></ul>""",
        "github:lab/qx7",
    ),
    (
        "spaced capitals",
        """<HTML><BODY><P ALIGN=CENTER><B><A NAME="top"></A>Deep Things</B><P>Downloads:<UL><LI><A HREF = "https://github.com/lab/qx7" >Source code (C++)</A><LI><A HREF = "slides.pdf">Slides</A></UL></BODY></HTML>""",
        "github:lab/qx7",
    ),
    (
        "anonymous code",
        f"""{_HEAD}<a class="btn" href="https://anonymous.4open.science/r/qx7-1A2B">Anonymous code</a>""",
        "anon4open:qx7-1A2B",
    ),
    (
        "code and previous version",
        f"""{_HEAD}<p>Code: <a href="https://github.com/lab/qx7">lab/qx7</a>. It is based on the code of <a href="https://github.com/rival/dugout">DugOut</a>.</p>""",
        "github:lab/qx7",
    ),
    (
        "French",
        f"""{_HEAD}<p>Le code source est disponible sur <a href="https://github.com/lab/qx7">GitHub</a>.</p><h2>Remerciements</h2><p>Merci à <a href="https://github.com/rival/dugout">DugOut</a> (code).</p>""",
        "github:lab/qx7",
    ),
    (
        "Korean",
        f"""{_HEAD}<a class="btn" href="d.pdf">논문</a> <a class="btn" href="https://github.com/lab/qx7">코드</a><h2>관련 연구</h2><a href="https://github.com/rival/dugout">코드</a>""",
        "github:lab/qx7",
    ),
    (
        "Russian",
        f"""{_HEAD}<p><a href="https://github.com/lab/qx7">Исходный код</a></p><h2>Благодарности</h2><p><a href="https://github.com/rival/dugout">код</a></p>""",
        "github:lab/qx7",
    ),
    (
        "bibliography with links",
        f"""{_HEAD}<a href="https://github.com/lab/qx7">Code</a><h2>References</h2><ol><li>R. Rival. DugOut. <a href="https://github.com/rival/dugout">https://github.com/rival/dugout</a></li></ol>""",
        "github:lab/qx7",
    ),
    (
        "sibling page of an owner",
        f"""{_HEAD}<a href="https://github.com/lab/qx7" class="btn">GitHub</a><h2>Other projects from our group</h2><div class="card"><h4>Mole</h4><a href="https://github.com/lab/mole">Code</a></div>""",
        "github:lab/qx7",
    ),
]

# A second set, measured likewise.
UNSEEN_TOO = [
    (
        "hero text",
        f"""{_HEAD}<header><h1>Deep Things</h1><p class="lead">ICML 2026</p><p><a class="btn btn-primary" href="d.pdf"><i class="bi bi-file"></i> PDF</a> <a class="btn btn-dark" href="https://github.com/lab/qx7" role="button"><i class="bi bi-github"></i> Source</a></p></header>""",
        "github:lab/qx7",
    ),
    (
        "sentence at end",
        f"""{_HEAD}<p>Abstract: We dig with foundation models based on prior work. Code and models are available at <a href="https://github.com/lab/qx7">github.com/lab/qx7</a>.</p>""",
        "github:lab/qx7",
    ),
    (
        "colon list",
        f"""{_HEAD}<ul><li>Code: <a href="https://github.com/lab/qx7">https://github.com/lab/qx7</a></li><li>Data: <a href="https://huggingface.co/datasets/lab/holes">https://huggingface.co/datasets/lab/holes</a></li><li>Base model: <a href="https://huggingface.co/other/llm-7b">LLM-7B</a></li></ul>""",
        "github:lab/qx7 hf-dataset:lab/holes",
    ),
    (
        "nav with github",
        f"""{_HEAD}<nav><a href="#abstract">Abstract</a><a href="#results">Results</a><a href="https://github.com/lab/qx7">GitHub</a></nav><main><h1>Deep Things</h1></main>""",
        "github:lab/qx7",
    ),
    (
        "two repos",
        f"""{_HEAD}<div class="links"><a href="https://github.com/lab/qx7">Training Code</a><a href="https://github.com/lab/qx7-eval">Evaluation Code</a></div>""",
        "github:lab/qx7 github:lab/qx7-eval",
    ),
    (
        "award and venue",
        f"""{_HEAD}<h1>Deep Things</h1><h3>Accepted at the Conference on Digging, Best Paper</h3><center>[<a href="d.pdf">Paper</a>]&nbsp;[<a href="https://github.com/lab/qx7">Code</a>]&nbsp;[<a href="v.mp4">Video</a>]</center>""",
        "github:lab/qx7",
    ),
    (
        "data footnote",
        f"""{_HEAD}<p><a href="https://github.com/lab/qx7">Code</a></p><h2>Results</h2><p>Evaluated on <a href="https://huggingface.co/datasets/other/bench">Bench</a> with <a href="https://github.com/EleutherAI/lm-evaluation-harness">the harness</a>.</p>""",
        "github:lab/qx7",
    ),
    (
        "template vue",
        f"""{_HEAD}<div id="app"><a href="https://github.com/lab/qx7" class="el-button"><span>Code</span></a></div><footer>Page template: <a href="https://github.com/JunyaoHu/academic-project-page-template-vue">Academic Project Page Template (Vue)</a></footer>""",
        "github:lab/qx7",
    ),
    (
        "footer link back",
        f"""{_HEAD}<a href="https://github.com/lab/qx7">Code</a><footer><p>If you want to reuse their <a href="https://github.com/foo/website-src">source code</a>, please credit them. Website adapted from the following <a href="https://bar.github.io">page</a>.</p></footer>""",
        "github:lab/qx7",
    ),
    (
        "issue link",
        f"""{_HEAD}<p>Questions? Open an issue on <a href="https://github.com/lab/qx7/issues">GitHub</a>.</p>""",
        "github:lab/qx7",
    ),
    (
        "release zip",
        f"""{_HEAD}<a class="button" href="https://github.com/lab/qx7/archive/refs/heads/main.zip">Download code (.zip)</a>""",
        "github:lab/qx7",
    ),
    (
        "hf org only",
        f"""{_HEAD}<a class="button" href="https://huggingface.co/lab">Hugging Face</a><a class="button" href="https://github.com/lab">GitHub</a>""",
        "",
    ),
    (
        "empty repo link",
        f"""{_HEAD}<a class="button" href="https://github.com/">Code</a><a class="button" href="https://github.com/YOUR_REPO">Code</a>""",
        "",
    ),
    (
        "coming in text",
        f"""{_HEAD}<a class="button" href="javascript:void(0)">Code (soon)</a><p>Meanwhile see <a href="https://github.com/rival/dugout">DugOut</a>.</p>""",
        "",
    ),
    (
        "bibtex url",
        f"""{_HEAD}<a href="https://github.com/lab/qx7">Code</a><h2>BibTeX</h2><pre><code>@misc{{x, title={{Deep Things}}, url={{https://arxiv.org/abs/2606.00001}}}}</code></pre>""",
        "github:lab/qx7",
    ),
    (
        "accordion",
        f"""{_HEAD}<details><summary>Resources</summary><p><a href="https://github.com/lab/qx7">Codebase</a></p></details><details><summary>Related projects</summary><p><a href="https://github.com/rival/dugout">Codebase</a></p></details>""",
        "github:lab/qx7",
    ),
    (
        "table models",
        f"""{_HEAD}<h2>Model Zoo</h2><table><tr><th>Model</th><th>Link</th></tr><tr><td>Small</td><td><a href="https://huggingface.co/lab/qx7-small">HF</a></td></tr><tr><td>Large</td><td><a href="https://huggingface.co/lab/qx7-large">HF</a></td></tr></table><a href="https://github.com/lab/qx7">Code</a>""",
        "github:lab/qx7 hf-model:lab/qx7-small hf-model:lab/qx7-large",
    ),
    (
        "zenodo",
        f"""{_HEAD}<p>The data are archived at Zenodo: <a href="https://doi.org/10.5281/zenodo.123">10.5281/zenodo.123</a></p>""",
        "zenodo:10.5281/zenodo.123",
    ),
    (
        "chinese page",
        f"""{_HEAD}<h1>深挖</h1><p>代码：<a href="https://github.com/lab/qx7">GitHub</a>　论文：<a href="d.pdf">PDF</a></p><h3>致谢</h3><p>感谢 <a href="https://github.com/rival/dugout">DugOut</a> 的代码。</p>""",
        "github:lab/qx7",
    ),
    (
        "rsc flight",
        f"""{_HEAD}<script>self.__next_f.push([1,"5:[\\"$\\",\\"a\\",null,{{\\"href\\":\\"https://github.com/lab/qx7\\",\\"children\\":\\"Code\\"}}]"])</script>""",
        "github:lab/qx7",
    ),
    (
        "baseline logos",
        f"""{_HEAD}<a href="https://github.com/lab/qx7">Code</a><h2>Our method vs. others</h2><div><a href="https://github.com/rival/dugout"><img src="dugout.png" alt="DugOut"></a></div>""",
        "github:lab/qx7",
    ),
    (
        "tooltips",
        f"""{_HEAD}<a href="https://github.com/lab/qx7" data-bs-toggle="tooltip" title="View the code on GitHub"><i class="fab fa-github fa-2x"></i></a>""",
        "github:lab/qx7",
    ),
    (
        "unofficial",
        f"""{_HEAD}<a href="https://github.com/lab/qx7">Official code</a> <a href="https://github.com/fan/deepthings-jax">Unofficial JAX implementation</a>""",
        "github:lab/qx7",
    ),
    (
        "uppercase hrefs",
        """<html><BODY><A HREF="HTTPS://GITHUB.COM/lab/qx7">CODE</A></BODY></html>""",
        "github:lab/qx7",
    ),
]
