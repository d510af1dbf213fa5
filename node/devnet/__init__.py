"""A whole network on one machine: start it, play the story, break it."""
