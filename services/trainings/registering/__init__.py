"""How people come into the register: question by question, or many in one table."""
