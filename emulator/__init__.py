"""A local Telegram for developing and testing bots.

It serves the Bot API over HTTP (`botapi`), a chat page in the browser (`page/`)
and an async Python driver for tests (`driver`). It is a tool of its own: it
imports the standard library and aiohttp only (and aiosmtpd where mail is to be
caught), and nothing of the project that happens to keep it. It listens on loopback addresses only.
"""
