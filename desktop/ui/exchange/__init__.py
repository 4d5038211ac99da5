"""Chats and backups in and out, and on paper."""
