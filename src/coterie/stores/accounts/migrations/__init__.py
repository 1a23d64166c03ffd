"""How the tables of accounts came to be; run when the database is opened."""
