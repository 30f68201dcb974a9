"""What the bot answers over HTTP: Telegram's webhook, and whoever asks whether it is well."""
