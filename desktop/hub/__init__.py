"""Models at a hub: searched for, looked at, and fetched. The one owner of the hub's library. No Qt."""
