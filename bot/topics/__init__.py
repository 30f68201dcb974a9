"""Every topic, the only list of them.

Their order is that of building (a topic may ask for services of those before it), of asking (links behind /start), and
of telling («Мои данные»).
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.cli import import_
from bot.topic import CliCommand, Topic
from bot.topics import (
    access,
    addresses,
    booking,
    cases,
    chat,
    clinics,
    consent,
    costs,
    disputes,
    documents,
    family,
    help,  # noqa: A004
    home,
    insurance,
    insurer_choice,
    insurers,
    language,
    large,
    later,
    limits,
    links,
    mail,
    more,
    moving,
    mydata,
    notifications,
    operators,
    person,
    prescriptions,
    record,
    reminders,
    requests,
    searches,
    services,
    visits,
)

ALL: Sequence[Topic] = (
    chat.TOPIC,
    consent.TOPIC,
    home.TOPIC,
    services.TOPIC,
    clinics.TOPIC,
    addresses.TOPIC,
    mail.TOPIC,
    documents.TOPIC,
    access.TOPIC,
    family.TOPIC,
    searches.TOPIC,
    booking.TOPIC,
    visits.TOPIC,
    moving.TOPIC,
    reminders.TOPIC,
    links.TOPIC,
    person.TOPIC,
    record.TOPIC,
    prescriptions.TOPIC,
    insurance.TOPIC,
    insurers.TOPIC,
    cases.TOPIC,
    costs.TOPIC,
    insurer_choice.TOPIC,
    requests.TOPIC,
    disputes.TOPIC,
    notifications.TOPIC,
    more.TOPIC,
    help.TOPIC,
    language.TOPIC,
    large.TOPIC,
    later.TOPIC,
    operators.TOPIC,
    limits.TOPIC,
    mydata.TOPIC,
)

CLI: Sequence[CliCommand] = (
    import_.command([each for topic in ALL for each in topic.imports]),
    *(command for topic in ALL for command in topic.cli),
)
"""The operator's commands that topics bring."""
