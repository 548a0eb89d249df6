"""What the commands do and print; ``bot.cli`` only declares them."""
