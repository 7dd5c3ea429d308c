"""What the server does: plain async functions with an explicit context."""
