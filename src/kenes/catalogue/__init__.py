"""What is declared: reads and checks YAML and CSV, hands out definitions."""
