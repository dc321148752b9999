"""From the files of one city to its spatial indicators, its folder and its page."""
