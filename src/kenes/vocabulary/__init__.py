"""What a fact is: frozen types, units, periods and errors."""
