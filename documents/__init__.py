"""What is stored: Beanie documents, the unit of work and the change log."""
