from tracker.detect.formats.plain_text import PlainTextWriter
from tracker.domain.terms import Place

URL = "https://github.com/a/b"


def test_a_position_has_the_place_that_was_entered_before_it() -> None:
    writer = PlainTextWriter()
    writer.put("front ")
    writer.enter(Place.FOOTNOTE)
    writer.put("note ")
    writer.enter(None)
    writer.put("body")
    text = writer.finish()
    assert [text.place_at(text.text.index(word)) for word in ("front", "note", "body")] == [
        None,
        Place.FOOTNOTE,
        None,
    ]


def test_an_empty_place_leaves_no_trace() -> None:
    writer = PlainTextWriter()
    writer.enter(Place.CAPTION)
    writer.enter(Place.FOOTNOTE)
    writer.put("note")
    assert writer.finish().places == (Place.FOOTNOTE,)


def test_a_link_follows_words_after_a_space_or_replaces_them() -> None:
    writer = PlainTextWriter()
    writer.put("code")
    writer.link(URL)
    assert writer.after_link
    mark = writer.mark()
    writer.put("github")
    assert writer.since(mark) == "github"
    writer.link(URL, mark)
    text = writer.finish()
    assert text.text == f"code {URL}{URL}"
    assert all(text.text[link.start : link.end] == link.url == URL for link in text.links)


def test_a_link_does_not_replace_words_across_a_change_of_place() -> None:
    writer = PlainTextWriter()
    mark = writer.mark()
    writer.put("see")
    writer.enter(Place.FOOTNOTE)
    writer.link(URL, mark)
    assert writer.finish().text == f"see {URL}"
