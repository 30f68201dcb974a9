"""What the case of an application holds: whom it goes to, and where the policy is given out; as the clerk reads it."""

from __future__ import annotations

import json
from dataclasses import asdict

from services.insurer_choice.model import Form, Sent


def sent_of(form: Form) -> Sent:
    point = form.point
    address = f"{point.town}, {point.address}"
    return Sent(form.insurer.name, address, point.phone or form.insurer.phone, point.hours)


def sent_text(sent: Sent) -> str:
    return json.dumps(asdict(sent), ensure_ascii=False, indent=1)


def read_sent(text: str) -> Sent:
    return Sent(**json.loads(text))
