"""Conversations: one turn of a chat, and what a chat is called."""
