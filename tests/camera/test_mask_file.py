"""Reading the mask file: exactly the documented form, or one clear sentence."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.mask import MAX_MASK_BYTES, MaskError, parse_mask

TRIANGLE = [[0.0, 0.0], [1.0, 0.0], [0.5, 1.0]]


def test_a_mask_keeps_its_polygons_its_text_and_its_digest() -> None:
    text = b'{"allow": [[[0, 0], [1, 0], [0.5, 1]]],\n "hide": [[[0.1, 0.1], [0.2, 0.1], [0.2, 0.2]]]}'
    mask = parse_mask(text)
    assert mask.allow == (((0.0, 0.0), (1.0, 0.0), (0.5, 1.0)),)
    assert mask.hide == (((0.1, 0.1), (0.2, 0.1), (0.2, 0.2)),)
    assert mask.text == text
    assert mask.digest == hashlib.sha256(text).hexdigest()


def test_hide_may_be_left_out() -> None:
    assert parse_mask(b'{"allow": []}').hide == ()


def test_the_text_does_not_show_in_a_repr() -> None:
    assert "text" not in repr(parse_mask(b'{"allow": []}'))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("", "not of the form", id="empty"),
        pytest.param("[]", "not of the form", id="a list"),
        pytest.param("{}", "missing required field `allow`", id="no allow"),
        pytest.param('{"allow": [], "show": []}', "unknown field `show`", id="unknown key"),
        pytest.param('{"allow": []} {}', "not of the form", id="trailing text"),
        pytest.param('{"allow": null}', "not of the form", id="null"),
        pytest.param('{"allow": [[["0", 0], [1, 0], [0, 1]]]}', "Expected `float`, got `str`", id="text as number"),
        pytest.param('{"allow": [[[0, 0, 0], [1, 0], [0, 1]]]}', "of length 2", id="three coordinates"),
        pytest.param('{"allow": [[[true, 0], [1, 0], [0, 1]]]}', "got `bool`", id="boolean"),
        pytest.param('{"allow": [[[NaN, 0], [1, 0], [0, 1]]]}', "not of the form", id="not a number"),
        pytest.param('{"allow": [[[1e999, 0], [1, 0], [0, 1]]]}', "", id="infinite"),
        pytest.param(
            '{"allow": [[[1.01, 0], [1, 0], [0, 1]]]}', "allow polygon 1 has the coordinate 1.01", id="above 1"
        ),
        pytest.param(
            json.dumps({"allow": [], "hide": [TRIANGLE, [[0, 0], [1, -0.5], [1, 1]]]}),
            "hide polygon 2 has the coordinate -0.5",
            id="below 0",
        ),
        pytest.param('{"allow": [[[0, 0], [1, 1]]]}', "allow polygon 1 has 2 points: draw at least 3", id="two points"),
        pytest.param('{"allow": [[]]}', "allow polygon 1 has 0 points", id="no points"),
        pytest.param(json.dumps({"allow": [[[0, 0]] * 257]}), "has 257 points, the limit is 256", id="too many points"),
        pytest.param(
            json.dumps({"allow": [], "hide": [TRIANGLE] * 33}),
            "33 hide polygons, the limit is 32",
            id="too many polygons",
        ),
        pytest.param('{"allow": []}' + " " * MAX_MASK_BYTES, "the limit is 49152", id="too long"),
        pytest.param('{"allow": ' + "[" * 20_000, "not of the form", id="nested deep"),
    ],
)
def test_what_is_no_mask_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(MaskError) as caught:
        parse_mask(text.encode())
    assert sentence in str(caught.value)
    assert str(caught.value)[0].islower()


def test_the_largest_polygon_is_accepted() -> None:
    text = json.dumps({"allow": [TRIANGLE] * 31 + [[[0, 0]] * 256], "hide": [TRIANGLE] * 32}).encode()
    assert len(parse_mask(text).allow) == 32


@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(lambda text: f'{{"allow": {text}}}'.encode())))
def test_any_bytes_are_a_mask_or_a_mask_error(data: bytes) -> None:
    try:
        parse_mask(data)
    except MaskError:
        return
    assert b"allow" in data or b"\\u" in data
