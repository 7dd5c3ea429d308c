"""What the server stands on: settings, logs, embedders, the embedded store, entrypoints."""
