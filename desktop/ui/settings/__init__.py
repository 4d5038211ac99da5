"""The settings of the application and of a model."""
