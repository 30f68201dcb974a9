"""What any registry does the same way: a suite a port, after the names of `services.registry.ports`."""
