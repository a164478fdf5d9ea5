"""What the lesson on which layers to train claims."""
