from hypothesis import given
from hypothesis import strategies as st

from documents.text import hash_text, normalize_headword, normalize_prose


def test_headwords_match_whatever_their_case_width_or_composition() -> None:
    assert normalize_headword("  Cafe\u0301  Noir ") == normalize_headword("café noir")
    assert normalize_headword("\uff21\uff22\uff23") == "abc"
    assert normalize_headword("Straße") == normalize_headword("STRASSE")


def test_prose_keeps_case_and_letters() -> None:
    assert normalize_prose(" A  cat;\n THE cat ") == "A cat; THE cat"


@given(st.text())
def test_normalizing_twice_changes_nothing_more(text: str) -> None:
    assert normalize_headword(normalize_headword(text)) == normalize_headword(text)
    assert normalize_prose(normalize_prose(text)) == normalize_prose(text)


@given(st.text())
def test_texts_that_differ_in_spacing_only_share_a_hash(text: str) -> None:
    assert hash_text(f"  {text}\n") == hash_text(text)
    assert len(hash_text(text)) == 16
