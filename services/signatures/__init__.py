"""A detached electronic signature over a PDF, checked by OpenSSL in a child process."""
