"""Pages of other sites: they may open the chat page, and nothing else."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession

from emulator.driver import Emulator

OWN = {"Sec-Fetch-Site": "same-origin"}
IMAGE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}
FRAME = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"}
LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/bot{token}/getMe", {}, 200),
        ("/bot{token}/getMe", OWN, 200),
        ("/bot{token}/getMe", IMAGE, 403),
        ("/control/state", IMAGE, 403),
        ("/control/state", LINK, 403),
        ("/", OWN, 200),
        ("/", LINK, 200),
        ("/", FRAME, 403),
        ("/", {"Host": "["}, 403),
        ("/", {"Host": "evil.example"}, 403),
    ],
)
async def test_a_request_of_another_site(emulator: Emulator, path: str, headers: dict[str, str], status: int) -> None:
    async with (
        ClientSession() as client,
        client.get(emulator.url + path.format(token=emulator.token), headers=headers) as response,
    ):
        assert response.status == status
        if status == 200:
            assert "frame-ancestors" in response.headers["Content-Security-Policy"]
