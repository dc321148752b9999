"""Who may do what when: institutions, roles, rounds and events; pure rules."""
