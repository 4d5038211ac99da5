"""The versions of a chat's messages: walked through, drawn as a map, compared."""
