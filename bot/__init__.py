"""The shell: commands, channels, words and the flow that moves data along the path."""
