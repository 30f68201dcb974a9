"""What was sent to be answered."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {"requests": N_("problems, feedback, “It was not me” and applications that you have sent")},
        "requests": {
            "number": N_("number of the request"),
            "written": N_("what you wrote; of an application, its period"),
            "statuses": N_("every status with its moment"),
            "answer": N_("the answer"),
            "photos_jpeg_base64": N_("photos: JPEG files in Base64"),
            "photos_only_in_chat": N_(
                "how many more photos there are: they no longer fit into this file and stand in “Application statuses”"
            ),
            "photos_removed": N_("how many photos have been removed since the answer"),
        },
        "statuses": {"comment": N_("what was said along with the status")},
    },
)
