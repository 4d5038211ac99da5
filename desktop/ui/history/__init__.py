"""The list of chats: in order, searched, many at once."""
