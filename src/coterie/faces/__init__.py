"""Where people and programs meet Coterie: command line and library; they ask and show."""
