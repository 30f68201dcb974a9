"""Handlers: resolve who acts → one service call → one view. Each topic's routes stand at the end of its file."""
