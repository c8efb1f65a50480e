"""What is witnessed: the last checkpoint of each log, who cosigned it, and what is kept of it."""
