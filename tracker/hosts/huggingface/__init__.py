"""The Hugging Face Hub: models, datasets, Spaces, collections and owners."""
