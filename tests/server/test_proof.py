"""`GET /api/proof` hands out the last proof as it lies on the card, and nothing that is not one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from server.proof_file import MAX_BYTES, read_proof
from tests.server.conftest import House

LINE = {"id": "no-key", "claim": "No key.", "result": "not checked", "how": "looked", "detail": "nothing there"}
PROOF: dict[str, Any] = {"v": 1, "at_ms": 1_790_000_000_000, "version": "0.1", "findings": [LINE]}


async def test_without_a_proof_the_answer_is_null(house: House) -> None:
    response = await house.http.get("/api/proof", headers=house.sign_in("viewer"))
    assert (response.status_code, response.json()) == (200, {"proof": None})


async def test_the_last_proof_is_answered_as_it_was_written(house: House) -> None:
    (house.sealed.parent / "proof.json").write_text(json.dumps(PROOF))
    response = await house.http.get("/api/proof", headers=house.sign_in("viewer"))
    assert response.json() == {"proof": PROOF}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[" * 40_000,
        json.dumps({**PROOF, "v": 2}),
        json.dumps({**PROOF, "secret": 1}),
        json.dumps({**PROOF, "findings": [LINE] * 65}),
        json.dumps({**PROOF, "findings": [{**LINE, "result": "fine"}]}),
        json.dumps({**PROOF, "findings": [{**LINE, "detail": "x" * 1001}]}),
        json.dumps(PROOF) + " " * MAX_BYTES,
    ],
    ids=["empty", "cut", "null", "deep", "version", "more", "many", "result", "long", "large"],
)
def test_what_is_no_proof_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "proof.json").write_text(text)
    assert read_proof(tmp_path) is None


def test_a_link_or_a_pipe_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(json.dumps(PROOF))
    (tmp_path / "proof.json").symlink_to("elsewhere")
    assert read_proof(tmp_path) is None
    (tmp_path / "proof.json").unlink()
    os.mkfifo(tmp_path / "proof.json")
    assert read_proof(tmp_path) is None
