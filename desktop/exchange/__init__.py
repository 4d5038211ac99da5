"""Chats in and out: what other applications export, and what ours does. No Qt; one file a format."""
