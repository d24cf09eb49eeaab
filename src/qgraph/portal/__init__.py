"""What pages tell a person: things, sources, shelves, answers, each made in a query process."""
