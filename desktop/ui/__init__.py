"""The Qt window: rooms of one file a widget; ``worker`` runs whatever takes longer than a frame."""
