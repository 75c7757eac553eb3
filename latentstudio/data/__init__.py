"""Pictures from the user's files, and what is known of them; for training and for judging."""
