"""The Qt window: one file a widget; ``worker`` runs whatever takes longer than a frame."""
