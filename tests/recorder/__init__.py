"""Run the lessons' scripts, keep what they leave, and compare with it."""
