"""The wire to Telegram: what is asked, what is answered, and updates that come in."""
