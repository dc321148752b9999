"""Codes and ids into the words of a language."""
