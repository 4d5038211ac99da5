"""Markdown as this application reads it, for the window and for exports: text → blocks → text. No Qt."""
