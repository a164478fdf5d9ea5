"""The command that runs the probe on old versions, and the probe."""
