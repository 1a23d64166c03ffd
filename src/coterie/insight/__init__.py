"""From tables and labels to words: exploration, profiles, names and rules."""
